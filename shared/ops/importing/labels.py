"""The closed lists of the contract in the words of the forms; the first word for a code is the one of the drop-down.

The words for statuses, 扶贫车间 and the posts that policies name (公益性岗位, 以工代赈, 村级扶贫专岗, 就业见习) are
the policies'; the others are this project's own.
"""

from collections.abc import Mapping
from typing import Final

STATUS: Final = {
    "建档立卡未标注脱贫": "listed",
    "已脱贫": "exited",
    "低保": "low_income",
    "特困": "extreme_hardship",
    "重点监测": "monitored",
    "即时帮扶": "instant_help",
    "无": "none",
}
EMPLOYER_KIND: Final = {
    "企业": "enterprise",
    "扶贫车间": "workshop",
    "合作社": "cooperative",
    "个体工商户": "sole_trader",
    "公共机构": "public_body",
    "家政企业": "domestic_service",
}
EMPLOYER_SIZE: Final = {"大型": "large", "中小微": "sme"}
POST_KIND: Final = {
    "普通岗位": "ordinary",
    "扶贫车间": "workshop",
    "公益性岗位": "public_welfare",
    "以工代赈": "work_relief",
    "村级扶贫专岗": "village_post",
    "就业见习": "internship",
    "选派": "dispatch",
    "挂职": "secondment",
    "专家服务": "expert_service",
    "引进人才": "talent",
    "博士后": "postdoc",
    "普通": "ordinary",
    "见习": "internship",
}
YES_NO: Final = {"是": True, "否": False, "有": True, "无": False, "yes": True, "no": False}


def shown(labels: Mapping[str, str | bool]) -> tuple[str, ...]:
    """Return one label a code, the first."""
    first: dict[str | bool, str] = {}
    for label, code in labels.items():
        first.setdefault(code, label)
    return tuple(first.values())
