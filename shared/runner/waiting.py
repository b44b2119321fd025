"""Rooms in which facts wait for the one thing they need, for example `employer/91350622MA2Y1A2B7G`.

Parking happens in registry only; downstream nothing waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.events.alerts import FactJudged, FactParked
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True)
class Room:
    """The facts that wait for one thing, in order of arrival."""

    facts: tuple[FactParked, ...] = ()


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case FactParked(waiting_for=room):
            return (room,)
        case FactJudged(left_room=str(room)):
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
        case _:
            return room


WAITING = Aggregate(
    kind="waiting",
    state=Room,
    initial=lambda _: Room(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda room: bool(room.facts),
)
