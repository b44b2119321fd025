"""What a vacancy and a day ask of people, as least values and masks: each lets through at least whom the law lets."""

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
from services.matching.domain.index.scanning import NO_LEAST, Mask, Rows, Rule, Small
from services.matching.domain.index.seeker_columns import At
from services.matching.domain.index.shelf import CLIP
from services.matching.domain.index.statuses import STATUSES
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


def least_of(vacancy: Vacancy, scene: Scene) -> Small:
    """Return what the first columns of a person have to come to."""
    least = np.full((At.ASKED, 1), NO_LEAST, np.int32)
    today, wage = Asking.day(scene.on), vacancy.best_wage_fen
    oldest = [int(_retiring(vacancy, scene).min())] if vacancy.post_kind not in NO_CONTRACT else []
    if vacancy.age_max is not None:
        oldest.append(today - (vacancy.age_max + 1) * _YEAR + 1)
    least[At.BORN] = max(oldest, default=NO_LEAST)
    least[At.BORN_NEGATED] = max(WORKING_AGE, vacancy.age_min or 0) * _YEAR - today
    if vacancy.education_min:
        least[At.EDUCATION] = education_rank(vacancy.education_min)
    if wage is not None:
        least[At.WAGE_NEGATED] = -min(wage, CLIP)
    least[At.OPEN_NEGATED] = 1 - scene.limits.open_offers
    return least


def rules_of(vacancy: Vacancy, scene: Scene) -> list[Rule]:
    """Return the other rules for people that a vacancy has on a day, and that leave out many."""
    rules: list[Rule] = []
    meant = _statuses(vacancy, scene)
    if not meant.all():
        rules.append(lambda rows: meant.take(rows[At.STATUS]))
    if vacancy.post_kind not in NO_CONTRACT:
        first = _retiring(vacancy, scene)
        rules.append(lambda rows: rows[At.BORN] >= first.take(rows[At.FEMALE]))
    return rules


def late_rules_of(vacancy: Vacancy, scene: Scene) -> list[Rule]:
    """Return the rules for people that a vacancy has on a day, and that leave out few."""
    rules = [_is_written_rarely(scene)]
    if vacancy.post_kind in PUBLIC_WELFARE:
        rules.append(_has_term_left(scene))
    if vacancy.post_kind in CALLS and scene.limits.calls_per_month == 1:
        before = scene.on.toordinal() - _A_MONTH
        rules.append(lambda rows: rows[At.CALL_LAST] < before)
    return rules


def _statuses(vacancy: Vacancy, scene: Scene) -> Mask:
    """Return by number whether a status is among those that may be offered it."""
    until = vacancy.first_until(scene.limits)
    kept = until is not None and scene.on < until
    return np.array(
        [
            (not vacancy.reserved_for or status in vacancy.reserved_for)
            and (not kept or status in scene.limits.listed_first)
            for status in STATUSES
        ]
    )


def _retiring(vacancy: Vacancy, scene: Scene) -> Small:
    """Return the first days of birth of men and of women who may still work there."""
    cadre = is_cadres_post(vacancy)
    return np.array(
        [Asking.day(born_from(group_of(sex, cadre=cadre), scene.on)) for sex in ("male", "female")], np.int32
    )


def _is_written_rarely(scene: Scene) -> Rule:
    today, limits = scene.on.toordinal(), scene.limits

    def rarely(rows: Rows) -> Mask:
        day = (rows[At.OFFER_LAST] >= today) & (rows[At.OFFERS_ON_LAST] >= limits.offers_per_day)
        week = (rows[At.OFFER_FIRST] >= today - _A_WEEK) & (rows[At.OFFERS] >= limits.offers_per_week)
        found: Mask = ~(day | week)
        return found

    return rarely


def _has_term_left(scene: Scene) -> Rule:
    """Return the rule of the term, lenient where a post is not over or the exception for the elderly may hold."""
    today, limits = scene.on.toordinal(), scene.limits
    late = (_EARLIEST_RETIREMENT - limits.near_retirement_years) * _YEAR

    def has_left(rows: Rows) -> Mask:
        left: Mask = (
            (rows[At.PUBLIC_DAYS] < limits.public_post_days)
            | (rows[At.PUBLIC_LAST] > today)
            | (rows[At.PUBLIC_FIRST] - rows[At.BORN] >= late)
        )
        return left

    return has_left
