"""THE MAP: every event, its subject, who produces it and who consumes it.

The catalogue is tested against each app's generated AsyncAPI document, and docs/event-flow.md is generated from it.
Subjects: `bangfu.<entity>.<past_participle>.<partition>.<entity id>` on `EVENTS`, `intake.<source>.<fact>` on `INTAKE`,
`outcome.<source>.<fact>` on `OUTCOMES`.
"""

import inspect
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from shared.events import (
    alerts,
    casework,
    clock,
    employers,
    employment,
    finance,
    identity,
    offers,
    ops,
    payments,
    people,
    premiums,
    roster,
    subsidy,
    takeup,
    tasks,
)
from shared.events.contract import Event, Fact
from shared.events.upcasting import OFFERED_STEPS, RECORDED_STEPS, Schemas

PARTITIONS = 16  # fixed for the life of a deployment: a person's events must keep meeting in one partition


def _facts() -> Iterator[type[Fact]]:
    for module in (people, identity, employers, employment, premiums, finance, offers, clock, ops):
        for _, item in inspect.getmembers(module, inspect.isclass):
            if issubclass(item, Fact) and item.topic and item.__module__ == module.__name__:
                yield item


FACTS: tuple[type[Fact], ...] = tuple(sorted(_facts(), key=lambda fact: fact.topic))


@dataclass(frozen=True)
class Entry:
    """One event of `EVENTS`: who decides it, who listens."""

    event: type[Event]
    producer: str
    consumers: tuple[str, ...] = ()


_LISTENERS: dict[type[Event], tuple[str, ...]] = {
    people.RosterEntry: ("matching", "registry", "subsidy"),
    people.JobseekerRegistered: ("matching", "notify", "registry", "subsidy"),
    people.JobseekerUpdated: ("matching", "notify"),
    people.JobseekerWithdrawn: ("matching",),
    people.ExitConfirmed: ("registry",),
    identity.PersonMerged: ("registry",),
    identity.PersonSplit: ("registry",),
    people.PlanAgreed: ("registry",),
    people.VisitRecorded: ("registry",),
    people.CertificateRequested: ("registry",),
    people.CertificateIssued: ("registry",),
    people.HouseholdRiskRaised: ("registry",),
    people.HouseholdReleased: ("registry",),
    people.PairAssigned: ("notify", "registry"),
    casework.PairEnded: ("notify", "registry"),
    employers.VacancyOpened: ("matching",),
    employers.VacancyChanged: ("matching",),
    employers.VacancyClosed: ("matching",),
    employment.EmploymentConfirmed: ("matching", "notify", "registry", "subsidy"),
    employment.EmploymentEnded: ("matching", "registry", "subsidy"),
    employment.EmploymentCorrected: ("matching", "registry", "subsidy"),
    employment.EmploymentVoided: ("matching", "registry", "subsidy"),
    employment.TrainingCompleted: ("subsidy",),
    employment.ProviderQualified: ("subsidy",),
    employment.GraduationRecorded: ("subsidy",),
    employment.GrantClaimed: ("subsidy",),
    employment.AttendanceRecorded: ("subsidy",),
    employment.AssessmentRecorded: ("subsidy",),
    employment.ActivityHeld: ("subsidy",),
    employment.ApplicationReceived: ("subsidy",),
    employment.AppraisalRecorded: ("subsidy",),
    employers.EmployerRegistered: ("subsidy",),
    premiums.PremiumPaid: ("subsidy",),
    premiums.PremiumCorrected: ("subsidy",),
    premiums.PremiumRefunded: ("subsidy",),
    premiums.EmployerPremiumRecorded: ("subsidy",),
    premiums.HeadcountReported: ("subsidy",),
    premiums.PensionContributed: ("subsidy",),
    finance.ParameterPublished: ("registry", "subsidy"),
    finance.CheckSetAside: ("subsidy",),
    finance.PaymentSettled: ("subsidy",),
    finance.PaymentFailed: ("subsidy",),
    finance.ApprovalGiven: ("subsidy",),
    finance.ApprovalRefused: ("subsidy",),
    finance.NoticeObjected: ("subsidy",),
    finance.NoticeCleared: ("subsidy",),
    finance.RecoveryReceived: ("subsidy",),
    finance.RecoveryWrittenOff: ("subsidy",),
    finance.PayeePaused: ("subsidy",),
    finance.PayeeResumed: ("subsidy",),
    finance.PayeeBlocked: ("matching", "subsidy"),
    finance.BudgetGranted: ("subsidy",),
    finance.BudgetReduced: ("subsidy",),
    finance.FiscalYearClosed: ("subsidy",),
    offers.SmsReplied: ("matching",),
    offers.SmsReceipt: ("matching",),
    offers.OfferAccepted: ("notify",),
    offers.OfferClosed: ("notify",),
    offers.OfferSent: ("notify",),
    offers.OfferDelivered: ("notify",),
    offers.OfferUnanswered: ("notify",),
    offers.ReplyMisunderstood: ("notify",),
    offers.ConsentChanged: ("notify",),
    offers.OfferUndelivered: ("notify",),
    subsidy.EntitlementChanged: ("subsidy",),
    subsidy.DaySettled: ("subsidy",),
    subsidy.DayCompleted: ("subsidy",),
    subsidy.ParameterFoundUnset: ("notify",),
    subsidy.BudgetBooked: ("notify",),
    subsidy.LinePosted: ("notify",),
    payments.RunProposed: ("notify",),
    payments.ClearingLate: ("notify",),
    payments.ClawbackProposed: ("notify",),
    payments.FinanceFactAnswered: ("notify",),
    takeup.EntitlementUnclaimed: ("notify",),
    takeup.EmployerUnclaimed: ("notify",),
    alerts.FactRejected: ("notify",),
    alerts.FactOverdue: ("notify",),
    tasks.TaskOpened: ("notify",),
    tasks.TaskClosed: ("notify",),
    clock.DayClosed: ("matching", "registry", "subsidy"),
}

