"""Villages: a coordinator's lie in the county, and one in which nobody is registered opens a task until somebody is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.registry.domain.coordinators import COORDINATOR
from services.registry.domain.roster import TASKS
from services.registry.domain.tasks import Task, stand
from shared.events.contract import Event
from shared.events.people import CoordinatorRegistered, CoordinatorRelieved, JobseekerRegistered, RosterEntry
from shared.events.tasks import TaskClosed, TaskOpened
from shared.places import county_today, lies_in
from shared.runner.core import Aggregate, Decision, Message, Peek, Refuse

_COUNTY = 6  # digits of a village's code that name the county


@dataclass(frozen=True, slots=True)
class Villages:
    """The villages of a county.

    Args:
        known: Those in which somebody is registered.
        sought: By village in which nobody is: the coordinators whose task is open.
    """

    known: dict[str, bool] = field(default_factory=dict)
    sought: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case RosterEntry(village=str(village)) | JobseekerRegistered(village=str(village)):
            return (_county_of(village),)
        case (TaskOpened() | TaskClosed()) as task if task.kind == "village_unknown":
            return (_county_of(task.matter.rpartition("/")[2]),)
        case _:
            return ()


def _evolve(state: Villages, message: Message) -> Villages:
    match message.event:
        case RosterEntry(village=str(village)) | JobseekerRegistered(village=str(village)):
            return state if village in state.known else replace(state, known=state.known | {village: True})
        case (TaskOpened() | TaskClosed()) as task:
            officer, _, village = task.matter.rpartition("/")
            others = {*state.sought.get(village, ())} - {officer}
            left = tuple(sorted(others | {officer} if isinstance(task, TaskOpened) else others))
            rest = {place: ids for place, ids in state.sought.items() if place != village}
            return replace(state, sought=rest | ({village: left} if left else {}))
        case _:
            return state


VILLAGES = Aggregate("county_villages", Villages, lambda _: Villages(), _evolve, _concerns, resident=True)


def registered(message: Message, fact: CoordinatorRegistered, peek: Peek) -> Decision:
    """Return what follows from an officer's area; places outside the officer's county are refused."""
    for name, places in (("township", fact.townships), ("village", fact.villages)):
        for number, place in enumerate(places):
            if not lies_in(place, fact.county):
                hint = "a place whose code begins with that of the county"
                return Refuse(f"{name}_outside_county", f"data.{name}s.{number}", hint)
    return [fact, *_sought(fact.coordinator_id, {*fact.villages}, peek, message.known_on)]


def relieved(message: Message, fact: CoordinatorRelieved, peek: Peek) -> Decision:
    """Return what follows when an officer leaves: nobody looks for their villages any more."""
    return [fact, *_sought(fact.coordinator_id, set(), peek, message.known_on)]


def _sought(officer: str, villages: set[str], peek: Peek, day: date) -> list[Event]:
    """Return the tasks that an area opens, and those that it closes because a village is the officer's no more."""
    found: list[Event] = []
    for village in sorted(villages | {*peek(COORDINATOR, officer).villages}):
        known = village in peek(VILLAGES, _county_of(village)).known
        found += stand(peek, TASKS, _task(officer, village), day, holds=village in villages and not known)
    return found


def peopled(events: Sequence[Event], peek: Peek, day: date) -> list[Event]:
    """Return the tasks that close because somebody is registered in a village that was sought."""
    places = {event.village for event in events if isinstance(event, RosterEntry | JobseekerRegistered)}
    found: list[Event] = []
    for village in sorted(place for place in places if place):
        for officer in peek(VILLAGES, _county_of(village)).sought.get(village, ()):
            found += stand(peek, TASKS, _task(officer, village), day, holds=False)
    return found


def _task(officer: str, village: str) -> Task:
    details = {"coordinator_id": officer, "village": village}
    return Task("village_unknown", f"{officer}/{village}", village[:_COUNTY], details=details)


def _county_of(village: str) -> str:
    return county_today(village[:_COUNTY])
