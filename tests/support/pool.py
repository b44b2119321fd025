"""Any people and vacancies, without the events that led to them, and the answers that looking at all of them gives."""

from collections.abc import Callable, Mapping, Sequence
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
PUBLIC_POSTS = ["public_welfare", "village_post"] * 3
HOUSES = [f"H{number}" for number in range(30)]

LAST_DAYS = [date(2018, 2, 22), date(2018, 2, 23), date(2018, 2, 28), TODAY]
EMPLOYERS = ["U1", "U2", "U3"]
COUNTIES = ["350622"] * 4 + ["350623"]
TOWNSHIPS = ["", "350622100", "350622101", "350623100"]
EDUCATIONS = ["", "21", "31", "43", "61", "71", "81", "90"]
WAGES = [0, 180_000, 250_000, 300_000, 2**31 - 1, 2**31, 10**11]
DAYS = [None, date(2018, 2, 28), TODAY, date(2018, 6, 1)]
BIRTHS = [None, date(2002, 3, 1), date(2002, 3, 2), date(1985, 3, 1), date(1984, 3, 1), date(1968, 3, 2)]
BIRTHS += [date(1968, 3, 1), date(1963, 3, 1), date(1958, 3, 2), date(1958, 3, 1), date(1985, 2, 28), date(1990, 5, 5)]
AGES = [None, None, None, 18, 33, 34, 50]
BLOCKED = [date(2018, 1, 1), date(2018, 2, 28), TODAY, date(2018, 12, 31)]
WORKED = ["public_welfare", "public_welfare", "dispatch", "expert_service", "ordinary"]
BEGUN = [date(2014, 1, 1), date(2016, 3, 1), date(2018, 1, 30), date(2018, 1, 31), date(2018, 2, 27)]
LEFT = [None, date(2013, 12, 31), date(2017, 1, 31), date(2018, 2, 28), date(2018, 5, 1)]

Pick = Callable[[Sequence[Any]], Any]  # hypothesis's choice or a seeded one


def mostly(pick: Pick, usual: Any, others: Sequence[Any]) -> Any:
    """Return what lets most pairs fit, and now and then something else."""
    return pick(others) if pick(range(5)) == 0 else usual


def some(pick: Pick, options: Sequence[Any], most: int) -> tuple[Any, ...]:
    """Return at most so many of some options."""
    return tuple(pick(options) for _ in range(pick(range(most + 1))))


def spot(pick: Pick) -> Spot | None:
    """Return a point within some fifty kilometres, or none."""
    return pick([None, Spot(pick(range(2_380, 2_421)), pick(range(11_700, 11_801)))])


def job(pick: Pick) -> Job:
    """Return any employment."""
    return Job("E-0", "", "", "", pick(WORKED), pick(BEGUN), pick(LEFT))


def employer(pick: Pick) -> Stability:
    """Return any employer; few are blocked."""
    blocks = mostly(pick, (), [((pick(BLOCKED), pick(BLOCKED)),), ((TODAY, TODAY), (pick(BLOCKED), pick(BLOCKED)))])
    return Stability(begun=pick(range(6)), left_early=pick(range(6)), blocks=blocks)


def seeker(pick: Pick) -> Seeker:
    """Return any person; most of them may be sent offers."""
    return Seeker(
        known_sequence=pick(range(1, 5)),
        looking=mostly(pick, True, [False]),
        consented=mostly(pick, True, [False]),
        status=pick(STATUSES),
        born_on=pick(BIRTHS),
        county=pick(COUNTIES),
        township=pick(TOWNSHIPS),
        spot=spot(pick),
        education=pick(EDUCATIONS),
        skills=some(pick, SKILLS, 10),
        occupations=some(pick, TRADES, 6),
        wanted_wage_fen=mostly(pick, 180_000, WAGES),
        max_distance_km=pick([None, 0, 3, 30, 90, 3_000]),
        employments=mostly(pick, (), [("E-1",)]),
        open=mostly(pick, (), [(OfferRef(1, 1, "o-1", "p", "v"),) * 3]),
        offered=some(pick, ["V1", "V2"], 1),
        sex=pick([None, "male", "female"]),
        household=pick(["", *HOUSES]),
        without_work_since=pick(DAYS),
        jobs=mostly(pick, (), [tuple(job(pick) for _ in range(pick(range(1, 4))))]),
        offered_on=mostly(pick, (), [some(pick, LAST_DAYS, 7)]),
    )


def vacancy(pick: Pick) -> Vacancy:
    """Return any vacancy; most of them can be offered."""
    return Vacancy(
        opened=mostly(pick, True, [False]),
        title=pick(TRADES),
        occupation=pick(["", *TRADES]),
        openings=mostly(pick, 2, range(4)),
        hired=pick([0, 1]),
        uscc=pick(["", *EMPLOYERS]),
        post_kind=mostly(pick, "ordinary", [*PUBLIC_POSTS, *PUBLIC_POSTS, *POSTS]),
        open=mostly(pick, (), [(OfferRef(1, 1, "o-1", "p", "v"),) * number for number in (9, 10, 19, 20, 21)]),
        asked=mostly(pick, 0, [29, 30, 59, 60, 61]),
        fresh_on=pick([None, *LAST_DAYS, date(2017, 12, 1)]),
        widened=pick([True, False]),
        county=pick(COUNTIES),
        township=pick(TOWNSHIPS),
        spot=spot(pick),
        skills=some(pick, SKILLS, 10),
        education_min=mostly(pick, "", EDUCATIONS),
        age_min=pick(AGES),
        age_max=pick(AGES),
        wage_min_fen=pick([None, *WAGES]),
        wage_max_fen=pick([None, *WAGES]),
        closes_on=pick(DAYS),
        reserved_for=mostly(pick, (), [some(pick, STATUSES, 2)]),
    )


def drawn(make: Callable[[Pick], Any]) -> st.SearchStrategy[Any]:
    """Return the strategy of what is made by picking."""
    return st.composite(lambda draw: make(lambda options: draw(st.sampled_from(options))))()


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
    people = dict(pool.every(SEEKERS.kind)) | {id_: s for (kind, id_), s in pool.batch.items() if kind == SEEKERS.kind}
    for name in HOUSES:
        pool.settle(HOUSEHOLDS.kind, name, Household(tuple(sorted(people))))
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
