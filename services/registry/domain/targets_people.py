"""What targets and platforms remember of a person: place, status, wishes, and into whom the record was merged."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.registry.domain.targets_plan import Target
from shared.events.contract import Event
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    CertificateRequested,
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    RosterEntry,
)
from shared.runner.core import Aggregate, Message, Peek

_ABOUT: Final = (
    RosterEntry,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    CertificateRequested,
    ExitConfirmed,
    PersonMerged,
    PersonSplit,
)
_MERGES: Final = 10  # merges one upon another; more would be a ring


@dataclass(frozen=True, slots=True)
class Person:
    """A person as far as targets ask.

    Args:
        status: On the roster; empty: not on it. status_from: Since when; what is told late of an earlier day is past.
        born: Year of birth; nil: not known, which keeps nobody out.
        into: The person of whom this record turned out to be a second one.
    """

    county: str = ""
    village: str = ""
    status: str = ""
    status_from: date = date.min
    born: int = 0
    able: bool = True
    wants_training: bool = False
    certificate_requested: bool = False
    into: str = ""


def belongs(person: Person, target: Target, year: int) -> bool:
    """Tell whether a person is one of those that a target in per cent is for."""
    whose = target.whose
    if whose is None or person.into or not person.county or not target.covers(person.county):
        return False
    if whose.statuses and person.status not in whose.statuses:
        return False
    if whose.ages and person.born and not whose.ages[0] <= year - person.born <= whose.ages[1]:
        return False
    return all(getattr(person, trait) for trait in whose.traits)


def owner(peek: Peek, person_id: str) -> str:
    """Return the person to whom a record belongs now: itself, or whom it was merged into."""
    for _ in range(_MERGES):
        into = peek(TARGET_PERSON, person_id).into
        if not into:
            return person_id
        person_id = into
    return person_id


def birth_tag(year: int) -> str:
    """Return the tag of those born in a year."""
    return f"born:{year}"


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.person_id,) if isinstance(message.event, _ABOUT) else ()


def _evolve(person: Person, message: Message) -> Person:
    match message.event:
        case RosterEntry() as entry:
            return _listed(person, entry)
        case JobseekerRegistered() as seeker:
            return _placed(replace(person, wants_training=seeker.wants_training is True), seeker)
        case JobseekerUpdated() as seeker:
            wants = person.wants_training if seeker.wants_training is None else seeker.wants_training
            return _placed(replace(person, wants_training=wants), seeker)
        case PersonMerged() | PersonSplit() as event:
            return _joined(person, event)
        case ExitConfirmed(date=day) if day >= person.status_from:
            return replace(person, status="exited", status_from=day)
        case event:
            return replace(person, **_CHANGES.get(type(event), {}))


_CHANGES: Final[dict[type[Event], dict[str, Any]]] = {
    JobseekerWithdrawn: {"wants_training": False},
    CertificateRequested: {"certificate_requested": True},
}


def _listed(person: Person, entry: RosterEntry) -> Person:
    if entry.status_from < person.status_from:
        return person
    able = entry.labour_ability is not False
    return _placed(replace(person, status=entry.status, status_from=entry.status_from, able=able), entry)


def _placed(person: Person, said: RosterEntry | JobseekerRegistered | JobseekerUpdated) -> Person:
    """Return a person where a fact puts them; what it leaves out stays."""
    born_on = getattr(said, "born_on", None)
    county, village = said.county or person.county, said.village or person.village
    return replace(person, county=county, village=village, born=born_on.year if born_on else person.born)


def _joined(person: Person, said: PersonMerged | PersonSplit) -> Person:
    if isinstance(said, PersonMerged):
        return replace(person, into=said.into_person_id)
    return replace(person, into="") if person.into == said.from_person_id else person


TARGET_PERSON = Aggregate(
    "target_person",
    Person,
    lambda _: Person(),
    _evolve,
    _concerns,
    tags=lambda person: (birth_tag(person.born),) if person.born and person.status else (),
)
