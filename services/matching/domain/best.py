"""The best pairs of the market as it stands: exact, by the index; what the batch in hand changed is laid over it."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.fitting import why_not
from services.matching.domain.index.ranking import Best, Key
from services.matching.domain.index.seekers import SeekerIndex
from services.matching.domain.index.vacancies import VacancyIndex
from services.matching.domain.scoring import Weights, score_terms
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy
from shared.runner.core import Peek


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
class Asked:
    """The day and the weights that a search is judged by."""

    on: date
    weights: Weights

    def pair(self, person_id: str, seeker: Seeker, vacancy_id: str, vacancy: Vacancy) -> Pair | None:
        """Return a pair with its terms; None if a rule keeps them apart."""
        if why_not(seeker, vacancy_id, vacancy, self.on) is not None:
            return None
        return Pair(person_id, seeker, vacancy_id, vacancy, score_terms(seeker, vacancy, self.weights))


def best_vacancies(person_id: str, asked: Asked, most: int, peek: Peek) -> list[Pair]:
    """Return at most so many vacancies that fit a person, best first; ties go by vacancy id."""
    seeker = peek(SEEKERS, person_id)
    index, changed = peek.view(VACANCIES, VacancyIndex)

    def judge(vacancy_id: str) -> tuple[Key, Pair] | None:
        pair = asked.pair(person_id, seeker, vacancy_id, peek(VACANCIES, vacancy_id))
        return None if pair is None else ((-pair.score_bp, 0, vacancy_id), pair)

    best = Best(most, judge)
    if most > 0 and seeker.obstacle is None:
        best.offer_all(changed)
        index.look_for(best, seeker, asked.on, asked.weights, changed)
    return best.in_order


def best_seekers(vacancy_id: str, asked: Asked, most: int, peek: Peek) -> list[Pair]:
    """Return at most so many people who fit a vacancy, best first; ties go by first registration."""
    vacancy = peek(VACANCIES, vacancy_id)
    index, changed = peek.view(SEEKERS, SeekerIndex)

    def judge(person_id: str) -> tuple[Key, Pair] | None:
        seeker = peek(SEEKERS, person_id)
        pair = asked.pair(person_id, seeker, vacancy_id, vacancy)
        return None if pair is None else ((-pair.score_bp, seeker.known_sequence, person_id), pair)

    best = Best(most, judge)
    if most > 0 and vacancy.is_open(asked.on):
        best.offer_all(changed)
        index.look_for(best, vacancy, asked.on, asked.weights, changed)
    return best.in_order
