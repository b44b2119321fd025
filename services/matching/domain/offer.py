"""An offer: proposed, then sent, delivered or undelivered, then accepted or closed; accepted, it holds a place.

docs/sms.md has the whole table.

What the network says of the message and what the person says of the offer arrive in any order: an answer ends the
offer wherever it stands, and after the answer nothing changes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from shared.events.contract import Event
from shared.events.offers import (
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferProposed,
    OfferSent,
    OfferSettled,
    OfferUnanswered,
    OfferUndelivered,
    ReplyMisunderstood,
    SmsQueued,
)
from shared.runner.core import Aggregate, Message

Stage = Literal["unknown", "proposed", "sent", "delivered", "undelivered", "accepted", "closed", "settled"]
Due = Literal["expiry", "alert", "reminder"]

_OPEN: frozenset[Stage] = frozenset({"proposed", "sent", "delivered", "undelivered"})
_TAKEN: frozenset[Stage] = frozenset({"sent", "delivered"})


@dataclass(frozen=True, slots=True)
class Offer:
    """State of an offer.

    Args:
        reason: Why it is undelivered or closed, or what became of the acceptance.
        expires_on: The last day of an answer.
        held_until: The last day on which an acceptance holds a place.
        terms: What the score is made of, in basis points.
        made_on: The open day on which it was made; the other fields are those of `OfferProposed`.
        alert_on, remind_on: The days at whose closing an officer is told, or the person reminded, if all is silent.
        alerted, reminded: These happened; each does once.
        unclear: The person replied something that nobody understood.
    """

    stage: Stage = "unknown"
    reason: str = ""
    message_id: str = ""
    person_id: str = ""
    vacancy_id: str = ""
    uscc: str = ""
    title: str = ""
    county: str = ""
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
    alert_on: date | None = None
    remind_on: date | None = None
    alerted: bool = False
    reminded: bool = False
    unclear: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.stage in _OPEN

    @property
    def told(self) -> str:
        """The status of the message that the events of the offer tell of so far."""
        return {"sent": "accepted", "undelivered": self.reason}.get(self.stage, self.stage)

    @property
    def due(self) -> dict[Due, date]:
        """What the closing of which day brings, as long as nothing else happens; an acceptance has its own end."""
        if not self.is_open:
            return {} if self.held_until is None else {"expiry": self.held_until}
        days: dict[Due, date | None] = {"expiry": self.expires_on}
        if not self.unclear and self.stage in _TAKEN:
            days["alert"] = None if self.alerted else self.alert_on
        if not self.unclear and self.stage == "delivered":
            days["reminder"] = None if self.reminded else self.remind_on
        return {name: day for name, day in days.items() if day is not None}


def _proposed(event: OfferProposed, made_on: date) -> Offer:
    return Offer(
        stage="proposed",
        message_id=event.message_id,
        person_id=event.person_id,
        vacancy_id=event.vacancy_id,
        uscc=event.uscc,
        title=event.title,
        county=event.county,
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


def _sent(state: Offer, event: OfferSent) -> Offer:
    return replace(state, stage="sent", reason="", alert_on=state.alert_on or event.alert_on)


def _delivered(state: Offer, event: OfferDelivered) -> Offer:
    alert_on = state.alert_on or event.alert_on
    return replace(state, stage="delivered", reason="", alert_on=alert_on, remind_on=event.remind_on)


_EVOLVED_BY: dict[type[Event], Callable[[Offer, Any], Offer]] = {
    OfferSent: _sent,
    OfferDelivered: _delivered,
    OfferUndelivered: lambda state, event: replace(state, stage="undelivered", reason=event.reason, alert_on=None),
    OfferUnanswered: lambda state, _: replace(state, alerted=True),
    ReplyMisunderstood: lambda state, _: replace(state, unclear=True),
    SmsQueued: lambda state, _: replace(state, reminded=True),
    OfferAccepted: lambda state, event: replace(state, stage="accepted", reason="", held_until=event.held_until),
    OfferClosed: lambda state, event: replace(state, stage="closed", reason=event.reason),
    OfferSettled: lambda state, event: replace(state, stage="settled", reason=event.outcome, held_until=None),
}


def evolve(state: Offer, message: Message) -> Offer:
    """Return the offer after one of its own events."""
    if isinstance(message.event, OfferProposed):
        return _proposed(message.event, message.known_on)
    return _EVOLVED_BY[type(message.event)](state, message.event)


def concerns(message: Message) -> tuple[str, ...]:
    """Return the offer that one of its events is about."""
    match message.event:
        case (
            OfferProposed(offer_id=id_)
            | OfferSent(offer_id=id_)
            | OfferDelivered(offer_id=id_)
            | OfferUnanswered(offer_id=id_)
            | OfferUndelivered(offer_id=id_)
            | OfferAccepted(offer_id=id_)
            | OfferClosed(offer_id=id_)
            | OfferSettled(offer_id=id_)
        ):
            return (id_,)
        case ReplyMisunderstood(offer_id=about) | SmsQueued(template="reminder", offer_id=about):
            return (about,) if about else ()
        case _:
            return ()


OFFERS = Aggregate(
    kind="offer",
    state=Offer,
    initial=lambda _: Offer(),
    evolve=evolve,
    concerns=concerns,
    due_on=lambda offer: min(offer.due.values(), default=None),
    indexes=("person_id", "vacancy_id"),
)
