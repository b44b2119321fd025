"""A part of a snapshot against the roster as it is known: who is new, who changed and in what, which rows are refused.

A row that says nothing new gives no event. The first snapshot that names a person says so once, whoever said the same
before, so that the roster's own word stands in the person's history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.registry.domain.identity import survivor
from services.registry.domain.roster import ROSTER, TASKS, Listed, disputed, exit_task, told
from services.registry.domain.tasks import stand
from shared.events.contract import Event
from shared.events.people import RosterEntry, SnapshotEntry
from shared.events.roster import PartTaken, RowChanged, RowCode, RowRefused
from shared.places import lies_in, same_county
from shared.runner.core import Peek

_PLACE: Final = ("household_id", "township", "village")
_OF_THE_PERSON: Final = ("head", "labour_ability", "disability")


@dataclass(frozen=True, slots=True)
class Telling:
    """Which part of which snapshot is taken, by whom it was told, and the open day."""

    snapshot_id: str
    county: str
    as_of: date
    part: int
    told_by: str
    day: date


@dataclass
class _Found:
    """What was found so far."""

    people: dict[str, Listed] = field(default_factory=dict)
    rows: dict[str, SnapshotEntry] = field(default_factory=dict)
    entered: list[str] = field(default_factory=list)
    changed: list[RowChanged] = field(default_factory=list)
    refused: list[RowRefused] = field(default_factory=list)
    conflicts: dict[str, None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


def taken(telling: Telling, rows: Sequence[SnapshotEntry], peek: Peek) -> list[Event]:
    """Return what the rows of a part say that is new, then what the part was found to be."""
    found = _Found()
    for number, sent in enumerate(rows, 1):
        row = sent.model_copy(update={"person_id": survivor(peek, sent.person_id)})
        before = found.people.get(row.person_id) or peek(ROSTER, row.person_id)
        found.people.setdefault(row.person_id, before)
        code = _refusal(telling, row, found.rows.get(row.person_id), before)
        if code:
            found.refused.append(RowRefused(row=number, code=code))
        elif row.person_id not in found.rows:
            found.rows[row.person_id] = row
            _take(telling, row, before, found, peek)
    for person_id, person in found.people.items():
        if person.waits:
            found.events += stand(peek, TASKS, exit_task(person, person_id), telling.day, holds=False)
    return [*found.events, _summary(telling, found)]


def _refusal(telling: Telling, row: SnapshotEntry, other: SnapshotEntry | None, before: Listed) -> RowCode | None:
    """Return why a row is not taken; None if it is."""
    if not same_county(row.county, telling.county):
        return "other_county"
    if not lies_in(row.township, row.county):
        return "township_elsewhere"
    if not lies_in(row.village, row.county):
        return "village_elsewhere"
    if row.status_from > telling.as_of:
        return "begins_later"
    if other is None and before.snapshot_id != telling.snapshot_id:
        return None
    differs = other is not None and other != row
    is_named = other is None and bool(_news(row, before, telling.told_by))
    return "named_twice" if differs or is_named else None


def _take(telling: Telling, row: SnapshotEntry, before: Listed, found: _Found, peek: Peek) -> None:
    news = _news(row, before, telling.told_by)
    after = before
    if news or not before.snapshot_id:
        entry, after = told(RosterEntry(**row.model_dump()), telling.told_by, before, telling.day)
        found.events += [entry, *disputed(peek, row.person_id, (before, after), row.status_from, telling.day)]
        found.people[row.person_id] = after
        if not before.told or entry.enters:
            found.entered.append(row.person_id)
        elif news:
            found.changed.append(RowChanged(person_id=row.person_id, fields=news))
    if after.is_disputed(row.status_from):
        found.conflicts[row.person_id] = None


def _news(row: SnapshotEntry, before: Listed, source: str) -> list[str]:
    """Return the fields in which a row says what was not known; an old row says nothing of where the person lives."""
    news = ["status"] if _is_new_status(row, before, source) else []
    entry = before.entry
    if entry is None:
        return ["status"]
    if row.status_from >= entry.status_from:
        news += [] if same_county(row.county, entry.county) else ["county"]
        news += [name for name in _PLACE if getattr(row, name) != getattr(entry, name)]
        said = ((name, getattr(row, name)) for name in _OF_THE_PERSON)
        news += [name for name, value in said if value is not None and value != getattr(entry, name)]
    return news


def _is_new_status(row: SnapshotEntry, before: Listed, source: str) -> bool:
    """Tell whether a source says something new of a day: not what it said itself, nor what was said last."""
    said = before.says(row.status_from)
    if source in said:
        return said[source] != row.status
    return not said or list(said.values())[-1] != row.status


def _summary(telling: Telling, found: _Found) -> PartTaken:
    return PartTaken(
        snapshot_id=telling.snapshot_id,
        county=telling.county,
        part=telling.part,
        people=list(found.people),
        entered=found.entered,
        changed=found.changed,
        refused=found.refused,
        conflicts=list(found.conflicts),
    )
