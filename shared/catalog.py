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
    desk,
    duties,
    employers,
    employment,
    finance,
    identity,
    offers,
    ops,
    payments,
    people,
    placements,
    premiums,
    roster,
    subsidy,
    takeup,
    targets,
    tasks,
)
from shared.events.contract import Event, Fact
from shared.events.upcasting import OFFERED_STEPS, RECORDED_STEPS, Schemas

PARTITIONS = 16  # fixed for the life of a deployment: a person's events must keep meeting in one partition


def _facts() -> Iterator[type[Fact]]:
    for module in (people, identity, employers, employment, premiums, finance, offers, desk, clock, ops):
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
    people.RosterEntry: ("matching", "notify", "registry", "subsidy"),
    people.ExitConfirmed: ("notify", "registry"),
    people.ExitRefused: ("notify",),
    people.JobseekerRegistered: ("matching", "notify", "registry", "subsidy"),
    people.JobseekerUpdated: ("matching", "notify", "registry"),
    people.JobseekerWithdrawn: ("matching", "notify", "registry"),
    people.PairAssigned: ("notify", "registry"),
    people.VisitRecorded: ("notify", "registry"),
    people.PlanAgreed: ("notify", "registry"),
    people.CertificateRequested: ("notify", "registry"),
    people.CertificateIssued: ("notify", "registry"),
    people.CoordinatorRegistered: ("registry",),
    people.HouseholdRiskRaised: ("registry",),
    people.HouseholdReleased: ("registry",),
    identity.PersonMerged: ("notify", "registry"),
    identity.PersonSplit: ("notify", "registry"),
    casework.PairEnded: ("notify", "registry"),
    roster.ExitProposed: ("notify",),
    duties.DutyMissed: ("notify",),
    duties.DutyFulfilled: ("notify",),
    duties.DutyLifted: ("notify",),
    placements.ApplicationChecked: ("notify",),
    placements.ApplicationPosted: ("notify",),
    employers.EmployerRegistered: ("notify", "subsidy"),
    employers.VacancyOpened: ("matching", "notify", "registry"),
    employers.VacancyClosed: ("matching", "notify", "registry"),
    employers.VacancyChanged: ("matching", "registry"),
    employment.ApplicationReceived: ("notify", "registry", "subsidy"),
    employment.EmploymentConfirmed: ("matching", "notify", "registry", "subsidy"),
    employment.EmploymentCorrected: ("matching", "notify", "registry", "subsidy"),
    employment.EmploymentEnded: ("matching", "notify", "registry", "subsidy"),
    employment.EmploymentVoided: ("matching", "notify", "registry", "subsidy"),
    employment.ArrivalRecorded: ("notify", "registry"),
    employment.PlacementExtended: ("notify", "registry"),
    employment.PlacementSuspended: ("notify", "registry"),
    employment.PlacementResumed: ("notify", "registry"),
    employment.ViolationReported: ("notify", "registry"),
    employment.AttendanceRecorded: ("notify", "registry", "subsidy"),
    employment.AssessmentRecorded: ("notify", "registry", "subsidy"),
    employment.DutyDone: ("notify", "registry"),
    employment.TrainingCompleted: ("notify", "registry", "subsidy"),
    employment.GraduationRecorded: ("notify", "registry", "subsidy"),
    employment.GrantClaimed: ("notify", "subsidy"),
    employment.AgreementSigned: ("notify", "registry"),
    employment.ProviderQualified: ("registry", "subsidy"),
    employment.ActivityHeld: ("registry", "subsidy"),
    employment.AppraisalRecorded: ("registry", "subsidy"),
    employment.ApplicationReviewed: ("registry",),
    premiums.PremiumPaid: ("notify", "registry", "subsidy"),
    premiums.PremiumCorrected: ("notify", "subsidy"),
    premiums.PremiumRefunded: ("notify", "subsidy"),
    premiums.PensionContributed: ("notify", "registry", "subsidy"),
    premiums.HeadcountReported: ("notify", "subsidy"),
    premiums.PensionEnrolled: ("registry",),
    premiums.EmployerPremiumRecorded: ("subsidy",),
    finance.ParameterPublished: ("notify", "registry", "subsidy"),
    finance.CheckSetAside: ("subsidy",),
    finance.PaymentSettled: ("notify", "subsidy"),
    finance.PaymentFailed: ("notify", "subsidy"),
    finance.ApprovalGiven: ("notify", "registry", "subsidy"),
    finance.ApprovalRefused: ("notify", "registry", "subsidy"),
    finance.NoticeObjected: ("notify", "registry", "subsidy"),
    finance.NoticeCleared: ("notify", "registry", "subsidy"),
    finance.RecoveryReceived: ("notify", "subsidy"),
    finance.RecoveryWrittenOff: ("notify", "subsidy"),
    finance.PayeePaused: ("subsidy",),
    finance.PayeeResumed: ("subsidy",),
    finance.PayeeBlocked: ("matching", "subsidy"),
    finance.BudgetGranted: ("registry", "subsidy"),
    finance.BudgetReduced: ("registry", "subsidy"),
    finance.FiscalYearClosed: ("subsidy",),
    offers.OfferProposed: ("notify",),
    offers.OfferDelivered: ("notify",),
    offers.OfferUndelivered: ("notify",),
    offers.OfferAccepted: ("notify",),
    offers.OfferClosed: ("notify",),
    offers.OfferSettled: ("notify",),
    offers.ConsentChanged: ("notify",),
    offers.SmsReplied: ("matching",),
    offers.SmsReceipt: ("matching",),
    offers.OfferSent: ("notify",),
    offers.OfferUnanswered: ("notify",),
    offers.ReplyMisunderstood: ("notify",),
    subsidy.LinePosted: ("notify",),
    subsidy.TransferBooked: ("notify",),
    subsidy.EntitlementChanged: ("subsidy",),
    subsidy.DaySettled: ("subsidy",),
    subsidy.DayCompleted: ("subsidy",),
    subsidy.ParameterFoundUnset: ("notify",),
    subsidy.BudgetBooked: ("notify",),
    subsidy.LineDeferred: ("notify",),
    subsidy.DeferralLifted: ("notify",),
    payments.RunProposed: ("notify",),
    payments.RunCleared: ("notify",),
    payments.ClearingLate: ("notify",),
    payments.ClawbackProposed: ("notify",),
    payments.FinanceFactAnswered: ("notify",),
    takeup.EntitlementUnclaimed: ("notify",),
    takeup.EmployerUnclaimed: ("notify",),
    alerts.FactRejected: ("notify", "registry"),
    alerts.FactOverdue: ("notify",),
    alerts.FactRedriven: ("notify",),
    alerts.FactParked: ("notify",),
    ops.RedriveRequested: ("notify",),
    ops.DiscardRequested: ("notify",),
    ops.LettersWished: ("notify",),
    ops.ReplayFinished: ("notify",),
    tasks.TaskOpened: ("notify",),
    tasks.TaskClosed: ("notify",),
    desk.AlertSeen: ("notify",),
    desk.AlertAcknowledged: ("notify",),
    desk.AlertSnoozed: ("notify",),
    desk.AlertDone: ("notify",),
    desk.AlertHandedOver: ("notify",),
    clock.DayClosed: ("matching", "notify", "registry", "subsidy"),
    targets.TargetCounted: ("notify",),
    targets.PlatformRated: ("notify",),
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
        alerts.FactRedriven,
        alerts.FactParked,
        alerts.FactOverdue,
        tasks.TaskOpened,
        tasks.TaskClosed,
        targets.TargetCounted,
        targets.PlatformRated,
        targets.PlatformAppraised,
        duties.DutyAssigned,
        duties.DutyFulfilled,
        duties.DutyMissed,
        duties.DutyLifted,
        placements.PlacementChecked,
        placements.QuotaCounted,
        placements.ApplicationChecked,
        placements.ApplicationPosted,
        placements.RoundClosed,
        placements.RoundProposed,
        placements.RoundNoticed,
        placements.RoundDecided,
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
    "notify": (
        alerts.AlertRaised,
        alerts.AlertEscalated,
        alerts.AlertReturned,
        alerts.AlertRetracted,
        alerts.AlertExpired,
    ),
}

CATALOG: tuple[Entry, ...] = tuple(
    Entry(event, producer, _LISTENERS.get(event, ())) for producer, events in _PRODUCERS.items() for event in events
)
PRODUCERS: dict[str, str] = {entry.event.topic: entry.producer for entry in CATALOG}
BY_TYPE: dict[str, type[Event]] = {entry.event.event_type(): entry.event for entry in CATALOG}
FACT_BY_TYPE: dict[str, type[Fact]] = {fact.event_type(): fact for fact in FACTS}
RECORDED: Schemas[Event] = Schemas.of((entry.event for entry in CATALOG), RECORDED_STEPS)
OFFERED: Schemas[Fact] = Schemas.of(FACTS, OFFERED_STEPS)


def partition_of(key: str, partitions: int = PARTITIONS) -> int:
    """Return the partition of a key: CRC-32 modulo the number of partitions."""
    return zlib.crc32(key.encode()) % partitions


def partitions_of(event: Event, partitions: int = PARTITIONS) -> range:
    """Return the partitions that get a copy of `event`: one, or all where its class says `*`; `#<k>` names it."""
    key = event.partition_key
    if key == "*":
        return range(partitions)
    only = int(key[1:]) % partitions if key.startswith("#") else partition_of(key, partitions)
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
