"""Rooms in which facts wait for the one thing they need, for example `employer/91350622MA2Y1A2B7G`.

Parking happens in registry only; downstream nothing waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import ValidationError

from shared.errors import Refused
from shared.events.alerts import FactJudged, FactOverdue, FactParked
from shared.events.contract import Event
from shared.events.upcasting import Schemas
from shared.runner.core import Aggregate, Message, Refuse

PATIENCE = timedelta(days=14)  # after that somebody should look why the cause does not come


@dataclass(frozen=True)
class Room:
    """The facts that wait for one thing, in order of arrival; told: somebody knows that they wait long."""

    facts: tuple[FactParked, ...] = ()
    told: bool = False


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case FactParked(waiting_for=room):
            return (room,)
        case FactJudged(left_room=str(room)) | FactOverdue(waiting_for=room):
            return (room,)
        case _:
            return ()


def _evolve(room: Room, message: Message) -> Room:
    match message.event:
        case FactParked() as fact:
            return replace(room, facts=(*room.facts, fact))
        case FactJudged() as done:
            left = tuple(f for f in room.facts if (f.source, f.fact_id) != (done.source, done.fact_id))
            return replace(room, facts=left)
        case FactOverdue():
            return replace(room, told=True)
        case _:
            return room


def _due_on(room: Room) -> date | None:
    """Return the day whose closing finds the first fact waiting too long; before the first closed day none does."""
    since = room.facts[0].since if room.facts else date.min
    return None if room.told or since == date.min else since + PATIENCE


WAITING = Aggregate(
    kind="waiting",
    state=Room,
    initial=lambda _: Room(),
    evolve=_evolve,
    concerns=_concerns,
    due_on=_due_on,
    keep=lambda room: bool(room.facts),
)


def again(fact: FactParked, schemas: Schemas[Event]) -> Message | Refuse:
    """Return a parked fact as a message, in today's form; one that does not keep today's contract is refused."""
    try:
        today, data = schemas.read(fact.fact_type, fact.fact_data)
        event = today.model_validate(data)
    except (Refused, ValidationError):
        return Refuse("bad_event", "data", "the contract changed while the fact waited")
    return Message(fact.fact_id, fact.source, event, 0, fact.since, fact.correlation_id)
