"""The index of people who can be sent offers: what each can and wants, as columns."""

from collections.abc import Container, Mapping
from datetime import date
from typing import TypeVar

import numpy as np

from services.matching.domain.distance import all_within
from services.matching.domain.fitting import WORKING_AGE, education_rank
from services.matching.domain.index.ranking import Best
from services.matching.domain.index.scanning import Ints, Query, Rule, Term, look_for, lookup, slots_sum
from services.matching.domain.index.shelf import CLIP, Row, Shelf
from services.matching.domain.index.shelves import Place, Shelves, place_of
from services.matching.domain.index.statuses import ALL, NUMBERS, STATUSES, bit_of, bits_of
from services.matching.domain.index.words import ANY, EMPTY, Words
from services.matching.domain.scoring import Weights
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

P = TypeVar("P")

(_BORN, _EDUCATION, _STATUS, _STATUS_BIT, _WAGE, _NORTH, _EAST, _REACH, _TOWNSHIP, _KNOWN) = range(10)
_OCCUPATIONS = range(10, 14)
_SKILLS = range(14, 22)
_WIDTH = 22
_YEAR = 10_000  # days are written yyyymmdd, so that whole years of age are differences


class SeekerIndex:
    """People whom nothing but the day, the place and the vacancy can keep from being sent an offer."""

    def __init__(self, states: Mapping[str, Seeker]) -> None:
        self._skills, self._occupations, self._townships = Words(), Words(), Words()
        self._shelves = Shelves(_WIDTH)
        self._shelves.extend((id_, *self._row(state)) for id_, state in states.items() if _can_be_sent(state))

    def __len__(self) -> int:
        return len(self._shelves)

    @property
    def bytes(self) -> int:
        """Memory of the columns."""
        return self._shelves.bytes

    def put(self, id_: str, state: Seeker | None) -> None:
        """Take the state that a person has now; None: it is gone."""
        if state is not None and _can_be_sent(state):
            self._shelves.put(id_, *self._row(state))
        else:
            self._shelves.drop(id_)

    def look_for(self, best: Best[P], vacancy: Vacancy, on: date, weights: Weights, skip: Container[str]) -> None:
        """Find the best people for a vacancy, but for some ids."""
        spot = vacancy.spot
        query = Query(
            rules=_rules(vacancy, on),
            near=None if spot is None else lambda c, r: all_within(
                spot, c[_NORTH][r], c[_EAST][r], c[_REACH][r].astype(np.int64)
            ),
            terms=self._terms(vacancy, weights),
            tie=lambda c, rows: c[_KNOWN][rows].astype(np.int64),
        )  # fmt: skip
        look_for(best, query, self._shelves.near(vacancy.county, spot, None), skip)

    def _row(self, state: Seeker) -> tuple[Place, Row]:
        reach = state.max_distance_km or 0
        spot = state.spot if state.max_distance_km is not None else None
        return place_of(state.county, spot, reach), (
            0 if state.born_on is None else _written(state.born_on),
            education_rank(state.education) if state.education else 0,
            NUMBERS[state.status],
            bit_of(state.status),
            min(state.wanted_wage_fen, CLIP),
            spot.north if spot else 0,
            spot.east if spot else 0,
            reach,
            self._townships.number(state.township),
            min(state.known_sequence, CLIP),
            *self._occupations.slots(state.occupations, len(_OCCUPATIONS)),
            *self._skills.slots(state.skills, len(_SKILLS)),
        )

    def _terms(self, vacancy: Vacancy, weights: Weights) -> list[Term]:
        needs = np.array([weights.need[status] for status in STATUSES], np.int64)
        return [
            self._wanted(vacancy, weights),
            self._skilled(vacancy, weights),
            Term(max(weights.need.values()), lambda shelf, rows: needs[shelf.columns[_STATUS][rows]]),
            self._nearness(vacancy, weights),
            _paid(vacancy, weights),
        ]

    def _wanted(self, vacancy: Vacancy, weights: Weights) -> Term:
        number = self._occupations.known(vacancy.occupation or vacancy.title)
        table = lookup(len(self._occupations), [(number, weights.occupation), (ANY, weights.occupation), (EMPTY, 0)])
        return Term(
            weights.occupation,
            lambda shelf, rows: np.minimum(slots_sum(shelf.columns, _OCCUPATIONS, rows, table), weights.occupation),
        )

    def _skilled(self, vacancy: Vacancy, weights: Weights) -> Term:
        asked = set(vacancy.skills)
        if not asked:
            return Term(weights.skills, lambda _, rows: np.full(len(rows), weights.skills, np.int64))
        numbers = [(self._skills.known(skill), 1) for skill in asked]
        table = lookup(len(self._skills), [*numbers, (ANY, len(asked)), (EMPTY, 0)])
        return Term(
            weights.skills,
            lambda shelf, rows: weights.skills * slots_sum(shelf.columns, _SKILLS, rows, table) // len(asked),
        )

    def _nearness(self, vacancy: Vacancy, weights: Weights) -> Term:
        township = self._townships.known(vacancy.township)

        def nearness(shelf: Shelf, rows: Ints) -> Ints:
            otherwise = weights.county if shelf.county == vacancy.county else 0
            if township == EMPTY:
                return np.full(len(rows), otherwise, np.int64)
            return np.where(shelf.columns[_TOWNSHIP][rows] == township, weights.township, otherwise)

        return Term(weights.township, nearness)


def _can_be_sent(state: Seeker) -> bool:
    return state.obstacle is None and state.born_on is not None


def _written(day: date) -> int:
    return day.year * _YEAR + day.month * 100 + day.day


def _rules(vacancy: Vacancy, on: date) -> list[Rule]:
    today = _written(on)
    lowest = max(WORKING_AGE, vacancy.age_min or WORKING_AGE)
    rules: list[Rule] = [lambda c: c[_BORN] <= today - lowest * _YEAR]
    if vacancy.age_max is not None:
        after = today - (vacancy.age_max + 1) * _YEAR
        rules.append(lambda c: c[_BORN] > after)
    if vacancy.education_min:
        least = education_rank(vacancy.education_min)
        rules.append(lambda c: c[_EDUCATION] >= least)
    statuses = bits_of(vacancy.reserved_for) if vacancy.reserved_for else ALL
    if statuses != ALL:
        rules.append(lambda c: c[_STATUS_BIT] & statuses != 0)
    wage = vacancy.best_wage_fen
    if wage is not None:
        rules.append(lambda c: c[_WAGE] <= min(wage, CLIP))
    return rules


def _paid(vacancy: Vacancy, weights: Weights) -> Term:
    wage = vacancy.best_wage_fen
    if wage is None:
        return Term(0, lambda _, rows: np.zeros(len(rows), np.int64))

    def paid(shelf: Shelf, rows: Ints) -> Ints:
        wanted = shelf.columns[_WAGE][rows].astype(np.int64)
        over = weights.wage * 2 * (wage - wanted) // np.maximum(wanted, 1)
        return np.where(wanted == 0, 0, np.clip(over, 0, weights.wage))

    return Term(weights.wage, paid)
