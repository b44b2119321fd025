"""The roster exchange: when a snapshot is held, released, compared with the roster part by part, and over.

A snapshot of one part is taken with the fact that brings it. One of several is taken in pages once its last part is
there, or once somebody confirmed it: `RELEASE` leads the walks over its parts and over the people of the county.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.registry.domain.county import COUNTY, County
from services.registry.domain.roster import ROSTER, TASKS, exit_task
from services.registry.domain.snapshot import OVER, Snapshot, snapshots, with_part
from services.registry.domain.snapshot_parts import PART, RELEASE, part_of_id, waiting
from services.registry.domain.taking import Telling, taken
from services.registry.domain.tasks import Task, stand
from shared.events.contract import Event
from shared.events.finance import ApprovalGiven, ApprovalRefused
from shared.events.people import RosterSnapshot
from shared.events.roster import (
    ExitProposed,
    HeldBecause,
    SnapshotDropped,
    SnapshotHeld,
    SnapshotReleased,
    SnapshotTaken,
)
from shared.places import county_today
from shared.runner.core import Decision, Message, Peek, Refuse, Walk

_WHOLE: Final = 100  # per cent


@dataclass(frozen=True, slots=True)
class Manners:
    """How careful the exchange is.

    Args:
        shrink_percent: A snapshot whose people are fewer than the roster's by more than this is held.
        least_people: On a smaller roster a percentage says nothing.
        patience_days: Days after its first part on which a snapshot that lacks one is held.
    """

    shrink_percent: int
    least_people: int
    patience_days: int


class Exchange:
    """What registry does with the parts of snapshots and with what the office says of them."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self.snapshots = snapshots(manners.patience_days)

    def part(self, message: Message, fact: RosterSnapshot, peek: Peek) -> Decision:
        """Return what follows from a part: it is kept, and the snapshot is held, or taken if it is complete."""
        before = peek(self.snapshots, fact.snapshot_id)
        told = fact.model_copy(update={"told_by": message.source or None})
        after = with_part(before, told, message.known_on)
        refused = _contradiction(before, told)
        if refused is not None:
            return refused
        number = str(fact.part)
        if before.seen.get(number) == after.seen[number]:
            return []
        if before.stage in OVER:
            return Refuse("snapshot_is_over", "data.snapshot_id", "a changed roster is a new snapshot")
        events = [told, *self._unfinished(fact.snapshot_id, fact.county, message, peek)]
        reason = "parts_differ" if number in before.seen else self._doubt(before, after, peek)
        if reason is not None:
            return [*events, *self._hold(fact.snapshot_id, after, reason, message.known_on, peek)]
        if not after.is_complete or before.reason == "parts_differ":
            return events
        return [*events, *self._release(fact.snapshot_id, after, message, peek), *_at_once(told, message, peek)]

    def said(self, message: Message, fact: ApprovalGiven | ApprovalRefused, peek: Peek) -> Decision:
        """Return what the office's word does to a snapshot that is held; anything else is none of registry's.

        Who confirms names the content that they saw; who refuses need not have seen all of it.
        """
        snapshot = peek(self.snapshots, fact.subject_id)
        if snapshot.stage != "held":
            return [fact]
        if isinstance(fact, ApprovalGiven):
            if fact.content_hash != snapshot.content_hash:
                return Refuse("content_differs", "data.content_hash", "the digest that bangfu roster report shows")
            return [fact, *self._release(fact.subject_id, snapshot, message, peek, by=fact.by)]
        return [fact, *_drop(fact.subject_id, snapshot, message.known_on, peek, by=fact.by)]

    def overdue(self, message: Message, snapshot_id: str, peek: Peek) -> list[Event]:
        """Return what follows for a snapshot that lacks a part on the day on which patience ends."""
        snapshot = peek(self.snapshots, snapshot_id)
        return self._hold(snapshot_id, snapshot, "parts_missing", message.known_on, peek)

    def take_part(self, message: Message, id_: str, peek: Peek) -> list[Event]:
        """Return what one part of a released snapshot says that is new."""
        snapshot_id, number = part_of_id(id_)
        part, release = peek(PART, id_), peek(RELEASE, snapshot_id)
        telling = Telling(snapshot_id, release.county, release.as_of, number, part.told_by, message.known_on)
        return taken(telling, part.rows, peek)

    def take_person(self, message: Message, person_id: str, peek: Peek) -> list[Event]:
        """Propose the exit of a person on the roster whom the snapshot lacks, once; who came later is not expected."""
        snapshot_id, person = _released_by(message), peek(ROSTER, person_id)
        release = peek(RELEASE, snapshot_id)
        is_named = person.snapshot_id == snapshot_id or person.told[-1].since > release.as_of
        if not release.whole or is_named or person.waits:
            return []
        proposed = ExitProposed(
            person_id=person_id, snapshot_id=snapshot_id, county=release.county, status=person.status
        )
        task = exit_task(person, person_id, snapshot_id)
        return [proposed, *stand(peek, TASKS, task, message.known_on, holds=True)]

    def close(self, message: Message, walk: Walk, peek: Peek) -> list[Event]:
        """Return the summary of a snapshot, once everybody on the roster was compared with it.

        A snapshot that lacked a part is dropped when a whole one of no earlier day has taken its place.
        """
        snapshot_id = _released_by(message)
        release = peek(RELEASE, snapshot_id)
        if walk.kind != ROSTER.kind or not release.county:
            return []
        counts, dropped = peek(self.snapshots, snapshot_id).counts, []
        for id_ in _county(release.county, peek).held if release.whole else ():
            other = peek(self.snapshots, id_)
            if other.reason == "parts_missing" and other.as_of is not None and other.as_of <= release.as_of:
                dropped += _drop(id_, other, message.known_on, peek)
        return [
            SnapshotTaken(
                snapshot_id=snapshot_id,
                county=release.county,
                as_of=release.as_of,
                people=_county(release.county, peek).people,
                entered=counts.entered,
                changed=counts.changed,
                unchanged=counts.unchanged,
                exits_proposed=counts.exits_proposed,
                refused=counts.refused,
                conflicts=counts.conflicts,
            ),
            *dropped,
        ]

    def _doubt(self, before: Snapshot, after: Snapshot, peek: Peek) -> HeldBecause | None:
        """Return why a complete snapshot is not taken before somebody looked at it; None if it may be taken."""
        county = _county(after.county, peek)
        if not after.is_complete or (before.stage == "held" and before.reason != "parts_missing"):
            return None
        if county.as_of is not None and after.as_of is not None and after.as_of < county.as_of:
            return "older_than_known"
        kept = county.people * (_WHOLE - self._manners.shrink_percent)
        is_large = county.people >= self._manners.least_people
        return "shrinks" if is_large and after.people * _WHOLE < kept else None

    def _unfinished(self, snapshot_id: str, county: str, message: Message, peek: Peek) -> list[Event]:
        """Hold the snapshots of the county that still lack a part although another one begins."""
        events: list[Event] = []
        for other in _county(county, peek).gathering:
            snapshot = peek(self.snapshots, other)
            if other != snapshot_id and snapshot.stage == "gathering":
                events += self._hold(other, snapshot, "parts_missing", message.known_on, peek)
        return events

    def _hold(self, id_: str, snapshot: Snapshot, reason: HeldBecause, day: date, peek: Peek) -> list[Event]:
        before = _county(snapshot.county, peek).people
        held = SnapshotHeld(
            snapshot_id=id_,
            county=snapshot.county,
            reason=reason,
            before=before,
            after=snapshot.people,
            content_hash=snapshot.content_hash,
            held_on=day,
        )
        return [held, *stand(peek, TASKS, _held_task(id_, snapshot, peek, reason), day, holds=True, restate=True)]

    def _release(
        self, id_: str, snapshot: Snapshot, message: Message, peek: Peek, *, by: str | None = None
    ) -> list[Event]:
        if snapshot.as_of is None:
            raise ValueError("a snapshot that nobody sent is not released")
        released = SnapshotReleased(
            snapshot_id=id_,
            county=snapshot.county,
            as_of=snapshot.as_of,
            whole=snapshot.is_complete,
            content_hash=snapshot.content_hash,
            by=by,
        )
        task = _held_task(id_, snapshot, peek)
        return [released, *stand(peek, TASKS, task, message.known_on, holds=False)]


