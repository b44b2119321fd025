"""Whatever officers say in whatever order: what commutes ends the same, and what must never happen does not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notify.domain.alert import Alert, addresses_of
from services.notify.domain.tiers import wakes_on
from shared.events.alerts import AlertEscalated
from shared.events.contract import Event
from shared.events.offers import OfferClosed, OfferUndelivered
from shared.runner.wire import encode
from tests.support.desk import MONDAY, Desk
from tests.unit.test_notify_life import EXPIRED, HIRED, PERSON, SILENT, UNANSWERED, listed, paired

steady = settings(deadline=None, derandomize=True, max_examples=60)
OTHER = OfferUndelivered(offer_id="O1", message_id="M1", person_id=PERSON, vacancy_id="V1", reason="undelivered")
OFFICERS = st.sampled_from(["C1", "C2", "T1"])
SAYINGS = st.one_of(
    st.tuples(st.sampled_from(["seen", "acknowledged", "done"]), OFFICERS, st.just({})),
    st.tuples(st.just("snoozed"), OFFICERS, st.integers(0, 20).map(lambda n: {"until": MONDAY + timedelta(days=n)})),
    st.tuples(
        st.just("handed_over"),
        OFFICERS,
        st.sampled_from(["to:C2", "office:350622", "office:city"]).map(lambda to: {"to": to}),
    ),
)
EVENTS = st.sampled_from([SILENT, EXPIRED, OTHER, paired("C1"), paired("C2"), listed(), listed("350628101201")])
DAYS = st.integers(1, 6)
STEPS = st.lists(st.one_of(SAYINGS, EVENTS, DAYS), max_size=14)


def lived(story: Sequence[Any]) -> Desk:
    """Return a desk that went through a story: what officers say, what services say, and days that close."""
    desk = Desk().hears(SILENT)
    for step in story:
        if isinstance(step, int):
            desk.closes(until=desk.today + timedelta(days=step))
        elif isinstance(step, Event):
            desk.hears(step)
        else:
            fact, by, fields = step
            desk.says(UNANSWERED, fact, by=by, **fields)
    return desk


@steady
@given(STEPS)
def test_the_same_story_leaves_the_same_bytes(story: Sequence[Any]) -> None:
    one, again = lived(story), lived(story)
    assert [encode(m, "notify") for m in one.memory.emitted] == [encode(m, "notify") for m in again.memory.emitted]
    assert one.memory.states("alert") == again.memory.states("alert")


@steady
@given(STEPS)
def test_an_alert_is_in_its_owners_inbox_exactly_as_long_as_it_is_open(story: Sequence[Any]) -> None:
    desk = lived(story)
    alert = desk.of(UNANSWERED)
    found = [address for address, kinds in desk.inboxes().items() if UNANSWERED in kinds]
    assert found == (sorted(addresses_of(alert)) if alert.is_open else [])
    assert (alert.state in {"done", "retracted", "expired"}) == (not alert.is_open)
    assert (alert.state == "snoozed") == (alert.snoozed_until is not None)


@steady
@given(STEPS)
def test_whatever_falls_due_by_a_closed_day_has_been_dealt_with(story: Sequence[Any]) -> None:
    desk = lived(story)
    for alert in desk.memory.states("alert").values():
        wakes = wakes_on(alert)
        assert wakes is None or wakes >= desk.today


@steady
@given(STEPS)
def test_each_office_is_called_once_in_a_life_and_only_upwards(story: Sequence[Any]) -> None:
    for alert in lived(story).memory.states("alert").values():
        lives = "".join(
            "|" if step.what == "raised" else "^" if step.what == "escalated" else "" for step in alert.history
        )
        assert max(map(len, lives.split("|"))) <= 3
        assert len(set(alert.escalated_to)) == len(alert.escalated_to)


@steady
@given(STEPS)
def test_an_alert_that_is_over_never_rises(story: Sequence[Any]) -> None:
    over = False
    open_on = lived(story).memory.emitted
    for message in open_on:
        match message.event:
            case OfferClosed():
                over = True
            case AlertEscalated(kind=kind) if kind == UNANSWERED:
                assert not over
            case event if event == SILENT:
                over = False


@steady
@given(STEPS)
def test_an_alert_survives_the_way_through_json(story: Sequence[Any]) -> None:
    adapter = TypeAdapter(Alert)
    for alert in lived(story).memory.states("alert").values():
        assert adapter.validate_json(adapter.dump_json(alert)) == alert


@steady
@given(st.permutations([paired("C1"), listed(), SILENT, HIRED, OTHER]), DAYS)
def test_in_whatever_order_a_day_is_told_the_same_alerts_stand_in_the_same_inboxes(
    told: Sequence[Event], days: int
) -> None:
    until = MONDAY + timedelta(days=days)
    first = Desk().hears(paired("C1"), listed(), SILENT, HIRED, OTHER).closes(until=until)
    other = Desk().hears(*told).closes(until=until)
    assert (other.standing(), other.inboxes()) == (first.standing(), first.inboxes())


@dataclass
class _Said:
    fact: str
    fields: dict[str, Any] = field(default_factory=dict)


def test_seeing_taking_on_and_putting_off_commute_on_a_day() -> None:
    sayings = [_Said("seen"), _Said("acknowledged"), _Said("snoozed", {"until": date(2018, 3, 7)})]
    ends = []
    for order in permutations(sayings):
        desk = Desk().hears(listed(), paired("C1"), SILENT)
        for said in order:
            desk.says(UNANSWERED, said.fact, **said.fields)
        ends.append(desk.standing())
    assert all(end == ends[0] for end in ends)


@steady
@given(st.lists(st.sampled_from(["seen", "acknowledged", "done"]), max_size=6).map(lambda said: [*said, "done"]))
def test_once_somebody_says_it_is_done_it_is_done_whatever_else_is_said_that_day(said: Sequence[str]) -> None:
    for order in (said, list(reversed(said))):
        desk = Desk().hears(listed(), paired("C1"), SILENT)
        for fact in order:
            desk.says(UNANSWERED, fact)
        assert (desk.of(UNANSWERED).state, desk.inboxes()) == ("done", {})
