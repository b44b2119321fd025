"""People and the coordinators they are paired with (一对一, plan of 2017-2020, clause 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    CoordinatorRegistered,
    CoordinatorRelieved,
    JobseekerRegistered,
    PairAssigned,
    RosterEntry,
)
from shared.places import county_today, same_county
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
    able: bool = True
    coordinator_id: str = ""
    merged_into: str = ""

    @property
    def tag(self) -> str:
        """Return what a walk over people without a coordinator looks for."""
        return unpaired(self.county)


def unpaired(county: str) -> str:
    """Return the tag of a county's people who have no coordinator yet."""
    return f"unpaired:{county_today(county)}"


def _people(message: Message) -> Iterable[str]:
    match message.event:
        case RosterEntry() | JobseekerRegistered() | PairAssigned() | PersonMerged() | PersonSplit() as event:
            return (event.person_id,)
        case _:
            return ()


def _evolve(person: Person, message: Message) -> Person:
    match message.event:
        case RosterEntry() as entry:
            able = entry.labour_ability is not False
            place = {"county": entry.county, "township": entry.township, "village": entry.village}
            return replace(person, known=True, able=able, **place)
        case JobseekerRegistered() as seeker:
            township, village = seeker.township or person.township, seeker.village or person.village
            return replace(person, known=True, able=True, county=seeker.county, township=township, village=village)
        case PairAssigned() as pair:
            return replace(person, coordinator_id=pair.coordinator_id)
        case PersonMerged(into_person_id=into):
            return replace(person, merged_into=into, coordinator_id="")
        case PersonSplit(from_person_id=into) if into == person.merged_into:
            return replace(person, merged_into="")
        case _:
            return person


PERSON = Aggregate(
    "person",
    Person,
    lambda _: Person(),
    _evolve,
    _people,
    tags=lambda person: (person.tag,) if person.able and not person.coordinator_id and not person.merged_into else (),
)


@dataclass(frozen=True)
class Coordinator:
    """A labour officer, the area that is theirs, and how many people they look after."""

    county: str = ""
    townships: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    role: str = ""
    active: bool = False
    rank: int = 0
    load: int = 0


def _officers(message: Message) -> Iterable[str]:
    match message.event:
        case CoordinatorRegistered() | CoordinatorRelieved() | PairAssigned() as event:
            return (event.coordinator_id,)
        case PersonMerged(coordinator_id=str(id_)):
            return (id_,)
        case _:
            return ()


def _evolve_officer(officer: Coordinator, message: Message) -> Coordinator:
    match message.event:
        case CoordinatorRegistered() as new:
            return Coordinator(
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
            return replace(officer, load=pair.load)
        case PersonMerged():
            return replace(officer, load=officer.load - 1)
        case _:
            return officer


COORDINATOR = Aggregate("coordinator", Coordinator, lambda _: Coordinator(), _evolve_officer, _officers, resident=True)


def pair(person_id: str, person: Person, officers: Mapping[str, Coordinator]) -> list[PairAssigned]:
    """Give an able person the nearest coordinator with the least load; ties go to the one registered first."""
    if not person.able or person.coordinator_id or person.merged_into:
        return []
    candidates = [
        (distance, officer.load, officer.rank, id_)
        for id_, officer in officers.items()
        if (distance := _distance(officer, person)) is not None
    ]
    if not candidates:
        return []
    _, load, _, chosen = min(candidates)
    return [PairAssigned(person_id=person_id, coordinator_id=chosen, county=person.county, load=load + 1)]


def _distance(officer: Coordinator, person: Person) -> int | None:
    """Return how far an officer's area is from a person's village: 0 the village, 1 township, 2 county, else None."""
    if not officer.active or not same_county(officer.county, person.county):
        return None
    if person.village and person.village in officer.villages:
        return 0
    if officer.role != "village" and person.township and person.township in officer.townships:
        return 1
    return 2 if officer.role == "county" else None
