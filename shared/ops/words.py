"""Chinese first, English by `BANGFU_LANG=en`."""

import os


def say(zh: str, en: str) -> str:
    """Return the wording in the user's language."""
    return en if os.environ.get("BANGFU_LANG", "zh").lower().startswith("en") else zh


_HEADINGS = {
    "age_days": "天数", "amount": "金额", "applied": "已处理", "account": "账户", "chain": "链", "code": "代码",
    "consumer": "消费者", "count": "条数", "day": "日期", "duplicate": "重复", "entries": "条目", "fact": "事实",
    "facts": "事实", "failing": "故障", "field": "字段", "hash": "散列值", "head_number": "链首序号", "hint": "说明",
    "id": "编号", "in_hand": "在处理", "journalled": "日志条目", "key": "编号", "lag": "积压", "lanes": "通道",
    "last": "最后序号", "leads": "主理", "line_no": "行号", "live": "现行", "made": "生成", "megabytes": "MB",
    "messages": "消息", "missing": "缺失", "name": "名称", "number": "序号", "outcome": "结果", "parked": "等待",
    "partitions": "分区", "path": "位置", "payee": "领取方", "period": "所属期", "person_id": "人员",
    "position": "位次", "posted_on": "记账日", "process": "进程", "programme": "项目", "published": "已发布",
    "ready": "就绪", "received": "收到", "rejected": "被拒", "replayed": "重放", "seen": "最近报到", "service": "服务",
    "since": "起", "state": "状态", "stream": "流", "superseded": "已取代", "ticket": "票号", "unexplained": "无解释",
    "url": "URL", "waiting_for": "在等", "what": "类别",
}  # fmt: skip


def headed(*names: str) -> list[tuple[str, str]]:
    """Return the columns of a table with their headings: the fields themselves, and in Chinese what they are."""
    return [(name, say(_HEADINGS.get(name, name), name)) for name in names]


COUNTIES = {
    "350622": ("云霄县", "Yunxiao"),
    "350624": ("诏安县", "Zhao'an"),
    "350628": ("平和县", "Pinghe"),
    "city": ("市局", "city"),
}


def county(code: str | None) -> str:
    """Return a county's name, its code where the name is not known here."""
    zh, en = COUNTIES.get(code or "city", (code or "", code or ""))
    return say(zh, en)
