"""Pairs (结对子): who looks after whom, who takes over, and the task that stands where nobody does.

A pair stays as long as the coordinator's area reaches the person. Plan of 2017-2020, clause 4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.registry.domain.people import PERSON, Person
from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    CoordinatorRegistered,
    CoordinatorRelieved,
    JobseekerRegistered,
    JobseekerUpdated,
    PairAssigned,
    RosterEntry,
)
from shared.places import same_county
from shared.runner.core import Aggregate, Message, Peek

PAIRING_TASKS = tasks_of("pairing", "pair_missing")
_MOVES = (RosterEntry, JobseekerRegistered, JobseekerUpdated, PersonMerged, PersonSplit)
_NO_DAY = date.min  # pairing does not depend on the day


@dataclass(frozen=True)
class Coordinator:
    """A labour officer, the area that is theirs, and how many people they look after."""

    id: str = ""
    county: str = ""
    townships: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    role: str = ""
    active: bool = False
    rank: int = 0
    load: int = 0


def _officers(message: Message) -> Iterable[str]:
    match message.event:
        case CoordinatorRegistered() | CoordinatorRelieved() | PairEnded() as event:
            return (event.coordinator_id,)
        case PairAssigned() as pair:
            return (pair.coordinator_id, pair.instead_of) if pair.instead_of else (pair.coordinator_id,)
        case _:
            return ()


def _evolve(officer: Coordinator, message: Message) -> Coordinator:
    match message.event:
        case CoordinatorRegistered() as new:
            return Coordinator(
                officer.id,
                new.county,
                tuple(new.townships),
                tuple(new.villages),
                new.role,
                active=True,
                rank=officer.rank or message.sequence,
                load=officer.load,
            )
        case CoordinatorRelieved():
            return replace(officer, active=False)
        case PairAssigned() as pair:
            return replace(officer, load=officer.load - 1 if pair.instead_of == officer.id else pair.load)
        case PairEnded() as ended:
            return replace(officer, load=ended.load)
        case _:
            return officer


COORDINATOR = Aggregate("coordinator", Coordinator, Coordinator, _evolve, _officers, resident=True)


def nearest(person: Person, officers: Mapping[str, Coordinator]) -> str | None:
    """Return the nearest coordinator with the least load, of equals the one registered first; None: nobody is near."""
    candidates = (
        (distance, officer.load, officer.rank, id_)
        for id_, officer in officers.items()
        if (distance := _distance(officer, person)) is not None
    )
    return min(candidates, default=(0, 0, 0, None))[-1]


def _distance(officer: Coordinator, person: Person) -> int | None:
    """Return how far an officer's area is from a person's village: 0 the village, 1 township, 2 county, else None."""
    if not officer.active or not same_county(officer.county, person.county):
        return None
    if person.village and person.village in officer.villages:
        return 0
    if officer.role != "village" and person.township and person.township in officer.townships:
        return 1
    return 2 if officer.role == "county" else None


class Pairing:
    """The pairs that follow from what is decided, each counting for those behind it, before any of it is folded."""

    def __init__(self, peek: Peek) -> None:
        self._peek = peek
        self._before: dict[str, Person] = {}
        self._people: dict[str, Person] = {}
        self._officers: dict[str, Coordinator] | None = None

    def behind(self, event: Event) -> list[Event]:
        """Return the pairs that follow from one event."""
        ids = list(PERSON.concerns(_unnumbered(event)))
        for id_ in ids:
            self._people[id_] = PERSON.evolve(self._person(id_), _unnumbered(event))
        return [pair for id_ in ids if isinstance(event, _MOVES) for pair in self.seen_to(id_)]

    def seen_to(self, person_id: str) -> list[Event]:
        """Return what gives a person a coordinator whose area reaches them, if need be."""
        person = self._person(person_id)
        now = self._peek(COORDINATOR, person.coordinator_id) if person.coordinator_id else None
        if now is not None and not person.need.is_merged and _distance(now, person) is not None:
            return []
        wanted = person.need.able and not person.need.is_merged
        chosen = nearest(person, self._all()) if wanted else None
        return [self._folded(person_id, each) for each in self._changed(person_id, person, chosen)]

    def tasks(self, day: date) -> list[Event]:
        """Return the tasks that open or close with what was decided so far."""
        said: list[Event] = []
        for id_, before in self._before.items():
            now = self._people[id_]
            if now.lacks_pair or before.lacks_pair:
                said += self._task(id_, before, now, day)
        return said

    def _task(self, id_: str, before: Person, now: Person, day: date) -> list[Event]:
        if (before.lacks_pair, before.county, before.village) == (now.lacks_pair, now.county, now.village):
            return []
        task = Task("pair_missing", id_, now.county, id_, details={"village": now.village or "-"})
        return stand(self._peek, PAIRING_TASKS, task, day, holds=now.lacks_pair, restate=True)

    def _changed(self, person_id: str, person: Person, chosen: str | None) -> list[PairAssigned | PairEnded]:
        before = person.coordinator_id or None
        if chosen is not None:
            load = self._all()[chosen].load + 1
            return [
                PairAssigned(
                    person_id=person_id, coordinator_id=chosen, county=person.county, load=load, instead_of=before
                )
            ]
        if before is None:
            return []
        load, reason = self._all()[before].load - 1, "merged" if person.need.is_merged else "out_of_reach"
        said = {"person_id": person_id, "coordinator_id": before, "county": person.county}
        return [PairEnded.model_validate(said | {"load": load, "reason": reason})]

    def _folded(self, person_id: str, pair: PairAssigned | PairEnded) -> Event:
        message, officers = _unnumbered(pair), self._all()
        for id_ in COORDINATOR.concerns(message):
            officers[id_] = COORDINATOR.evolve(officers[id_], message)
        self._people[person_id] = PERSON.evolve(self._person(person_id), message)
        return pair

    def _person(self, id_: str) -> Person:
        if id_ not in self._people:
            self._people[id_] = self._before[id_] = self._peek(PERSON, id_)
        return self._people[id_]

    def _all(self) -> dict[str, Coordinator]:
        if self._officers is None:
            self._officers = dict(self._peek.every(COORDINATOR))
        return self._officers


def with_pairs(events: list[Event], day: date, peek: Peek) -> list[Event]:
    """Return events, the pairs that follow from each right behind it, and at the end the tasks."""
    pairing, said = Pairing(peek), list[Event]()
    for event in events:
        said += [event, *pairing.behind(event)]
    return said + pairing.tasks(day)


def _unnumbered(event: Event) -> Message:
    """Return an event as a message, to see what it would change."""
    return Message("", "", event, 0, _NO_DAY, "")
