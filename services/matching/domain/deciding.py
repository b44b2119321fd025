"""What follows from each message: the decider of matching, one function a kind of message."""

from collections.abc import Callable
from typing import Any

from services.matching.domain.answering import closings, on_reply
from services.matching.domain.dated import Dated
from services.matching.domain.delivering import on_day, on_receipt
from services.matching.domain.hiring import on_hire, on_job, settlements
from services.matching.domain.manners import Manners
from services.matching.domain.offer import OFFERS
from services.matching.domain.proposing import of_vacancy, to_person
from services.matching.domain.refilling import with_refills
from services.matching.domain.refs import OfferRef
from services.matching.domain.scene import Policy
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.offers import OffersPaused, SmsReceipt, SmsReplied, VacancyWidened
from shared.events.people import JobseekerRegistered, JobseekerUpdated, JobseekerWithdrawn
from shared.runner.core import Message, Peek, Walk

Reaction = Callable[[Any, Message, Peek], list[Event]]


class Matcher:
    """The decisions of matching under dated figures and manners."""

    def __init__(self, policy: Policy, manners: Dated[Manners]) -> None:
        self._policy, self._manners = policy, manners
        self._reactions: dict[type[Event], Reaction] = {
            JobseekerRegistered: self._on_jobseeker,
            JobseekerUpdated: self._on_jobseeker,
            JobseekerWithdrawn: _on_withdrawal,
            VacancyOpened: self._on_vacancy,
            VacancyChanged: self._on_vacancy,
            VacancyClosed: _on_closing,
            EmploymentConfirmed: on_hire,
            EmploymentEnded: on_job,
            EmploymentCorrected: on_job,
            EmploymentVoided: on_job,
            SmsReplied: self._on_reply,
            SmsReceipt: self._on_receipt,
        }

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what follows from a message; from most kinds nothing does."""
        reaction = self._reactions.get(type(message.event))
        events = reaction(message.event, message, peek) if reaction else []
        return with_refills(message, events, self._policy, peek)

    def decide_due(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
        """Return what follows for an offer, a vacancy or a person whose day it is."""
        events: list[Event]
        if kind == VACANCIES.kind:
            until = peek(VACANCIES, id_).first_until(self._policy.limits.at_latest(message.known_on))
            events = [VacancyWidened(vacancy_id=id_)] if until and until <= message.known_on else []
        elif kind == SEEKERS.kind:
            events = [OffersPaused(person_id=id_)]
        else:
            events = _of_offer(message, id_, peek)
        return with_refills(message, events, self._policy, peek)

    def _on_receipt(self, event: SmsReceipt, message: Message, peek: Peek) -> list[Event]:
        return on_receipt(event, message, peek, self._manners.at_latest(message.known_on))

    def _on_jobseeker(self, event: JobseekerRegistered | JobseekerUpdated, message: Message, peek: Peek) -> list[Event]:
        seeker = peek(SEEKERS, event.person_id)
        if not seeker.consented:
            return closings(seeker.open, "stopped")
        scene = self._policy.scene(message.known_on, peek)
        return to_person(message, event.person_id, scene) if scene else []

    def _on_vacancy(self, event: VacancyOpened | VacancyChanged, message: Message, peek: Peek) -> list[Event]:
        vacancy = peek(VACANCIES, event.vacancy_id)
        if not vacancy.unfilled:
            return closings(vacancy.open, "vacancy_filled")
        scene = self._policy.scene(message.known_on, peek)
        return of_vacancy(message, event.vacancy_id, scene) if scene else []

    def _on_reply(self, event: SmsReplied, message: Message, peek: Peek) -> list[Event]:
        day = message.known_on
        return on_reply(event, message, peek, self._manners.at_latest(day), self._policy.held_until(day))


def walks(message: Message) -> tuple[Walk, ...]:
    """Return what a closing day touches.

    Offers that expire, want a reminder or should be heard of, and acceptances that came to nothing; public posts that
    are everyone's from it on; people who had enough until it.
    """
    if not isinstance(message.event, DayClosed):
        return ()
    return tuple(Walk(kind, due_by=message.event.date) for kind in (OFFERS.kind, VACANCIES.kind, SEEKERS.kind))


def _of_offer(message: Message, offer_id: str, peek: Peek) -> list[Event]:
    """Return what the closing of a day brings for an open offer, or the end of an acceptance that came to nothing."""
    offer = peek(OFFERS, offer_id)
    if offer.is_open:
        return on_day(offer_id, offer, message.known_on)
    ref = OfferRef(offer.market_sequence, offer.score_bp, offer_id, offer.person_id, offer.vacancy_id)
    return settlements([ref], "not_hired")


def _on_withdrawal(event: JobseekerWithdrawn, _: Message, peek: Peek) -> list[Event]:
    seeker = peek(SEEKERS, event.person_id)
    return closings(seeker.open, "withdrawn") + settlements(seeker.accepted, "withdrawn")


def _on_closing(event: VacancyClosed, _: Message, peek: Peek) -> list[Event]:
    return closings(peek(VACANCIES, event.vacancy_id).open, "vacancy_closed")
