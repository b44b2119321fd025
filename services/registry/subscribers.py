"""The one consumer of `INTAKE`: every fact is validated, pseudonymised, numbered and passed on.

What money and matching must see in order is decided here; each other concern has a consumer of its own over `EVENTS`
(`<concern>_subscription.py`).
"""

from services.registry.domain.calendar import CALENDAR, open_day, stamp
from services.registry.domain.coordinators import COORDINATOR
from services.registry.domain.decide import decide, decide_one, reads, wakes, walks
from services.registry.domain.door import IntakeDoor
from services.registry.domain.letters import DISCARDED
from services.registry.domain.pairing import PAIRING_TASKS
from services.registry.domain.people import PERSON
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY
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
