"""An offer: proposed, then sent or undelivered, then accepted or closed.

What the network says of the message and what the person says of the offer arrive in any order: an answer ends the
offer wherever it stands, and after the answer nothing changes it.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.events.offers import OfferAccepted, OfferClosed, OfferProposed, OfferSent, OfferUndelivered
from shared.runner.core import Aggregate, Message

Stage = Literal["unknown", "proposed", "sent", "undelivered", "accepted", "closed"]

_OPEN: frozenset[Stage] = frozenset({"proposed", "sent", "undelivered"})


@dataclass(frozen=True, slots=True)
class Offer:
    """State of an offer.

    Args:
        reason: Why it is undelivered or closed.
        expires_on: The last day of an answer.
        terms: What the score is made of, in basis points.
    """

    stage: Stage = "unknown"
    reason: str = ""
    message_id: str = ""
    person_id: str = ""
    vacancy_id: str = ""
    uscc: str = ""
    title: str = ""
    score_bp: int = 0
    terms: dict[str, int] | None = None
    market_sequence: int = 0
    expires_on: date = date.min

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.stage in _OPEN


def evolve(state: Offer, message: Message) -> Offer:
    """Return the offer after one of its own events."""
    match message.event:
        case OfferProposed() as event:
            return _proposed(event)
        case OfferSent():
            return replace(state, stage="sent")
        case OfferUndelivered(reason=reason):
            return replace(state, stage="undelivered", reason=reason)
        case OfferAccepted():
            return replace(state, stage="accepted", reason="")
        case OfferClosed(reason=reason):
            return replace(state, stage="closed", reason=reason)
        case _:
            return state


def _proposed(event: OfferProposed) -> Offer:
    return Offer(
        stage="proposed",
        message_id=event.message_id,
        person_id=event.person_id,
        vacancy_id=event.vacancy_id,
        uscc=event.uscc,
        title=event.title,
        score_bp=event.score_bp,
        terms=dict(event.terms),
        market_sequence=event.market_sequence,
        expires_on=event.expires_on,
    )


def concerns(message: Message) -> tuple[str, ...]:
    """Return the offer that one of its events is about."""
    match message.event:
        case (
            OfferProposed(offer_id=id_)
            | OfferSent(offer_id=id_)
            | OfferUndelivered(offer_id=id_)
            | OfferAccepted(offer_id=id_)
            | OfferClosed(offer_id=id_)
        ):
            return (id_,)
        case _:
            return ()


OFFERS = Aggregate(
    kind="offer",
    state=Offer,
    initial=lambda _: Offer(),
    evolve=evolve,
    concerns=concerns,
    due_on=lambda offer: offer.expires_on if offer.is_open else None,
    indexes=("person_id", "vacancy_id"),
)
