"""People, as far as registry needs to know them to give each a coordinator (一对一, plan of 2017-2020, clause 4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.registry.domain.need import Need, after, is_latest
from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    PairAssigned,
    RosterEntry,
)
from shared.places import county_today
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True)
class Person:
    """What registry remembers of a person; name, phone and number are in the vault.

    Args:
        merged_into: The number under which the person is told of since two records turned out to be one person.
    """

    known: bool = False
    county: str = ""
    township: str = ""
    village: str = ""
    need: Need = field(default_factory=Need)
    coordinator_id: str = ""
    merged_into: str = ""

    @property
    def lacks_pair(self) -> bool:
        """Tell whether one-to-one help is owed and nobody is there to give it."""
        return self.need.holds and not self.coordinator_id


def unpaired(county: str) -> str:
    """Return the tag of a county's people who have no coordinator yet."""
    return f"unpaired:{county_today(county)}"


def paired(coordinator_id: str) -> str:
    """Return the tag of the people whom a coordinator looks after."""
    return f"paired:{coordinator_id}"


def _people(message: Message) -> Iterable[str]:
    match message.event:
        case (
            RosterEntry()
            | JobseekerRegistered()
            | JobseekerUpdated()
            | PairAssigned()
            | PairEnded()
            | EmploymentConfirmed()
            | EmploymentEnded()
            | EmploymentCorrected()
            | EmploymentVoided()
            | ExitConfirmed()
            | PersonMerged()
            | PersonSplit()
        ) as event:
            return (event.person_id,)
        case _:
            return ()


def _evolve(person: Person, message: Message) -> Person:
    person = replace(person, need=after(person.need, message.event))
    match message.event:
        case RosterEntry() as entry if is_latest(person.need, entry) or not person.county:
            return replace(person, known=True, county=entry.county, township=entry.township, village=entry.village)
        case RosterEntry():
            return replace(person, known=True)
        case JobseekerRegistered() | JobseekerUpdated() as seeker:
            return _living(replace(person, known=True), seeker)
        case PairAssigned() as pair:
            return replace(person, coordinator_id=pair.coordinator_id)
        case PairEnded():
            return replace(person, coordinator_id="")
        case _:
            return _linked(person, message.event)


def _linked(person: Person, event: Event) -> Person:
    match event:
        case PersonMerged(into_person_id=into):
            return replace(person, merged_into=into)
        case PersonSplit(from_person_id=into) if into == person.merged_into:
            return replace(person, merged_into="")
        case _:
            return person


def _living(person: Person, seeker: JobseekerRegistered | JobseekerUpdated) -> Person:
    """Take where a job seeker says they live, unless the poverty office does: who works in town is helped at home."""
    if person.need.is_on_roster:
        return person
    return replace(
        person,
        county=seeker.county or person.county,
        township=seeker.township or person.township,
        village=seeker.village or person.village,
    )


def _tags(person: Person) -> tuple[str, ...]:
    if person.coordinator_id:
        return (paired(person.coordinator_id),)
    return (unpaired(person.county),) if person.need.able and not person.need.is_merged else ()


PERSON = Aggregate("person", Person, lambda _: Person(), _evolve, _people, tags=_tags)
