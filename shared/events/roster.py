"""What registry makes of roster snapshots: held, released or dropped as a whole, taken part by part, exits proposed."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Model
from shared.events.finance import Hash
from shared.events.types import Count, County, Day, EntityId, KnownPersonId, Status, Word

HeldBecause = Literal["parts_missing", "parts_differ", "shrinks", "older_than_known"]
RowCode = Literal["other_county", "village_elsewhere", "township_elsewhere", "begins_later", "named_twice"]
_MOST_ROWS = 1_000


class SnapshotHeld(Event, topic="roster.snapshot_held", entity="snapshot_id"):
    """A snapshot waits for somebody to confirm it (`approval.given`) or to drop it (`approval.refused`).

    Args:
        before: People on the county's roster.
        after: People whom the snapshot lists so far.
        content_hash: What an approval must name: the content of all parts that are there.
    """

    snapshot_id: EntityId
    county: County
    reason: HeldBecause
    before: Count
    after: Count
    content_hash: Hash
    held_on: Day


class SnapshotReleased(Event, topic="roster.snapshot_released", entity="snapshot_id"):
    """A snapshot is compared with the roster from now on.

    Args:
        whole: All its parts are there; whom it lacks is proposed for exit only then.
        by: Who confirmed it, where it was held.
    """

    snapshot_id: EntityId
    county: County
    as_of: Day
    whole: bool
    content_hash: Hash
    by: EntityId | None = None


class SnapshotDropped(Event, topic="roster.snapshot_dropped", entity="snapshot_id"):
    """A snapshot that was held is not taken.

    Args:
        by: Who dropped it; nobody, where it lacked a part and a whole one of no earlier day was taken since.
    """

    snapshot_id: EntityId
    county: County
    content_hash: Hash
    by: EntityId | None = None


class RowRefused(Model):
    """A row of a part that is not taken; rows are counted from 1."""

    row: Annotated[int, Field(ge=1, le=_MOST_ROWS)]
    code: RowCode


class RowChanged(Model):
    """A person of whom a part says something else than was known, and in which fields."""

    person_id: KnownPersonId
    fields: Annotated[list[Word], Field(max_length=12)]


class PartTaken(Event, topic="roster.part_taken", entity="snapshot_id"):
    """What a part of a snapshot says, compared with what was known.

    Args:
        people: Everybody whom it names, under the number that is theirs now.
        entered: Those who were not on the county's roster.
        conflicts: Those of whom another source says another status from the same day on.
    """

    snapshot_id: EntityId
    county: County
    part: Annotated[int, Field(ge=1, le=10_000)]
    people: Annotated[list[KnownPersonId], Field(max_length=_MOST_ROWS)]
    entered: Annotated[list[KnownPersonId], Field(max_length=_MOST_ROWS)]
    changed: Annotated[list[RowChanged], Field(max_length=_MOST_ROWS)]
    refused: Annotated[list[RowRefused], Field(max_length=_MOST_ROWS)]
    conflicts: Annotated[list[KnownPersonId], Field(max_length=_MOST_ROWS)]


class ExitProposed(Event, topic="roster.exit_proposed", entity="person_id"):
    """A snapshot lacks a person who is on the roster: to be confirmed or refused, nothing changes until then."""

    person_id: KnownPersonId
    snapshot_id: EntityId
    county: County
    status: Status


class SnapshotTaken(Event, topic="roster.snapshot_taken", entity="snapshot_id"):
    """A snapshot is compared with the whole roster of its county.

    Args:
        people: On the roster of the county now, those included whose exit is proposed.
    """

    snapshot_id: EntityId
    county: County
    as_of: Day
    people: Count
    entered: Count
    changed: Count
    unchanged: Count
    exits_proposed: Count
    refused: Count
    conflicts: Count
