"""An offer: proposed, then sent or undelivered, then accepted or closed; accepted, it holds a place until settled.

What the network says of the message and what the person says of the offer arrive in any order: an answer ends the
offer wherever it stands, and after the answer nothing changes it.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.events.offers import OfferAccepted, OfferClosed, OfferProposed, OfferSent, OfferSettled, OfferUndelivered
from shared.runner.core import Aggregate, Message

Stage = Literal["unknown", "proposed", "sent", "undelivered", "accepted", "closed", "settled"]

_OPEN: frozenset[Stage] = frozenset({"proposed", "sent", "undelivered"})


@dataclass(frozen=True, slots=True)
class Offer:
    """State of an offer.

    Args:
        reason: Why it is undelivered or closed, or what became of the acceptance.
        expires_on: The last day of an answer.
        held_until: The last day on which an acceptance holds a place.
        terms: What the score is made of, in basis points.
        made_on: The open day on which it was made; the other fields are those of `OfferProposed`.
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
    held_until: date | None = None
    made_on: date | None = None
    weights_from: date | None = None
    limits_from: date | None = None
    measures: dict[str, int] | None = None
    sought_for: str = ""
    runners_up: tuple[tuple[str, int], ...] = ()

    @property
    def due_on(self) -> date | None:
        """The day whose closing ends it, or the acceptance."""
        return self.expires_on if self.is_open else self.held_until

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.stage in _OPEN


def evolve(state: Offer, message: Message) -> Offer:
    """Return the offer after one of its own events."""
    match message.event:
        case OfferProposed() as event:
            return _proposed(event, message.known_on)
        case OfferSent() | OfferUndelivered() as event:
            return _carried(state, event)
        case OfferAccepted(held_until=held_until):
            return replace(state, stage="accepted", reason="", held_until=held_until)
        case OfferClosed(reason=reason):
            return replace(state, stage="closed", reason=reason)
        case OfferSettled(outcome=outcome):
            return replace(state, stage="settled", reason=outcome, held_until=None)
        case _:
            return state


def _carried(state: Offer, event: OfferSent | OfferUndelivered) -> Offer:
    if isinstance(event, OfferSent):
        return replace(state, stage="sent")
    return replace(state, stage="undelivered", reason=event.reason)


def _proposed(event: OfferProposed, made_on: date) -> Offer:
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
        made_on=made_on,
        weights_from=event.weights_from,
        limits_from=event.limits_from,
        measures=dict(event.measures) if event.measures is not None else None,
        sought_for=event.sought_for or "",
        runners_up=tuple((each.id, each.score_bp) for each in event.runners_up or ()),
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
            | OfferSettled(offer_id=id_)
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
    due_on=lambda offer: offer.due_on,
    indexes=("person_id", "vacancy_id"),
)
