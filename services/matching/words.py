"""What the terms and the hard rules of matching are called, for people."""

from collections.abc import Callable, Mapping
from typing import Final

from services.matching.domain.occupation import LEVELS
from shared.money import yuan
from shared.ops.words import say

Known = Mapping[str, int]

TERMS: Final = {
    "skills": ("技能", "skills"),
    "occupation": ("职业", "occupation"),
    "nearness": ("就近", "nearness"),
    "wage": ("工资", "wage"),
    "freshness": ("新近", "freshness"),
    "stability": ("稳定", "stability"),
    "need": ("帮扶身份", "need"),
    "waiting": ("待业时间", "waiting"),
    "household": ("家庭就业", "household"),
}

RULES: Final = {
    "not_looking": ("本人正在求职", "looks for work"),
    "no_consent": ("本人同意接收岗位短信", "agreed to messages about jobs"),
    "not_able": ("有劳动能力", "is able to work"),
    "employed": ("目前未就业", "has no work now"),
    "holds_a_place": ("没有已接受待录用的岗位", "holds no place already"),
    "enough_offers": ("未答复的推荐未满", "has not too many unanswered offers"),
    "enough_today": ("未超过每日推荐上限", "within the offers of a day"),
    "enough_this_week": ("未超过每周推荐上限", "within the offers of a week"),
    "already_offered": (
        "该岗位未曾向本人推荐（拒绝过的不再推荐）",
        "was never offered this vacancy, so never refused it",
    ),
    "enough_candidates": ("该岗位候选人未满", "the vacancy has room for candidates"),
    "not_open": ("岗位在招", "the vacancy is open"),
    "no_place": ("尚有空额（已接受的占额）", "a place is left; acceptances hold theirs"),
    "employer_blocked": ("用人单位未被停发", "the employer is not blocked"),
    "below_minimum_wage": ("工资不低于当地最低工资标准", "the wage is not below the local minimum"),
    "enough_asked": ("该岗位推荐总人次未满", "the vacancy was not offered to too many"),
    "listed_first": ("公益岗位先给建档立卡人员", "public posts are for listed people first"),
    "reserved": ("属于岗位面向的人员", "is among whom the vacancy is for"),
    "too_far": ("在本县或本人愿去的距离内", "within the county or the distance wanted"),
    "working_age": ("满16岁且未到法定退休年龄", "is 16 and below the statutory retirement age"),
    "age": ("符合岗位年龄要求", "is of the age asked for"),
    "education": ("符合岗位学历要求", "has the education asked for"),
    "wage": ("工资不低于本人期望", "the wage is not below what is wanted"),
    "term_used_up": ("公益性岗位期限未满", "the term of public-welfare posts is not used up"),
    "called_too_often": ("专家、派遣未过于频繁", "is not called as an expert too often"),
}


def reason_of(term: str, known: Known) -> str:
    """Return why a term is what it is, from what was measured; empty where nothing was kept."""
    return _REASONS[term](known) if known and term in _REASONS else ""


def _skills(known: Known) -> str:
    asked, had = known["skills_asked"], known["skills_had"]
    if not asked:
        return say("岗位不要求技能", "no skill is asked for")
    return say(f"所需技能按稀缺度计 {asked}，具备 {had}", f"has {had} of {asked}, each skill by its rarity")


def _occupation(known: Known) -> str:
    levels = known["occupation_levels"]
    if levels in (0, LEVELS):
        return say("与意向职业相同", "the one wanted") if levels else say("不是意向职业", "not one that is wanted")
    return say(f"与意向职业编码前 {levels} 级相同", f"{levels} of {LEVELS} levels of the code agree")


def _nearness(known: Known) -> str:
    where = say("不同县", "another county")
    if known["same_township"]:
        where = say("同一乡镇", "the same township")
    elif known["same_county"]:
        where = say("同一县", "the same county")
    km = known.get("km")
    return where if km is None else say(f"{where}，相距 {km} 公里", f"{where}, {km} km away")


def _wage(known: Known) -> str:
    best, wanted = yuan(known["wage_fen"]), yuan(known["wanted_fen"])
    return say(f"月薪最高 {best} 元，期望 {wanted} 元", f"pays up to {best} yuan, {wanted} wanted")


def _freshness(known: Known) -> str:
    return say(f"发布或腾退 {known['open_days']} 天", f"opened or vacated {known['open_days']} days ago")


def _stability(known: Known) -> str:
    lasted, begun = known["lasted"], known["begun"]
    return say(f"用工 {begun} 人，满一年或在岗 {lasted} 人", f"of {begun} hired {lasted} stayed a year or are there")


def _need(_: Known) -> str:
    return say("按名册中的帮扶身份", "by the status on the roster")


def _waiting(known: Known) -> str:
    return say(f"待业 {known['waiting_days']} 天", f"{known['waiting_days']} days without work")


def _household(known: Known) -> str:
    if known["idle_household"]:
        return say("已知家庭成员均未就业", "nobody in the household is known to work")
    return say("家庭有人就业或情况不明", "somebody works, or it is not known")


_REASONS: Final[dict[str, Callable[[Known], str]]] = {
    "skills": _skills,
    "occupation": _occupation,
    "nearness": _nearness,
    "wage": _wage,
    "freshness": _freshness,
    "stability": _stability,
    "need": _need,
    "waiting": _waiting,
    "household": _household,
}
