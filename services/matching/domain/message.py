"""A short message: queued until the gateway's word on it is folded, or its offer is over.

The sender takes what is tagged `queued`. An offer that ends before its message went out takes the message with it.
What is said of a message only ever raises it in one order, so receipts may come twice, late and in any order.
"""

from dataclasses import dataclass, replace
from datetime import date

from services.matching.domain.refs import message_id_of, reminder_id_of
from shared.events.offers import OfferAccepted, OfferClosed, OfferProposed, SmsQueued, SmsReceipt
from shared.runner.core import Aggregate, Message
from shared.sms.receipts import word_of

QUEUED = "queued"
DELIVERED = "delivered"
DROPPED = "dropped"
UNKNOWN = "unknown"
OFFER = "offer"

# Each word stands above those before it: the highest that was ever said of a message is its status. A word of the
# network stands above a word of our own sender, what is nearer to the phone above what is farther from it.
RISING = (
    QUEUED, DROPPED, "unconfirmed", "accepted", "rejected", "no_contact", "no_mobile", "sensitive_words",
    "expired", "undelivered", "wrong_number", DELIVERED,
)  # fmt: skip
_RANK = {status: rank for rank, status in enumerate(RISING)}


@dataclass(frozen=True, slots=True)
class Sms:
    """State of a message.

    Args:
        status: The highest word of `RISING` that was said of it; `dropped` when the offer was over first.
        sequence: Number of the fact that led to it; messages go out in this order, then by score, then by id.
        expires_on: The last day on which it may be sent; None: any.
        template: `offer`, or which notice it is.
    """

    status: str = UNKNOWN
    offer_id: str = ""
    person_id: str = ""
    vacancy_id: str = ""
    title: str = ""
    county: str = ""
    sequence: int = 0
    score_bp: int = 0
    expires_on: date | None = date.min
    template: str = OFFER


def evolve(state: Sms, message: Message) -> Sms:
    """Return the message after it was queued, its offer ended, or a receipt came."""
    match message.event:
        case OfferProposed() as event:
            return _offered(event)
        case SmsQueued() as event if state.status == UNKNOWN:
            return _noticed(event, message.sequence)
        case SmsReceipt(status=status, detail=detail):
            return _raised(state, word_of(status, detail))
        case OfferAccepted() | OfferClosed():
            return _raised(state, DROPPED)
        case _:
            return state


def _raised(state: Sms, status: str) -> Sms:
    return state if _RANK.get(state.status, len(RISING)) >= _RANK[status] else replace(state, status=status)


def _offered(event: OfferProposed) -> Sms:
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


def _noticed(event: SmsQueued, sequence: int) -> Sms:
    return Sms(
        status=QUEUED,
        offer_id=event.offer_id or "",
        person_id=event.person_id,
        vacancy_id=event.vacancy_id or "",
        title=event.title or "",
        county=event.county or "",
        sequence=sequence,
        expires_on=event.expires_on,
        template=event.template,
    )


def concerns(message: Message) -> tuple[str, ...]:
    """Return the messages that an event is about."""
    match message.event:
        case OfferProposed(message_id=id_) | SmsQueued(message_id=id_) | SmsReceipt(message_id=id_):
            return (id_,)
        case OfferAccepted(offer_id=offer_id) | OfferClosed(offer_id=offer_id):
            return (message_id_of(offer_id), reminder_id_of(offer_id))
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
