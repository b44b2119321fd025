"""How well a person and a vacancy that fit go together: a sum of named terms, in basis points of the best possible.

First everything is measured (`measure`), then the measures are weighed (`weigh`): an offer keeps both, so that it can
be explained. Exact: integers only. What is unknown scores nothing. Neither sex nor disability nor age nor any number
of a person scores (就业促进法 art. 3, 26, 29).
"""

from typing import NamedTuple

from services.matching.domain.distance import kilometres
from services.matching.domain.occupation import LEVELS, levels_shared
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.domain.weights import Weights
from shared.events.types import Status


class Measures(NamedTuple):
    """What two that fit have in common, and what is known of the vacancy and of the person.

    Args:
        skills_had, skills_asked: Rarities of the skills asked for: of those the person has, and of all.
        occupation_levels: How much of the occupation agrees, 0 to 4.
        same_township, same_county: 0 or 1.
        km: Distance between home and post; None if either is unknown.
        wage_fen, wanted_fen: The best that the post pays a month, and what the person wants; 0: not said.
        open_days: Since the vacancy was opened, or a place of it was vacated.
        begun, lasted: Employments at this employer, and those that lasted a year or go on.
        waiting_days: Since the person looks for work without having any.
        idle_household: 1 if nobody in the household is known to have work.
    """

    skills_had: int
    skills_asked: int
    occupation_levels: int
    same_township: int
    same_county: int
    km: int | None
    wage_fen: int
    wanted_fen: int
    open_days: int
    begun: int
    lasted: int
    waiting_days: int
    idle_household: int

    def known(self) -> dict[str, int]:
        """Return the measures by name, without what is unknown."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Offering(NamedTuple):
    """What a vacancy brings to every measure, whoever is looked at: see `Measures`."""

    skills: dict[str, int]
    skills_asked: int
    occupation: str
    wage_fen: int
    open_days: int
    begun: int
    lasted: int


class Bringing(NamedTuple):
    """What a person brings to every measure, whatever is looked at: see `Measures`."""

    skills: frozenset[str]
    waiting_days: int
    idle_household: int


def offering(vacancy: Vacancy, scene: Scene) -> Offering:
    """Return what a vacancy brings on a day of the market."""
    skills = {skill: scene.rarity(skill) for skill in vacancy.skills}
    employer = scene.stability(vacancy.uscc)
    return Offering(
        skills=skills,
        skills_asked=sum(skills.values()),
        occupation=vacancy.occupation or vacancy.title,
        wage_fen=vacancy.best_wage_fen or 0,
        open_days=max(0, (scene.on - vacancy.fresh_on).days) if vacancy.fresh_on else scene.weights.fresh_days,
        begun=employer.begun,
        lasted=employer.lasted,
    )


def bringing(seeker: Seeker, scene: Scene) -> Bringing:
    """Return what a person brings on a day of the market."""
    since = seeker.without_work_since
    return Bringing(
        skills=frozenset(seeker.skills),
        waiting_days=max(0, (scene.on - since).days) if since else 0,
        idle_household=int(scene.is_idle(seeker.household)),
    )


def measured(seeker: Seeker, brings: Bringing, vacancy: Vacancy, offers: Offering) -> Measures:
    """Return what a person and a vacancy have in common, from what each brings."""
    return Measures(
        skills_had=sum([weight for skill, weight in offers.skills.items() if skill in brings.skills]),
        skills_asked=offers.skills_asked,
        occupation_levels=levels_shared(offers.occupation, seeker.occupations),
        same_township=int(bool(vacancy.township) and seeker.township == vacancy.township),
        same_county=int(seeker.county == vacancy.county),
        km=kilometres(seeker.spot, vacancy.spot) if seeker.spot and vacancy.spot else None,
        wage_fen=offers.wage_fen,
        wanted_fen=seeker.wanted_wage_fen,
        open_days=offers.open_days,
        begun=offers.begun,
        lasted=offers.lasted,
        waiting_days=brings.waiting_days,
        idle_household=brings.idle_household,
    )


def measure(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> Measures:
    """Return what a person and a vacancy have in common on a day of the market."""
    return measured(seeker, bringing(seeker, scene), vacancy, offering(vacancy, scene))


def weigh(found: Measures, status: Status, weights: Weights) -> dict[str, int]:
    """Return the terms of the score, all of them, also those that are nought."""
    return {
        "skills": weights.skills * found.skills_had // found.skills_asked if found.skills_asked else weights.skills,
        "occupation": weights.occupation * found.occupation_levels // LEVELS,
        "nearness": _nearness(found, weights),
        "wage": _wage(found, weights),
        "freshness": weights.freshness * max(0, weights.fresh_days - found.open_days) // weights.fresh_days,
        # One employment that lasted and one that did not are taken for granted: who took nobody yet gets the half.
        "stability": weights.stability * (found.lasted + 1) // (found.begun + 2),
        "need": weights.need[status],
        "waiting": weights.waiting * min(weights.waiting_days, found.waiting_days) // weights.waiting_days,
        "household": weights.household * found.idle_household,
    }


def score_terms(seeker: Seeker, vacancy: Vacancy, scene: Scene) -> dict[str, int]:
    """Return the terms of the score of a person and a vacancy."""
    return weigh(measure(seeker, vacancy, scene), seeker.status, scene.weights)


def _nearness(found: Measures, weights: Weights) -> int:
    near = 0 if found.km is None else weights.township * max(0, weights.near_km - found.km) // weights.near_km
    return max(weights.township * found.same_township, weights.county * found.same_county, near)


def _wage(found: Measures, weights: Weights) -> int:
    if not found.wage_fen or not found.wanted_fen:
        return 0
    over = found.wage_fen - found.wanted_fen
    return max(0, min(weights.wage, weights.wage * 2 * over // found.wanted_fen))
