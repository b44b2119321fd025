"""The best of the market for a person or for a vacancy, by looking at all of it: what every faster way must equal."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from services.matching.domain.fitting import obstacle, room, why_not
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import score_terms
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy

RUNNERS_UP = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """A person and a vacancy that fit, and how well."""

    person_id: str
    seeker: Seeker
    vacancy_id: str
    vacancy: Vacancy
    terms: dict[str, int]

    @property
    def score_bp(self) -> int:
        """The sum of the terms."""
        return sum(self.terms.values())


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who or what is offered, best first, and what came next."""

    chosen: tuple[Pair, ...] = ()
    runners_up: tuple[Pair, ...] = ()


def wanted_for(vacancy: Vacancy, scene: Scene) -> int:
    """Return to how many people a vacancy is to be offered now."""
    if not vacancy.is_open(scene.on):
        return 0
    return max(0, min(vacancy.sought, scene.limits.asked_per_opening * vacancy.openings - vacancy.asked))


def vacancies_for(person_id: str, scene: Scene) -> Ranking:
    """Return the best new vacancies for a person; ties go by vacancy id."""
    seeker = scene.peek(SEEKERS, person_id)
    if obstacle(seeker, scene) is not None:
        return Ranking()
    pairs = _pairs(((person_id, seeker, *named) for named in scene.peek.every(VACANCIES)), scene)
    wanted = room(seeker, scene)
    return _split(
        heapq.nsmallest(wanted + RUNNERS_UP, pairs, key=lambda pair: (-pair.score_bp, pair.vacancy_id)), wanted
    )


def seekers_for(vacancy_id: str, scene: Scene) -> Ranking:
    """Return the best people for a vacancy who were not offered it; ties go by first registration."""
    vacancy = scene.peek(VACANCIES, vacancy_id)
    wanted = wanted_for(vacancy, scene)
    if not wanted:
        return Ranking()
    pairs = _pairs(((*named, vacancy_id, vacancy) for named in scene.peek.every(SEEKERS)), scene)
    best = heapq.nsmallest(
        wanted + RUNNERS_UP, pairs, key=lambda pair: (-pair.score_bp, pair.seeker.known_sequence, pair.person_id)
    )
    return _split(best, wanted)


def _split(best: list[Pair], wanted: int) -> Ranking:
    return Ranking(tuple(best[:wanted]), tuple(best[wanted:]))


def _pairs(pool: Iterator[tuple[str, Seeker, str, Vacancy]], scene: Scene) -> Iterator[Pair]:
    for person_id, seeker, vacancy_id, vacancy in pool:
        if why_not(seeker, vacancy_id, vacancy, scene) is None:
            yield Pair(person_id, seeker, vacancy_id, vacancy, score_terms(seeker, vacancy, scene))
