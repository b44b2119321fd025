"""What a begun, ended, corrected or void employment means for offers, held places and vacancies."""

from collections.abc import Iterable
from typing import Literal

from services.matching.domain.answering import closings
from services.matching.domain.jobs import found
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.offers import OfferSettled, PlaceFreed
from shared.runner.core import Message, Peek

Outcome = Literal["hired", "hired_elsewhere", "not_hired", "withdrawn"]


def settlements(refs: Iterable[OfferRef], outcome: Outcome) -> list[Event]:
    """Return the ends of acceptances, in the order of their ids."""
    return [
        OfferSettled(offer_id=ref.offer_id, person_id=ref.person_id, vacancy_id=ref.vacancy_id, outcome=outcome)
        for ref in sorted(refs, key=lambda ref: ref.offer_id)
    ]


def on_hire(event: EmploymentConfirmed, _: Message, peek: Peek) -> list[Event]:
    """The person needs no other offer and no other place; the last place taken ends everyone else's.

    An employment that names no vacancy is the accepted one, where the employer is the same.
    """
    seeker = peek(SEEKERS, event.person_id)
    here = [ref for ref in seeker.accepted if _is_there(event, ref, peek)][:1]
    elsewhere = [ref for ref in seeker.accepted if ref not in here]
    own = closings(seeker.open, "hired") + settlements(here, "hired") + settlements(elsewhere, "hired_elsewhere")
    return own + (_filled(event.vacancy_id, event.person_id, peek) if event.vacancy_id else [])


def _is_there(event: EmploymentConfirmed, ref: OfferRef, peek: Peek) -> bool:
    if event.vacancy_id:
        return ref.vacancy_id == event.vacancy_id
    return peek(VACANCIES, ref.vacancy_id).uscc == event.uscc


def _filled(vacancy_id: str, person_id: str, peek: Peek) -> list[Event]:
    vacancy = peek(VACANCIES, vacancy_id)
    if vacancy.unfilled:
        return []
    late = [
        ref for person in vacancy.accepted for ref in peek(SEEKERS, person).accepted if ref.vacancy_id == vacancy_id
    ]
    others = closings((ref for ref in vacancy.open if ref.person_id != person_id), "vacancy_filled")
    return others + settlements(late, "not_hired")


def on_job(event: EmploymentEnded | EmploymentCorrected | EmploymentVoided, _: Message, peek: Peek) -> list[Event]:
    """An employment that takes no place any more gives it back, once."""
    job = found(peek(SEEKERS, event.person_id).jobs, event.employment_id)
    if job is None or job.freed or job.holds_place:
        return []
    true_days = job.days(job.last_day) if job.last_day is not None and job.uscc == job.placed_at else 0
    return [
        PlaceFreed(
            employment_id=job.employment_id,
            person_id=event.person_id,
            uscc=job.placed_at,
            vacancy_id=job.vacancy_id or None,
            lasted_days=true_days or None,
        )
    ]
