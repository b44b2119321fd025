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
VISIT_KIND: Final = {"摸底调查": "survey", "跟踪回访": "follow_up", "政策宣传": "publicity", "慰问": "solicitude"}
ROLE: Final = {"村级": "village", "乡镇级": "township", "县级": "county", "市级": "city"}
GRADE: Final = {"优秀": "excellent", "合格": "qualified", "基本合格": "basic", "不合格": "failed"}
ORGANISATION_KIND: Final = {
    "培训基地": "training_base",
    "村级平台": "village_platform",
    "人才工作站": "talent_station",
    "人力资源机构": "agency",
}
PROVIDER_KIND: Final = {
    "公共机构": "public_agency",
    "省重点技工学校": "provincial_key_technical_school",
    "县级培训基地": "county_training_base",
    "其他": "other",
}
SENDER_KIND: Final = {
    "机关": "government",
    "学校": "school",
    "医院": "hospital",
    "科研院所": "research",
    "企业": "enterprise",
    "其他": "other",
}
TITLE_LEVEL: Final = {"无": "none", "初级": "junior", "中级": "middle", "高级": "senior"}
SCHOOL_KIND: Final = {
    "高校": "college",
    "技师学院高级工班": "technical_senior",
    "技师学院预备技师班": "technical_prep",
    "特殊教育院校职业教育类": "special_vocational",
}
YES_NO: Final = {"是": True, "否": False, "有": True, "无": False, "yes": True, "no": False}


def shown(labels: Mapping[str, str | bool]) -> tuple[str, ...]:
    """Return one label a code, the first."""
    return tuple(first(labels).values())


def first(labels: Mapping[str, str | bool]) -> dict[str | bool, str]:
    """Return the codes, each with its first label."""
    found: dict[str | bool, str] = {}
    for label, code in labels.items():
        found.setdefault(code, label)
    return found
