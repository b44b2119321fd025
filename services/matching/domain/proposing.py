"""Who is offered what: the best of the market as it is known now."""

from datetime import date, timedelta

from services.matching.domain.best import Asked, Pair, best_seekers, best_vacancies
from services.matching.domain.market import MARKET, MARKET_ID
from services.matching.domain.refs import message_id_of, offer_id_for
from services.matching.domain.scoring import Weights
from services.matching.domain.seeker import OPEN_OFFERS_MAX, SEEKERS
from services.matching.domain.vacancy import VACANCIES
from shared.events.contract import Event
from shared.events.offers import OfferProposed
from shared.runner.core import Message, Peek

ANSWER_WITHIN = timedelta(days=7)


def vacancies_for(person_id: str, on: date, weights: Weights, peek: Peek) -> list[Pair]:
    """Return the best new vacancies for a person, best first; ties go by vacancy id."""
    seeker = peek(SEEKERS, person_id)
    if seeker.obstacle is not None:
        return []
    return best_vacancies(person_id, Asked(on, weights), min(OPEN_OFFERS_MAX, seeker.room), peek)


def seekers_for(vacancy_id: str, on: date, weights: Weights, peek: Peek) -> list[Pair]:
    """Return the best people for a vacancy who were not offered it, best first; ties go by first registration."""
    vacancy = peek(VACANCIES, vacancy_id)
    if not vacancy.is_open(on) or not vacancy.sought:
        return []
    return best_seekers(vacancy_id, Asked(on, weights), vacancy.sought, peek)


def proposals(message: Message, pairs: list[Pair], peek: Peek) -> list[Event]:
    """Return the offers of pairs, weakest first: of several the best is the latest, which a bare reply answers."""
    offers = [_proposal(message, pair, peek(MARKET, MARKET_ID).sequence) for pair in pairs]
    return [*sorted(offers, key=lambda offer: (offer.score_bp, offer.offer_id))]


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
