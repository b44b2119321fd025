"""Who is offered what: the best of the market as it is known now, and the offers that say so."""

from datetime import timedelta
from typing import Literal

from services.matching.domain.market import MARKET, MARKET_ID
from services.matching.domain.ranking import Pair, Ranking, seekers_for, vacancies_for
from services.matching.domain.refs import message_id_of, offer_id_for
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import measure
from shared.events.contract import Event
from shared.events.offers import OfferProposed, RunnerUp
from shared.runner.core import Message

Side = Literal["person", "vacancy"]


def to_person(message: Message, person_id: str, scene: Scene) -> list[Event]:
    """Return the offers of the best vacancies to a person."""
    return _proposals(message, vacancies_for(person_id, scene), "person", scene)


def of_vacancy(message: Message, vacancy_id: str, scene: Scene) -> list[Event]:
    """Return the offers of a vacancy to the best people."""
    return _proposals(message, seekers_for(vacancy_id, scene), "vacancy", scene)


def _proposals(message: Message, found: Ranking, side: Side, scene: Scene) -> list[Event]:
    """Return the offers, weakest first: of several the best is the latest, which a bare reply answers."""
    next_best = [
        RunnerUp(id=pair.vacancy_id if side == "person" else pair.person_id, score_bp=pair.score_bp)
        for pair in found.runners_up
    ]
    offers = [_proposal(message, pair, side, next_best, scene) for pair in found.chosen]
    return [*sorted(offers, key=lambda offer: (offer.score_bp, offer.offer_id))]


def _proposal(message: Message, pair: Pair, side: Side, next_best: list[RunnerUp], scene: Scene) -> OfferProposed:
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
        market_sequence=scene.peek(MARKET, MARKET_ID).sequence,
        expires_on=message.known_on + timedelta(days=scene.limits.answer_days),
        weights_from=scene.weights_from,
        limits_from=scene.limits_from,
        measures=measure(pair.seeker, pair.vacancy, scene).known(),
        sought_for=side,
        runners_up=next_best,
    )
