"""The one consumer of `INTAKE`: every fact is validated, pseudonymised, numbered and passed on. And the concerns.

What money and matching must see in order is decided at the intake; each other concern has a consumer of its own.
"""

from services.registry.casework_data import load_casework, load_households
from services.registry.domain.calendar import CALENDAR, open_day, stamp
from services.registry.domain.casework import HEARD, Casework, casework
from services.registry.domain.coordinators import COORDINATOR
from services.registry.domain.decide import decide, decide_one, reads, wakes, walks
from services.registry.domain.door import IntakeDoor
from services.registry.domain.duties_deciding import HEARD as DUTY_FACTS
from services.registry.domain.duties_deciding import SAID as DUTY_EVENTS
from services.registry.domain.duties_deciding import TASKS as DUTY_TASKS
from services.registry.domain.duties_deciding import Duties
from services.registry.domain.duties_parameters import FIGURES
from services.registry.domain.letters import DISCARDED
from services.registry.domain.pairing import PAIRING_TASKS
from services.registry.domain.people import PERSON
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY
from services.registry.duty_rules import shipped_duties
from shared.catalog import FACTS
from shared.events.alerts import FactOverdue, FactParked, FactRejected
from shared.events.casework import PairEnded
from shared.events.clock import DayClosed
from shared.events.finance import CheckSetAside
from shared.events.people import PairAssigned
from shared.events.premiums import EmployerPremiumRecorded
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Intake, Sealing, Subscription

REGISTRY = Subscription(
    name="registry",
    listens=(),
    emits=(
        *FACTS,
        PairAssigned,
        PairEnded,
        EmployerPremiumRecorded,
        CheckSetAside,
        FactRejected,
        FactParked,
        FactOverdue,
        TaskOpened,
        TaskClosed,
    ),
    aggregates=(CALENDAR, PERSON, COORDINATOR, PAIRING_TASKS, EMPLOYER, VACANCY, EMPLOYMENT, DISCARDED),
    decide=decide,
    reads=reads,
    walks=walks,
    decide_one=decide_one,
    intake=Intake(door=IntakeDoor, stamp=stamp, open_day=open_day, wakes=wakes),
    seals=Sealing(day=lambda event: event.date if isinstance(event, DayClosed) else None),
)


def following(found: Casework) -> Subscription:
    """Return the consumer of what registry passes on that follows each case under its policies."""
    return Subscription(
        name="registry-casework",
        listens=HEARD,
        emits=(TaskOpened, TaskClosed),
        aggregates=found.aggregates,
        decide=found.decide,
        reads=found.reads,
        walks=found.walks,
        decide_one=found.decide_one,
    )


CASEWORK = casework(load_casework(), load_households())
CASES = following(CASEWORK)

DUTY_LAW = Duties(shipped_duties())
DUTIES = Subscription(
    name="registry-duties",
    listens=DUTY_FACTS,
    aggregates=(DUTY_LAW.book, FIGURES, DUTY_TASKS),
    emits=DUTY_EVENTS,
    decide=DUTY_LAW.decide,
    reads=DUTY_LAW.reads,
    walks=DUTY_LAW.walks,
    decide_one=DUTY_LAW.decide_one,
)
