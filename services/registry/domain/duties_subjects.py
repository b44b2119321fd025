"""Whose books a message touches: placements, pairs, organisations, and the offices that answer for a county. Pure."""

from collections.abc import Iterable
from typing import Final

from services.registry.domain.duties_evidence import evidence_of
from shared.events.contract import Event
from shared.events.duties import DutyAssigned, DutyFulfilled, DutyLifted, DutyMissed, Subject
from shared.events.employment import (
    ActivityHeld,
    AgreementSigned,
    AppraisalRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    PlacementExtended,
    PlacementResumed,
    PlacementSuspended,
    ProviderQualified,
)
from shared.events.identity import PersonMerged
from shared.events.people import (
    CoordinatorRegistered,
    PairAssigned,
)
from shared.runner.core import Message

Employed = EmploymentConfirmed | EmploymentEnded | EmploymentCorrected | EmploymentVoided
Placed = PlacementExtended | PlacementSuspended | PlacementResumed
Told = DutyAssigned | DutyFulfilled | DutyMissed | DutyLifted
_LEVELS: Final = {2: "province", 4: "city", 6: "county"}  # by the digits of the code that count


def book_id(subject: Subject, subject_id: str) -> str:
    """Return the id of a subject's book."""
    return f"{subject}:{subject_id}"


def offices(county: str) -> dict[str, str]:
    """Return the offices that answer for a county: code by level."""
    return {level: county[:digits].ljust(6, "0") for digits, level in _LEVELS.items()}


def concerns(message: Message) -> Iterable[str]:
    """Return the books that a message touches."""
    return sorted({*_introduced(message.event), *(id_ for id_, _ in evidence_of(message))})


def _introduced(event: Event) -> Iterable[str]:
    if isinstance(event, Employed | Placed):
        return (book_id("placement", event.employment_id),)
    if isinstance(event, Told):
        return (book_id(event.subject, event.subject_id),)
    match event:
        case AgreementSigned(programme=str()):
            return _agreed(event)
        case PairAssigned() | PersonMerged():
            return (book_id("pair", event.person_id),)
        case _:
            return _established(event)


def _established(event: Event) -> Iterable[str]:
    """Return the organisation that a fact introduces, and the offices that answer for where it is."""
    match event:
        case ProviderQualified(kind="county_training_base"):
            return (book_id("organisation", event.provider_id), *_offices(event.county))
        case AppraisalRecorded():
            return (book_id("organisation", event.organisation_id), *_offices(event.county))
        case CoordinatorRegistered() | ActivityHeld():
            return _offices(event.county)
        case _:
            return ()


def _agreed(event: AgreementSigned) -> Iterable[str]:
    if event.employment_id:
        return (book_id("placement", event.employment_id),)
    return (book_id("pair", event.uscc),) if event.uscc else ()


def _offices(county: str) -> tuple[str, ...]:
    return tuple(book_id("office", code) for code in offices(county).values())


def level_of(code: str) -> str:
    """Return the level of an office by its code: `province`, `city` or `county`."""
    return next(level for digits, level in _LEVELS.items() if not code[digits:].strip("0"))
