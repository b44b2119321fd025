"""What notify listens to and what decides on it."""

from services.notify.domain.alert import ALERT
from services.notify.domain.alerting import Alerting, reads
from services.notify.domain.case import CASE
from services.notify.domain.money_acts import ACTS
from services.notify.domain.money_acts import FACTS as FINANCE_FACTS
from services.notify.domain.money_book import CLEARING, CONTENT, RUN
from services.notify.domain.money_moves import CLAWBACK, CURE, DEBT, PAYMENT
from services.notify.domain.money_payees import PAYEE
from services.notify.domain.ops_book import LETTER, ROOM, WISH
from services.notify.domain.rules import Rulebook
from services.notify.domain.timeline import entry_of
from services.notify.phrasebook import load_phrasebook
from shared.events.alerts import AlertRaised, FactOverdue, FactParked, FactRedriven, FactRejected
from shared.events.casework import PairEnded
from shared.events.clock import DayClosed
from shared.events.employers import EmployerRegistered, VacancyOpened
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
from shared.events.ops import DiscardRequested, LettersWished, RedriveRequested
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunCleared, RunProposed
from shared.events.people import JobseekerRegistered, JobseekerUpdated, PairAssigned, RosterEntry
from shared.events.subsidy import BudgetBooked, LinePosted, ParameterFoundUnset, TransferBooked
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
        ),
        aggregates=(CASE, ALERT),
        emits=(AlertRaised,),
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

MONEY = Subscription(
    name="notify-money",
    listens=(
        RunProposed,
        RunCleared,
        ClearingLate,
        ClawbackProposed,
        *FINANCE_FACTS,
        FinanceFactAnswered,
        LinePosted,
        TransferBooked,
        EmployerRegistered,
    ),
    aggregates=(RUN, CONTENT, CLEARING, ACTS, PAYMENT, CLAWBACK, DEBT, CURE, PAYEE),
    partitioned=True,
)

MESSAGES = Subscription(
    name="notify-ops",
    listens=(
        FactRejected,
        FactRedriven,
        FactParked,
        FactOverdue,
        RedriveRequested,
        DiscardRequested,
        LettersWished,
        RosterEntry,
        JobseekerRegistered,
        EmployerRegistered,
        VacancyOpened,
        EmploymentConfirmed,
        DayClosed,
    ),
    aggregates=(LETTER, ROOM, WISH),
)
