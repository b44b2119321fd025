"""What a person's reply and the network's receipts mean for an offer.

Sources: 个人信息保护法 art. 24 (an easy way to refuse), 通信短信息服务管理规定
(MIIT order 31 of 2015: stop on refusal).
"""

from collections.abc import Iterable
from datetime import date

from services.matching.domain.message import DELIVERED, MESSAGES
from services.matching.domain.offer import OFFERS
from services.matching.domain.phone import PHONES
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES
from shared.events.contract import Event
from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferSent,
    OfferUndelivered,
    SmsReceipt,
    SmsReplied,
)
from shared.runner.core import Message, Peek


def closings(refs: Iterable[OfferRef], reason: str) -> list[Event]:
    """Return the ends of offers, in the order of their ids."""
    return [
        OfferClosed(offer_id=ref.offer_id, person_id=ref.person_id, vacancy_id=ref.vacancy_id, reason=reason)
        for ref in sorted(refs, key=lambda ref: ref.offer_id)
    ]


def on_reply(event: SmsReplied, _: Message, peek: Peek, held_until: date | None) -> list[Event]:
    """Return what follows from a reply: it answers the latest open offer of everyone who has that phone.

    Who accepts now holds the place until `held_until`.
    """
    people = _people_of(event.phone_id, peek)
    match event.answer:
        case "accept":
            return _accept(_latest(people), peek, held_until)
        case "decline":
            return closings(_latest(people), "declined")
        case "stop":
            return _stop(people)
        case "start":
            return _start(people)
        case "unclear":
            return []


def _people_of(phone_id: str, peek: Peek) -> dict[str, Seeker]:
    known = {person_id: peek(SEEKERS, person_id) for person_id in peek(PHONES, phone_id).people}
    return {person_id: seeker for person_id, seeker in known.items() if seeker.phone_id == phone_id}


def _latest(people: dict[str, Seeker]) -> list[OfferRef]:
    """Return the latest of all open offers, in a list; an empty one if there is none."""
    return sorted(ref for seeker in people.values() for ref in seeker.open)[-1:]


def _accept(latest: list[OfferRef], peek: Peek, held_until: date | None) -> list[Event]:
    """Return the acceptance, which holds a place, or that it comes too late."""
    if not latest:
        return []
    (ref,) = latest
    named = {"offer_id": ref.offer_id, "person_id": ref.person_id, "vacancy_id": ref.vacancy_id}
    if not peek(VACANCIES, ref.vacancy_id).places_left:
        return [OfferClosed(**named, reason="vacancy_filled", too_late=True)]
    offer = peek(OFFERS, ref.offer_id)
    return [OfferAccepted(**named, uscc=offer.uscc, title=offer.title, held_until=held_until)]


def _stop(people: dict[str, Seeker]) -> list[Event]:
    """The subscriber refuses messages to this number, so it counts for everyone behind it."""
    consents: list[Event] = [
        ConsentChanged(person_id=person_id, sms_consent=False)
        for person_id, seeker in people.items()
        if seeker.consented
    ]
    return consents + closings((ref for seeker in people.values() for ref in seeker.open), "stopped")


def _start(people: dict[str, Seeker]) -> list[Event]:
    """It takes back a stop; who never agreed is only taken to agree when nobody else has that phone."""
    alone = len(people) == 1
    return [
        ConsentChanged(person_id=person_id, sms_consent=True)
        for person_id, seeker in people.items()
        if not seeker.consented and (alone or seeker.stopped)
    ]


def on_receipt(event: SmsReceipt, _: Message, peek: Peek) -> list[Event]:
    """Return what follows from a receipt; one that is repeated, unknown, or later than the answer changes nothing."""
    sms = peek(MESSAGES, event.message_id)
    offer = peek(OFFERS, sms.offer_id) if sms.offer_id else None
    if offer is None or event.status == DELIVERED:
        return []
    named = {
        "offer_id": sms.offer_id,
        "message_id": event.message_id,
        "person_id": sms.person_id,
        "vacancy_id": sms.vacancy_id,
    }
    if event.status == "accepted":
        return [OfferSent(**named)] if offer.stage == "proposed" else []
    # A receipt that contradicts a delivery is an older one.
    lost = offer.stage in ("proposed", "sent") and sms.status != DELIVERED
    return [OfferUndelivered(**named, reason=event.status)] if lost else []
