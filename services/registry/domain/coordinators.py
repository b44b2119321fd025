"""Coordinators: the area that is theirs, how many people they look after, and who of them is nearest to a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.registry.domain.people import Person
from shared.events.casework import PairEnded
from shared.events.people import CoordinatorRegistered, CoordinatorRelieved, PairAssigned
from shared.places import same_county
from shared.runner.core import Aggregate, Message


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
        if (distance := distance_of(officer, person)) is not None
    )
    return min(candidates, default=(0, 0, 0, None))[-1]


def distance_of(officer: Coordinator, person: Person) -> int | None:
    """Return how far an officer's area is from a person's village: 0 the village, 1 township, 2 county, else None."""
    if not officer.active or not same_county(officer.county, person.county):
        return None
    if person.village and person.village in officer.villages:
        return 0
    if officer.role != "village" and person.township and person.township in officer.townships:
        return 1
    return 2 if officer.role == "county" else None
