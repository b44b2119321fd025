"""A person's place on the roster: every status that was told, from which day, by whom and known since when.

Nothing is forgotten: two sources that disagree stand side by side, and a task is open until they agree. What counts
for money meanwhile is what was told last. The county is the one that the roster says, never one out of an id number.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.contract import Event
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import ExitConfirmed, ExitRefused, RosterEntry
from shared.events.roster import ExitProposed, PartTaken
from shared.events.types import Status
from shared.places import county_today
from shared.runner.core import Aggregate, Message, Peek

TASKS: Final = tasks_of(
    "roster", "exit_waits", "snapshot_held", "status_disputed", "feed_silent", "merged_money", "village_unknown"
)
OFF: Final = frozenset({"exited", "none"})
"""Statuses of people who are no longer on the roster of the poor."""
_UNSAID: Final = ("head", "labour_ability", "disability", "born_on", "sex")


@dataclass(frozen=True, slots=True)
class Told:
    """What a source said of a person's status from a day on, and since which open day that is known."""

    since: date
    status: Status
    county: str
    source: str
    known_on: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """An exit that a snapshot proposed, since when, and what became of it."""

    snapshot_id: str
    on: date
    outcome: Literal["waits", "confirmed", "refused", "named_again", "merged"] = "waits"


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as the roster has them.

    Args:
        told: Statuses in order of their first days; of one day, in order of arrival.
        entry: The entry of the latest first day, with what earlier ones said and it leaves out.
        snapshot_id: The last snapshot that names the person.
        proposal: The last exit that was proposed.
        merged: The person is told of under another number.
    """

    told: tuple[Told, ...] = ()
    entry: RosterEntry | None = None
    snapshot_id: str = ""
    proposal: Proposal | None = None
    merged: bool = False

    @property
    def status(self) -> Status:
        """Return the status that was told from the latest day on; `none` where nothing was told."""
        return self.told[-1].status if self.told else "none"

    @property
    def county(self) -> str | None:
        """Return the county on whose roster the person is, by its code of today; None if they are on none."""
        return county_today(self.told[-1].county) if self.told and self.status not in OFF else None

    @property
    def waits(self) -> bool:
        """Tell whether an exit is proposed and neither confirmed nor refused."""
        return self.proposal is not None and self.proposal.outcome == "waits"

    def status_on(self, day: date, known_by: date = date.max) -> Told | None:
        """Return what was told to hold on a day, as far as it was known by another."""
        fitting = [told for told in self.told if told.since <= day and told.known_on <= known_by]
        return fitting[-1] if fitting else None

    def says(self, since: date) -> dict[str, Status]:
        """Return the status that each source says last of a first day, in order of arrival."""
        last: dict[str, Status] = {}
        for told in self.told:
            if told.since == since:
                last.pop(told.source, None)
                last[told.source] = told.status
        return last

    def is_disputed(self, since: date) -> bool:
        """Tell whether sources say two things of one first day."""
        return len(set(self.says(since).values())) > 1


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case PartTaken(people=people):
            return people
        case RosterEntry() | ExitConfirmed() | ExitRefused() | ExitProposed() | PersonMerged() | PersonSplit() as event:
            return (event.person_id,)
        case _:
            return ()


def _evolve(state: Listed, message: Message) -> Listed:
    match message.event:
        case RosterEntry() as entry:
            return with_entry(state, entry, message.known_on)
        case PartTaken(snapshot_id=snapshot_id):
            return replace(_closed(state, "named_again"), snapshot_id=snapshot_id)
        case ExitProposed(snapshot_id=snapshot_id):
            return replace(state, proposal=Proposal(snapshot_id, message.known_on))
        case ExitConfirmed() | ExitRefused() as fact:
            return _closed(state, "confirmed" if isinstance(fact, ExitConfirmed) else "refused")
        case PersonMerged() | PersonSplit() as fact:
            merged = isinstance(fact, PersonMerged)
            return replace(_closed(state, "merged") if merged else state, merged=merged)
    return state


def with_entry(state: Listed, entry: RosterEntry, known_on: date) -> Listed:
    """Return the person after an entry; what its source said of the day already is not noted again."""
    source = entry.told_by or ""
    if state.says(entry.status_from).get(source) != entry.status:
        said = Told(entry.status_from, entry.status, entry.county, source, known_on)
        state = replace(state, told=tuple(sorted((*state.told, said), key=lambda told: told.since)))
    if state.entry is None or entry.status_from >= state.entry.status_from:
        return replace(state, entry=_filled(entry, state.entry))
    return replace(state, entry=_filled(state.entry, entry))


def _filled(entry: RosterEntry, other: RosterEntry | None) -> RosterEntry:
    """Return an entry with what another says where it says nothing itself."""
    unsaid = {name: getattr(other, name) for name in _UNSAID if getattr(entry, name) is None} if other else {}
    return entry.model_copy(update=unsaid | {"enters": None, "leaves": None})


def _closed(state: Listed, outcome: Literal["confirmed", "refused", "named_again", "merged"]) -> Listed:
    if state.proposal is None or not state.waits:
        return state
    return replace(state, proposal=replace(state.proposal, outcome=outcome))


def _tags(state: Listed) -> Iterable[str]:
    return (on_roster(state.county),) if state.county and not state.merged else ()


def on_roster(county: str) -> str:
    """Return the tag of the people on a county's roster."""
    return f"roster:{county_today(county)}"


