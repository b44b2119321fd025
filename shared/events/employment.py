"""Facts about employments and other placements: confirmed, ended, corrected, attended, assessed."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Fact
from shared.events.duties import DutyPeriod
from shared.events.placements import Posting
from shared.events.types import (
    DERIVED,
    Count,
    County,
    Day,
    EmployerKind,
    EmployerSize,
    EntityId,
    Fen,
    FirstDay,
    KnownPersonId,
    KnownUscc,
    Label,
    Name,
    Period,
    PersonId,
    PostKind,
    ProgrammeName,
    Sex,
    Text,
    Uscc,
    Village,
    YesNo,
)

Evidence = Annotated[list[EntityId], Field(max_length=50)]


class EmploymentConfirmed(Posting, topic="employment.confirmed", entity="employment_id", partition="person_id"):
    """A person works for an employer from a day on; registry adds what it knows of both."""

    employment_id: EntityId
    person_id: PersonId
    uscc: Uscc
    starts_on: FirstDay
    post_kind: PostKind
    vacancy_id: EntityId | None = None
    contract_until: Day | None = None
    probation_months: Annotated[int, Field(ge=0, le=6)] | None = None
    wage_fen: Fen | None = None
    county: County | None = None
    employer_kind: Annotated[EmployerKind | None, DERIVED] = None
    employer_size: Annotated[EmployerSize | None, DERIVED] = None
    insured_county: Annotated[County | None, DERIVED] = None


class EmploymentEnded(Fact, topic="employment.ended", entity="employment_id", partition="person_id"):
    """The last day of an employment."""

    employment_id: EntityId
    last_day: Day
    reason: Text
    person_id: KnownPersonId = ""
    uscc: KnownUscc = ""


class EmploymentCorrected(Posting, topic="employment.corrected", entity="employment_id", partition="person_id"):
    """What was wrong about an employment; a field that is left out was right."""

    employment_id: EntityId
    reason: Text
    starts_on: FirstDay | None = None
    last_day: Day | None = None
    uscc: Uscc | None = None
    post_kind: PostKind | None = None
    person_id: KnownPersonId = ""
    employer_kind: Annotated[EmployerKind | None, DERIVED] = None
    employer_size: Annotated[EmployerSize | None, DERIVED] = None
    insured_county: Annotated[County | None, DERIVED] = None


class EmploymentVoided(Fact, topic="employment.voided", entity="employment_id", partition="person_id"):
    """An employment was not true from a day on."""

    employment_id: EntityId
    effective_from: Day
    reason: Text
    person_id: KnownPersonId = ""
    uscc: KnownUscc = ""


class EmploymentChecked(Fact, topic="employment.checked", entity="employment_id", partition="person_id"):
    """The insurance agency's answer to our question whether a person is employed."""

    employment_id: EntityId
    date: Day
    employed: YesNo
    source: Label
    error: Label | None = None
    person_id: KnownPersonId = ""


class AgreementSigned(Fact, topic="agreement.signed", entity="employment_id|uscc", partition="person_id|uscc"):
    """Who signed what; the parties' names stay in the vault."""

    class Personal(Fact.Personal):
        """Kept in the vault."""

        parties: Annotated[list[Name], Field(max_length=10)]

    version: EntityId
    date: Day
    party_count: Annotated[int | None, Field(ge=0, le=10), DERIVED] = None
    employment_id: EntityId | None = None
    programme: ProgrammeName | None = None
    uscc: Uscc | None = None
    person_id: KnownPersonId | None = None


class ApplicationReceived(Fact, topic="application.received", entity="application_id", partition="person_id"):
    """A person applies for a programme or a post."""

    application_id: EntityId
    programme: ProgrammeName
    person_id: PersonId
    date: Day


class ApplicationReviewed(Fact, topic="application.reviewed", entity="application_id"):
    """An application was decided on."""

    application_id: EntityId
    decision: Label
    by: EntityId
    reason: Text | None = None


class ArrivalRecorded(Fact, topic="arrival.recorded", entity="employment_id", partition="person_id"):
    """A person arrived at the host unit."""

    employment_id: EntityId
    date: Day
    person_id: KnownPersonId = ""


class PlacementExtended(Fact, topic="placement.extended", entity="employment_id", partition="person_id"):
    """A placement's term was extended."""

    employment_id: EntityId
    date: Day
    reason: Text
    until: Day | None = None
    person_id: KnownPersonId = ""


