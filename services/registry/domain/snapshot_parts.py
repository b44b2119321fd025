"""The parts of a snapshot: one aggregate each, with its rows until it is taken, then with what was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.registry.domain.roster import on_roster
from shared.events.people import RosterSnapshot, SnapshotEntry
from shared.events.roster import PartTaken, RowChanged, RowRefused, SnapshotReleased, SnapshotTaken
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a snapshot: its rows until it is taken, then what was found.

    Args:
        number: Which part. waits: for the snapshot of this id; empty once it is taken.
    """

    number: int = 0
    waits: str = ""
    told_by: str = ""
    rows: tuple[SnapshotEntry, ...] = ()
    entered: tuple[str, ...] = ()
    changed: tuple[RowChanged, ...] = ()
    refused: tuple[RowRefused, ...] = ()
    conflicts: tuple[str, ...] = ()


def part_id(snapshot_id: str, part: int) -> str:
    """Return the id of a part; ids sort as parts do."""
    return f"{snapshot_id}/{part:05d}"


def _parts(message: Message) -> Iterable[str]:
    match message.event:
        case RosterSnapshot() | PartTaken() as event:
            return (part_id(event.snapshot_id, event.part),)
        case _:
            return ()


def _evolve_part(state: Part, message: Message) -> Part:
    match message.event:
        case RosterSnapshot() as fact:
            return Part(fact.part, fact.snapshot_id, fact.told_by or "", tuple(fact.entries))
        case PartTaken() as taken:
            found = (tuple(taken.entered), tuple(taken.changed), tuple(taken.refused), tuple(taken.conflicts))
            return Part(taken.part, "", state.told_by, (), *found)
        case _:
            return state


def waiting(snapshot_id: str) -> str:
    """Return the tag of the parts of a snapshot that are not taken yet."""
    return f"waits:{snapshot_id}"


PART = Aggregate(
    "snapshot_part",
    Part,
    lambda _: Part(),
    _evolve_part,
    _parts,
    tags=lambda part: (waiting(part.waits),) if part.waits else (),
)


@dataclass(frozen=True, slots=True)
class Release:
    """A snapshot that is being compared: there from its release until it is taken."""

    county: str = ""
    as_of: date = date.min
    whole: bool = False


def _releases(message: Message) -> Iterable[str]:
    match message.event:
        case SnapshotReleased() | SnapshotTaken() as event:
            return (event.snapshot_id,)
        case _:
            return ()


def _evolve_release(_: Release, message: Message) -> Release:
    match message.event:
        case SnapshotReleased() as event:
            return Release(event.county, event.as_of, event.whole)
        case _:
            return Release()


RELEASE = Aggregate(
    "snapshot_release",
    Release,
    lambda _: Release(),
    _evolve_release,
    _releases,
    keep=lambda release: bool(release.county),
    tags=lambda release: (on_roster(release.county),) if release.county else (),
    resident=True,
)


def part_of_id(id_: str) -> tuple[str, int]:
    """Return the snapshot and the number that the id of a part names."""
    snapshot_id, _, number = id_.rpartition("/")
    return snapshot_id, int(number)
