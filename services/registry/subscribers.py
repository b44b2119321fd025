"""The one consumer of `INTAKE`: every fact is validated, pseudonymised, numbered and passed on.

What money and matching must see in order is decided here; each other concern has a consumer of its own over `EVENTS`
(`<concern>_subscription.py`).
"""

from services.registry.domain.calendar import CALENDAR, open_day, stamp
from services.registry.domain.coordinators import COORDINATOR
from services.registry.domain.county import COUNTY
from services.registry.domain.decide import Deciding, wakes
from services.registry.domain.door import IntakeDoor
from services.registry.domain.erasures import ERASURE
from services.registry.domain.exchange import Exchange
from services.registry.domain.feeds import Feeds
from services.registry.domain.identity import keeps
from services.registry.domain.letters import DISCARDED, WISH
from services.registry.domain.needs import reads
from services.registry.domain.pairing import PAIRING_TASKS
from services.registry.domain.people import PERSON
from services.registry.domain.roster import ROSTER, TASKS
from services.registry.domain.snapshot_parts import PART, RELEASE
from services.registry.domain.villages import VILLAGES
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY
from services.registry.policies import load_manners, load_promises
from shared.catalog import FACTS
from shared.events.alerts import FactOverdue, FactParked, FactRedriven, FactRejected
from shared.events.casework import PairEnded
from shared.events.clock import DayClosed
from shared.events.finance import CheckSetAside
from shared.events.people import PairAssigned
from shared.events.premiums import EmployerPremiumRecorded
from shared.events.roster import (
    ExitProposed,
    PartTaken,
    SnapshotDropped,
    SnapshotHeld,
    SnapshotReleased,
    SnapshotTaken,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Intake, Sealing, Subscription

EXCHANGE, FEEDS = Exchange(load_manners()), Feeds(load_promises())
_deciding = Deciding(EXCHANGE, FEEDS)
REGISTRY = Subscription(
    name="registry",
    listens=(),
    emits=(
        *FACTS,
        PairAssigned,
        PairEnded,
        SnapshotHeld,
        SnapshotReleased,
        SnapshotDropped,
        PartTaken,
        ExitProposed,
        SnapshotTaken,
        EmployerPremiumRecorded,
        CheckSetAside,
        FactRejected,
        FactRedriven,
        FactParked,
        FactOverdue,
        TaskOpened,
        TaskClosed,
    ),
    aggregates=(
        CALENDAR,
        PERSON,
        COORDINATOR,
        PAIRING_TASKS,
        EMPLOYER,
        VACANCY,
        EMPLOYMENT,
        DISCARDED,
        WISH,
        ERASURE,
        ROSTER,
        COUNTY,
        VILLAGES,
        EXCHANGE.snapshots,
        PART,
        RELEASE,
        FEEDS.feeds,
        TASKS,
    ),
    decide=_deciding.decide,
    reads=reads,
    walks=_deciding.walks,
    decide_one=_deciding.decide_one,
    close=_deciding.close,
    intake=Intake(door=IntakeDoor, stamp=stamp, open_day=open_day, wakes=wakes, keeps=keeps),
    seals=Sealing(day=lambda event: event.date if isinstance(event, DayClosed) else None),
)
