"""The index of vacancies that can be offered: what each asks for and pays, as columns."""

from collections.abc import Container, Mapping
from datetime import date
from typing import TypeVar

import numpy as np

from services.matching.domain.distance import all_within
from services.matching.domain.fitting import WORKING_AGE, age_on, education_rank
from services.matching.domain.index.ranking import Best
from services.matching.domain.index.scanning import Ints, Mask, Query, Rule, Term, look_for, lookup, slots_sum
from services.matching.domain.index.shelf import CLIP, Columns, Row, Shelf
from services.matching.domain.index.shelves import Place, Shelves, place_of
from services.matching.domain.index.statuses import ALL, bit_of, bits_of
from services.matching.domain.index.words import ANY, EMPTY, Words
from services.matching.domain.scoring import Weights
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

P = TypeVar("P")

(_CLOSES, _STATUSES, _NORTH, _EAST, _AGE_MIN, _AGE_MAX, _EDUCATION, _WAGE, _OCCUPATION, _TOWNSHIP, _ASKED) = range(11)
_SKILLS = range(11, 19)
_WIDTH = 19
_UNSAID = -1


class VacancyIndex:
    """Vacancies with places left and room for more candidates; the others cannot be offered on any day."""

    def __init__(self, states: Mapping[str, Vacancy]) -> None:
        self._skills, self._occupations, self._townships = Words(), Words(), Words()
        self._shelves = Shelves(_WIDTH)
        self._shelves.extend((id_, *self._row(state)) for id_, state in states.items() if _can_be_offered(state))

    def __len__(self) -> int:
        return len(self._shelves)

    @property
    def bytes(self) -> int:
        """Memory of the columns."""
        return self._shelves.bytes

    def put(self, id_: str, state: Vacancy | None) -> None:
        """Take the state that a vacancy has now; None: it is gone."""
        if state is not None and _can_be_offered(state):
            self._shelves.put(id_, *self._row(state))
        else:
            self._shelves.drop(id_)

    def look_for(self, best: Best[P], seeker: Seeker, on: date, weights: Weights, skip: Container[str]) -> None:
        """Find the best vacancies for a person, but for some ids."""
        away = seeker.max_distance_km
        spot = seeker.spot if away is not None else None
        query = Query(
            rules=_rules(seeker, on),
            near=None if spot is None or away is None else lambda c, r: all_within(
                spot, c[_NORTH][r], c[_EAST][r], away
            ),
            terms=self._terms(seeker, weights),
            tie=lambda _, rows: np.zeros(len(rows), np.int64),
        )  # fmt: skip
        look_for(best, query, self._shelves.near(seeker.county, spot, away), skip)

    def _row(self, state: Vacancy) -> tuple[Place, Row]:
        place = place_of(state.county, state.spot, 0)
        skills = self._skills.slots(state.skills, len(_SKILLS))
        wage = state.best_wage_fen
        return place, (
            CLIP if state.closes_on is None else state.closes_on.toordinal(),
            bits_of(state.reserved_for) if state.reserved_for else ALL,
            state.spot.north if state.spot else 0,
            state.spot.east if state.spot else 0,
            max(WORKING_AGE, state.age_min or WORKING_AGE),
            CLIP if state.age_max is None else state.age_max,
            education_rank(state.education_min) if state.education_min else 0,
            _UNSAID if wage is None else min(wage, CLIP),
            self._occupations.number(state.occupation or state.title),
            self._townships.number(state.township),
            sum(number > ANY for number in skills),
            *skills,
        )

    def _terms(self, seeker: Seeker, weights: Weights) -> list[Term]:
        need = weights.need[seeker.status]
        wanted = lookup(
            len(self._occupations),
            ((self._occupations.known(each), weights.occupation) for each in seeker.occupations),
        )
        if "" not in seeker.occupations:
            wanted[EMPTY] = 0
        return [
            Term(weights.occupation, lambda shelf, rows: wanted[shelf.columns[_OCCUPATION][rows]]),
            self._skilled(seeker, weights),
            Term(need, lambda _, rows: np.full(len(rows), need, np.int64)),
            self._nearness(seeker, weights),
            _paid(seeker, weights),
        ]

    def _skilled(self, seeker: Seeker, weights: Weights) -> Term:
        has = lookup(len(self._skills), ((self._skills.known(each), 1) for each in seeker.skills))
        has[EMPTY] = 0

        def skilled(shelf: Shelf, rows: Ints) -> Ints:
            asked = shelf.columns[_ASKED][rows].astype(np.int64)
            share: Ints = weights.skills * slots_sum(shelf.columns, _SKILLS, rows, has) // np.maximum(asked, 1)
            return np.where(asked == 0, weights.skills, share)  # who asks for more than fit stands here as for none

        return Term(weights.skills, skilled)

    def _nearness(self, seeker: Seeker, weights: Weights) -> Term:
        township = self._townships.known(seeker.township)

        def nearness(shelf: Shelf, rows: Ints) -> Ints:
            otherwise = weights.county if shelf.county == seeker.county else 0
            if township == EMPTY:
                return np.full(len(rows), otherwise, np.int64)
            return np.where(shelf.columns[_TOWNSHIP][rows] == township, weights.township, otherwise)

        return Term(weights.township, nearness)


def _can_be_offered(state: Vacancy) -> bool:
    return state.opened and state.places_left > 0 and state.room > 0


def _rules(seeker: Seeker, on: date) -> list[Rule]:
    day, status = on.toordinal(), bit_of(seeker.status)
    age = 0 if seeker.born_on is None else age_on(seeker.born_on, on)
    education = education_rank(seeker.education) if seeker.education else 0
    wage = min(seeker.wanted_wage_fen, CLIP)

    def pays(columns: Columns) -> Mask:
        enough: Mask = (columns[_WAGE] >= wage) | (columns[_WAGE] == _UNSAID)
        return enough

    return [
        lambda c: c[_CLOSES] >= day,
        lambda c: c[_STATUSES] & status != 0,
        lambda c: c[_AGE_MIN] <= age,
        lambda c: c[_AGE_MAX] >= age,
        lambda c: c[_EDUCATION] <= education,
        pays,
    ]


def _paid(seeker: Seeker, weights: Weights) -> Term:
    wanted = seeker.wanted_wage_fen
    if not wanted:
        return Term(0, lambda _, rows: np.zeros(len(rows), np.int64))

    def paid(shelf: Shelf, rows: Ints) -> Ints:
        wage = shelf.columns[_WAGE][rows].astype(np.int64)
        over = np.clip(weights.wage * 2 * (wage - wanted) // wanted, 0, weights.wage)
        return np.where(wage == CLIP, weights.wage, over)

    return Term(weights.wage, paid)
