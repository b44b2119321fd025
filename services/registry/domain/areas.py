"""Which coordinators come into question for a person: by village, township and county, not by asking each of them."""

from collections.abc import Iterator, Mapping

from services.registry.domain.coordinators import COORDINATOR, Coordinator
from services.registry.domain.people import Person
from shared.places import county_today
from shared.runner.core import Peek

_Area = tuple[str, str]


class Areas:
    """The active coordinators by the areas that are theirs; a view that is kept as they change."""

    def __init__(self, officers: Mapping[str, Coordinator]) -> None:
        self._kept: dict[str, Coordinator | None] = {}
        self._officers: dict[_Area, set[str]] = {}
        for id_, officer in officers.items():
            self.put(id_, officer)

    def put(self, id_: str, state: Coordinator | None) -> None:
        """Take what a coordinator's area is now; None: there is no such coordinator."""
        if id_ in self._kept and state is not None and not self.moved(id_, state):
            self._kept[id_] = state
            return
        before, now = areas_of(self._kept.get(id_)), areas_of(state)
        for area in before - now:
            self._officers[area].discard(id_)
        for area in now - before:
            self._officers.setdefault(area, set()).add(id_)
        self._kept[id_] = state

    def near(self, person: Person) -> set[str]:
        """Return the coordinators whose area may hold a person's village."""
        county = county_today(person.county)
        places = ((county, place) for place in (person.village, person.township, ""))
        return set().union(*(self._officers.get(place, ()) for place in places))

    def moved(self, id_: str, officer: Coordinator) -> bool:
        """Tell whether a coordinator's area is another than the one that is kept."""
        kept = self._kept.get(id_)
        return kept is None or _said(kept) != _said(officer)


def areas_of(officer: Coordinator | None) -> frozenset[_Area]:
    """Return county and place of each area of an active coordinator; the place of a whole county is empty."""
    return frozenset(_places(officer)) if officer is not None and officer.active else frozenset()


def _places(officer: Coordinator) -> Iterator[_Area]:
    county = county_today(officer.county)
    yield from ((county, village) for village in officer.villages)
    if officer.role != "village":
        yield from ((county, township) for township in officer.townships)
    if officer.role == "county":
        yield county, ""


def _said(officer: Coordinator) -> tuple[object, ...]:
    return officer.county, officer.townships, officer.villages, officer.role, officer.active


def officers_near(peek: Peek, person: Person) -> dict[str, Coordinator]:
    """Return every coordinator to whom `nearest` may give a person, as of now."""
    areas, changed = peek.view(COORDINATOR, Areas)
    moved = {id_ for id_ in changed if areas.moved(id_, peek(COORDINATOR, id_))}
    return {id_: peek(COORDINATOR, id_) for id_ in areas.near(person) | moved}
