"""Who may be offered what: the hard rules, each with its name and its source.

No rule looks at disability. Sex is looked at by one alone, `working_age`, because the law's retirement age does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from services.matching.domain.distance import is_within
from services.matching.domain.jobs import days_in
from services.matching.domain.occupation import is_cadres
from services.matching.domain.retirement import group_of, retires_on
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import WEEK, Seeker
from services.matching.domain.vacancy import Vacancy
from shared.calendar import add_months

WORKING_AGE = 16

# By the first digit of the code. Vocational (4, and 5 of the edition of 1984) and general (6) upper secondary schools
# are one level: who asks for one takes the other.
_LEVELS = {"1": 7, "2": 6, "3": 5, "4": 4, "5": 4, "6": 4, "7": 3, "8": 2, "9": 1}
_LEFT_EARLY = frozenset({"13", "16", "19", "23", "33", "43", "46", "49", "63", "73", "83"})  # 肄业

NO_CONTRACT = frozenset({"work_relief", "village_post"})  # help in return for work, without a contract of employment
PUBLIC_WELFARE = frozenset({"public_welfare"})
CALLS = frozenset({"expert_service", "dispatch", "secondment"})
_CADRES_POSTS = frozenset({"talent", "postdoc", "expert_service", "secondment"})
_A_MONTH, _A_YEAR = timedelta(days=29), timedelta(days=364)


def age_on(born_on: date, day: date) -> int:
    """Return the full years of age on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


@lru_cache(maxsize=256)
def education_rank(code: str) -> int:
    """Return the rank of a GB/T 4658 code, higher for more; who left a school early ranks below who finished it."""
    return 2 * _LEVELS[code[0]] - (code in _LEFT_EARLY)


def is_cadres_post(vacancy: Vacancy) -> bool:
    """Tell whether a woman may work there to a cadre's retirement age; what is not known to be one is a worker's."""
    return vacancy.post_kind in _CADRES_POSTS or is_cadres(vacancy.occupation)


