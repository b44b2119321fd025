"""Any people and vacancies, without the events that led to them, and the answers that looking at all of them gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from hypothesis import strategies as st

from services.matching.domain.distance import Spot
from services.matching.domain.household import HOUSEHOLDS, Household
from services.matching.domain.index.statuses import STATUSES
from services.matching.domain.jobs import Job
from services.matching.domain.ranking import Pair, pair_of
from services.matching.domain.refs import OfferRef
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.stability import Stability
from services.matching.domain.vacancy import VACANCIES, Vacancy
from services.matching.subscribers import MATCHING
from services.matching.weights import load_policy
from shared.events.types import PostKind
from shared.runner.core import Walk
from shared.runner.resident import Resident
from shared.runner.workspace import Workspace

TODAY = date(2018, 3, 1)
SKILLS = [f"skill {number}" for number in range(12)]
TRADES = ["缝纫工", "6-31-01-02", "6310102", "6310103", "631", "6-2", "2020300"]
PEOPLE = [f"p{number}" for number in range(12)]
POSTS = get_args(PostKind)
EVERYONE = Household((*PEOPLE, "p-one"))


def mostly(usual: Any, others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what lets most pairs fit, and now and then something else."""
    return st.integers(0, 3).flatmap(lambda turn: others if turn == 0 else st.just(usual))


LAST_DAYS = [date(2018, 2, 22), date(2018, 2, 23), date(2018, 2, 28), TODAY]
EMPLOYERS = ["U1", "U2", "U3"]
blocked = st.sampled_from([date(2018, 1, 1), date(2018, 2, 28), TODAY, date(2018, 12, 31)])
counties = mostly("350622", st.sampled_from(["350622", "350623"]))
townships = st.sampled_from(["", "350622100", "350622101", "350623100"])
spots = st.none() | st.builds(Spot, st.integers(2_380, 2_420), st.integers(11_700, 11_800))
educations = st.sampled_from(["", "21", "31", "43", "61", "71", "81", "90"])
skills = st.lists(st.sampled_from(SKILLS), max_size=10).map(tuple)
wages = st.sampled_from([0, 180_000, 250_000, 300_000, 2**31 - 1, 2**31, 10**11])
days = st.sampled_from([None, date(2018, 2, 28), TODAY, date(2018, 6, 1)])
births = st.sampled_from([None, date(2002, 3, 1), date(2002, 3, 2), date(1985, 2, 3), date(1960, 2, 29)])
ages = st.sampled_from([None, 18, 33, 58])

jobs = st.builds(
    Job,
    employment_id=st.just("E-0"),
    uscc=st.just(""),
    placed_at=st.just(""),
    vacancy_id=st.just(""),
    post_kind=st.sampled_from(["public_welfare", "public_welfare", "dispatch", "expert_service", "ordinary"]),
    starts_on=st.sampled_from([date(2014, 1, 1), date(2016, 3, 1), date(2018, 1, 31), date(2018, 2, 27)]),
    last_day=st.sampled_from([None, date(2013, 12, 31), date(2017, 1, 31), date(2018, 2, 28), date(2018, 5, 1)]),
)
employers = st.builds(
    Stability,
    begun=st.integers(0, 5),
    left_early=st.integers(0, 5),
    blocks=mostly((), st.lists(st.tuples(blocked, blocked), max_size=2).map(tuple)),
)


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
        sex=draw(st.sampled_from([None, "male", "female"])),
        household=draw(st.sampled_from(["", "H1", "H2", "H3"])),
        without_work_since=draw(days),
        jobs=draw(mostly((), st.lists(jobs, max_size=3).map(tuple))),
        offered_on=draw(mostly((), st.lists(st.sampled_from(LAST_DAYS), max_size=7).map(tuple))),
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
        uscc=draw(st.sampled_from(["", *EMPLOYERS])),
        post_kind=draw(mostly("ordinary", st.sampled_from(POSTS))),
        asked=draw(mostly(0, st.integers(0, 90))),
        fresh_on=draw(st.sampled_from([None, *LAST_DAYS, date(2017, 12, 1)])),
        widened=draw(st.booleans()),
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


def scene_of(pool: "Pool") -> Scene:
    """Return the day, with everybody of every household in it, as forms would have said."""
    for (kind, _), state in pool.batch.items():
        if kind == SEEKERS.kind and state is not None:
            pool.settle(HOUSEHOLDS.kind, state.household, EVERYONE)
    for state in pool.every(SEEKERS.kind).values():
        pool.settle(HOUSEHOLDS.kind, state.household, EVERYONE)
    scene = load_policy().scene(TODAY, pool.peek)
    assert scene is not None
    return scene


def all_vacancies(person_id: str, scene: Scene) -> list[Pair]:
    """Return every vacancy that fits a person, best first, by looking at all of them."""
    seeker = scene.peek(SEEKERS, person_id)
    pairs = [pair_of(person_id, seeker, *each, scene) for each in scene.peek.every(VACANCIES)]
    return sorted((pair for pair in pairs if pair), key=lambda pair: (-pair.score_bp, pair.vacancy_id))


def all_seekers(vacancy_id: str, scene: Scene) -> list[Pair]:
    """Return everyone who fits a vacancy, best first, by looking at all of them."""
    vacancy = scene.peek(VACANCIES, vacancy_id)
    pairs = [pair_of(*each, vacancy_id, vacancy, scene) for each in scene.peek.every(SEEKERS)]
    found = [pair for pair in pairs if pair]
    return sorted(found, key=lambda pair: (-pair.score_bp, pair.seeker.known_sequence, pair.person_id))