class PlacementSuspended(Fact, topic="placement.suspended", entity="employment_id", partition="person_id"):
    """A placement rests."""

    employment_id: EntityId
    date: Day
    reason: Text
    until: Day | None = None
    person_id: KnownPersonId = ""


class PlacementResumed(Fact, topic="placement.resumed", entity="employment_id", partition="person_id"):
    """A placement goes on."""

    employment_id: EntityId
    date: Day
    reason: Text
    until: Day | None = None
    person_id: KnownPersonId = ""


class AttendanceRecorded(Fact, topic="attendance.recorded", entity="employment_id", partition="person_id"):
    """Days worked in a month or quarter."""

    employment_id: EntityId
    period: Period
    working_days: Annotated[int, Field(ge=0, le=100)]
    attended_days: Annotated[int, Field(ge=0, le=100)]
    person_id: KnownPersonId = ""
    county: Annotated[County | None, DERIVED] = None


class DutyDone(Fact, topic="duty.done", entity="employment_id|pair_id", partition="person_id|pair_id"):
    """A duty of a placement or a pair was done; the pair of a coordinator and a person has the person's id.

    Args:
        period: The period that it is for, where that is not the one in which its day lies: a report handed in late.
    """

    duty: Label
    date: Day
    employment_id: EntityId | None = None
    pair_id: EntityId | None = None
    evidence: Evidence | None = None
    period: DutyPeriod | None = None
    person_id: KnownPersonId | None = None
    by: EntityId | None = None


class AssessmentRecorded(Fact, topic="assessment.recorded", entity="employment_id", partition="person_id"):
    """The grade of a period of a placement."""

    employment_id: EntityId
    period: Period
    grade: Literal["excellent", "qualified", "basic", "failed"]
    person_id: KnownPersonId = ""


class ViolationReported(Fact, topic="violation.reported", entity="employment_id", partition="person_id"):
    """A breach of a placement's rules."""

    employment_id: EntityId
    date: Day
    kind: Label
    person_id: KnownPersonId = ""
    by: EntityId | None = None


class ActivityHeld(Fact, topic="activity.held", entity="programme", partition="county"):
    """A training, fair or visit that took place; `participants` are people, `headcount` only their number.

    Args:
        village: Where it took place or whose people it was for, where a rotation of villages is counted.
    """

    class Personal(Fact.Personal):
        """Who took part stays in the vault; the event carries how many."""

        participants: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=1_000)] | None = None

    programme: ProgrammeName
    date: Day
    county: County
    kind: Label
    headcount: Count | None = None
    village: Village | None = None


class AppraisalRecorded(Fact, topic="appraisal.recorded", entity="organisation_id"):
    """The yearly grade of an organisation."""

    organisation_id: EntityId
    kind: Literal["training_base", "village_platform", "talent_station", "agency"]
    year: Annotated[int, Field(ge=2013, le=2100)]
    grade: Label
    county: County


class TrainingCompleted(Fact, topic="training.completed", entity="course_id", partition="person_id"):
    """A person finished a course at a provider.

    Args:
        programme, kind: Whose course it is and of what kind, as in `ActivityHeld`: what targets count by.
        village: The village that the person was trained for.
    """

    course_id: EntityId
    provider_id: EntityId
    person_id: PersonId
    started_on: Day
    finished_on: Day
    days: Annotated[int, Field(ge=1, le=1_000)]
    certificate: EntityId | None = None
    free: bool | None = None
    programme: ProgrammeName | None = None
    kind: Label | None = None
    village: Village | None = None
    born_on: Annotated[Day | None, DERIVED] = None
    sex: Annotated[Sex | None, DERIVED] = None


class ProviderQualified(Fact, topic="provider.qualified", entity="provider_id", partition="*"):
    """A training provider and the kind that decides whether it may be paid."""

    provider_id: EntityId
    name: Name
    kind: Literal["public_agency", "provincial_key_technical_school", "county_training_base", "other"]
    county: County
    valid_until: Day | None = None


class GraduationRecorded(Fact, topic="graduation.recorded", entity="person_id"):
    """A person graduated."""

    person_id: PersonId
    school_kind: Literal["college", "technical_senior", "technical_prep", "special_vocational"]
    graduated_on: Day


class GrantClaimed(Fact, topic="grant.claimed", entity="person_id|uscc", partition="person_id|uscc"):
    """A person or an employer claims a grant."""

    programme: ProgrammeName
    claimed_on: Day
    person_id: PersonId | None = None
    uscc: Uscc | None = None
    evidence: Evidence | None = None
