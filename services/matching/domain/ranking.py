"""The best of the market for a person or for a vacancy: by the index, exactly what looking at all of it gives."""

from dataclasses import dataclass
from typing import NamedTuple

from services.matching.domain.fitting import apart, closed, obstacle, room, why_not
from services.matching.domain.index.best import Best, Key
from services.matching.domain.index.seekers import SeekerIndex
from services.matching.domain.index.vacancies import VacancyIndex
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import bringing, measured, offering, score_terms, weigh
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy

RUNNERS_UP = 5


class Pair(NamedTuple):
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
    return max(0, min(vacancy.sought(scene.limits), scene.limits.asked_per_opening * vacancy.openings - vacancy.asked))


def vacancies_for(person_id: str, scene: Scene) -> Ranking:
    """Return the best new vacancies for a person; ties go by vacancy id."""
    seeker = scene.peek(SEEKERS, person_id)
    if obstacle(seeker, scene) is not None:
        return Ranking()
    wanted = room(seeker, scene)
    return _split(best_vacancies(person_id, wanted + RUNNERS_UP, scene), wanted)


def seekers_for(vacancy_id: str, scene: Scene) -> Ranking:
    """Return the best people for a vacancy who were not offered it; ties go by first registration."""
    vacancy = scene.peek(VACANCIES, vacancy_id)
    wanted = wanted_for(vacancy, scene)
    if not wanted:
        return Ranking()
    return _split(best_seekers(vacancy_id, wanted + RUNNERS_UP, scene), wanted)


def _split(best: list[Pair], wanted: int) -> Ranking:
    return Ranking(tuple(best[:wanted]), tuple(best[wanted:]))


def best_vacancies(person_id: str, most: int, scene: Scene) -> list[Pair]:
    """Return at most so many vacancies that fit a person, best first; ties go by vacancy id."""
    seeker = scene.peek(SEEKERS, person_id)
    if obstacle(seeker, scene) is not None:
        return []
    index, changed = scene.peek.view(VACANCIES, VacancyIndex)
    brings = bringing(seeker, scene)

    def judge(vacancy_id: str) -> tuple[Key, Pair] | None:
        vacancy = scene.peek(VACANCIES, vacancy_id)
        if vacancy_id in seeker.offered or closed(vacancy, scene) or apart(seeker, vacancy, scene):
            return None
        found = measured(seeker, brings, vacancy, offering(vacancy, scene))
        pair = Pair(person_id, seeker, vacancy_id, vacancy, weigh(found, seeker.status, scene.weights))
        return (-pair.score_bp, 0, vacancy_id), pair

    best = Best(most, judge)
    best.offer_all(changed)
    index.look_for(best, seeker, scene, changed)
    return best.in_order


def best_seekers(vacancy_id: str, most: int, scene: Scene) -> list[Pair]:
    """Return at most so many people who fit a vacancy, best first; ties go by first registration, then by person id."""
    vacancy = scene.peek(VACANCIES, vacancy_id)
    if closed(vacancy, scene) is not None:
        return []
    index, changed = scene.peek.view(SEEKERS, SeekerIndex)
    offers = offering(vacancy, scene)

    def judge(person_id: str) -> tuple[Key, Pair] | None:
        seeker = scene.peek(SEEKERS, person_id)
        if obstacle(seeker, scene) or vacancy_id in seeker.offered or apart(seeker, vacancy, scene):
            return None
        found = measured(seeker, bringing(seeker, scene), vacancy, offers)
        pair = Pair(person_id, seeker, vacancy_id, vacancy, weigh(found, seeker.status, scene.weights))
        return (-pair.score_bp, seeker.known_sequence, person_id), pair

    best = Best(most, judge)
    best.offer_all(changed)
    index.look_for(best, vacancy, scene, changed)
    return best.in_order


def pair_of(person_id: str, seeker: Seeker, vacancy_id: str, vacancy: Vacancy, scene: Scene) -> Pair | None:
    """Return a pair with its terms; None if a rule keeps them apart."""
    if why_not(seeker, vacancy_id, vacancy, scene) is not None:
        return None
    return Pair(person_id, seeker, vacancy_id, vacancy, score_terms(seeker, vacancy, scene))
