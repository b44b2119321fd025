"""The report to the sender of a snapshot as a workbook: what was counted, and who is behind each figure."""

from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from services.registry.roster_views import Row

_SUMMARY: Final = (
    ("snapshot_id", "快照编号"),
    ("county", "县（市、区）"),
    ("as_of", "数据截止日"),
    ("told_by", "报送单位"),
    ("stage", "处理状态"),
    ("reason", "暂缓原因"),
    ("parts", "分批数"),
    ("parts_here", "已收到分批"),
    ("parts_missing", "缺少分批"),
    ("people", "在册人数"),
    ("content_hash", "内容摘要"),
)
COUNTS: Final = (
    ("entered", "新增"),
    ("changed", "变更"),
    ("unchanged", "未变"),
    ("exits_proposed", "拟退出待确认"),
    ("refused", "未采用的行"),
    ("conflicts", "与其他来源不一致"),
)
STAGES: Final = {
    "new": ("未收到", "nothing has come"),
    "gathering": ("正在收齐分批", "its parts are coming in"),
    "held": ("暂缓，待确认", "held until it is confirmed"),
    "released": ("已确认，正在入库", "confirmed, being taken"),
    "taken": ("已入库", "taken"),
    "dropped": ("已退回", "dropped"),
}
REASONS: Final = {
    "parts_missing": ("分批不全", "parts are missing"),
    "parts_differ": ("同一分批内容不同", "a part came twice and differs"),
    "shrinks": ("人数骤减", "it shrinks"),
    "older_than_known": ("早于已入库的快照", "it is older than what is known"),
}
_SHEETS: Final = (
    ("entered", "新增", (("part", "分批"), ("person_id", "人员编号"))),
    ("changed", "变更", (("part", "分批"), ("person_id", "人员编号"), ("fields", "变更字段"))),
    ("exits", "拟退出", (("person_id", "人员编号"), ("proposed_on", "提出日"), ("outcome", "结果"))),
    ("refused", "未采用的行", (("part", "分批"), ("row", "行号"), ("code", "代码"), ("hint", "应当如何填写"))),
    ("conflicts", "来源不一致", (("part", "分批"), ("person_id", "人员编号"))),
)
HINTS: Final = {
    "other_county": "本行的县与快照的县不同；他县人员由他县报送",
    "township_elsewhere": "乡镇代码不属于本行的县",
    "village_elsewhere": "村代码不属于本行的县",
    "begins_later": "身份起始日晚于快照的数据截止日",
    "named_twice": "同一人出现两次且内容不同；已采用先出现的一行",
}
_WIDTH: Final = 28


def write_report(found: Row, path: Path) -> None:
    """Write a report as an XLSX file.

    Raises:
        ValueError: The suffix is not `.xlsx`.
    """
    if path.suffix.lower() != ".xlsx":
        raise ValueError("a report is a .xlsx file")
    book = Workbook(write_only=True)
    words = {"stage": STAGES[found["stage"]][0], "reason": REASONS.get(found["reason"], ("",))[0]}
    summary = [(heading, (found | words)[name]) for name, heading in _SUMMARY]
    summary += [(heading, found["counts"][name]) for name, heading in COUNTS]
    _sheet(book, "概况", ("项目", "内容"), summary)
    for name, title, columns in _SHEETS:
        rows = [row | {"hint": HINTS.get(row.get("code", ""), "")} for row in found[name]]
        lines = [[row[column] for column, _ in columns] for row in rows]
        _sheet(book, title, [heading for _, heading in columns], lines)
    book.save(path)


def _sheet(book: Workbook, title: str, headings: Any, lines: Any) -> None:
    sheet = book.create_sheet(title)
    for column in "ABCD":
        sheet.column_dimensions[column].width = _WIDTH
    sheet.append(list(headings))
    for line in lines:
        sheet.append([_plain(value) for value in line])


def _plain(value: Any) -> str | int:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, int) else str(value or "")
