"""What a person or a vacancy asks of the rivals: every hard rule that a filter of theirs can say."""

from typing import Any

import tantivy

from bench.market import TODAY
from bench.rivals import Tantivy, both, either, group_name
from services.matching.domain.distance import Spot
from services.matching.domain.fitting import WORKING_AGE, age_on, education_rank
from services.matching.domain.index.requiring import Asking
from services.matching.domain.index.working import born_from
from services.matching.domain.limits import Limits
from services.matching.domain.retirement import group_of
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

_FILTERS = "circles and how far each goes (one box instead), what binds nobody here (blocks, wage floors, terms, caps)"
LEFT_OUT = {
    "numpy": "nothing",
    "mongodb": f"{_FILTERS}; of the score wage, freshness, stability, waiting, household",
    "tantivy": f"{_FILTERS}; of the score all but skills and the exact occupation; ids",
    "tantivy, ids": "the same, but names whom it found",
}
FARTHEST_KM = 60  # that anybody goes in this market
_YEAR = 10_000
_DAY = Asking.day(TODAY)


def posts_for(seeker: Seeker, limits: Limits) -> dict[str, Any]:
    """Return what a person asks of vacancies in MongoDB."""
    age = _age(seeker)
    ruled: dict[str, Any] = {
        "closes": {"$gte": TODAY.toordinal()}, "education": {"$lte": education_rank(seeker.education)},
        "wage": {"$gte": seeker.wanted_wage_fen}, "age_min": {"$lte": age}, "age_max": {"$gte": age},
        "reserved": {"$in": ["all", seeker.status]}, "left": {"$gte": 1}, "group": {"$in": _groups(seeker)},
    }  # fmt: skip
    if seeker.status not in limits.listed_first:
        ruled["everyones"] = {"$lte": TODAY.toordinal()}
    if seeker.spot is None or seeker.max_distance_km is None:
        return {"any": seeker.county, **ruled}
    return {"$or": [{"county": seeker.county, **ruled}, {**_box(seeker.spot, seeker.max_distance_km), **ruled}]}


def posts_in(text: Tantivy, seeker: Seeker, limits: Limits) -> list[tantivy.Query]:
    """Return what a person asks of vacancies in tantivy."""
    age, groups = _age(seeker), _groups(seeker)
    place = text.term("any", seeker.county)
    if seeker.spot is not None and seeker.max_distance_km is not None:
        place = either([text.term("county", seeker.county), _box_in(text, seeker.spot, seeker.max_distance_km)])
    filters = [
        place,
        text.between("closes", TODAY.toordinal(), None),
        text.between("education", None, education_rank(seeker.education)),
        text.between("wage", seeker.wanted_wage_fen, None),
        text.between("age_min", None, age),
        text.between("age_max", age, None),
        text.between("left", 1, None),
        either([text.term("reserved", "all"), text.term("reserved", seeker.status)]),
    ]
    if len(groups) < len(_GROUPS):
        filters.append(either([text.term("group", group) for group in groups]))
    if seeker.status not in limits.listed_first:
        filters.append(text.between("everyones", None, TODAY.toordinal()))
    return filters


def people_for(vacancy: Vacancy) -> dict[str, Any]:
    """Return what a vacancy asks of people in MongoDB."""
    youngest, men, women = _born(vacancy)
    ruled: dict[str, Any] = {
        "wage": {"$lte": vacancy.best_wage_fen}, "born": {"$lte": youngest},
        "man_born": {"$gte": men}, "woman_born": {"$gte": women},
    }  # fmt: skip
    if vacancy.education_min:
        ruled["education"] = {"$gte": education_rank(vacancy.education_min)}
    if vacancy.reserved_for:
        ruled["status"] = {"$in": list(vacancy.reserved_for)}
    if vacancy.spot is None:
        return {"any": vacancy.county, **ruled}
    return {"$or": [{"county": vacancy.county, **ruled}, {**_box(vacancy.spot, FARTHEST_KM), **ruled}]}


def people_in(text: Tantivy, vacancy: Vacancy) -> list[tantivy.Query]:
    """Return what a vacancy asks of people in tantivy."""
    youngest, men, women = _born(vacancy)
    filters = [
        text.between("born", None, youngest),
        text.between("man_born", men, None),
        text.between("woman_born", women, None),
        text.between("wage", None, vacancy.best_wage_fen),
    ]
    if vacancy.education_min:
        filters.append(text.between("education", education_rank(vacancy.education_min), None))
    if vacancy.reserved_for:
        filters.append(either([text.term("status", status) for status in vacancy.reserved_for]))
    place = text.term("any", vacancy.county)
    if vacancy.spot is not None:
        place = either([text.term("county", vacancy.county), _box_in(text, vacancy.spot, FARTHEST_KM)])
    return [place, *filters]


_GROUPS = ("anyone", "worker", "cadre")


def _groups(seeker: Seeker) -> list[str]:
    """Return in which groups of posts a person is of working age."""
    assert seeker.born_on is not None
    firsts = {name: born_from(group_of(seeker.sex, cadre=name == "cadre"), TODAY) for name in _GROUPS[1:]}
    return ["anyone", *(name for name, first in firsts.items() if seeker.born_on >= first)]


def _age(seeker: Seeker) -> int:
    assert seeker.born_on is not None
    return age_on(seeker.born_on, TODAY)


def _born(vacancy: Vacancy) -> tuple[int, int, int]:
    """Return the latest day of birth of who may work there, and the earliest one of men and of women."""
    after = 0 if vacancy.age_max is None else _DAY - (vacancy.age_max + 1) * _YEAR + 1
    group = group_name(vacancy)
    ages = [group_of("male", cadre=group == "cadre"), group_of("female", cadre=group == "cadre")]
    men, women = (0 if group == "anyone" else Asking.day(born_from(age, TODAY)) for age in ages)
    return _DAY - max(WORKING_AGE, vacancy.age_min or 0) * _YEAR, max(men, after), max(women, after)


def _box(spot: Spot, km: int) -> dict[str, Any]:
    north, east = int(km / 1.112), int(km / 1.112 / 0.9)
    return {
        "north": {"$gte": spot.north - north, "$lte": spot.north + north},
        "east": {"$gte": spot.east - east, "$lte": spot.east + east},
    }


def _box_in(text: Tantivy, spot: Spot, km: int) -> tantivy.Query:
    box = _box(spot, km)
    return both([text.between(name, box[name]["$gte"], box[name]["$lte"]) for name in ("north", "east")])
