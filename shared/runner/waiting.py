"""Rooms in which facts wait for the one thing they need, for example `employer/91350622MA2Y1A2B7G`.

Parking happens in registry only; downstream nothing waits. A room is stored a page of a hundred facts at a time: before
the first closed day every fact of a county waits in one room, and a document of MongoDB holds 16 MiB, a hundred of the
largest facts (64 KiB each) fit. The first page has the room's own name, the next ones are `<room>#1`, `<room>#2`, ...
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import ValidationError

from shared.errors import Refused
from shared.events.alerts import FactJudged, FactOverdue, FactParked
from shared.events.contract import Event
from shared.events.upcasting import Schemas
from shared.runner.core import Aggregate, Message, Peek, Refuse

MOST = 100  # facts on a page
PATIENCE = timedelta(days=14)  # after that somebody should look why the cause does not come


@dataclass(frozen=True)
class Room:
    """A page of the facts that wait for one thing, in order of arrival.

    Args:
        told: Somebody knows that they wait long; on the first page.
        page: Number of this page. last: of the last one; on the first page.
    """

    facts: tuple[FactParked, ...] = ()
    told: bool = False
    page: int = 0
    last: int = 0


def page_id(room: str, page: int) -> str:
    """Return the id of a page of a room."""
    return f"{room}#{page}" if page else room


def room_of(id_: str) -> str:
    """Return the room that a page belongs to."""
    return id_.partition("#")[0]


def page_for(peek: Peek, room: str) -> int:
    """Return the page to which the next fact of a room is added."""
    last = peek(WAITING, room).last
    return last + (len(peek(WAITING, page_id(room, last)).facts) >= MOST)


def facts_in(peek: Peek, room: str) -> list[tuple[str, FactParked]]:
    """Return the facts of a room in order of arrival, each with the id of its page."""
    pages = [page_id(room, number) for number in range(peek(WAITING, room).last + 1)]
    return [(page, fact) for page in pages for fact in peek(WAITING, page).facts]


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case FactParked(waiting_for=room, page=page):
            return (room, page_id(room, page)) if page else (room,)
        case FactJudged(left_room=str(room)) | FactOverdue(waiting_for=room):
            return (room,)
        case _:
            return ()


def _evolve(room: Room, message: Message) -> Room:
    match message.event:
        case FactParked(page=int(page)) if page != room.page:
            return replace(room, last=page)
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
    since = room.facts[0].since if room.facts and not room.page else date.min
    return None if room.told or since == date.min else since + PATIENCE


WAITING = Aggregate(
    kind="waiting",
    state=Room,
    initial=lambda id_: Room(page=int(id_.partition("#")[2] or 0)),
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