def released_walks(snapshot_id: str) -> tuple[Walk, Walk]:
    """Return the walks that take a snapshot once it is released: over its parts, then over the county's roster."""
    given = (RELEASE.kind, snapshot_id)
    return (Walk(PART.kind, tag=waiting(snapshot_id), most=1, given=given), Walk(ROSTER.kind, given=given))


def _drop(id_: str, snapshot: Snapshot, day: date, peek: Peek, *, by: str | None = None) -> list[Event]:
    dropped = SnapshotDropped(snapshot_id=id_, county=snapshot.county, content_hash=snapshot.content_hash, by=by)
    return [dropped, *stand(peek, TASKS, _held_task(id_, snapshot, peek), day, holds=False)]


def _at_once(fact: RosterSnapshot, message: Message, peek: Peek) -> list[Event]:
    """Take a snapshot of one part with the fact itself."""
    if fact.parts > 1:
        return []
    telling = Telling(fact.snapshot_id, fact.county, fact.as_of, fact.part, message.source, message.known_on)
    return taken(telling, fact.entries, peek)


def _contradiction(before: Snapshot, fact: RosterSnapshot) -> Refuse | None:
    """Refuse a part that cannot belong to the snapshot that it names."""
    if fact.part > fact.parts:
        return Refuse("part_out_of_range", "data.part", "1 to the number of parts")
    if before.stage == "new":
        return None
    hint = "what the first part of this snapshot said; another roster is another snapshot"
    for name, said, now in (
        ("county", before.county, fact.county),
        ("as_of", before.as_of, fact.as_of),
        ("parts", before.parts, fact.parts),
    ):
        if said != now:
            return Refuse("snapshot_differs", f"data.{name}", hint)
    if before.told_by != (fact.told_by or ""):
        return Refuse("snapshot_differs", "source", "the source that sent its first part")
    return None


def _county(code: str, peek: Peek) -> County:
    return peek(COUNTY, county_today(code))


def _released_by(message: Message) -> str:
    """Return the snapshot that a message may have released."""
    event = message.event
    return event.snapshot_id if isinstance(event, RosterSnapshot) else str(getattr(event, "subject_id", ""))


def _held_task(id_: str, snapshot: Snapshot, peek: Peek, reason: str = "") -> Task:
    people = _county(snapshot.county, peek).people
    details = {"snapshot_id": id_, "reason": reason, "before": str(people), "after": str(snapshot.people)}
    return Task("snapshot_held", id_, snapshot.county, details=details)
