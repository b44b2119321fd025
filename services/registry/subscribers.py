"""Registry's consumers: the one of `INTAKE`, which passes every fact on, and one a concern over what was passed on."""

from services.registry.domain.calendar import CALENDAR, open_day, stamp
from services.registry.domain.decide import decide, decide_one, reads, wakes, walks
from services.registry.domain.door import IntakeDoor
from services.registry.domain.letters import DISCARDED
from services.registry.domain.people import COORDINATOR, PERSON
from services.registry.domain.placements_deciding import KINDS, Placing
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY
from services.registry.placements_rules import shipped_book
from shared.catalog import FACTS
from shared.events.alerts import FactOverdue, FactParked, FactRejected
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
from shared.events.finance import ApprovalGiven, ApprovalRefused, CheckSetAside, NoticeCleared, NoticeObjected
from shared.events.people import JobseekerRegistered, JobseekerUpdated, PairAssigned, RosterEntry
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
from shared.events.premiums import EmployerPremiumRecorded
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Intake, Sealing, Subscription

REGISTRY = Subscription(
    name="registry",
    listens=(),
    emits=(
        *FACTS,
        PairAssigned,
        EmployerPremiumRecorded,
        CheckSetAside,
        FactRejected,
        FactParked,
        FactOverdue,
        TaskOpened,
        TaskClosed,
    ),
    aggregates=(CALENDAR, PERSON, COORDINATOR, EMPLOYER, VACANCY, EMPLOYMENT, DISCARDED),
    decide=decide,
    reads=reads,
    walks=walks,
    decide_one=decide_one,
    intake=Intake(door=IntakeDoor, stamp=stamp, open_day=open_day, wakes=wakes),
    seals=Sealing(day=lambda event: event.date if isinstance(event, DayClosed) else None),
)

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
