"""Aggregate "placed_person": what gates ask of a person, and where the person was placed or applied."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from services.registry.domain.placements_open import opened
from shared.events.contract import Event
from shared.events.employment import ApplicationReceived, EmploymentConfirmed, GraduationRecorded
from shared.events.people import JobseekerRegistered, JobseekerUpdated, RosterEntry
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message

OVERLAPS: Final = "overlaps"
"""The tag of people whose exclusive placements overlap."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person as the gates see it.

    Args:
        statuses: Roster statuses by the day (ISO) from which they hold.
        employments, applications: Ids, in order of arrival. open: Tasks that stand open about overlaps.
    """

    born_on: date | None = None
    county: str = ""
    education: str = ""
    skills: tuple[str, ...] = ()
    able: bool | None = None
    graduated_on: date | None = None
    statuses: dict[str, str] = field(default_factory=dict)
    employments: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def overlapping(self) -> frozenset[str]:
        """The placements that overlap another."""
        pairs = (mark.partition(" ")[2].split("+") for mark in self.open)
        return frozenset(id_ for pair in pairs for id_ in pair)

    def status_on(self, day: date) -> str:
        """Return the roster status in force on a day; `none` before the first."""
        return next((said for since, said in sorted(self.statuses.items(), reverse=True) if since <= str(day)), "none")


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case (
            RosterEntry(person_id=id_)
            | JobseekerRegistered(person_id=id_)
            | JobseekerUpdated(person_id=id_)
            | GraduationRecorded(person_id=id_)
            | EmploymentConfirmed(person_id=id_)
            | ApplicationReceived(person_id=id_)
        ):
            return (id_,)
        case TaskOpened(kind="placement_overlap", person_id=str(id_)):
            return (id_,)
        case TaskClosed(kind="placement_overlap", person_id=str(id_)):
            return (id_,)
        case _:
            return ()


def _listed(person: Candidate, entry: RosterEntry) -> Candidate:
    since = str(entry.status_from)
    statuses, born_on = person.statuses | {since: entry.status}, entry.born_on or person.born_on
    if since < max(statuses):  # an earlier day, told late, says neither where the person lives nor what they can do now
        return replace(person, statuses=statuses, born_on=born_on)
    able = person.able if entry.labour_ability is None else entry.labour_ability
    return replace(person, able=able, statuses=statuses, county=entry.county, born_on=born_on)


def _registered(person: Candidate, fact: JobseekerRegistered) -> Candidate:
    born_on, skills = fact.born_on or person.born_on, tuple(fact.skills)
    return replace(person, born_on=born_on, county=fact.county, education=fact.education, skills=skills)


def _updated(person: Candidate, fact: JobseekerUpdated) -> Candidate:
    skills = person.skills if fact.skills is None else tuple(fact.skills)
    education = fact.education or person.education
    return replace(person, county=fact.county or person.county, education=education, skills=skills)


def _graduated(person: Candidate, fact: GraduationRecorded) -> Candidate:
    return replace(person, graduated_on=min(fact.graduated_on, person.graduated_on or fact.graduated_on))


def _employed(person: Candidate, fact: EmploymentConfirmed) -> Candidate:
    return replace(person, employments=(*person.employments, fact.employment_id))


def _applied(person: Candidate, fact: ApplicationReceived) -> Candidate:
    return replace(person, applications=tuple(dict.fromkeys((*person.applications, fact.application_id))))


def _opened(person: Candidate, task: TaskOpened | TaskClosed) -> Candidate:
    return replace(person, open=opened(person.open, task))


_EVOLVED_BY: Final[dict[type[Event], Callable[[Candidate, Any], Candidate]]] = {
    RosterEntry: _listed,
    JobseekerRegistered: _registered,
    JobseekerUpdated: _updated,
    GraduationRecorded: _graduated,
    EmploymentConfirmed: _employed,
    ApplicationReceived: _applied,
    TaskOpened: _opened,
    TaskClosed: _opened,
}


def _evolve(person: Candidate, message: Message) -> Candidate:
    return _EVOLVED_BY[type(message.event)](person, message.event)


CANDIDATE = Aggregate(
    "placed_person",
    Candidate,
    lambda _: Candidate(),
    _evolve,
    _concerns,
    tags=lambda person: (OVERLAPS,) if person.open else (),
)
