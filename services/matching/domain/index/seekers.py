"""The index of people who can be sent offers: what each can and wants, as columns."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TypeVar

import numpy as np

from services.matching.domain.distance import NOWHERE, squares
from services.matching.domain.fitting import CALLS, PUBLIC_WELFARE, education_rank
from services.matching.domain.index.best import Best
from services.matching.domain.index.counting import Here, There, nearness, slots_sum
from services.matching.domain.index.households import BusyHouseholds
from services.matching.domain.index.requiring import Asking, late_rules_of, least_of, rules_of
from services.matching.domain.index.scanning import Ints, Query, Rows, Term, look_for
from services.matching.domain.index.seeker_columns import At
from services.matching.domain.index.shelf import CLIP, Row
from services.matching.domain.index.shelves import Place, Shelves, place_of
from services.matching.domain.index.statuses import NUMBERS, STATUSES
from services.matching.domain.index.words import ANY, EMPTY, Occupations, Words
from services.matching.domain.jobs import Jobs, days_in
from services.matching.domain.occupation import LEVELS
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import Bringing, measured, offering, weigh
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

P = TypeVar("P")

_THERE = There(At.COUNTY, At.TOWNSHIP, At.NORTH, At.EAST)
_MARKS = 31
_ANYONE, _NOTHING = Seeker(), Bringing(frozenset(), 0, 0)


class SeekerIndex:
    """People whom nothing but the day, the place and the vacancy can keep from being sent an offer."""

    def __init__(self, states: Mapping[str, Seeker]) -> None:
        self._skills, self._townships, self._counties = Words(), Words(), Words()
        self._occupations = Occupations()
        self._busy = BusyHouseholds()
        self.shelves = Shelves(At.WIDTH)
        for id_, state in states.items():
            self._busy.put(id_, state)
        self.shelves.extend((id_, *self._row(state)) for id_, state in states.items() if _can_be_sent(state))

    def __len__(self) -> int:
        return len(self.shelves)

    @property
    def bytes(self) -> int:
        """Memory of the columns."""
        return self.shelves.bytes

    def put(self, id_: str, state: Seeker | None) -> None:
        """Take the state that a person has now; None: it is gone."""
        self._busy.put(id_, state)
        if state is not None and _can_be_sent(state):
            self.shelves.put(id_, *self._row(state))
        else:
            self.shelves.drop(id_)

    def look_for(self, best: Best[P], vacancy: Vacancy, scene: Scene, skip: Collection[str]) -> None:
        """Find the best people for a vacancy, but for some ids."""
        shelves = self.shelves.near(vacancy.county, vacancy.spot, None)
        look_for(best, self.query(vacancy, scene, skip), self.shelves, shelves, skip)

    def query(self, vacancy: Vacancy, scene: Scene, changed: Collection[str]) -> Query:
        """Return the rules and terms that a vacancy and a day put to people."""
        spot = vacancy.spot
        return Query(
            least=least_of(vacancy, scene),
            near=None if spot is None else lambda rows: (
                squares(spot, rows[At.NORTH], rows[At.EAST]) <= (1_000 * rows[At.REACH].astype(np.int64)) ** 2
            ),
            rules=rules_of(vacancy, scene),
            late=late_rules_of(vacancy, scene),
            first_most=scene.weights.occupation,
            first=self._wanting(vacancy, scene),
            terms=self._terms(vacancy, scene, changed),
            tie=lambda rows: rows[At.KNOWN].astype(np.int64),
        )  # fmt: skip

    def _row(self, state: Seeker) -> tuple[Place, Row]:
        spot, reach = state.spot, state.max_distance_km or 0
        since, born = state.without_work_since, Asking.day(state.born_on)
        skills = self._skills.slots(state.skills, len(At.SKILLS))
        return place_of(state.county, None if state.max_distance_km is None else spot, reach), (
            born,
            -born,
            education_rank(state.education) if state.education else 0,
            -min(state.wanted_wage_fen, CLIP),
            -len(state.open),
            int(state.sex == "female"),
            NUMBERS[state.status],
            self._counties.number(state.county),
            spot.north if spot else NOWHERE,
            spot.east if spot else 0,
            reach,
            self._townships.number(state.township),
            min(state.known_sequence, CLIP),
            CLIP if since is None else since.toordinal(),
            self._busy.number(state.household),
            *_offers(state.offered_on),
            *(_jobs(state.jobs) if state.jobs else (0, 0, 0, 0)),
            *self._occupations.slots(state.occupations, len(At.OCCUPATIONS)),
            *skills,
            _marks(skills),
        )

    def _terms(self, vacancy: Vacancy, scene: Scene, changed: Collection[str]) -> list[Term]:
        weights, today, long = scene.weights, scene.on.toordinal(), scene.weights.waiting_days
        needs = np.array([weights.need[status] for status in STATUSES], np.int64)
        idle = self._busy.idle(changed)
        own = weigh(measured(_ANYONE, _NOTHING, vacancy, offering(vacancy, scene)), _ANYONE.status, weights)
        given = own["freshness"] + own["stability"]
        here = Here(self._counties.known(vacancy.county), self._townships.known(vacancy.township), vacancy.spot)
        return [
            self._skilled(vacancy, scene),
            Term(given, lambda _: given),
            Term(max(weights.need.values()), lambda rows: needs.take(rows[At.STATUS])),
            Term(weights.household, lambda rows: weights.household * idle(rows[At.HOUSEHOLD])),
            Term(weights.waiting, lambda rows: (
                weights.waiting * np.minimum(np.maximum(today - rows[At.SINCE].astype(np.int64), 0), long) // long
            )),
            Term(weights.township, lambda rows: nearness(rows, here, weights, _THERE)),
            _paying(vacancy, scene),
        ]  # fmt: skip

    def _wanting(self, vacancy: Vacancy, scene: Scene) -> Callable[[Rows], Ints]:
        levels = self._occupations.related([vacancy.occupation or vacancy.title])
        counts = scene.weights.occupation * levels // LEVELS

        def wanted(rows: Rows) -> Ints:
            found: Ints = counts.take(rows[At.OCCUPATIONS[0]])
            for slot in At.OCCUPATIONS[1:]:
                numbers = rows[slot]
                if not numbers.any():
                    break
                found = np.maximum(found, counts.take(numbers))
            return found

        return wanted

    def _skilled(self, vacancy: Vacancy, scene: Scene) -> Term:
        asked = {skill: scene.rarity(skill) for skill in vacancy.skills}
        total, most = sum(asked.values()), scene.weights.skills
        if not asked:
            return Term(most, lambda _: most)
        table = self._skills.table(asked.items(), of_any=total)
        marks = _marks((ANY, *filter(None, map(self._skills.known, asked))))
        return Term(
            most,
            lambda rows: most * slots_sum(rows, At.SKILLS, table) // total,
            lambda rows: rows[At.MARKS] & marks != 0,
        )


def _can_be_sent(state: Seeker) -> bool:
    return state.obstacle is None and state.born_on is not None


def _marks(numbers: Iterable[int]) -> int:
    """Return the bits of some words, `EMPTY` left out."""
    found = 0
    for number in numbers:
        found |= 1 << number % _MARKS if number != EMPTY else 0
    return found


def _offers(days: tuple[date, ...]) -> tuple[int, int, int, int]:
    """Return the last day of an offer and how many there were on it, the first one and how many there are in all."""
    if not days:
        return 0, 0, 0, 0
    return max(days).toordinal(), days.count(max(days)), min(days).toordinal(), len(days)


def _jobs(jobs: Jobs) -> tuple[int, int, int, int]:
    """Return days in public-welfare posts, the first and the last of them, and the last beginning of a call."""
    public = [job for job in jobs if job.post_kind in PUBLIC_WELFARE]
    calls = [job.starts_on.toordinal() for job in jobs if job.post_kind in CALLS and job.days(date.max)]
    if not public:
        return 0, 0, 0, max(calls, default=0)
    last = max(date.max if job.last_day is None else job.last_day for job in public)
    first = min(job.starts_on for job in public)
    days = min(days_in(jobs, PUBLIC_WELFARE, last), CLIP)
    return days, Asking.day(first), last.toordinal(), max(calls, default=0)


def _paying(vacancy: Vacancy, scene: Scene) -> Term:
    wage, most = vacancy.best_wage_fen, scene.weights.wage
    if wage is None:
        return Term(0, lambda _: 0)

    def paying(rows: Rows) -> Ints:
        wanted = -rows[At.WAGE_NEGATED].astype(np.int64)
        over = np.minimum(np.maximum(most * 2 * (wage - wanted) // np.maximum(wanted, 1), 0), most)
        return np.where(wanted == EMPTY, 0, over)

    return Term(most, paying)
