"""What our own desk may say that no source of upstream may: whom it means, by the person's id."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.door import IntakeDoor
from shared.catalog import FACTS
from shared.events.alerts import FactParked, FactRejected
from shared.events.contract import DESK, OPERATIONS, named_by_id, offered_form, pseudonyms
from shared.events.ops import ReplayFinished
from shared.events.people import PlanAgreed, VisitRecorded
from shared.privacy import person_id
from shared.runner.core import Admitted, Refuse
from tests.support.facts import EXAMPLES, KEYS, Offer, id_number, offer
from tests.support.world import Registry, accepted

DOOR = IntakeDoor(KEYS)
KNOWN, STRANGER = person_id(KEYS.person, id_number(1)), person_id(KEYS.person, id_number(9))
NAMEABLE = [fact for fact in FACTS if named_by_id(fact)]
SOURCES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True).filter(lambda source: source != DESK)


def by_id(topic: str, source: str = DESK, **changed: Any) -> Offer:
    """Return the example of a fact that names its people by id."""
    fact = next(fact for fact in FACTS if fact.topic == topic)
    ids = dict.fromkeys(named_by_id(fact), KNOWN)
    numbers = {pseudonym.of: None for name, pseudonym in pseudonyms(fact).items() if name in ids}
    return offer(topic, "u1-t1", EXAMPLES[topic], by_source=source, **(numbers | ids | changed))


def admitted(each: Offer) -> Admitted:
    return DOOR.admit(each.subject, None, each.body)


def verdict(each: Offer) -> tuple[str, str]:
    refusal = admitted(each).refusal
    assert isinstance(refusal, Refuse), "it was let in"
    return refusal.code, refusal.path


@pytest.mark.parametrize("fact", NAMEABLE, ids=lambda fact: fact.topic)
def test_a_fact_of_the_desk_by_id_is_recorded_as_the_same_fact_by_number(fact: Any) -> None:
    named = admitted(by_id(fact.topic))
    numbered = admitted(offer(fact.topic, "u1-t1", by_source=DESK))
    assert named.refusal is None, named.refusal
    assert named.event is not None
    assert numbered.event is not None
    assert named.event.model_dump(exclude=named_by_id(fact)) == numbered.event.model_dump(exclude=named_by_id(fact))


@given(st.sampled_from(NAMEABLE), SOURCES)
@settings(deadline=None, derandomize=True, max_examples=150, database=None)
def test_no_other_source_may_name_a_person_by_id(fact: Any, source: str) -> None:
    code, path = verdict(by_id(fact.topic, source))
    assert code in {"unknown_field", "missing_field"}
    named = named_by_id(fact) | {pseudonyms(fact)[name].of for name in named_by_id(fact)}
    assert path.removeprefix("data.") in named


@pytest.mark.parametrize("fact", NAMEABLE, ids=lambda fact: fact.topic)
def test_nobody_is_named_in_both_ways(fact: Any) -> None:
    numbers = {pseudonyms(fact)[name].of: id_number(1) for name in named_by_id(fact)}
    code, path = verdict(by_id(fact.topic, **numbers))
    assert (code, path.removeprefix("data.") in numbers) == ("unknown_field", True)


@pytest.mark.parametrize("topic", ["roster.entry", "jobseeker.registered"])
def test_who_is_introduced_is_named_by_the_number_from_which_birth_and_sex_follow(topic: str) -> None:
    fact = offer(topic, "u1-t1", by_source=DESK, id_number=None, person_id=KNOWN)
    assert verdict(fact) in {("unknown_field", "data.person_id"), ("missing_field", "data.id_number")}


def test_the_entries_of_a_snapshot_are_named_by_number_at_the_desk_too() -> None:
    entry = {name: value for name, value in EXAMPLES["roster.entry"].items() if name != "id_number"}
    snapshot = offer("roster.snapshot", "u1-t1", by_source=DESK, entries=[entry | {"person_id": KNOWN}])
    assert verdict(snapshot) in {
        ("unknown_field", "data.entries.0.person_id"),
        ("missing_field", "data.entries.0.id_number"),
    }


@pytest.mark.parametrize("text", ["", "p", KNOWN.upper(), id_number(), f"{KNOWN}x", 7, {"$gt": ""}])
def test_what_is_no_person_id_is_refused_without_being_told_again(text: Any) -> None:
    refusal = admitted(by_id("exit.confirmed", person_id=text)).refusal
    assert refusal is not None
    assert refusal.path == "data.person_id"
    assert refusal.code in {"bad_format", "wrong_type", "operator_in_key"}
    assert not text or str(text) not in refusal.hint.split()


def test_what_was_found_on_a_visit_goes_to_the_vault_under_the_id() -> None:
    (kept,) = admitted(by_id("visit.recorded")).personal
    assert (kept.subject_id, kept.fields) == (KNOWN, {"findings": {"房屋安全": True}})


def test_the_officer_stands_in_what_is_recorded() -> None:
    for topic in ("visit.recorded", "plan.agreed", "certificate.issued", "duty.done", "violation.reported"):
        event = admitted(by_id(topic, by="u-17")).event
        assert event is not None
        assert event.payload()["by"] == "u-17"


def test_what_the_desk_says_of_a_known_person_is_passed_on() -> None:
    registry = _registry()
    registry.after(by_id("visit.recorded", by="u-17"))
    assert [(visit.person_id, visit.by) for visit in registry.events(VisitRecorded)] == [(KNOWN, "u-17")]


def test_what_the_desk_says_of_somebody_unknown_is_refused_and_leaves_nothing_behind() -> None:
    registry = _registry()
    (said,) = registry.tell(by_id("plan.agreed", person_id=STRANGER))
    assert (said.outcome, said.code, said.path) == ("rejected", "unknown_person", "data.person_id")
    assert [(each.source, each.code) for each in registry.events(FactRejected)] == [(DESK, "unknown_person")]
    assert registry.events(PlanAgreed) == registry.events(FactParked) == []
    assert STRANGER not in registry.memory.states("person")


def test_what_upstream_says_of_somebody_unknown_waits_as_before() -> None:
    (said,) = _registry().tell(offer("exit.confirmed", "f-9", id_number=id_number(9)))
    assert (said.outcome, said.waiting_for) == ("parked", f"person/{STRANGER}")


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.only_from], ids=lambda fact: fact.topic)
def test_what_one_source_alone_may_state_is_refused_from_every_other(fact: Any) -> None:
    assert admitted(offer(fact.topic, "u1-t1")).refusal is None
    for source in {"yunxiao-hr", DESK, OPERATIONS} - set(fact.only_from):
        assert verdict(offer(fact.topic, "u1-t1", by_source=source)) == ("not_from_this_source", "source")


def test_officers_alone_speak_of_alerts_and_operators_alone_of_replays() -> None:
    alone = {(frozenset(fact.only_from), fact.topic.partition(".")[0]) for fact in FACTS if fact.only_from}
    ours = {(frozenset({DESK}), "alert"), (frozenset({OPERATIONS}), "ops"), (frozenset({DESK, OPERATIONS}), "ops")}
    assert alone == ours
    assert ReplayFinished.only_from == (OPERATIONS,)


@pytest.mark.parametrize(
    "changed",
    [{"span": "part"}, {"span": None}, {"by": None}, {"digest": "a" * 63}, {"last": -1}, {"differences": None}],
    ids=str,
)
def test_a_replay_is_told_of_the_whole_with_its_figures_or_not_at_all(changed: dict[str, Any]) -> None:
    refusal = admitted(offer("ops.replay_finished", "u1-t1", **changed)).refusal
    assert refusal is not None
    assert refusal.path == f"data.{next(iter(changed))}"


def test_the_form_of_upstream_has_no_field_for_an_id() -> None:
    for fact in FACTS:
        assert not named_by_id(fact) & offered_form(fact).model_fields.keys()


def _registry() -> Registry:
    return accepted([offer("coordinator.registered", "o-1"), offer("roster.entry", "r-1")])
