"""Facts about people: the poverty office's roster, job seekers, visits, plans, certificates and exits."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Fact, Model
from shared.events.types import (
    DERIVED,
    Checklist,
    ConsentAt,
    Count,
    County,
    Day,
    Education,
    EntityId,
    Fen,
    KnownPersonId,
    Label,
    Name,
    PersonId,
    Sex,
    Source,
    Status,
    Text,
    Township,
    Unreachable,
    Village,
)

KnownPhoneId = Annotated[str, Field(pattern=r"^h[a-z2-7]{25}$"), DERIVED]


class RosterEntry(Fact, topic="roster.entry", entity="person_id"):
    """A person's place on the poverty office's roster (建档立卡) from a day on.

    Args:
        told_by: The source that says so; it stands beside what other sources say.
        enters: The person was not on that county's roster before. leaves: The county whose roster loses the person.
    """

    class Personal(Fact.Personal):
        """Kept in the vault."""

        name: Name

    person_id: PersonId
    household_id: EntityId
    status: Status
    status_from: Day
    county: County
    township: Township
    village: Village
    head: bool | None = None
    labour_ability: bool | None = None
    disability: bool | None = None
    born_on: Annotated[Day | None, DERIVED] = None
    sex: Annotated[Sex | None, DERIVED] = None
    told_by: Annotated[Source | None, DERIVED] = None
    enters: Annotated[bool | None, DERIVED] = None
    leaves: Annotated[County | None, DERIVED] = None


class SnapshotEntry(Model):
    """One row of a roster snapshot; the fields of `RosterEntry`."""

    class Personal(Model):
        """Kept in the vault."""

        name: Name

    person_id: PersonId
    household_id: EntityId
    status: Status
    status_from: Day
    county: County
    township: Township
    village: Village
    head: bool | None = None
    labour_ability: bool | None = None
    disability: bool | None = None
    born_on: Annotated[Day | None, DERIVED] = None
    sex: Annotated[Sex | None, DERIVED] = None


class RosterSnapshot(Fact, topic="roster.snapshot", entity="snapshot_id"):
    """One part of a county's full roster; whom it lacks is an exit to be confirmed, never a silent delete.

    Args:
        told_by: The source that sends it.
    """

    snapshot_id: EntityId
    county: County
    as_of: Day
    part: Annotated[int, Field(ge=1, le=10_000)]
    parts: Annotated[int, Field(ge=1, le=10_000)]
    entries: Annotated[list[SnapshotEntry], Field(max_length=1_000)]
    told_by: Annotated[Source | None, DERIVED] = None


class Location(Model):
    """A point, WGS 84, as upstream has it; registry passes it on rounded to about a kilometre."""

    lat: Annotated[float, Field(ge=-90, le=90, strict=False)]
    lon: Annotated[float, Field(ge=-180, le=180, strict=False)]


class JobseekerRegistered(Fact, topic="jobseeker.registered", entity="person_id"):
    """A person asks for work at a job centre or village platform."""

    class Personal(Fact.Personal):
        """Kept in the vault; name and phone also on the contact card."""

        name: Name
        phone: Annotated[str, Field(max_length=20)]

    person_id: PersonId
    county: County
    education: Education
    skills: Annotated[list[Label], Field(max_length=30)]
    occupations: Annotated[list[Label], Field(max_length=30)]
    sms_consent: bool
    township: Township | None = None
    village: Village | None = None
    location: Location | None = None
    wanted_wage_fen: Fen | None = None
    max_distance_km: Annotated[int, Field(ge=0, le=3_000)] | None = None
    household: EntityId | None = None
    wants_training: bool | None = None
    wants_startup: bool | None = None
    phone_id: KnownPhoneId = ""
    phone_kind: Unreachable = None
    consent_at: ConsentAt = None
    born_on: Annotated[Day | None, DERIVED] = None
    sex: Annotated[Sex | None, DERIVED] = None


class JobseekerUpdated(Fact, topic="jobseeker.updated", entity="person_id"):
    """What changed about a job seeker; a field that is left out stays as it was."""

    class Personal(Fact.Personal):
        """Kept in the vault; name and phone also on the contact card."""

        name: Name | None = None
        phone: Annotated[str, Field(max_length=20)] | None = None

    person_id: PersonId
    county: County | None = None
    education: Education | None = None
    skills: Annotated[list[Label], Field(max_length=30)] | None = None
    occupations: Annotated[list[Label], Field(max_length=30)] | None = None
    sms_consent: bool | None = None
    township: Township | None = None
    village: Village | None = None
    location: Location | None = None
    wanted_wage_fen: Fen | None = None
    max_distance_km: Annotated[int, Field(ge=0, le=3_000)] | None = None
    household: EntityId | None = None
    wants_training: bool | None = None
    wants_startup: bool | None = None
    phone_id: KnownPhoneId | None = None
    phone_kind: Unreachable = None
    consent_at: ConsentAt = None


class JobseekerWithdrawn(Fact, topic="jobseeker.withdrawn", entity="person_id"):
    """A person no longer looks for work."""

    person_id: PersonId
    reason: Text


class VisitRecorded(Fact, topic="visit.recorded", entity="person_id"):
    """A coordinator called on a person; what was found stays in the vault.

    Args:
        by: The officer who says so at our own desk; so in every fact that officers state there.
    """

    class Personal(Fact.Personal):
        """Kept in the vault."""

        findings: Checklist | None = None

    person_id: PersonId
    coordinator_id: EntityId
    date: Day
    kind: Literal["survey", "follow_up", "publicity", "solicitude"]
    by: EntityId | None = None


class PlanAgreed(Fact, topic="plan.agreed", entity="person_id"):
    """The one-to-one assistance plan (帮扶计划书) of a person."""

    person_id: PersonId
    coordinator_id: EntityId
    date: Day
    measures: Annotated[list[Text], Field(max_length=50)]
    by: EntityId | None = None


class CertificateRequested(Fact, topic="certificate.requested", entity="person_id"):
    """A person asks for the employment and start-up certificate (就业创业证)."""

    person_id: PersonId
    date: Day
    number: EntityId | None = None
    by: EntityId | None = None


class CertificateIssued(Fact, topic="certificate.issued", entity="person_id"):
    """The employment and start-up certificate was handed out."""

    person_id: PersonId
    date: Day
    number: EntityId | None = None
    by: EntityId | None = None


class ExitConfirmed(Fact, topic="exit.confirmed", entity="person_id"):
    """The poverty office confirmed that a person left poverty."""

    person_id: PersonId
    date: Day
    by: EntityId
    reason: Text | None = None


class ExitRefused(Fact, topic="exit.refused", entity="person_id"):
    """The poverty office refused a proposed exit."""

    person_id: PersonId
    date: Day
    by: EntityId
    reason: Text | None = None


class HouseholdRiskRaised(Fact, topic="household.risk_raised", entity="household_id"):
    """A watched household is at risk again."""

    household_id: EntityId
    date: Day
    kind: Label
    by: EntityId
    checklist: Checklist | None = None


class HouseholdReleased(Fact, topic="household.released", entity="household_id"):
    """A household is no longer watched."""

    household_id: EntityId
    date: Day
    kind: Label
    by: EntityId
    checklist: Checklist | None = None


class CoordinatorRegistered(Fact, topic="coordinator.registered", entity="coordinator_id"):
    """A labour officer and the area that is theirs."""

    class Personal(Fact.Personal):
        """Kept in the vault and on the officer's contact card."""

        name: Name
        phone: Annotated[str, Field(max_length=20)]

    coordinator_id: EntityId
    county: County
    townships: Annotated[list[Township], Field(max_length=100)]
    villages: Annotated[list[Village], Field(max_length=500)]
    role: Literal["village", "township", "county", "city"]
    office: Label | None = None


class CoordinatorRelieved(Fact, topic="coordinator.relieved", entity="coordinator_id"):
    """A labour officer left the post."""

    class Personal(Fact.Personal):
        """Sent again upstream; not needed here, so it goes no further than the vault."""

        name: Name | None = None
        phone: Annotated[str, Field(max_length=20)] | None = None

    coordinator_id: EntityId
    county: County | None = None
    townships: Annotated[list[Township], Field(max_length=100)] | None = None
    villages: Annotated[list[Village], Field(max_length=500)] | None = None
    role: Literal["village", "township", "county", "city"] | None = None
    office: Label | None = None


class PairAssigned(Event, topic="pair.assigned", entity="person_id"):
    """A person has a coordinator (一对一), who looks after `load` people now; `instead_of` looks after one less."""

    person_id: KnownPersonId
    coordinator_id: EntityId
    county: County
    load: Count
    instead_of: EntityId | None = None
