"""A roster snapshot on its way in: which parts came, why it is held, and what it was found to say.

It holds no rows, only how many each part has and a digest of them, so that it stays small however large the roster.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Literal

from services.registry.domain.roster import OFF
from shared.events.people import RosterSnapshot
from shared.events.roster import (
    ExitProposed,
    HeldBecause,
    PartTaken,
    SnapshotDropped,
    SnapshotHeld,
    SnapshotReleased,
    SnapshotTaken,
)
from shared.runner.core import Aggregate, Message

Stage = Literal["new", "gathering", "held", "released", "taken", "dropped"]
OVER: Final[frozenset[Stage]] = frozenset({"released", "taken", "dropped"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A part as it was told last: digest of its rows, and how many of them are of people on the roster."""

    digest: str
    people: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found: new people, changed and unchanged ones, proposed exits, refused rows, disputed statuses."""

    entered: int = 0
    changed: int = 0
    unchanged: int = 0
    exits_proposed: int = 0
    refused: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot of a county's roster.

    Args:
        told_by: The source that sends it.
        seen: Its parts by number.
        since: The open day on which the first part came.
        patience: Days after which a snapshot that lacks a part is held.
        reason: Why it is held, or was.
        by: Who confirmed or dropped it.
    """

    patience: int
    county: str = ""
    as_of: date | None = None
    told_by: str = ""
    parts: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)
    since: date | None = None
    stage: Stage = "new"
    reason: HeldBecause | None = None
    by: str = ""
    counts: Counts = field(default_factory=Counts)

    @property
    def is_complete(self) -> bool:
        """Tell whether every part is there."""
        return len(self.seen) == self.parts

    @property
    def people(self) -> int:
        """Return how many people it lists so far."""
        return sum(part.people for part in self.seen.values())

    @property
    def content_hash(self) -> str:
        """Return the digest of all parts that are there: what an approval must name."""
        lines = [f"{number}:{self.seen[number].digest}" for number in sorted(self.seen, key=int)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def part_of(fact: RosterSnapshot) -> Seen:
    """Return what is remembered of a part."""
    told = hashlib.sha256()
    for row in fact.entries:
        told.update(row.model_dump_json(exclude_none=True).encode())
    return Seen(told.hexdigest()[:32], sum(row.status not in OFF for row in fact.entries))


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case (
            RosterSnapshot()
            | SnapshotHeld()
            | SnapshotReleased()
            | SnapshotDropped()
            | SnapshotTaken()
            | PartTaken()
            | ExitProposed() as event
        ):
            return (event.snapshot_id,)
        case _:
            return ()


def with_part(state: Snapshot, fact: RosterSnapshot, known_on: date) -> Snapshot:
    """Return the snapshot with one more part; one that comes again takes the place of what it said before."""
    return replace(
        state,
        county=fact.county,
        as_of=fact.as_of,
        told_by=fact.told_by or "",
        parts=fact.parts,
        seen=state.seen | {str(fact.part): part_of(fact)},
        since=state.since or known_on,
        stage="gathering" if state.stage == "new" else state.stage,
    )


def _evolve(state: Snapshot, message: Message) -> Snapshot:
    match message.event:
        case RosterSnapshot() as fact:
            return with_part(state, fact, message.known_on)
        case SnapshotHeld(reason=reason):
            return replace(state, stage="held", reason=reason)
        case SnapshotReleased() | SnapshotDropped() as said:
            return replace(
                state, stage="released" if isinstance(said, SnapshotReleased) else "dropped", by=said.by or ""
            )
        case SnapshotTaken():
            return replace(state, stage="taken")
        case PartTaken() | ExitProposed() as found:
            return replace(state, counts=_counted(state.counts, found))
    return state


def _counted(counts: Counts, taken: PartTaken | ExitProposed) -> Counts:
    if isinstance(taken, ExitProposed):
        return replace(counts, exits_proposed=counts.exits_proposed + 1)
    # The person of a row that is not taken is named all the same; of one who is named twice, the other row counts.
    told = len(taken.entered) + len(taken.changed) + sum(row.code != "named_twice" for row in taken.refused)
    return replace(
        counts,
        entered=counts.entered + len(taken.entered),
        changed=counts.changed + len(taken.changed),
        unchanged=counts.unchanged + len(taken.people) - told,
        refused=counts.refused + len(taken.refused),
        conflicts=counts.conflicts + len(taken.conflicts),
    )


def snapshots(patience: int) -> Aggregate[Snapshot]:
    """Return the kind of aggregate in which snapshots stand; one that lacks a part is due after so many days."""

    def due_on(state: Snapshot) -> date | None:
        if state.stage != "gathering" or state.since is None:
            return None
        return state.since + timedelta(days=state.patience)

    return Aggregate("snapshot", Snapshot, lambda _: Snapshot(patience), _evolve, _concerns, due_on=due_on)
