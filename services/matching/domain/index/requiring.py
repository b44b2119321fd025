"""What a vacancy and a day ask of people, as masks over columns: each lets through at least whom the law lets."""

from datetime import date

import numpy as np

from services.matching.domain.fitting import (
    CALLS,
    NO_CONTRACT,
    PUBLIC_WELFARE,
    WORKING_AGE,
    education_rank,
    is_cadres_post,
)
from services.matching.domain.index.scanning import Mask, Rule
from services.matching.domain.index.seeker_columns import At
from services.matching.domain.index.shelf import CLIP, Shelf
from services.matching.domain.index.statuses import ALL, bits_of
from services.matching.domain.index.working import born_from
from services.matching.domain.retirement import group_of
from services.matching.domain.scene import Scene
from services.matching.domain.vacancy import Vacancy

_YEAR = 10_000  # days are written yyyymmdd, so that full years between them are differences
_EARLIEST_RETIREMENT = 50
_A_MONTH, _A_WEEK = 29, 6


class Asking:
    """Days as numbers whose differences of ten thousands are full years."""

    @staticmethod
    def day(day: date | None) -> int:
        """Return a day as yyyymmdd, 0 for none."""
        return 0 if day is None else day.year * _YEAR + day.month * 100 + day.day


def rules_of(vacancy: Vacancy, scene: Scene) -> list[Rule]:
    """Return the rules for people that a vacancy has on a day."""
    rules = [*_of_age(vacancy, scene), _is_written_rarely(scene)]
    if vacancy.education_min:
        least = education_rank(vacancy.education_min)
        rules.append(lambda shelf: shelf.columns[At.EDUCATION] >= least)
    statuses = _statuses(vacancy, scene)
    if statuses != ALL:
        rules.append(lambda shelf: shelf.columns[At.STATUS_BIT] & statuses != 0)
    wage = vacancy.best_wage_fen
    if wage is not None:
        rules.append(lambda shelf: shelf.columns[At.WAGE] <= min(wage, CLIP))
    if vacancy.post_kind in PUBLIC_WELFARE:
        rules.append(_has_term_left(scene))
    if vacancy.post_kind in CALLS and scene.limits.calls_per_month == 1:
        before = scene.on.toordinal() - _A_MONTH
        rules.append(lambda shelf: shelf.columns[At.CALL_LAST] < before)
    return rules


def _statuses(vacancy: Vacancy, scene: Scene) -> int:
    meant = bits_of(vacancy.reserved_for) if vacancy.reserved_for else ALL
    until = vacancy.first_until(scene.limits)
    return meant & bits_of(scene.limits.listed_first) if until is not None and scene.on < until else meant


def _of_age(vacancy: Vacancy, scene: Scene) -> list[Rule]:
    today = Asking.day(scene.on)
    latest = today - max(WORKING_AGE, vacancy.age_min or 0) * _YEAR
    rules: list[Rule] = [lambda shelf: shelf.columns[At.BORN] <= latest]
    if vacancy.age_max is not None:
        after = today - (vacancy.age_max + 1) * _YEAR
        rules.append(lambda shelf: shelf.columns[At.BORN] > after)
    if vacancy.post_kind not in NO_CONTRACT:
        cadre = is_cadres_post(vacancy)
        men, women = (Asking.day(born_from(group_of(sex, cadre=cadre), scene.on)) for sex in ("male", "female"))
        first = np.array([men, women], np.int32)
        rules.append(lambda shelf: shelf.columns[At.BORN] >= first[shelf.columns[At.FEMALE]])
    return rules


def _is_written_rarely(scene: Scene) -> Rule:
    today, limits = scene.on.toordinal(), scene.limits

    def rarely(shelf: Shelf) -> Mask:
        columns = shelf.columns
        day = (columns[At.OFFER_LAST] >= today) & (columns[At.OFFERS_ON_LAST] >= limits.offers_per_day)
        week = (columns[At.OFFER_FIRST] >= today - _A_WEEK) & (columns[At.OFFERS] >= limits.offers_per_week)
        found: Mask = ~(day | week) & (columns[At.OPEN] < limits.open_offers)
        return found

    return rarely


def _has_term_left(scene: Scene) -> Rule:
    """Return the rule of the term, lenient where a post is not over or the exception for the elderly may hold."""
    today, limits = scene.on.toordinal(), scene.limits
    late = (_EARLIEST_RETIREMENT - limits.near_retirement_years) * _YEAR

    def has_left(shelf: Shelf) -> Mask:
        columns = shelf.columns
        left: Mask = (
            (columns[At.PUBLIC_DAYS] < limits.public_post_days)
            | (columns[At.PUBLIC_LAST] > today)
            | (columns[At.PUBLIC_FIRST] - columns[At.BORN] >= late)
        )
        return left

    return has_left
