"""Whatever order facts come in, who needs help has a coordinator and a plan, or a task."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.casework_subscription import CASEWORK
from services.registry.domain.need import POOR
from tests.support.days import county
from tests.support.facts import EXAMPLES, Offer, id_number, offer
from tests.support.properties import steady

_PEOPLE = st.integers(1, 3)
_FACTS = st.one_of(
    st.tuples(st.sampled_from(["listed", "exited", "unable", "moved", "hired", "let_go", "voided"]), _PEOPLE),
    st.tuples(st.sampled_from(["plan", "visit", "merged", "split", "asked", "issued", "seeker"]), _PEOPLE),
    st.tuples(st.sampled_from(["appointed", "elsewhere", "relieved"]), st.integers(1, 2)),
    st.tuples(st.just("closed"), st.just(0)),
)
_SAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "listed": ("roster.entry", {}),
    "exited": ("roster.entry", {"status": "exited"}),
    "unable": ("roster.entry", {"labour_ability": False}),
    "moved": ("roster.entry", {"township": "350622101", "village": "350622101200"}),
    "seeker": ("jobseeker.registered", {}),
    "plan": ("plan.agreed", {}),
    "visit": ("visit.recorded", {}),
    "asked": ("certificate.requested", {}),
    "issued": ("certificate.issued", {}),
    "merged": ("person.merged", {"into_id_number": id_number(9)}),
    "split": ("person.split", {"from_id_number": id_number(9)}),
    "hired": ("employment.confirmed", {}),
    "let_go": ("employment.ended", {}),
    "voided": ("employment.voided", {}),
    "appointed": ("coordinator.registered", {}),
    "elsewhere": ("coordinator.registered", {"villages": ["350622101200"]}),
    "relieved": ("coordinator.relieved", {}),
}


def _told(kind: str, number: int, place: int) -> Offer:
    """Return a fact about the n-th person, job or officer."""
    fact, said = _SAYS[kind]
    names = {"id_number": id_number(number), "employment_id": f"J{number}", "coordinator_id": f"C{number}"}
    about = {name: value for name, value in names.items() if name in EXAMPLES[fact]}
    return offer(fact, f"f-{place}", EXAMPLES[fact] | about | said)


@settings(steady, max_examples=150)
@given(st.lists(_FACTS, max_size=30))
def test_who_needs_help_has_a_coordinator_and_a_plan_or_a_task_once_the_day_is_closed_in_whatever_order(
    steps: list[tuple[str, int]],
) -> None:
    there = county(offer("roster.entry", "r-9", id_number=id_number(9), labour_ability=False))
    for place, (kind, number) in enumerate([*steps, ("closed", 0)]):
        if kind != "closed":
            there.tell(_told(kind, number, place))
            continue
        there.close()
        tasks = (*there.memory.states("pairing_task").values(), *there.memory.states("casework_task").values())
        told = {task.person_id for task in tasks if task.kind in {"pair_missing", "plan_missing"}}
        people, cases = there.memory.states("person"), there.memory.states(CASEWORK.case.kind)
        assert {id_: person.need for id_, person in people.items()} == {id_: case.need for id_, case in cases.items()}
        needs = {
            id_: case
            for id_, case in cases.items()
            if case.need.able and case.need.status == POOR and not case.need.jobs and not case.need.is_merged
        }
        lacking = {id_ for id_, case in needs.items() if not (case.coordinator_id and case.plans)}
        assert told == lacking
        assert {id_ for id_, case in cases.items() if case.is_told} <= lacking
