"""Who may be offered what: the hard rules, each with its name. Neither sex nor disability is looked at.

Sources: 劳动法 art. 15 (nobody works before 16); GB/T 4658-2006 (levels of education).
"""

from collections.abc import Callable
from datetime import date

from services.matching.domain.distance import is_within
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

WORKING_AGE = 16

# By the first digit of the code. Vocational (4, and 5 of the edition of 1984) and general (6) upper secondary schools
# are one level: who asks for one takes the other.
_LEVELS = {"1": 7, "2": 6, "3": 5, "4": 4, "5": 4, "6": 4, "7": 3, "8": 2, "9": 1}
_LEFT_EARLY = frozenset({"13", "16", "19", "23", "33", "43", "46", "49", "63", "73", "83"})  # 肄业

Rule = Callable[[Seeker, Vacancy, date], bool]


def age_on(born_on: date, day: date) -> int:
    """Return the full years of age on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def education_rank(code: str) -> int:
    """Return the rank of a GB/T 4658 code, higher for more; who left a school early ranks below who finished it."""
    return 2 * _LEVELS[code[0]] - (code in _LEFT_EARLY)


def _is_open(_: Seeker, vacancy: Vacancy, on: date) -> bool:
    return vacancy.is_open(on)


def _is_of_age(seeker: Seeker, vacancy: Vacancy, on: date) -> bool:
    if seeker.born_on is None:
        return False
    lowest = max(WORKING_AGE, vacancy.age_min or WORKING_AGE)
    age = age_on(seeker.born_on, on)
    return lowest <= age and (vacancy.age_max is None or age <= vacancy.age_max)


def _is_educated(seeker: Seeker, vacancy: Vacancy, _: date) -> bool:
    if not vacancy.education_min:
        return True
    return bool(seeker.education) and education_rank(seeker.education) >= education_rank(vacancy.education_min)


def _is_meant(seeker: Seeker, vacancy: Vacancy, _: date) -> bool:
    return not vacancy.reserved_for or seeker.status in vacancy.reserved_for


def _is_near(seeker: Seeker, vacancy: Vacancy, _: date) -> bool:
    if seeker.spot and vacancy.spot and seeker.max_distance_km is not None:
        return is_within(seeker.spot, vacancy.spot, km=seeker.max_distance_km)
    return seeker.county == vacancy.county


def _pays(seeker: Seeker, vacancy: Vacancy, _: date) -> bool:
    return vacancy.best_wage_fen is None or vacancy.best_wage_fen >= seeker.wanted_wage_fen


_RULES: dict[str, Rule] = {
    "not_open": _is_open,
    "reserved": _is_meant,
    "too_far": _is_near,
    "age": _is_of_age,
    "education": _is_educated,
    "wage": _pays,
}


def why_not(seeker: Seeker, vacancy_id: str, vacancy: Vacancy, on: date) -> str | None:
    """Return the first reason that keeps a person from being offered a vacancy on a day; None: nothing does."""
    if seeker.obstacle is not None:
        return seeker.obstacle
    if vacancy_id in seeker.offered:
        return "already_offered"
    if not vacancy.room:
        return "enough_candidates"
    return next((name for name, rule in _RULES.items() if not rule(seeker, vacancy, on)), None)
