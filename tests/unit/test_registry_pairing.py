"""Who takes over whom when an officer leaves, an area changes or a person moves, and who has nobody."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.pairing import COORDINATOR
from services.registry.domain.people import PERSON
from shared.events.casework import PairEnded
from shared.events.people import PairAssigned
from shared.events.tasks import TaskClosed, TaskOpened
from tests.support.facts import TOWNSHIP, VILLAGE, Offer, id_number, offer
from tests.support.properties import steady
from tests.support.world import Registry, accepted

ELSEWHERE: dict[str, Any] = {"township": "350622101", "village": "350622101200"}
WORKPLACE = offer("employer.registered", "e-1")
MERGED = offer("person.merged", "m-1")
UNABLE = offer("roster.entry", "r-unable", id_number=id_number(2), labour_ability=False)


def officer(id_: str, version: int = 1, **area: Any) -> Offer:
    return offer("coordinator.registered", f"o-{id_}-{version}", coordinator_id=id_, **area)


def county_officer(id_: str, version: int = 1, **area: Any) -> Offer:
    countywide: dict[str, Any] = {"villages": [], "townships": [], "role": "county"}
    return officer(id_, version, **countywide | area)


def relieved(id_: str) -> Offer:
    return offer("coordinator.relieved", f"l-{id_}", coordinator_id=id_)


def resident(number: int, version: int = 1, **said: Any) -> Offer:
    return offer("roster.entry", f"r-{number}-{version}", id_number=id_number(number), **said)


def hired(number: int) -> Offer:
    said: dict[str, Any] = {"id_number": id_number(number), "employment_id": f"J{number}"}
    return offer("employment.confirmed", f"c-{number}", **said)


def let_go(number: int) -> Offer:
    return offer("employment.ended", f"x-{number}", employment_id=f"J{number}")


def handed(registry: Registry) -> list[tuple[str, str | None]]:
    return [(pair.coordinator_id, pair.instead_of) for pair in registry.events(PairAssigned)]


def loads(registry: Registry) -> dict[str, int]:
    return {id_: state.load for id_, state in registry.memory.states(COORDINATOR.kind).items()}


def paired(registry: Registry) -> Counter[str]:
    people = registry.memory.states(PERSON.kind).values()
    return Counter(person.coordinator_id for person in people if person.coordinator_id)


def opened(registry: Registry) -> list[TaskOpened]:
    return [event for event in registry.events(TaskOpened) if event.kind == "pair_missing"]


def standing(registry: Registry) -> list[str]:
    return [task.kind for task in registry.memory.states("pairing_task").values()]


class TestAnOfficerWhoLeaves:
    def test_hands_each_person_to_the_nearest_officer_with_the_least_load(self) -> None:
        registry = accepted([officer("old"), *(resident(n) for n in range(1, 5)), officer("a"), officer("b")])
        registry.tell(relieved("old"))
        assert handed(registry)[4:] == [("a", "old"), ("b", "old"), ("a", "old"), ("b", "old")]
        assert loads(registry) == {"old": 0, "a": 2, "b": 2}

    def test_leaves_people_to_the_county_where_no_village_officer_is_near(self) -> None:
        registry = accepted([officer("old"), resident(1), county_officer("county"), relieved("old")])
        assert handed(registry)[-1] == ("county", "old")

    def test_leaves_a_task_for_each_who_needs_somebody_where_nobody_is_near(self) -> None:
        registry = accepted([officer("old"), resident(1), resident(2, status="exited"), relieved("old")])
        assert [(e.coordinator_id, e.load, e.reason) for e in registry.events(PairEnded)] == [
            ("old", 1, "out_of_reach"),
            ("old", 0, "out_of_reach"),
        ]
        (task,) = opened(registry)
        assert (task.kind, task.matter, task.person_id) == ("pair_missing", task.person_id, task.person_id)
        assert (task.county, task.details) == ("350622", {"village": VILLAGE})

    def test_whose_people_wait_is_succeeded_by_who_comes_next(self) -> None:
        registry = accepted([officer("old"), resident(1), relieved("old"), officer("new")])
        assert handed(registry) == [("old", None), ("new", None)]
        assert (loads(registry), standing(registry)) == ({"old": 0, "new": 1}, [])

    def test_who_was_nobodys_officer_changes_nothing(self) -> None:
        registry = accepted([officer("a"), resident(1), officer("b"), relieved("b")])
        assert handed(registry) == [("a", None)]


class TestAnOfficerWhoseAreaChanges:
    def test_hands_over_who_is_outside_of_it_now_and_keeps_the_others(self) -> None:
        both = [VILLAGE, ELSEWHERE["village"]]
        registry = accepted([officer("o", villages=both), resident(1), resident(2, **ELSEWHERE), county_officer("c")])
        registry.tell(officer("o", 2, villages=[VILLAGE]))
        assert handed(registry)[2:] == [("c", "o")]
        assert loads(registry) == {"o": 1, "c": 1}

    def test_to_another_county_leaves_everybody_behind(self) -> None:
        registry = accepted([officer("o"), resident(1)])
        registry.tell(officer("o", 2, county="350624", townships=[], villages=[]))
        assert (paired(registry), standing(registry)) == (Counter(), ["pair_missing"])


class TestAPersonWhoMoves:
    def test_is_given_to_an_officer_of_the_new_village(self) -> None:
        there = officer("there", villages=[ELSEWHERE["village"]])
        registry = accepted([officer("here"), there, resident(1), resident(1, 2, **ELSEWHERE)])
        assert handed(registry) == [("here", None), ("there", "here")]
        assert loads(registry) == {"here": 0, "there": 1}

    def test_within_the_area_keeps_the_officer(self) -> None:
        both = [VILLAGE, ELSEWHERE["village"]]
        registry = accepted([officer("o", villages=both), officer("b"), resident(1), resident(1, 2, **ELSEWHERE)])
        assert handed(registry) == [("o", None)]

    def test_to_where_nobody_is_has_a_task_that_names_the_village_of_now(self) -> None:
        registry = accepted([officer("o"), resident(1), resident(1, 2, **ELSEWHERE)])
        registry.tell(resident(1, 3, township=TOWNSHIP, village="350622100999"))
        villages = [task.details["village"] for task in opened(registry)]
        assert villages == [ELSEWHERE["village"], "350622100999"]
        assert len(registry.memory.states("pairing_task")) == 1

    def test_is_where_the_roster_says_whatever_a_job_centre_in_town_writes(self) -> None:
        seeker = offer("jobseeker.registered", "j-1", county="350624", township=None, village=None)
        registry = accepted([officer("o"), resident(1), seeker])
        assert (handed(registry), registry.events(PairEnded)) == ([("o", None)], [])


class TestWhoHasNobody:
    def test_has_a_task_at_once_and_until_somebody_is_there(self) -> None:
        registry = accepted([resident(1)])
        assert standing(registry) == ["pair_missing"]
        registry.tell(officer("o"))
        assert standing(registry) == []
        assert [event.kind for event in registry.events(TaskClosed)].count("pair_missing") == 1

    def test_but_is_given_somebody_by_the_same_fact_never_had_a_task(self) -> None:
        assert opened(accepted([officer("o"), resident(1)])) == []

    def test_has_none_while_at_work_and_one_again_when_told_to_go(self) -> None:
        registry = accepted([WORKPLACE, resident(1), hired(1)])
        assert standing(registry) == []
        registry.tell(let_go(1))
        assert standing(registry) == ["pair_missing"]

    def test_has_none_when_unable_out_of_poverty_or_somebody_elses_record(self) -> None:
        for number, end in enumerate(
            [
                resident(1, 2, labour_ability=False),
                resident(1, 2, status="exited", status_from="2018-03-01"),
                offer("exit.confirmed", "g-1", date="2018-03-01"),
                MERGED,
            ]
        ):
            registry = accepted([resident(1), UNABLE, end])
            assert standing(registry) == [], number

    def test_has_one_still_where_an_older_status_is_told_late(self) -> None:
        late = resident(1, 2, status="exited", status_from="2015-01-01")
        assert standing(accepted([resident(1), late])) == ["pair_missing"]

    def test_who_turned_out_to_be_another_is_nobodys_load(self) -> None:
        registry = accepted([officer("o"), resident(1), UNABLE, MERGED])
        assert (loads(registry), [e.reason for e in registry.events(PairEnded)]) == ({"o": 0}, ["merged"])
        registry.tell(offer("person.split", "s-1"))
        assert loads(registry) == {"o": 1}


_OFFICERS = ("a", "b", "c")
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("comes"), st.integers(1, 9)),
        st.tuples(st.just("moves"), st.integers(1, 9)),
        st.tuples(st.just("appointed"), st.integers(0, 2)),
        st.tuples(st.just("sent_away"), st.integers(0, 2)),
        st.tuples(st.just("relieved"), st.integers(0, 2)),
    ),
    max_size=30,
)


def _fact(step: tuple[str, int], place: int) -> Offer:
    kind, number = step
    match kind:
        case "comes":
            return offer("roster.entry", f"f-{place}", id_number=id_number(number))
        case "moves":
            return offer("roster.entry", f"f-{place}", id_number=id_number(number), **ELSEWHERE)
        case "appointed":
            return officer(_OFFICERS[number], place)
        case "sent_away":
            return officer(_OFFICERS[number], place, villages=[ELSEWHERE["village"]])
        case _:
            return offer("coordinator.relieved", f"f-{place}", coordinator_id=_OFFICERS[number])


@steady
@given(_STEPS)
def test_loads_are_the_people_paired_and_who_is_unpaired_has_a_task_in_whatever_order(
    steps: list[tuple[str, int]],
) -> None:
    registry = Registry()
    for place, step in enumerate(steps):
        registry.tell(_fact(step, place))
        assert Counter(loads(registry)) == paired(registry)
        lacking = {id_ for id_, person in registry.memory.states(PERSON.kind).items() if person.lacks_pair}
        assert {task.person_id for task in registry.memory.states("pairing_task").values()} == lacking


@steady
@given(st.integers(2, 5), st.integers(1, 12), st.integers(0, 4))
def test_after_a_hand_over_officers_of_one_village_have_as_many_people_give_or_take_one(
    officers: int, people: int, leaving: int
) -> None:
    names = [f"o{number}" for number in range(officers)]
    registry = accepted([*(officer(name) for name in names), *(resident(number) for number in range(1, people + 1))])
    left = names[leaving % officers]
    registry.tell(relieved(left))
    found = loads(registry)
    assert found.pop(left) == 0
    assert max(found.values()) - min(found.values()) <= 1
