"""The index of people who can be sent offers: what each can and wants, as columns."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

import numpy as np

from services.matching.domain.distance import squares
from services.matching.domain.fitting import CALLS, PUBLIC_WELFARE, education_rank
from services.matching.domain.index.best import Best
from services.matching.domain.index.households import BusyHouseholds
from services.matching.domain.index.requiring import Asking, rules_of
from services.matching.domain.index.scanning import Here, Ints, Query, Rows, Term, look_for, nearness, slots_sum
from services.matching.domain.index.seeker_columns import At
from services.matching.domain.index.shelf import CLIP, Row
from services.matching.domain.index.shelves import Place, Shelves, place_of
from services.matching.domain.index.statuses import NUMBERS, STATUSES, bit_of
from services.matching.domain.index.words import EMPTY, Occupations, Words
from services.matching.domain.jobs import Jobs, days_in
from services.matching.domain.occupation import LEVELS
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import score_terms
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy

P = TypeVar("P")


class SeekerIndex:
    """People whom nothing but the day, the place and the vacancy can keep from being sent an offer."""

    def __init__(self, states: Mapping[str, Seeker]) -> None:
        self._skills, self._townships = Words(), Words()
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
        look_for(best, self.query(vacancy, scene, skip), shelves, skip)

    def query(self, vacancy: Vacancy, scene: Scene, changed: Collection[str]) -> Query:
        """Return the rules and terms that a vacancy and a day put to people."""
        spot = vacancy.spot
        return Query(
            county=vacancy.county,
            rules=rules_of(vacancy, scene),
            near=None if spot is None else lambda c, r: (
                squares(spot, c[At.NORTH][r], c[At.EAST][r]) <= (1_000 * c[At.REACH][r].astype(np.int64)) ** 2
            ),
            terms=self._terms(vacancy, scene, changed),
            tie=lambda rows: rows.columns[At.KNOWN].astype(np.int64),
        )  # fmt: skip

    def _row(self, state: Seeker) -> tuple[Place, Row]:
        spot, reach = state.spot, state.max_distance_km or 0
        since = state.without_work_since
        return place_of(state.county, None if state.max_distance_km is None else spot, reach), (
            Asking.day(state.born_on),
            int(state.sex == "female"),
            education_rank(state.education) if state.education else 0,
            NUMBERS[state.status],
            bit_of(state.status),
            min(state.wanted_wage_fen, CLIP),
            int(spot is not None),
            spot.north if spot else 0,
            spot.east if spot else 0,
            reach,
            self._townships.number(state.township),
            min(state.known_sequence, CLIP),
            CLIP if since is None else since.toordinal(),
            self._busy.number(state.household),
            *_offers(state.offered_on),
            *(_jobs(state.jobs) if state.jobs else (0, 0, 0, 0)),
            len(state.open),
            *self._occupations.slots(state.occupations, len(At.OCCUPATIONS)),
            *self._skills.slots(state.skills, len(At.SKILLS)),
        )

    def _terms(self, vacancy: Vacancy, scene: Scene, changed: Collection[str]) -> list[Term]:
        weights, today, long = scene.weights, scene.on.toordinal(), scene.weights.waiting_days
        needs = np.array([weights.need[status] for status in STATUSES], np.int64)
        idle = weights.household * self._busy.idle(changed)
        own = score_terms(Seeker(), vacancy, scene)
        given = own["freshness"] + own["stability"]
        here = Here(self._townships.known(vacancy.township), vacancy.spot)
        at = (At.TOWNSHIP, At.HAS_SPOT, At.NORTH, At.EAST)
        return [
            self._wanted(vacancy, scene),
            self._skilled(vacancy, scene),
            Term(given, lambda rows: np.full(len(rows), given, np.int64)),
            Term(max(weights.need.values()), lambda rows: needs[rows.columns[At.STATUS]]),
            Term(weights.household, lambda rows: idle[rows.columns[At.HOUSEHOLD]]),
            Term(weights.waiting, lambda rows: (
                weights.waiting * np.clip(today - rows.columns[At.SINCE].astype(np.int64), 0, long) // long
            )),
            Term(weights.township, lambda rows: nearness(rows, here, weights, at)),
            _paying(vacancy, scene),
        ]  # fmt: skip

    def _wanted(self, vacancy: Vacancy, scene: Scene) -> Term:
        levels, most = self._occupations.related([vacancy.occupation or vacancy.title]), scene.weights.occupation

        def wanted(rows: Rows) -> Ints:
            shared: Ints = levels[rows.columns[At.OCCUPATIONS[0]]]
            for slot in At.OCCUPATIONS[1:]:
                if not rows.columns[slot].any():
                    break
                shared = np.maximum(shared, levels[rows.columns[slot]])
            return most * shared // LEVELS

        return Term(most, wanted)

    def _skilled(self, vacancy: Vacancy, scene: Scene) -> Term:
        asked = {skill: scene.rarity(skill) for skill in vacancy.skills}
        total, most = sum(asked.values()), scene.weights.skills
        if not asked:
            return Term(most, lambda rows: np.full(len(rows), most, np.int64))
        table = self._skills.table(asked.items(), of_any=total)
        return Term(most, lambda rows: most * slots_sum(rows.columns, At.SKILLS, table) // total)


def _can_be_sent(state: Seeker) -> bool:
    return state.obstacle is None and state.born_on is not None


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
        return Term(0, lambda rows: np.zeros(len(rows), np.int64))

    def paying(rows: Rows) -> Ints:
        wanted = rows.columns[At.WAGE].astype(np.int64)
        over = np.clip(most * 2 * (wage - wanted) // np.maximum(wanted, 1), 0, most)
        return np.where(wanted == EMPTY, 0, over)

    return Term(most, paying)
