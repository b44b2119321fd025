"""The consumer that counts towards targets and rates village platforms, behind the door."""

from services.registry.domain.platforms import Rating
from services.registry.domain.platforms_state import FAULT, OFFICER, PLATFORM, REFUSALS
from services.registry.domain.targets import Targets
from services.registry.domain.targets_pace import TASKS
from services.registry.domain.targets_people import TARGET_PERSON
from services.registry.domain.targets_state import COUNTED, ONCE, TARGET_COUNT, TARGET_COUNTY
from services.registry.platforms_file import load_rating
from services.registry.targets_file import load_targets
from shared.catalog import FACTS
from shared.events.alerts import FactRejected
from shared.events.clock import DayClosed
from shared.events.employment import EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    CertificateRequested,
    CoordinatorRegistered,
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    RosterEntry,
)
from shared.events.targets import PlatformAppraised, PlatformRated, TargetCounted
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Subscription

_plan, _weights = load_targets(), load_rating()
_targets = Targets(_plan, Rating(_weights))
_by_topic = {fact.topic: fact for fact in FACTS}
_named = {counter.fact for target in _plan.targets for counter in target.counters}
_named |= {topic for weights in _weights for topic in (*weights.facts, *weights.corrections)}
_OF_PEOPLE = (
    RosterEntry,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    CoordinatorRegistered,
    CertificateRequested,
    PersonMerged,
    PersonSplit,
    ExitConfirmed,
    EmploymentVoided,
    FactRejected,
    DayClosed,
)

TARGETS = Subscription(
    name="registry-targets",
    listens=(*_OF_PEOPLE, *(_by_topic[topic] for topic in sorted(_named) if _by_topic[topic] not in _OF_PEOPLE)),
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
