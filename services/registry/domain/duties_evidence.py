"""What shows that a duty was done: which book a fact goes to, and under which name it is kept there. Pure.

A fact that names its period counts for that one; a fact that has only a day counts where that day lies. A fact without
a day of its own (attendance, assessments, appraisals) was done on the day on which it became known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.events.employment import ActivityHeld, AppraisalRecorded, AssessmentRecorded, AttendanceRecorded, DutyDone
from shared.events.people import VisitRecorded
from shared.runner.core import Message


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that shows something done.

    Args:
        event_id: Of the recorded fact.
        period: The period that the fact names; empty: the day decides.
        papers: Ids of papers that the fact names.
    """

    done_on: date
    event_id: str
    period: str = ""
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence and the name under which a book keeps it."""

    key: str
    evidence: Evidence


def evidence_of(message: Message) -> Iterable[tuple[str, Found]]:
    """Return the evidence that a fact is, by the ids of the books that keep it."""
    fact = message.event
    match fact:
        case DutyDone():
            papers = tuple(fact.evidence or ())
            book = f"placement:{fact.employment_id}" if fact.employment_id else f"pair:{fact.pair_id}"
            found = Evidence(fact.date, message.id, fact.period or "", papers)
            return ((book, Found(f"duty.done/{fact.duty}", found)),)
        case VisitRecorded():
            found = Evidence(fact.date, message.id)
            return ((f"pair:{fact.person_id}", Found(f"visit.recorded/{fact.kind}", found)),)
        case AttendanceRecorded() | AssessmentRecorded():
            found = Evidence(message.known_on, message.id, fact.period)
            return ((f"placement:{fact.employment_id}", Found(fact.topic, found)),)
        case AppraisalRecorded():
            found = Evidence(message.known_on, message.id, str(fact.year))
            return ((f"organisation:{fact.organisation_id}", Found(fact.topic, found)),)
        case ActivityHeld():
            held = Found(f"activity.held/{fact.kind}", Evidence(fact.date, message.id))
            codes = (fact.county, fact.county[:4] + "00", fact.county[:2] + "0000")
            return tuple((f"office:{code}", held) for code in dict.fromkeys(codes))
        case _:
            return ()
