"""A missed duty from the intake to the officer's inbox and out of it again, through every service."""

from datetime import date, timedelta

from services.notify.domain.alert import Alert
from shared.ops.running import find_services
from shared.runner.memory import Memory
from tests.support.facts import FIRST_CLOSED, KEYS, Offer, closing, offer

TERM = {"starts_on": "2018-02-26", "post_kind": "secondment", "county": "350622"}


def told(memory: Memory, *offers: Offer) -> None:
    for each in offers:
        assert memory.publish(each.subject, each.body).outcome == "applied", each.id


def closed(memory: Memory, first: date, last: date) -> None:
    told(memory, *(closing(first + timedelta(days=number)) for number in range((last - first).days + 1)))


def inbox(memory: Memory) -> list[Alert]:
    alerts: dict[str, Alert] = memory.states("alert")
    return [alert for alert in alerts.values() if alert.kind == "duty_overdue" and alert.over_on is None]


def test_a_missed_visit_is_in_the_countys_inbox_until_it_is_made_up_for() -> None:
    memory = Memory(find_services(), KEYS)
    told(memory, closing(FIRST_CLOSED), offer("employer.registered", "e-1"), offer("roster.entry", "r-1"))
    told(memory, offer("employment.confirmed", "c-1", **TERM))
    closed(memory, date(2018, 3, 2), date(2018, 3, 7))
    assert inbox(memory) == []
    closed(memory, date(2018, 3, 8), date(2018, 3, 8))
    (alert,) = inbox(memory)
    assert (alert.county, alert.coordinator_id) == ("350622", None)
    assert (alert.details["duty"], alert.details["period"], alert.details["due_on"]) == (
        "household_visit", "2018-W09", "2018-03-05",
    )  # fmt: skip
    told(memory, offer("duty.done", "d-1", duty="走访", date="2018-03-08", period="2018-W09"))
    assert inbox(memory) == []


def test_a_period_that_cannot_be_meant_is_refused_at_the_door() -> None:
    memory = Memory(find_services(), KEYS)
    told(memory, closing(FIRST_CLOSED), offer("employer.registered", "e-1"), offer("roster.entry", "r-1"))
    told(memory, offer("employment.confirmed", "c-1", **TERM))
    bad = offer("duty.done", "d-1", duty="走访", date="2018-03-08", period="last week")
    said = memory.publish(bad.subject, bad.body)
    assert (said.outcome, said.path) == ("rejected", "data.period")
