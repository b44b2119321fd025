"""What else is known of a person: courses, graduations, claims, pension contributions, and services rendered.

A second attendance or assessment of one period replaces the first, and so does a second account of one course. A fact
that repeats an earlier one in every field changes nothing.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from services.subsidy.domain.premiums import mark_of
from shared.events.employment import (
    ApplicationReceived,
    AssessmentRecorded,
    AttendanceRecorded,
    GraduationRecorded,
    GrantClaimed,
    TrainingCompleted,
)
from shared.events.premiums import PensionContributed

RecordFact = (
    TrainingCompleted
    | GraduationRecorded
    | GrantClaimed
    | ApplicationReceived
    | PensionContributed
    | AttendanceRecorded
    | AssessmentRecorded
)
RECORD_FACTS = (
    TrainingCompleted,
    GraduationRecorded,
    GrantClaimed,
    ApplicationReceived,
    PensionContributed,
    AttendanceRecorded,
    AssessmentRecorded,
)


@dataclass(frozen=True, slots=True)
class Training:
    """A course that was finished."""

    course_id: str
    provider_id: str
    started_on: date
    finished_on: date


@dataclass(frozen=True, slots=True)
class Graduation:
    """A graduation from a kind of school."""

    graduated_on: date
    school_kind: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """Days of a period."""

    working_days: int
    attended_days: int


@dataclass(frozen=True, slots=True)
class Record:
    """All of it.

    Args:
        trainings: By course and first day.
        claims: Days on which grants were claimed, in order, by programme. `applications`: likewise.
        contributions: Days on which the own part was paid, in order, by year.
        attendance: By employment and period, `<employment id>|<period>`. `grades`: likewise.
        marks: The facts, so that a repeat changes nothing.
    """

    trainings: dict[str, Training] = field(default_factory=dict)
    graduations: tuple[Graduation, ...] = ()
    claims: dict[str, tuple[date, ...]] = field(default_factory=dict)
    contributions: dict[str, tuple[date, ...]] = field(default_factory=dict)
    attendance: dict[str, Attendance] = field(default_factory=dict)
    grades: dict[str, str] = field(default_factory=dict)
    applications: dict[str, tuple[date, ...]] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


def with_fact(record: Record, fact: RecordFact) -> Record:
    """Return the record with one more fact."""
    mark = mark_of(fact)
    if mark in record.marks:
        return record
    record = replace(record, marks=(*record.marks, mark))
    match fact:
        case TrainingCompleted():
            training = Training(fact.course_id, fact.provider_id, fact.started_on, fact.finished_on)
            trainings = record.trainings | {f"{fact.course_id}|{fact.started_on}": training}
            return replace(record, trainings=trainings)
        case GraduationRecorded():
            graduation = Graduation(fact.graduated_on, fact.school_kind)
            known = sorted({*record.graduations, graduation}, key=lambda g: (g.graduated_on, g.school_kind))
            return replace(record, graduations=tuple(known))
        case GrantClaimed() | ApplicationReceived():
            return _asked(record, fact)
        case PensionContributed():
            contributions = _with_day(record.contributions, str(fact.year), fact.paid_on)
            return replace(record, contributions=contributions)
        case AttendanceRecorded() | AssessmentRecorded():
            return _with_service(record, fact)


def _asked(record: Record, fact: GrantClaimed | ApplicationReceived) -> Record:
    if isinstance(fact, GrantClaimed):
        return replace(record, claims=_with_day(record.claims, fact.programme, fact.claimed_on))
    return replace(record, applications=_with_day(record.applications, fact.programme, fact.date))


def _with_service(record: Record, fact: AttendanceRecorded | AssessmentRecorded) -> Record:
    key = service_key(fact.employment_id, fact.period)
    if isinstance(fact, AssessmentRecorded):
        return replace(record, grades=record.grades | {key: fact.grade})
    attendance = Attendance(fact.working_days, fact.attended_days)
    return replace(record, attendance=record.attendance | {key: attendance})


def service_key(employment_id: str, period: str) -> str:
    """Return the key of a period of an employment."""
    return f"{employment_id}|{period}"


def _with_day(days: dict[str, tuple[date, ...]], key: str, day: date) -> dict[str, tuple[date, ...]]:
    return days | {key: tuple(sorted({*days.get(key, ()), day}))}
