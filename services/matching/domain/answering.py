"""What a person's reply means for offers and for their consent.

Sources: 个人信息保护法 art. 15 (consent can be withdrawn, and then stands withdrawn), art. 24 (an easy way to refuse),
通信短信息服务管理规定 (MIIT order 31 of 2015: stop on refusal).
"""

from collections.abc import Iterable
from datetime import date

from services.matching.domain.manners import Manners
from services.matching.domain.offer import OFFERS
from services.matching.domain.phone import PHONES
from services.matching.domain.refs import OfferRef, answer_id_for, taken_id_of
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES
from shared.events.contract import Event
from shared.events.offers import (
    ConsentChanged,
    Notice,
    OfferAccepted,
    OfferClosed,
    ReplyMisunderstood,
    SmsQueued,
    SmsReplied,
)
from shared.runner.core import Message, Peek


def closings(refs: Iterable[OfferRef], reason: str) -> list[Event]:
    """Return the ends of offers, in the order of their ids."""
    return [
        OfferClosed(offer_id=ref.offer_id, person_id=ref.person_id, vacancy_id=ref.vacancy_id, reason=reason)
        for ref in sorted(refs, key=lambda ref: ref.offer_id)
    ]


def on_reply(event: SmsReplied, message: Message, peek: Peek, manners: Manners, held_until: date | None) -> list[Event]:
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
            followed = _stop(people, event)
            return followed + _confirmed(message, followed, "stopped" if manners.confirm_stop else None)
        case "start":
            followed = _start(people, event)
            return followed + _confirmed(message, followed, "started" if manners.confirm_start else None)
        case "unclear":
            return _misunderstood(people)


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
        return [OfferClosed(**named, reason="vacancy_filled", too_late=True), told_taken(ref, peek)]
    offer = peek(OFFERS, ref.offer_id)
    return [OfferAccepted(**named, uscc=offer.uscc, title=offer.title, held_until=held_until)]


def told_taken(ref: OfferRef, peek: Peek) -> SmsQueued:
    """Return the message that tells who accepted an offer that its place is taken."""
    offer = peek(OFFERS, ref.offer_id)
    return SmsQueued(
        message_id=taken_id_of(ref.offer_id),
        person_id=ref.person_id,
        template="taken",
        offer_id=ref.offer_id,
        vacancy_id=ref.vacancy_id,
        title=offer.title,
        county=offer.county or None,
    )


def _stop(people: dict[str, Seeker], event: SmsReplied) -> list[Event]:
    """The subscriber refuses messages to this number, so it counts for everyone behind it.

    It counts whenever it was sent: if it comes late and contradicts a newer consent, in doubt nobody is written to.
    """
    consents: list[Event] = [
        ConsentChanged(person_id=person_id, sms_consent=False, at=event.received_at)
        for person_id, seeker in people.items()
        if seeker.consented or seeker.refused_at(event.received_at) != seeker.stopped_at
    ]
    return consents + closings((ref for seeker in people.values() for ref in seeker.open), "stopped")


def _start(people: dict[str, Seeker], event: SmsReplied) -> list[Event]:
    """It takes back an earlier stop; who never agreed is only taken to agree when nobody else has that phone."""
    alone = len(people) == 1
    return [
        ConsentChanged(person_id=person_id, sms_consent=True, at=event.received_at)
        for person_id, seeker in people.items()
        if not seeker.consented and (alone or seeker.stopped) and seeker.may_agree(event.received_at)
    ]


def _confirmed(message: Message, followed: list[Event], template: Notice | None) -> list[Event]:
    """Return one message to the phone, whoever is behind it, if the reply changed anybody's consent."""
    changed = sorted(event.person_id for event in followed if isinstance(event, ConsentChanged))
    if template is None or not changed:
        return []
    return [SmsQueued(message_id=answer_id_for(message.id), person_id=changed[0], template=template)]


def _misunderstood(people: dict[str, Seeker]) -> list[Event]:
    """Nobody can tell who of a family wrote: it is taken for whoever has the latest open offer, else the first."""
    if not people:
        return []
    latest = max((ref for seeker in people.values() for ref in seeker.open), default=None)
    if latest is None:
        return [ReplyMisunderstood(person_id=next(iter(people)))]
    return [ReplyMisunderstood(person_id=latest.person_id, offer_id=latest.offer_id, vacancy_id=latest.vacancy_id)]
