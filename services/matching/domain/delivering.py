"""What the network's receipts and closing days mean for an offer that has no answer."""

from datetime import date

from services.matching.domain.manners import Manners
from services.matching.domain.message import DELIVERED, MESSAGES, OFFER
from services.matching.domain.offer import OFFERS, Offer
from services.matching.domain.refs import reminder_id_of
from shared.events.contract import Event
from shared.events.offers import (
    OfferClosed,
    OfferDelivered,
    OfferSent,
    OfferUnanswered,
    OfferUndelivered,
    SmsQueued,
    SmsReceipt,
)
from shared.runner.core import Message, Peek


def on_receipt(event: SmsReceipt, message: Message, peek: Peek, manners: Manners) -> list[Event]:
    """Return what follows from a receipt, which the message has folded already.

    One that is repeated, unknown, older than what is known, later than the answer, or about another message than the
    offer's own changes nothing.
    """
    sms = peek(MESSAGES, event.message_id)
    offer = peek(OFFERS, sms.offer_id) if sms.template == OFFER and sms.offer_id else None
    if offer is None or not offer.is_open or sms.status == offer.told:
        return []
    named = {
        "offer_id": sms.offer_id,
        "message_id": event.message_id,
        "person_id": sms.person_id,
        "vacancy_id": sms.vacancy_id,
    }
    alert_on = manners.alert_on(message.known_on)
    match sms.status:
        case "accepted":
            return [OfferSent(**named, alert_on=alert_on)]
        case status if status == DELIVERED:
            return [OfferDelivered(**named, alert_on=alert_on, remind_on=manners.remind_on(message.known_on))]
        case status:
            return [OfferUndelivered(**named, reason=status)]


def on_day(offer_id: str, offer: Offer, day: date) -> list[Event]:
    """Return what the closing of a day brings for an offer: its end, or word to the officer and one to the person."""
    due = {name for name, falls_on in offer.due.items() if falls_on <= day}
    person_id, vacancy_id = offer.person_id, offer.vacancy_id
    if "expiry" in due:
        return [OfferClosed(offer_id=offer_id, person_id=person_id, vacancy_id=vacancy_id, reason="expired")]
    unanswered = OfferUnanswered(offer_id=offer_id, person_id=person_id, vacancy_id=vacancy_id, title=offer.title)
    followed: list[Event] = [unanswered] if "alert" in due else []
    return followed + ([_reminder(offer_id, offer)] if "reminder" in due else [])


def _reminder(offer_id: str, offer: Offer) -> SmsQueued:
    return SmsQueued(
        message_id=reminder_id_of(offer_id),
        person_id=offer.person_id,
        template="reminder",
        offer_id=offer_id,
        vacancy_id=offer.vacancy_id,
        title=offer.title,
        county=offer.county or None,
        expires_on=offer.expires_on,
    )
