"""The short message that carries an offer: queued until the gateway's word on it is folded, or the offer is over.

The sender takes what is tagged `queued`. An offer that ends before its message went out takes the message with it.
"""

from dataclasses import dataclass, replace
from datetime import date

from services.matching.domain.refs import message_id_of
from shared.events.offers import OfferAccepted, OfferClosed, OfferProposed, SmsReceipt
from shared.runner.core import Aggregate, Message

QUEUED = "queued"
DELIVERED = "delivered"
DROPPED = "dropped"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sms:
    """State of a message.

    Args:
        status: `queued`, then what the gateway said last, or `dropped` when the offer was over first.
            `delivered` stays: a receipt that comes after it is an older one.
        sequence: Number of the fact that led to it; messages go out in this order, then by score, then by id.
    """

    status: str = UNKNOWN
    offer_id: str = ""
    person_id: str = ""
    vacancy_id: str = ""
    title: str = ""
    county: str = ""
    sequence: int = 0
    score_bp: int = 0
    expires_on: date = date.min


def evolve(state: Sms, message: Message) -> Sms:
    """Return the message after its offer was made or ended, or after a receipt."""
    match message.event:
        case OfferProposed() as event:
            return _queued(event)
        case SmsReceipt(status=status) if state.status not in (UNKNOWN, DELIVERED):
            return replace(state, status=status)
        case OfferAccepted() | OfferClosed() if state.status == QUEUED:
            return replace(state, status=DROPPED)
        case _:
            return state


def _queued(event: OfferProposed) -> Sms:
    return Sms(
        status=QUEUED,
        offer_id=event.offer_id,
        person_id=event.person_id,
        vacancy_id=event.vacancy_id,
        title=event.title,
        county=event.county,
        sequence=event.market_sequence,
        score_bp=event.score_bp,
        expires_on=event.expires_on,
    )


def concerns(message: Message) -> tuple[str, ...]:
    """Return the message that an event is about."""
    match message.event:
        case OfferProposed(message_id=id_) | SmsReceipt(message_id=id_):
            return (id_,)
        case OfferAccepted(offer_id=offer_id) | OfferClosed(offer_id=offer_id):
            return (message_id_of(offer_id),)
        case _:
            return ()


MESSAGES = Aggregate(
    kind="message",
    state=Sms,
    initial=lambda _: Sms(),
    evolve=evolve,
    concerns=concerns,
    tags=lambda sms: (QUEUED,) if sms.status == QUEUED else (),
    keep=lambda sms: sms.status != UNKNOWN,  # receipts of messages that are not ours leave nothing behind
)
