"""What follows from each message: the decider of matching, one function a kind of message."""

from collections.abc import Callable
from typing import Any

from services.matching.domain.answering import closings, on_reply
from services.matching.domain.delivering import on_day, on_receipt
from services.matching.domain.manners import MannersTable
from services.matching.domain.offer import OFFERS
from services.matching.domain.proposing import proposals, seekers_for, vacancies_for
from services.matching.domain.scoring import WeightTable
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import SmsReceipt, SmsReplied
from shared.events.people import JobseekerRegistered, JobseekerUpdated, JobseekerWithdrawn
from shared.runner.core import Message, Peek, Walk

Reaction = Callable[[Any, Message, Peek], list[Event]]


class Matcher:
    """The decisions of matching under dated weights and manners."""

    def __init__(self, weights: WeightTable, manners: MannersTable) -> None:
        self._weights, self._manners = weights, manners
        self._reactions: dict[type[Event], Reaction] = {
            JobseekerRegistered: self._on_jobseeker,
            JobseekerUpdated: self._on_jobseeker,
            JobseekerWithdrawn: _on_withdrawal,
            VacancyOpened: self._on_vacancy,
            VacancyChanged: self._on_vacancy,
            VacancyClosed: _on_closing,
            EmploymentConfirmed: _on_hire,
            SmsReplied: self._on_reply,
            SmsReceipt: self._on_receipt,
        }

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what follows from a message; from most kinds nothing does."""
        reaction = self._reactions.get(type(message.event))
        return reaction(message.event, message, peek) if reaction else []

    def decide_one(self, message: Message, _: str, offer_id: str, peek: Peek) -> list[Event]:
        """Return what a closing day means for an offer that has something due."""
        return on_day(offer_id, peek(OFFERS, offer_id), message.known_on)

    def _on_reply(self, event: SmsReplied, message: Message, peek: Peek) -> list[Event]:
        return on_reply(event, message, peek, self._manners.on(message.known_on))

    def _on_receipt(self, event: SmsReceipt, message: Message, peek: Peek) -> list[Event]:
        return on_receipt(event, message, peek, self._manners.on(message.known_on))

    def _on_jobseeker(self, event: JobseekerRegistered | JobseekerUpdated, message: Message, peek: Peek) -> list[Event]:
        seeker = peek(SEEKERS, event.person_id)
        if not seeker.consented:
            return closings(seeker.open, "stopped")
        weights = self._weights.on(message.known_on)
        if weights is None:
            return []
        return proposals(message, vacancies_for(event.person_id, message.known_on, weights, peek), peek)

    def _on_vacancy(self, event: VacancyOpened | VacancyChanged, message: Message, peek: Peek) -> list[Event]:
        vacancy = peek(VACANCIES, event.vacancy_id)
        if not vacancy.places_left:
            return closings(vacancy.open, "vacancy_filled")
        weights = self._weights.on(message.known_on)
        if weights is None:
            return []
        return proposals(message, seekers_for(event.vacancy_id, message.known_on, weights, peek), peek)


def walks(message: Message) -> tuple[Walk, ...]:
    """Return what a closing day touches: the open offers that expire, want a reminder or should be heard of."""
    return (Walk(OFFERS.kind, due_by=message.event.date),) if isinstance(message.event, DayClosed) else ()


def _on_withdrawal(event: JobseekerWithdrawn, _: Message, peek: Peek) -> list[Event]:
    return closings(peek(SEEKERS, event.person_id).open, "withdrawn")


def _on_closing(event: VacancyClosed, _: Message, peek: Peek) -> list[Event]:
    return closings(peek(VACANCIES, event.vacancy_id).open, "vacancy_closed")


def _on_hire(event: EmploymentConfirmed, _: Message, peek: Peek) -> list[Event]:
    """The person needs no other offer; the last place taken ends everyone else's."""
    own = closings(peek(SEEKERS, event.person_id).open, "hired")
    if event.vacancy_id is None:
        return own
    vacancy = peek(VACANCIES, event.vacancy_id)
    if vacancy.places_left:
        return own
    return own + closings((ref for ref in vacancy.open if ref.person_id != event.person_id), "vacancy_filled")
