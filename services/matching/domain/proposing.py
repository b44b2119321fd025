"""Who is offered what: the best of the market as it is known now."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.matching.domain.fitting import why_not
from services.matching.domain.market import MARKET, MARKET_ID
from services.matching.domain.refs import message_id_of, offer_id_for
from services.matching.domain.scoring import Weights, score_terms
from services.matching.domain.seeker import OPEN_OFFERS_MAX, SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy
from shared.events.contract import Event
from shared.events.offers import OfferProposed
from shared.runner.core import Message, Peek

ANSWER_WITHIN = timedelta(days=7)


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


def vacancies_for(person_id: str, on: date, weights: Weights, peek: Peek) -> list[Pair]:
    """Return the best new vacancies for a person, best first; ties go by vacancy id."""
    seeker = peek(SEEKERS, person_id)
    if seeker.obstacle is not None:
        return []
    pairs = _pairs(((person_id, seeker, *named) for named in peek.every(VACANCIES)), on, weights)
    return heapq.nsmallest(min(OPEN_OFFERS_MAX, seeker.room), pairs, key=lambda pair: (-pair.score_bp, pair.vacancy_id))


def seekers_for(vacancy_id: str, on: date, weights: Weights, peek: Peek) -> list[Pair]:
    """Return the best people for a vacancy who were not offered it, best first; ties go by first registration."""
    vacancy = peek(VACANCIES, vacancy_id)
    if not vacancy.is_open(on) or not vacancy.sought:
        return []
    people = ((*named, vacancy_id, vacancy) for named in peek.every(SEEKERS))
    pairs = _pairs(people, on, weights)
    return heapq.nsmallest(vacancy.sought, pairs, key=lambda pair: (-pair.score_bp, pair.seeker.known_sequence))


def proposals(message: Message, pairs: list[Pair], peek: Peek) -> list[Event]:
    """Return the offers of pairs, weakest first: of several the best is the latest, which a bare reply answers."""
    offers = [_proposal(message, pair, peek(MARKET, MARKET_ID).sequence) for pair in pairs]
    return [*sorted(offers, key=lambda offer: (offer.score_bp, offer.offer_id))]


def _pairs(pool: Iterator[tuple[str, Seeker, str, Vacancy]], on: date, weights: Weights) -> Iterator[Pair]:
    for person_id, seeker, vacancy_id, vacancy in pool:
        if why_not(seeker, vacancy_id, vacancy, on) is None:
            yield Pair(person_id, seeker, vacancy_id, vacancy, score_terms(seeker, vacancy, weights))


def _proposal(message: Message, pair: Pair, market_sequence: int) -> OfferProposed:
    offer_id = offer_id_for(message.id, pair.person_id, pair.vacancy_id)
    return OfferProposed(
        offer_id=offer_id,
        message_id=message_id_of(offer_id),
        person_id=pair.person_id,
        vacancy_id=pair.vacancy_id,
        uscc=pair.vacancy.uscc,
        title=pair.vacancy.title,
        county=pair.vacancy.county,
        score_bp=pair.score_bp,
        terms=pair.terms,
        market_sequence=market_sequence,
        expires_on=message.known_on + ANSWER_WITHIN,
    )
