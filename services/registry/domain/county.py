"""What registry knows of a county's roster as a whole: how many people are on it, and which snapshots came."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import RosterEntry, RosterSnapshot
from shared.events.roster import SnapshotDropped, SnapshotHeld, SnapshotReleased, SnapshotTaken
from shared.places import county_today
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class County:
    """A county, under its code of today.

    Args:
        people: On its roster.
        taken: The last snapshot that was compared with the roster. as_of: the latest day that one gave the roster of.
        gathering: Snapshots of which parts are missing. held: those that wait for somebody.
    """

    code: str
    people: int = 0
    taken: str = ""
    as_of: date | None = None
    gathering: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case RosterEntry() | PersonMerged() | PersonSplit() as event:
            return sorted({code for code in _moved(event) if code})
        case (
            RosterSnapshot(county=county)
            | SnapshotHeld(county=county)
            | SnapshotReleased(county=county)
            | SnapshotDropped(county=county)
            | SnapshotTaken(county=county)
        ):
            return (county_today(county),)
        case _:
            return ()


def _moved(event: RosterEntry | PersonMerged | PersonSplit) -> tuple[str | None, str | None]:
    """Return whose roster gets and whose loses a person."""
    match event:
        case RosterEntry(enters=enters, leaves=leaves, county=county):
            return county_today(county) if enters else None, leaves
        case PersonMerged(leaves=leaves):
            return None, leaves
        case PersonSplit(enters=enters):
            return enters, None


def _evolve(state: County, message: Message) -> County:
    match message.event:
        case RosterEntry() | PersonMerged() | PersonSplit() as event:
            entered, left = _moved(event)
            return replace(state, people=state.people + (entered == state.code) - (left == state.code))
        case RosterSnapshot(snapshot_id=id_):
            return replace(state, gathering=tuple(sorted({*state.gathering, id_})))
        case SnapshotHeld(snapshot_id=id_) | SnapshotReleased(snapshot_id=id_) | SnapshotDropped(snapshot_id=id_):
            waits = {*state.held, id_} if isinstance(message.event, SnapshotHeld) else {*state.held} - {id_}
            gathering = tuple(other for other in state.gathering if other != id_)
            return replace(state, gathering=gathering, held=tuple(sorted(waits)))
        case SnapshotTaken() as taken:
            return replace(state, taken=taken.snapshot_id, as_of=max(taken.as_of, state.as_of or date.min))
        case _:
            return state


COUNTY = Aggregate("county_roster", County, County, _evolve, _concerns, resident=True)
