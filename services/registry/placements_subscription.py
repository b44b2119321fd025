"""The consumer that keeps placements and recruiting, behind the door."""

from services.registry.domain.placements_deciding import KINDS, Placing
from services.registry.placements_rules import shipped_book
from shared.events.clock import DayClosed
from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import (
    AgreementSigned,
    ApplicationReceived,
    ApplicationReviewed,
    ArrivalRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    GraduationRecorded,
    PlacementExtended,
    PlacementResumed,
    PlacementSuspended,
    ViolationReported,
)
from shared.events.finance import ApprovalGiven, ApprovalRefused, NoticeCleared, NoticeObjected
from shared.events.people import JobseekerRegistered, JobseekerUpdated, RosterEntry
from shared.events.placements import (
    ApplicationChecked,
    ApplicationPosted,
    PlacementChecked,
    QuotaCounted,
    RoundClosed,
    RoundDecided,
    RoundNoticed,
    RoundProposed,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Subscription

_placing = Placing(shipped_book())
PLACEMENTS = Subscription(
    name="registry-placements",
    listens=(
        RosterEntry,
        JobseekerRegistered,
        JobseekerUpdated,
        GraduationRecorded,
        VacancyOpened,
        VacancyChanged,
        VacancyClosed,
        EmploymentConfirmed,
        EmploymentCorrected,
        EmploymentEnded,
        EmploymentVoided,
        AgreementSigned,
        ArrivalRecorded,
        PlacementExtended,
        PlacementSuspended,
        PlacementResumed,
        ViolationReported,
        ApplicationReceived,
        ApplicationReviewed,
        NoticeObjected,
        NoticeCleared,
        ApprovalGiven,
        ApprovalRefused,
        DayClosed,
    ),
    emits=(
        PlacementChecked,
        QuotaCounted,
        ApplicationChecked,
        ApplicationPosted,
        RoundClosed,
        RoundProposed,
        RoundNoticed,
        RoundDecided,
        TaskOpened,
        TaskClosed,
    ),
    aggregates=KINDS,
    decide=_placing.decide,
    reads=_placing.reads,
    walks=_placing.walks,
    decide_one=_placing.decide_one,
)