ROSTER = Aggregate("roster", Listed, lambda _: Listed(), _evolve, _concerns, tags=_tags)


def told(entry: RosterEntry, source: str, before: Listed, known_on: date) -> tuple[RosterEntry, Listed]:
    """Return an entry with its source and whose roster it changes, and the person after it."""
    entry = entry.model_copy(update={"told_by": source or None})
    after = with_entry(before, entry, known_on)
    moved = after.county != before.county
    enters = True if moved and after.county else None
    return entry.model_copy(update={"enters": enters, "leaves": before.county if moved else None}), after


def disputed(peek: Peek, person_id: str, change: tuple[Listed, Listed], since: date, day: date) -> list[Event]:
    """Open or close the task about two sources that say two things of one first day; a person before and after."""
    before, after = change
    if not (before.is_disputed(since) or after.is_disputed(since)):
        return []
    said = list(after.says(since).items())
    (source, status) = said[-1]
    others = [(name, other) for name, other in said if other != status]
    other_source, other_status = others[-1] if others else ("", None)
    details = {"status": status, "source": source, "other_status": other_status or "", "other_source": other_source}
    county = after.entry.county if after.entry else None
    task = Task("status_disputed", f"{person_id}/{since}", county, person_id, details=details)
    return stand(peek, TASKS, task, day, holds=bool(others))


def entered(message: Message, entry: RosterEntry, peek: Peek) -> list[Event]:
    """Return what follows from one entry of the poverty office: itself, disputes, and an exit that is settled by it."""
    before = peek(ROSTER, entry.person_id)
    entry, after = told(entry, message.source, before, message.known_on)
    events = [entry, *disputed(peek, entry.person_id, (before, after), entry.status_from, message.known_on)]
    if after.status in OFF and before.waits:
        events += stand(peek, TASKS, exit_task(before, entry.person_id), message.known_on, holds=False)
    return events


def left(message: Message, fact: ExitConfirmed, peek: Peek) -> list[Event]:
    """Return what a confirmed exit does: the person's entry again, with the status `exited` from its day on."""
    before = peek(ROSTER, fact.person_id)
    done = stand(peek, TASKS, exit_task(before, fact.person_id), message.known_on, holds=False)
    in_force = before.status_on(fact.date)
    if before.entry is None or before.status == "exited" or (in_force and in_force.status == "exited"):
        return [fact, *done]
    over = before.entry.model_copy(update={"status": "exited", "status_from": fact.date})
    entry, after = told(over, message.source, before, message.known_on)
    return [fact, entry, *done, *disputed(peek, fact.person_id, (before, after), fact.date, message.known_on)]


def stayed(message: Message, fact: ExitRefused, peek: Peek) -> list[Event]:
    """Return what a refused exit does: nobody needs to ask any more, until the next snapshot lacks the person."""
    task = exit_task(peek(ROSTER, fact.person_id), fact.person_id)
    return [fact, *stand(peek, TASKS, task, message.known_on, holds=False)]


def exit_task(state: Listed, person_id: str, snapshot_id: str = "") -> Task:
    """Return the task about a person whom a snapshot lacks."""
    county = state.entry.county if state.entry else None
    return Task("exit_waits", person_id, county, person_id, details={"snapshot_id": snapshot_id})
