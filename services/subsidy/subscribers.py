"""Which events feed which decider."""

from dataclasses import replace

from services.subsidy.adapters.programme_files import shipped_rulebook, shipped_texts
from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.budgets import BUDGET, FISCAL_YEARS
from services.subsidy.domain.clawbacks import CLAWBACK
from services.subsidy.domain.county import COUNTY
from services.subsidy.domain.employer import EMPLOYER, EMPLOYER_MONTH
from services.subsidy.domain.holds import HOLD
from services.subsidy.domain.ledger import LEDGER as LEDGER_STATE
from services.subsidy.domain.ledger import LINE
from services.subsidy.domain.office import FINANCE_FACT
from services.subsidy.domain.overrides import OVERRIDE
from services.subsidy.domain.parameters import PARAMETERS
from services.subsidy.domain.payments import INSTRUCTION
from services.subsidy.domain.person import PERSON
from services.subsidy.domain.positions import POSITION
from services.subsidy.domain.posting_day import PostingDay
from services.subsidy.domain.programme import Rulebook
from services.subsidy.domain.provider import PROVIDER
from services.subsidy.domain.queue import CLAIM
from services.subsidy.domain.rules import RULES
from services.subsidy.domain.runs import RUN
from services.subsidy.domain.settling import Settling
from shared.events.clock import DayClosed
from shared.events.employers import EmployerRegistered
from shared.events.employment import (
    ActivityHeld,
    ApplicationReceived,
    AppraisalRecorded,
    AssessmentRecorded,
    AttendanceRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    GraduationRecorded,
    GrantClaimed,
    ProviderQualified,
    TrainingCompleted,
)
from shared.events.finance import (
    FINANCE_FACTS,
    BudgetGranted,
    BudgetReduced,
    CheckSetAside,
    FiscalYearClosed,
    ParameterPublished,
    PayeeBlocked,
    PayeePaused,
    PayeeResumed,
)
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunCleared, RunProposed
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.events.premiums import (
    EmployerPremiumRecorded,
    HeadcountReported,
    PensionContributed,
    PremiumCorrected,
    PremiumPaid,
    PremiumRefunded,
)
from shared.events.subsidy import (
    BudgetBooked,
    DayCompleted,
    DayPosted,
    DaySettled,
    DeferralLifted,
    EntitlementChanged,
    EntitlementRefused,
    EntitlementScheduled,
    LineDeferred,
    LinePosted,
    ParameterFoundUnset,
    RefusalLifted,
    TransferBooked,
)
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed
from shared.runner.core import Sealing, Subscription

SAID = (
    EntitlementChanged,
    EntitlementRefused,
    RefusalLifted,
    EntitlementScheduled,
    ParameterFoundUnset,
    EntitlementUnclaimed,
    EmployerUnclaimed,
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
        TrainingCompleted,
        ProviderQualified,
        GraduationRecorded,
        GrantClaimed,
        PensionContributed,
        AttendanceRecorded,
        AssessmentRecorded,
        ActivityHeld,
        ApplicationReceived,
        AppraisalRecorded,
        ParameterPublished,
        CheckSetAside,
        DayClosed,
    ),
    aggregates=(PERSON, EMPLOYER, EMPLOYER_MONTH, COUNTY, PROVIDER, PARAMETERS, OVERRIDE),
    emits=SAID,
    decide=_settling.decide,
    reads=_settling.reads,
    walks=_settling.walks,
    decide_one=_settling.decide_one,
    close=_settling.close,
    partitioned=True,
)

_posting = PostingDay(shipped_rulebook())
LEDGER = Subscription(
    name="subsidy-ledger",
    listens=(
        EntitlementChanged,
        DaySettled,
        DayCompleted,
        *FINANCE_FACTS,
        PayeePaused,
        PayeeResumed,
        PayeeBlocked,
        BudgetGranted,
        BudgetReduced,
        FiscalYearClosed,
        ParameterPublished,
    ),
    aggregates=(
        CLAIM,
        LEDGER_STATE,
        LINE,
        ACCOUNT,
        POSITION,
        INSTRUCTION,
        HOLD,
        RUN,
        CLAWBACK,
        FINANCE_FACT,
        BUDGET,
        FISCAL_YEARS,
        RULES,
    ),
    emits=(
        DayCompleted,
        DayPosted,
        LinePosted,
        TransferBooked,
        RunProposed,
        RunCleared,
        ClearingLate,
        ClawbackProposed,
        FinanceFactAnswered,
        LineDeferred,
        DeferralLifted,
        BudgetBooked,
    ),
    decide=_posting.decide,
    reads=_posting.reads,
    walks=_posting.walks,
    decide_one=_posting.decide_one,
    close=_posting.close,
    seals=Sealing(lambda event: event.date if isinstance(event, DayCompleted) else None, shipped_texts()),
)


def under(rulebook: Rulebook) -> tuple[Subscription, Subscription]:
    """Return the subscriptions as they would be under another rulebook."""
    settling, posting = Settling(rulebook), PostingDay(rulebook)
    return (
        replace(
            SETTLING,
            decide=settling.decide,
            walks=settling.walks,
            decide_one=settling.decide_one,
            close=settling.close,
        ),
        replace(LEDGER, decide=posting.decide, walks=posting.walks, decide_one=posting.decide_one, close=posting.close),
    )