_PRODUCERS: dict[str, tuple[type[Event], ...]] = {
    "registry": (
        *FACTS,
        people.PairAssigned,
        casework.PairEnded,
        roster.SnapshotHeld,
        roster.SnapshotReleased,
        roster.SnapshotDropped,
        roster.PartTaken,
        roster.ExitProposed,
        roster.SnapshotTaken,
        premiums.EmployerPremiumRecorded,
        finance.CheckSetAside,
        alerts.FactRejected,
        alerts.FactParked,
        alerts.FactOverdue,
        tasks.TaskOpened,
        tasks.TaskClosed,
    ),
    "matching": (
        offers.OfferProposed,
        offers.OfferSent,
        offers.OfferDelivered,
        offers.OfferUndelivered,
        offers.OfferUnanswered,
        offers.OfferAccepted,
        offers.OfferClosed,
        offers.OfferSettled,
        offers.PlaceFreed,
        offers.VacancyWidened,
        offers.OffersPaused,
        offers.ConsentChanged,
        offers.ReplyMisunderstood,
        offers.SmsQueued,
    ),
    "subsidy": (
        subsidy.EntitlementChanged,
        subsidy.EntitlementRefused,
        subsidy.RefusalLifted,
        subsidy.ParameterFoundUnset,
        takeup.EntitlementUnclaimed,
        takeup.EmployerUnclaimed,
        subsidy.EntitlementScheduled,
        subsidy.DaySettled,
        subsidy.DayCompleted,
        subsidy.LinePosted,
        subsidy.TransferBooked,
        subsidy.LineDeferred,
        subsidy.DeferralLifted,
        subsidy.BudgetBooked,
        payments.RunProposed,
        payments.RunCleared,
        payments.ClearingLate,
        payments.ClawbackProposed,
        payments.FinanceFactAnswered,
        subsidy.DayPosted,
    ),
    "notify": (alerts.AlertRaised,),
}

_IN_TIMELINES: frozenset[type[Event]] = frozenset(
    {
        people.RosterEntry,
        people.ExitConfirmed,
        people.ExitRefused,
        identity.PersonMerged,
        identity.PersonSplit,
        people.JobseekerRegistered,
        people.JobseekerUpdated,
        people.JobseekerWithdrawn,
        people.PairAssigned,
        people.VisitRecorded,
        people.PlanAgreed,
        people.CertificateRequested,
        people.CertificateIssued,
        offers.OfferProposed,
        offers.OfferDelivered,
        offers.OfferUndelivered,
        offers.OfferAccepted,
        offers.OfferClosed,
        offers.OfferSettled,
        offers.ConsentChanged,
        employment.ApplicationReceived,
        employment.EmploymentConfirmed,
        employment.EmploymentCorrected,
        employment.EmploymentEnded,
        employment.EmploymentVoided,
        employment.ArrivalRecorded,
        employment.PlacementExtended,
        employment.PlacementSuspended,
        employment.PlacementResumed,
        employment.ViolationReported,
        employment.AttendanceRecorded,
        employment.AssessmentRecorded,
        employment.DutyDone,
        premiums.PremiumPaid,
        premiums.PremiumCorrected,
        premiums.PremiumRefunded,
        premiums.PensionContributed,
        employment.TrainingCompleted,
        employment.GraduationRecorded,
        employment.GrantClaimed,
        subsidy.LinePosted,
        employers.EmployerRegistered,
        employers.VacancyOpened,
        employers.VacancyClosed,
        premiums.HeadcountReported,
    }
)
"""What notify shows in the timeline of a person or an employer."""


def _listeners(event: type[Event]) -> tuple[str, ...]:
    told = {"notify"} if event in _IN_TIMELINES else set()
    return tuple(sorted(told.union(_LISTENERS.get(event, ()))))


CATALOG: tuple[Entry, ...] = tuple(
    Entry(event, producer, _listeners(event)) for producer, events in _PRODUCERS.items() for event in events
)
BY_TYPE: dict[str, type[Event]] = {entry.event.event_type(): entry.event for entry in CATALOG}
FACT_BY_TYPE: dict[str, type[Fact]] = {fact.event_type(): fact for fact in FACTS}
RECORDED: Schemas[Event] = Schemas.of((entry.event for entry in CATALOG), RECORDED_STEPS)
OFFERED: Schemas[Fact] = Schemas.of(FACTS, OFFERED_STEPS)


def partition_of(key: str, partitions: int = PARTITIONS) -> int:
    """Return the partition of a key: CRC-32 modulo the number of partitions."""
    return zlib.crc32(key.encode()) % partitions


def partitions_of(event: Event, partitions: int = PARTITIONS) -> range:
    """Return the partitions that get a copy of `event`: one, or all where its class says `*`."""
    key = event.partition_key
    if key == "*":
        return range(partitions)
    only = partition_of(key, partitions)
    return range(only, only + 1)


def subject_of(event: Event, partition: int) -> str:
    """Return the subject of an event of `EVENTS`; a dot in an id would add a token, so it becomes a dash."""
    return f"bangfu.{event.topic}.{partition}.{event.entity_id.replace('.', '-')}"


def outcome_subject(source: str, fact: str) -> str:
    """Return where the outcome of a fact is published."""
    return f"outcome.{source}.{fact}"


def filter_of(event: type[Event], partition: int | None) -> str:
    """Return the subject filter of an event type: one partition's, or every partition's."""
    return f"bangfu.{event.topic}.{'*' if partition is None else partition}.>"
