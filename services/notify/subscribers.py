"""What notify listens to and what decides on it."""

from services.notify.domain.alert import ALERT
from services.notify.domain.alerting import Alerting, reads
from services.notify.domain.case import CASE
from services.notify.domain.rules import Rulebook
from services.notify.domain.timeline import entry_of
from services.notify.phrasebook import load_phrasebook
from shared.events.alerts import (
    AlertEscalated,
    AlertExpired,
    AlertRaised,
    AlertReturned,
    FactOverdue,
    FactRejected,
)
from shared.events.casework import PairEnded
from shared.events.clock import DayClosed
from shared.events.desk import AlertAcknowledged, AlertDone, AlertHandedOver, AlertSeen, AlertSnoozed
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferSent,
    OfferUnanswered,
    OfferUndelivered,
    ReplyMisunderstood,
)
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunProposed
from shared.events.people import JobseekerRegistered, JobseekerUpdated, PairAssigned
from shared.events.subsidy import BudgetBooked, LinePosted, ParameterFoundUnset
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Subscription


def subscription(rules: Rulebook) -> Subscription:
    """Return what raises alerts: a consumer for each partition."""
    alerting = Alerting(rules)
    return Subscription(
        name="notify",
        listens=(
            PairAssigned,
            PairEnded,
            EmploymentConfirmed,
            OfferAccepted,
            OfferUndelivered,
            OfferClosed,
            OfferSent,
            OfferDelivered,
            OfferUnanswered,
            ReplyMisunderstood,
            ConsentChanged,
            JobseekerRegistered,
            JobseekerUpdated,
            LinePosted,
            ParameterFoundUnset,
            BudgetBooked,
            EntitlementUnclaimed,
            EmployerUnclaimed,
            FactRejected,
            FactOverdue,
            RunProposed,
            ClawbackProposed,
            FinanceFactAnswered,
            ClearingLate,
            TaskOpened,
            TaskClosed,
            AlertSeen,
            AlertAcknowledged,
            AlertSnoozed,
            AlertDone,
            AlertHandedOver,
            DayClosed,
        ),
        aggregates=(CASE, ALERT),
        emits=(AlertRaised, AlertEscalated, AlertReturned, AlertExpired),
        decide=alerting.decide,
        reads=reads,
        walks=alerting.walks,
        decide_one=alerting.decide_one,
        partitioned=True,
    )


TIMELINE_ENTRY = entry_of(load_phrasebook())
TIMELINE = Subscription(
    name="notify-timeline", listens=load_phrasebook().events, aggregates=(TIMELINE_ENTRY,), partitioned=True
)
