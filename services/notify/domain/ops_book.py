"""Refused and waiting facts as operators see them: by source, fact and reason, and by what is waited for; replays.

Made of events by one consumer over all partitions, because a fact waits under its own id and what it waits for comes
under another. A refused fact leaves when it was discarded or, judged again, is refused no more; a room is empty once
what it waits for is known: whatever still cannot run says anew for what it waits. Of replays of the whole the last is
kept, and the last that agreed with the ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from shared.events.alerts import FactOverdue, FactParked, FactRedriven, FactRejected
from shared.events.clock import DayClosed
from shared.events.employers import EmployerRegistered, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.ops import DiscardRequested, LettersWished, RedriveRequested, ReplayFinished
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.events.upcasting import split
from shared.places import place_today
from shared.runner.core import Aggregate, Message

_CALENDAR: Final = "calendar/open"


@dataclass(frozen=True, slots=True)
class Letter:
    """A refused fact.

    Args:
        is_named: Its key may be told: somebody can ask for it by name.
        on: The open day of its refusal. asked_by, asked_on: who had it judged again; it was refused again.
    """

    source: str = ""
    fact: str = ""
    code: str = ""
    path: str = ""
    is_named: bool = False
    area: str = ""
    on: date | None = None
    asked_by: str = ""
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """Facts that wait for one thing.

    Args:
        counts: How many, by `<source> <fact>`. since: the open day on which the first of them came.
        is_overdue: They have waited long enough for somebody to ask why.
        areas: The counties that they name, by their codes of today, in order; an empty one first where some name none.
    """

    counts: dict[str, int] = field(default_factory=dict)
    since: date | None = None
    is_overdue: bool = False
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator wished of refused facts, and when."""

    said: LettersWished | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What was told of a replay, and the open day on which it was told."""

    said: ReplayFinished
    on: date


@dataclass(frozen=True, slots=True)
class Proof:
    """How far the ledger is proven.

    Args:
        last: The last replay that was told. agreed: the last that agreed, which it may be itself.
    """

    last: Replay | None = None
    agreed: Replay | None = None


def opened_by(message: Message) -> Iterable[str]:
    """Name the rooms that an event opens."""
    match message.event:
        case DayClosed():
            return (_CALENDAR,)
        case RosterEntry(person_id=id_) | JobseekerRegistered(person_id=id_):
            return (f"person/{id_}",)
        case EmployerRegistered(uscc=id_):
            return (f"employer/{id_}",)
        case VacancyOpened(vacancy_id=id_):
            return (f"vacancy/{id_}",)
        case EmploymentConfirmed(employment_id=id_):
            return (f"employment/{id_}",)
        case _:
            return ()


def _letter(letter: Letter, message: Message) -> Letter:
    match message.event:
        case FactRejected() as refused:
            return Letter(
                source=refused.source,
                fact=refused.fact,
                code=refused.code,
                path=refused.path,
                is_named=refused.letter is not None,
                area=place_today(refused.county or ""),
                on=message.known_on,
            )
        case RedriveRequested(by=by) if letter.on:
            return replace(letter, asked_by=by, asked_on=message.known_on)
        case _:
            return Letter()


def _concerns_letter(message: Message) -> Iterable[str]:
    match message.event:
        case FactRejected(source=source, letter=key):
            return (key or f"{source}|?{message.id}",)
        case FactRedriven(letter=str(key)) | RedriveRequested(letter=key) | DiscardRequested(letter=key):
            return (key,)
        case _:
            return ()


def _room(room: Room, message: Message) -> Room:
    match message.event:
        case FactParked() as parked:
            name = f"{parked.source} {split(parked.fact_type)[0]}"
            counts = room.counts | {name: room.counts.get(name, 0) + 1}
            areas = tuple(sorted({*room.areas, place_today(parked.fact_data.get("county") or "")}))
            return replace(room, counts=counts, since=room.since or parked.since, areas=areas)
        case FactOverdue():
            return replace(room, is_overdue=True)
        case _:
            return Room()


def _concerns_room(message: Message) -> Iterable[str]:
    match message.event:
        case FactParked(waiting_for=id_) | FactOverdue(waiting_for=id_):
            return (id_,)
        case _:
            return opened_by(message)


def _wish(wish: Wish, message: Message) -> Wish:
    return Wish(message.event, message.known_on) if isinstance(message.event, LettersWished) else wish


def _proof(proof: Proof, message: Message) -> Proof:
    match message.event:
        case ReplayFinished() as said:
            told = Replay(said, message.known_on)
            return Proof(told, told if said.agrees else proof.agreed)
        case _:
            return proof


LETTER = Aggregate(
    "ops_letter", Letter, lambda _: Letter(), _letter, _concerns_letter,
    keep=lambda letter: letter.on is not None, indexes=("source",),
)  # fmt: skip
ROOM = Aggregate("ops_room", Room, lambda _: Room(), _room, _concerns_room, keep=lambda room: bool(room.counts))
WISH = Aggregate(
    "ops_wish", Wish, lambda _: Wish(), _wish,
    lambda message: (message.id,) if isinstance(message.event, LettersWished) else (),
)  # fmt: skip
PROOF = Aggregate(
    "ops_proof", Proof, lambda _: Proof(), _proof,
    lambda message: (message.event.span,) if isinstance(message.event, ReplayFinished) else (),
)  # fmt: skip