def _is_open(_: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    return vacancy.is_open(scene.on)


def _has_place(_: Seeker, vacancy: Vacancy, __: Scene) -> bool:
    return vacancy.places_left > 0


def _is_paid(_: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    return not scene.stability(vacancy.uscc).is_blocked(scene.on)


def _pays_by_law(_: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    stated = vacancy.wage_min_fen or vacancy.wage_max_fen
    floor = scene.minimum_wage(vacancy.county)
    return vacancy.post_kind in NO_CONTRACT or stated is None or floor is None or stated >= floor


def _is_asked_rarely(_: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    return vacancy.asked < scene.limits.asked_per_opening * vacancy.openings


def _is_first(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    until = vacancy.first_until(scene.limits)
    return until is None or scene.on >= until or seeker.status in scene.limits.listed_first


def _is_meant(seeker: Seeker, vacancy: Vacancy, _: Scene) -> bool:
    return not vacancy.reserved_for or seeker.status in vacancy.reserved_for


def _is_near(seeker: Seeker, vacancy: Vacancy, _: Scene) -> bool:
    if seeker.spot and vacancy.spot and seeker.max_distance_km is not None:
        return is_within(seeker.spot, vacancy.spot, km=seeker.max_distance_km)
    return seeker.county == vacancy.county


def _may_work(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    if seeker.born_on is None or age_on(seeker.born_on, scene.on) < WORKING_AGE:
        return False
    if vacancy.post_kind in NO_CONTRACT:
        return True
    return scene.on < retires_on(seeker.born_on, group_of(seeker.sex, cadre=is_cadres_post(vacancy)), scene.on)


def _is_of_age(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    if seeker.born_on is None:
        return vacancy.age_min is None and vacancy.age_max is None
    age = age_on(seeker.born_on, scene.on)
    return (vacancy.age_min or 0) <= age and (vacancy.age_max is None or age <= vacancy.age_max)


def _is_educated(seeker: Seeker, vacancy: Vacancy, _: Scene) -> bool:
    if not vacancy.education_min:
        return True
    return bool(seeker.education) and education_rank(seeker.education) >= education_rank(vacancy.education_min)


def _pays(seeker: Seeker, vacancy: Vacancy, _: Scene) -> bool:
    return vacancy.best_wage_fen is None or vacancy.best_wage_fen >= seeker.wanted_wage_fen


def _has_term_left(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    if vacancy.post_kind not in PUBLIC_WELFARE:
        return True
    if days_in(seeker.jobs, PUBLIC_WELFARE, scene.on) < scene.limits.public_post_days:
        return True
    return seeker.born_on is not None and _began_near_retirement(seeker, seeker.born_on, scene)


def _began_near_retirement(seeker: Seeker, born_on: date, scene: Scene) -> bool:
    """Tell whether the first public-welfare post began so late that it goes on; by the law of that day."""
    first = min(job.starts_on for job in seeker.jobs if job.post_kind in PUBLIC_WELFARE)
    retires = retires_on(born_on, group_of(seeker.sex, cadre=False), first)
    return add_months(first, 12 * scene.limits.near_retirement_years) > retires


def _is_called_rarely(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> bool:
    if vacancy.post_kind not in CALLS:
        return True
    starts = [job.starts_on for job in seeker.jobs if job.post_kind in CALLS and job.days(date.max)]
    month = sum(start >= scene.on - _A_MONTH for start in starts)
    year = sum(start >= scene.on - _A_YEAR for start in starts)
    return month < scene.limits.calls_per_month and year < scene.limits.calls_per_year


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule: what holds for two that fit.

    Args:
        side: Whether it looks at the vacancy alone, or at both.
        source: The law or document, or the choice of the project.
    """

    name: str
    holds: Callable[[Seeker, Vacancy, Scene], bool]
    side: str
    source: str


OWN = "项目规则"
RULES: tuple[Rule, ...] = (
    Rule("not_open", _is_open, "vacancy", OWN),
    Rule("no_place", _has_place, "vacancy", OWN),
    Rule("employer_blocked", _is_paid, "vacancy", "payee.blocked"),
    Rule("below_minimum_wage", _pays_by_law, "vacancy", "最低工资规定（劳动保障部令第21号，2004）第3、12条"),
    Rule("enough_asked", _is_asked_rarely, "vacancy", OWN),
    Rule("listed_first", _is_first, "both", "新增和腾退的公益岗位优先安置贫困人口"),
    Rule("reserved", _is_meant, "both", "vacancy.opened: reserved_for"),
    Rule("too_far", _is_near, "both", "精准扶贫行动计划（2017—2020年）第3条：就近就地"),
    Rule("working_age", _may_work, "both", "劳动法第15条；国发〔1978〕104号；渐进式延迟法定退休年龄的决定（2024）"),
    Rule("age", _is_of_age, "both", "vacancy.opened: age_min, age_max"),
    Rule("education", _is_educated, "both", "GB/T 4658-2006"),
    Rule("wage", _pays, "both", "jobseeker.registered: wanted_wage_fen"),
    Rule("term_used_up", _has_term_left, "both", "财社〔2017〕164号：公益性岗位最长3年"),
    Rule("called_too_often", _is_called_rarely, "both", "避免频繁组织同一位人才参与活动"),
)

_OF_VACANCY = tuple(rule for rule in RULES if rule.side == "vacancy")
_OF_BOTH = tuple(rule for rule in RULES if rule.side == "both")
_NOBODY = Seeker()

# What is known of the person alone, before any vacancy is looked at.
PERSON_RULES: dict[str, str] = {
    "not_looking": OWN,
    "no_consent": "个人信息保护法第13、15条；通信短信息服务管理规定（2015）第18条",
    "not_able": "roster.entry: labour_ability",
    "employed": OWN,
    "holds_a_place": OWN,
    "enough_offers": OWN,
    "enough_today": OWN,
    "enough_this_week": OWN,
}
# What is known of the two together.
PAIR_RULES: dict[str, str] = {"already_offered": OWN, "enough_candidates": OWN}


def obstacle(seeker: Seeker, scene: Scene) -> str | None:
    """Return why a person may not be sent any offer on a day; None: they may."""
    if seeker.obstacle is not None:
        return seeker.obstacle
    if len(seeker.open) >= scene.limits.open_offers:
        return "enough_offers"
    if seeker.offers_since(scene.on) >= scene.limits.offers_per_day:
        return "enough_today"
    return "enough_this_week" if _left_this_week(seeker, scene) <= 0 else None


def room(seeker: Seeker, scene: Scene) -> int:
    """Return how many more offers a person may be sent on a day."""
    left_today = scene.limits.offers_per_day - seeker.offers_since(scene.on)
    left_open = scene.limits.open_offers - len(seeker.open)
    return max(0, min(left_open, left_today, _left_this_week(seeker, scene)))


def rests_until(seeker: Seeker, scene: Scene) -> date | None:
    """Return the day on which a person may be sent an offer again who had enough; None if that is no obstacle."""
    match obstacle(seeker, scene):
        case "enough_today":
            return scene.on + timedelta(days=1)
        case "enough_this_week":
            days = sorted(seeker.offered_on)
            return days[len(days) - scene.limits.offers_per_week] + WEEK
        case _:
            return None


def why_not(seeker: Seeker, vacancy_id: str, vacancy: Vacancy, scene: Scene) -> str | None:
    """Return the first reason that keeps a person from being offered a vacancy on a day; None: nothing does."""
    if (reason := obstacle(seeker, scene)) is not None:
        return reason
    if vacancy_id in seeker.offered:
        return "already_offered"
    return closed(vacancy, scene) or apart(seeker, vacancy, scene)


def closed(vacancy: Vacancy, scene: Scene) -> str | None:
    """Return why nobody may be offered a vacancy on a day; None: somebody may."""
    if not vacancy.room(scene.limits):
        return "enough_candidates"
    return _broken(_OF_VACANCY, _NOBODY, vacancy, scene)


def apart(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> str | None:
    """Return which rule that looks at both keeps a person from a vacancy on a day; None: none does."""
    return _broken(_OF_BOTH, seeker, vacancy, scene)


def _broken(rules: tuple[Rule, ...], seeker: Seeker, vacancy: Vacancy, scene: Scene) -> str | None:
    for rule in rules:
        if not rule.holds(seeker, vacancy, scene):
            return rule.name
    return None


def _left_this_week(seeker: Seeker, scene: Scene) -> int:
    return scene.limits.offers_per_week - seeker.offers_since(scene.on - timedelta(days=6))
