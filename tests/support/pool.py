"""Any people and vacancies, without the events that led to them, and the answers that looking at all of them gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from services.matching.domain.best import Asked, Pair
from services.matching.domain.distance import Spot
from services.matching.domain.index.statuses import STATUSES
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy
from services.matching.subscribers import MATCHING
from shared.runner.core import Peek, Walk
from shared.runner.resident import Resident
from shared.runner.workspace import Workspace

TODAY = date(2018, 3, 1)
SKILLS = [f"skill {number}" for number in range(12)]
TRADES = [f"trade {number}" for number in range(7)]



def mostly(usual: Any, others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what lets most pairs fit, and now and then something else."""
    return st.integers(0, 3).flatmap(lambda turn: others if turn == 0 else st.just(usual))


counties = mostly("350622", st.sampled_from(["350622", "350623"]))
townships = st.sampled_from(["", "350622100", "350622101", "350623100"])
spots = st.none() | st.builds(Spot, st.integers(2_380, 2_420), st.integers(11_700, 11_800))
educations = st.sampled_from(["", "21", "31", "43", "61", "71", "81", "90"])
skills = st.lists(st.sampled_from(SKILLS), max_size=10).map(tuple)
wages = st.sampled_from([0, 180_000, 250_000, 300_000, 2**31 - 1, 2**31, 10**11])
days = st.sampled_from([None, date(2018, 2, 28), TODAY, date(2018, 6, 1)])
births = st.sampled_from([None, date(2002, 3, 1), date(2002, 3, 2), date(1985, 2, 3), date(1960, 2, 29)])
ages = st.sampled_from([None, 18, 33, 58])


@st.composite
def seekers(draw: st.DrawFn) -> Seeker:
    """Return any person; most of them may be sent offers."""
    return Seeker(
        known_sequence=draw(st.integers(1, 4)),
        looking=draw(mostly(True, st.booleans())),
        consented=draw(mostly(True, st.booleans())),
        status=draw(st.sampled_from(STATUSES)),
        born_on=draw(mostly(date(1985, 2, 3), births)),
        county=draw(counties),
        township=draw(townships),
        spot=draw(spots),
        education=draw(educations),
        skills=draw(skills),
        occupations=draw(st.lists(st.sampled_from(TRADES), max_size=6).map(tuple)),
        wanted_wage_fen=draw(mostly(180_000, wages)),
        max_distance_km=draw(st.sampled_from([None, 0, 3, 30, 90, 3_000])),
        employments=draw(mostly((), st.just(("E-1",)))),
        open=draw(mostly((), st.just((OfferRef(1, 1, "o-1", "p", "v"),) * 3))),
        offered=draw(st.lists(st.sampled_from(["V1", "V2"]), max_size=1).map(tuple)),
    )


@st.composite
def vacancies(draw: st.DrawFn) -> Vacancy:
    """Return any vacancy; most of them can be offered."""
    return Vacancy(
        opened=draw(mostly(True, st.booleans())),
        title=draw(st.sampled_from(TRADES)),
        occupation=draw(st.sampled_from(["", *TRADES])),
        openings=draw(mostly(2, st.integers(0, 3))),
        hired=draw(st.integers(0, 1)),
        county=draw(counties),
        township=draw(townships),
        spot=draw(spots),
        skills=draw(skills),
        education_min=draw(mostly("", educations)),
        age_min=draw(mostly(None, ages)),
        age_max=draw(mostly(None, ages)),
        wage_min_fen=draw(st.none() | wages),
        wage_max_fen=draw(st.none() | wages),
        closes_on=draw(days),
        reserved_for=draw(mostly((), st.lists(st.sampled_from(STATUSES), max_size=2).map(tuple))),
    )


@dataclass
class Pool:
    """Committed states of all resident kinds, as a runner holds them, and a batch in hand."""

    residents: dict[str, Resident] = field(default_factory=dict)
    batch: dict[tuple[str, str], Any] = field(default_factory=dict)

    def find(self, kind: str, id_: str) -> Any | None:
        """Return a committed state."""
        return self.every(kind).get(id_)

    def every(self, kind: str) -> Mapping[str, Any]:
        """Return all committed states of a kind."""
        return self.residents.setdefault(kind, Resident())

    def walk(self, _: Walk) -> list[str]:
        """Return nothing: nothing is due here."""
        return []

    def settle(self, kind: str, id_: str, state: Any | None) -> None:
        """Commit a state; None: it is gone."""
        self.residents.setdefault(kind, Resident()).settle(id_, state)

    @property
    def peek(self) -> Workspace:
        """What a decision in the batch sees."""
        return Workspace(MATCHING, self, self.batch)


def all_vacancies(person_id: str, asked: Asked, peek: Peek) -> list[Pair]:
    """Return every vacancy that fits a person, best first, by looking at all of them."""
    seeker = peek(SEEKERS, person_id)
    pairs = [asked.pair(person_id, seeker, *each) for each in peek.every(VACANCIES)]
    return sorted((pair for pair in pairs if pair), key=lambda pair: (-pair.score_bp, pair.vacancy_id))


def all_seekers(vacancy_id: str, asked: Asked, peek: Peek) -> list[Pair]:
    """Return everyone who fits a vacancy, best first, by looking at all of them."""
    vacancy = peek(VACANCIES, vacancy_id)
    pairs = [asked.pair(*each, vacancy_id, vacancy) for each in peek.every(SEEKERS)]
    found = [pair for pair in pairs if pair]
    return sorted(found, key=lambda pair: (-pair.score_bp, pair.seeker.known_sequence, pair.person_id))
