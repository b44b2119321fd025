"""Pairs (结对子): who looks after whom, who takes over, and the task that stands where nobody does.

A pair stays as long as the coordinator's area reaches the person. Plan of 2017-2020, clause 4.
"""

from datetime import date

from services.registry.domain.areas import officers_near
from services.registry.domain.coordinators import COORDINATOR, Coordinator, distance_of, nearest
from services.registry.domain.people import PERSON, Person
from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    JobseekerRegistered,
    JobseekerUpdated,
    PairAssigned,
    RosterEntry,
)
from shared.runner.core import Message, Peek

PAIRING_TASKS = tasks_of("pairing", "pair_missing")
_MOVES = (RosterEntry, JobseekerRegistered, JobseekerUpdated, PersonMerged, PersonSplit)
_NO_DAY = date.min  # pairing does not depend on the day


class Pairing:
    """The pairs that follow from what is decided, each counting for those behind it, before any of it is folded."""

    def __init__(self, peek: Peek) -> None:
        self._peek = peek
        self._before: dict[str, Person] = {}
        self._people: dict[str, Person] = {}
        self._officers: dict[str, Coordinator] = {}

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
        if now is not None and not person.need.is_merged and distance_of(now, person) is not None:
            return []
        wanted = person.need.able and not person.need.is_merged
        chosen = nearest(person, officers_near(self._peek, person) | self._officers) if wanted else None
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
            load = self._officer(chosen).load + 1
            return [
                PairAssigned(
                    person_id=person_id, coordinator_id=chosen, county=person.county, load=load, instead_of=before
                )
            ]
        if before is None:
            return []
        load, reason = self._officer(before).load - 1, "merged" if person.need.is_merged else "out_of_reach"
        said = {"person_id": person_id, "coordinator_id": before, "county": person.county}
        return [PairEnded.model_validate(said | {"load": load, "reason": reason})]

    def _folded(self, person_id: str, pair: PairAssigned | PairEnded) -> Event:
        message = _unnumbered(pair)
        for id_ in COORDINATOR.concerns(message):
            self._officers[id_] = COORDINATOR.evolve(self._officer(id_), message)
        self._people[person_id] = PERSON.evolve(self._person(person_id), message)
        return pair

    def _person(self, id_: str) -> Person:
        if id_ not in self._people:
            self._people[id_] = self._before[id_] = self._peek(PERSON, id_)
        return self._people[id_]

    def _officer(self, id_: str) -> Coordinator:
        return self._officers.get(id_) or self._peek(COORDINATOR, id_)


def with_pairs(events: list[Event], day: date, peek: Peek) -> list[Event]:
    """Return events, the pairs that follow from each right behind it, and at the end the tasks."""
    pairing, said = Pairing(peek), list[Event]()
    for event in events:
        said += [event, *pairing.behind(event)]
    return said + pairing.tasks(day)


def _unnumbered(event: Event) -> Message:
    """Return an event as a message, to see what it would change."""
    return Message("", "", event, 0, _NO_DAY, "")
