"""The consumer that counts towards targets and rates village platforms, behind the door."""

from services.registry.domain.platforms import Rating
from services.registry.domain.platforms_state import FAULT, OFFICER, PLATFORM, REFUSALS
from services.registry.domain.targets import Targets
from services.registry.domain.targets_pace import TASKS
from services.registry.domain.targets_people import TARGET_PERSON
from services.registry.domain.targets_state import COUNTED, ONCE, TARGET_COUNT, TARGET_COUNTY
from services.registry.platforms_file import load_rating
from services.registry.targets_file import load_targets
from shared.events.alerts import FactRejected
from shared.events.clock import DayClosed
from shared.events.employment import (
    ActivityHeld,
    AgreementSigned,
    AppraisalRecorded,
    EmploymentVoided,
    TrainingCompleted,
)
from shared.events.finance import BudgetGranted, BudgetReduced
from shared.events.people import (
    CertificateIssued,
    CertificateRequested,
    CoordinatorRegistered,
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    PersonMerged,
    PersonSplit,
    PlanAgreed,
    RosterEntry,
    VisitRecorded,
)
from shared.events.premiums import PensionContributed, PensionEnrolled, PremiumPaid
from shared.events.targets import PlatformAppraised, PlatformRated, TargetCounted
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Subscription

_targets = Targets(load_targets(), Rating(load_rating()))

TARGETS = Subscription(
    name="registry-targets",
    listens=(
        RosterEntry,
        JobseekerRegistered,
        JobseekerUpdated,
        JobseekerWithdrawn,
        CoordinatorRegistered,
        VisitRecorded,
        PlanAgreed,
        CertificateRequested,
        CertificateIssued,
        PersonMerged,
        PersonSplit,
        ExitConfirmed,
        TrainingCompleted,
        ActivityHeld,
        AgreementSigned,
        AppraisalRecorded,
        EmploymentVoided,
        PensionEnrolled,
        PensionContributed,
        PremiumPaid,
        BudgetGranted,
        BudgetReduced,
        FactRejected,
        DayClosed,
    ),
    aggregates=(
        TARGET_PERSON,
        TARGET_COUNTY,
        TARGET_COUNT,
        COUNTED,
        ONCE,
        TASKS,
        PLATFORM,
        FAULT,
        REFUSALS,
        OFFICER,
    ),
    emits=(TargetCounted, PlatformRated, PlatformAppraised, TaskOpened, TaskClosed),
    decide=_targets.decide,
    reads=_targets.reads,
    walks=_targets.walks,
    decide_one=_targets.decide_one,
)
