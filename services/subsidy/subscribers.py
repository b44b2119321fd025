"""Which events feed which decider."""

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain import ledger
from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.employer import EMPLOYER, EMPLOYER_MONTH
from services.subsidy.domain.parameters import PARAMETERS
from services.subsidy.domain.payments import INSTRUCTION, POSITION
from services.subsidy.domain.person import PERSON
from services.subsidy.domain.queue import CLAIM
from services.subsidy.domain.settling import Settling
from shared.events.clock import DayClosed
from shared.events.employers import EmployerRegistered
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.finance import ParameterPublished, PaymentSettled
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.events.premiums import (
    EmployerPremiumRecorded,
    HeadcountReported,
    PremiumCorrected,
    PremiumPaid,
    PremiumRefunded,
)
from shared.events.subsidy import (
    DayCompleted,
    DaySettled,
    EntitlementChanged,
    EntitlementRefused,
    EntitlementScheduled,
    LinePosted,
    ParameterFoundUnset,
    RefusalLifted,
    TransferBooked,
)
from shared.runner.core import Subscription

SAID = (
    EntitlementChanged,
    EntitlementRefused,
    RefusalLifted,
    EntitlementScheduled,
    ParameterFoundUnset,
    DaySettled,
)

_settling = Settling(shipped_rulebook())
SETTLING = Subscription(
    name="subsidy",
    listens=(
        RosterEntry,
        JobseekerRegistered,
        EmployerRegistered,
        EmploymentConfirmed,
        EmploymentEnded,
        EmploymentCorrected,
        EmploymentVoided,
        PremiumPaid,
        PremiumCorrected,
        PremiumRefunded,
        EmployerPremiumRecorded,
        HeadcountReported,
        ParameterPublished,
        DayClosed,
    ),
    aggregates=(PERSON, EMPLOYER, EMPLOYER_MONTH, PARAMETERS),
    emits=SAID,
    decide=_settling.decide,
    walks=_settling.walks,
    decide_one=_settling.decide_one,
    close=_settling.close,
    partitioned=True,
)

LEDGER = Subscription(
    name="subsidy-ledger",
    listens=(EntitlementChanged, DaySettled, DayCompleted, PaymentSettled),
    aggregates=(CLAIM, ledger.LEDGER, ledger.LINE, ACCOUNT, POSITION, INSTRUCTION),
    emits=(DayCompleted, LinePosted, TransferBooked),
    decide=ledger.decide,
    walks=ledger.walks,
    decide_one=ledger.decide_one,
)
