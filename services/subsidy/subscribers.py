"""Which events feed which decider."""

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain import employers, ledger, people
from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.employer import EMPLOYER, EMPLOYER_MONTH
from services.subsidy.domain.payments import INSTRUCTION, POSITION
from services.subsidy.domain.person import PERSON
from services.subsidy.domain.queue import CLAIM
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

_people = people.People(shipped_rulebook())
PEOPLE = Subscription(
    name="subsidy-people",
    listens=(
        RosterEntry,
        JobseekerRegistered,
        EmploymentConfirmed,
        EmploymentEnded,
        EmploymentCorrected,
        EmploymentVoided,
        PremiumPaid,
        PremiumCorrected,
        PremiumRefunded,
        ParameterPublished,
        DayClosed,
    ),
    aggregates=(PERSON, people.PARAMETERS),
    emits=SAID,
    decide=_people.decide,
    walk=_people.walk,
    decide_one=_people.decide_one,
    close=_people.close,
    partitioned=True,
)

_employers = employers.Employers(shipped_rulebook())
EMPLOYERS = Subscription(
    name="subsidy-employers",
    listens=(EmployerRegistered, EmployerPremiumRecorded, HeadcountReported, ParameterPublished, DayClosed),
    aggregates=(EMPLOYER, EMPLOYER_MONTH, employers.PARAMETERS),
    emits=SAID,
    decide=_employers.decide,
    walk=_employers.walk,
    decide_one=_employers.decide_one,
    close=_employers.close,
    partitioned=True,
)

LEDGER = Subscription(
    name="subsidy-ledger",
    listens=(EntitlementChanged, DaySettled, DayCompleted, PaymentSettled),
    aggregates=(CLAIM, ledger.LEDGER, ledger.LINE, ACCOUNT, POSITION, INSTRUCTION),
    emits=(DayCompleted, LinePosted, TransferBooked),
    decide=ledger.decide,
    walk=ledger.walk,
    decide_one=ledger.decide_one,
)
