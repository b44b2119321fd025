"""The consumer that follows each case, behind the door: pairs, plans, certificates, households that are watched."""

from services.registry.casework_data import load_casework, load_households
from services.registry.domain.casework import HEARD, Casework, casework
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Subscription


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
