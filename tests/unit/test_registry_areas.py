"""Looking coordinators up by area finds whom asking each of them would find."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.areas import Areas
from services.registry.domain.coordinators import Coordinator, nearest
from services.registry.domain.people import Person
from tests.support.properties import steady

COUNTIES = ["350622", "350624"]
PLACES = ["1", "2", "3"]
_areas = st.lists(st.sampled_from(PLACES), max_size=2).map(tuple)
OFFICERS = st.builds(
    Coordinator,
    county=st.sampled_from(COUNTIES),
    townships=_areas,
    villages=_areas,
    role=st.sampled_from(["village", "township", "county", "city"]),
    active=st.booleans(),
    rank=st.integers(1, 5),
    load=st.integers(0, 3),
)
NAMED = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), OFFICERS)
PEOPLE = st.builds(
    Person,
    county=st.sampled_from(COUNTIES),
    township=st.sampled_from(["", *PLACES]),
    village=st.sampled_from(["", *PLACES]),
)


@steady
@given(NAMED, PEOPLE)
def test_a_person_gets_the_same_coordinator(officers: dict[str, Coordinator], person: Person) -> None:
    near = Areas(officers).near(person)

    assert nearest(person, {id_: officers[id_] for id_ in near}) == nearest(person, officers)


@steady
@given(NAMED, NAMED, PEOPLE)
def test_also_once_coordinators_have_moved_come_and_gone(
    before: dict[str, Coordinator], after: dict[str, Coordinator], person: Person
) -> None:
    areas = Areas(before)
    for id_ in before.keys() | after.keys():
        areas.put(id_, after.get(id_))

    assert nearest(person, {id_: after[id_] for id_ in areas.near(person)}) == nearest(person, after)


@given(OFFICERS)
def test_who_looks_after_one_more_person_has_not_moved(officer: Coordinator) -> None:
    areas = Areas({"a": officer})

    assert not areas.moved("a", replace(officer, load=officer.load + 1))
    assert areas.moved("a", replace(officer, active=not officer.active))
    assert areas.moved("b", officer)
