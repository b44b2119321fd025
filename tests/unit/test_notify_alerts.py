"""What notify tells whom: the rules of services/notify, each as a sentence."""

from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from pydantic import TypeAdapter

from services.notify.domain.alert import Alert
from services.notify.service import SERVICE
from shared.catalog import CATALOG, partition_of, partitions_of
from shared.events.alerts import AlertRaised, FactOverdue, FactRejected
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import OfferAccepted, OfferUndelivered
from shared.events.people import PairAssigned
from shared.events.subsidy import Claim, LinePosted, ParameterFoundUnset
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed, Missing
from shared.runner.core import Keys, Message
from shared.runner.memory import Memory

PERSON = "p" + "a" * 25
NEIGHBOUR = "p" + "b" * 25
HOUSEMATE = "p" + "c" * 24 + "h"  # whose events happen to share the employer's partition
EMPLOYER = "91350622MA2Y1A2B7G"
COUNTY = "350622"
DAY = date(2018, 3, 5)
NEXT = date(2018, 3, 6)
ACCEPTED = OfferAccepted(offer_id="O1", person_id=PERSON, vacancy_id="V1", uscc=EMPLOYER, title="缝纫工")
LOST = OfferUndelivered(offer_id="O1", message_id="M1", person_id=PERSON, vacancy_id="V1", reason="unconfirmed")
HIRED = EmploymentConfirmed(
    employment_id="J1", person_id=PERSON, uscc=EMPLOYER, starts_on=DAY, post_kind="ordinary", county=COUNTY
)
UNSET = ParameterFoundUnset(parameter="training.rate_fen", programme="skill-training", county=COUNTY)
REFUSED = FactRejected(source="insurance", fact="premium.paid", code="unknown_employer", path="data.uscc")


def missed(*months: str) -> EntitlementUnclaimed:
    entries = [
        Missing(
            programme="social-insurance", payee=EMPLOYER, reason="not_paid", awaits="premium.paid",
            since=min(months), until=max(months), periods=len(months),
        )
    ] if months else []  # fmt: skip
    return EntitlementUnclaimed(person_id=PERSON, county=COUNTY, as_of=DAY, missing=entries)


UNREPORTED = EmployerUnclaimed(
    uscc=EMPLOYER, county=COUNTY, as_of=DAY,
    missing=[Missing(
        programme="stable-post", payee=EMPLOYER, reason="not_reported", awaits="headcount.reported",
        since="2017", until="2017", periods=1,
    )],
)  # fmt: skip


@dataclass
class Desk:
    """Notify alone, fed with messages as the other services would send them."""

    memory: Memory = field(default_factory=lambda: Memory([SERVICE], Keys(b"person", b"content")))
    number: int = 0

    def hears(self, *events: Event, on: date = DAY) -> "Desk":
        for event in events:
            for partition in partitions_of(event):
                self.number += 1
                message = Message(f"m{self.number}", "", event, self.number, on, "c", partition=partition)
                self.memory._drain([message])
        return self

    @property
    def alerts(self) -> list[Alert]:
        return list(self.memory.states("alert").values())

    @property
    def only(self) -> Alert:
        (alert,) = self.alerts
        return alert

    @property
    def raised(self) -> list[AlertRaised]:
        return [m.event for m in self.memory.emitted if isinstance(m.event, AlertRaised)]

    def without_history(self) -> dict[str, Alert]:
        """Return the alerts by id, but for the way on which they came to what they are."""
        return {id_: replace(alert, history=()) for id_, alert in self.memory.states("alert").items()}

    def tags(self) -> list[tuple[str, ...]]:
        aggregate = next(a for a in SERVICE.aggregates if a.kind == "alert")
        return [tuple(aggregate.tags(alert)) for alert in self.alerts]


def paired(coordinator_id: str, person_id: str = PERSON) -> PairAssigned:
    return PairAssigned(person_id=person_id, coordinator_id=coordinator_id, county=COUNTY, load=1)


def line(
    amount_fen: int, *, payee: str = EMPLOYER, person_id: str = PERSON, posted: str = "2018-03", county: str = COUNTY
) -> LinePosted:
    claim = Claim(programme="social-insurance", payee=payee, period="2018-02", person_id=person_id)
    return LinePosted(
        line_id="L1",
        line_no=1,
        place="1",
        claim=claim,
        county=county,
        fiscal_year=2018,
        posted=posted,
        posted_on=DAY,
        amount_fen=amount_fen,
        kind="accrual" if amount_fen >= 0 else "take_back",
        postings=[],
        programme_version=date(2017, 1, 1),
        clause="clause 10",
        computation=[],
    )


def test_an_accepted_offer_asks_the_paired_coordinator_to_arrange_the_interview() -> None:
    desk = Desk().hears(paired("C1"), ACCEPTED)

    (raised,) = desk.raised
    assert (raised.kind, raised.urgency, raised.coordinator_id) == ("offer_accepted", "act", "C1")
    assert (raised.person_id, raised.county, raised.raised_on) == (PERSON, COUNTY, DAY)
    assert desk.tags() == [("to:C1", f"case:{PERSON}")]


@pytest.mark.parametrize(
    ("event", "kind", "urgency"),
    [
        (LOST, "offer_undelivered", "act"),
        (HIRED, "hire_confirmed", "know"),
        (line(5_040), "subsidy_accrued", "know"),
        (line(-5_040), "money_taken_back", "act"),
        (UNSET, "parameter_unset", "act"),
        (missed("2018-01"), "subsidy_missing", "act"),
        (UNREPORTED, "employer_missing", "act"),
        (REFUSED, "fact_rejected", "act"),
        (FactOverdue(waiting_for="employer/91350622MA2XN0K4TC", facts=2, since=DAY), "fact_overdue", "act"),
    ],
)
def test_each_kind_of_alert_is_as_urgent_as_its_rule_says(event: Event, kind: str, urgency: str) -> None:
    (raised,) = Desk().hears(event).raised

    assert (raised.kind, raised.urgency) == (kind, urgency)


def test_a_line_of_nothing_is_nobodys_business() -> None:
    assert Desk().hears(line(0)).alerts == []


def test_before_a_pairing_an_alert_lies_with_the_office_of_its_county() -> None:
    assert Desk().hears(HIRED).tags() == [(f"office:{COUNTY}", f"case:{PERSON}")]


def test_where_no_county_is_known_the_citys_office_answers() -> None:
    assert Desk().hears(ACCEPTED).tags() == [("office:city", f"case:{PERSON}")]


def test_a_late_pairing_hands_the_open_alerts_to_the_coordinator() -> None:
    desk = Desk().hears(ACCEPTED, HIRED).hears(paired("C1"), on=NEXT)

    assert [alert.coordinator_id for alert in desk.alerts] == ["C1", "C1"]
    assert [alert.raised_on for alert in desk.alerts] == [DAY, DAY]
    assert {raised.alert_id for raised in desk.raised[:2]} == {raised.alert_id for raised in desk.raised[2:]}


def test_the_order_of_pairing_and_alert_does_not_matter_to_the_inbox() -> None:
    early, late = Desk().hears(paired("C1"), ACCEPTED, HIRED), Desk().hears(ACCEPTED, HIRED, paired("C1"))

    assert early.without_history() == late.without_history()


def test_a_new_coordinator_takes_the_alerts_over_from_the_old_one() -> None:
    desk = Desk().hears(paired("C1"), ACCEPTED, paired("C2"))

    assert desk.tags() == [("to:C2", f"case:{PERSON}")]
    assert [raised.coordinator_id for raised in desk.raised] == ["C1", "C2"]


def test_the_same_pairing_again_raises_nothing() -> None:
    assert len(Desk().hears(paired("C1"), ACCEPTED, paired("C1")).raised) == 1


def test_a_pairing_leaves_other_peoples_alerts_alone() -> None:
    assert Desk().hears(ACCEPTED, paired("C1", NEIGHBOUR)).only.coordinator_id is None


def test_what_occurs_again_is_counted_and_not_raised_again() -> None:
    desk = Desk().hears(LOST).hears(LOST.model_copy(update={"reason": "expired"}), on=NEXT)

    assert len(desk.raised) == 1
    assert (desk.only.count, desk.only.raised_on, desk.only.last_on) == (2, DAY, NEXT)
    assert desk.only.details["reason"] == "expired"


def test_a_payees_accruals_of_a_month_are_one_alert_with_their_sum() -> None:
    desk = Desk().hears(line(5_040), line(2_240, person_id=NEIGHBOUR), line(140))

    assert (desk.only.count, desk.only.amount_fen) == (3, 7_420)
    assert len(desk.raised) == 1


def test_another_month_or_county_is_another_alert() -> None:
    desk = Desk().hears(line(1), line(1, posted="2018-04"), line(1, county="350628"))

    assert sorted((alert.details["posted"], alert.county) for alert in desk.alerts) == [
        ("2018-03", "350622"),
        ("2018-03", "350628"),
        ("2018-04", "350622"),
    ]


def test_a_line_to_an_employer_goes_to_the_office_even_if_the_named_person_is_paired() -> None:
    assert partition_of(HOUSEMATE) == partition_of(EMPLOYER)

    desk = Desk().hears(paired("C1", HOUSEMATE), line(-5_040, person_id=HOUSEMATE), paired("C2", HOUSEMATE))

    assert desk.tags() == [(f"office:{COUNTY}",)]
    assert desk.only.person_id == HOUSEMATE


def test_a_line_to_a_person_goes_to_their_coordinator() -> None:
    desk = Desk().hears(paired("C1"), line(200_000, payee=PERSON))

    assert desk.tags() == [("to:C1", f"case:{PERSON}")]


def test_money_taken_back_is_one_alert_a_person_and_month() -> None:
    desk = Desk().hears(line(-100), line(-200), line(-50, person_id=NEIGHBOUR))

    assert sorted(alert.amount_fen for alert in desk.alerts) == [-300, -50]


def test_an_unset_parameter_is_one_alert_a_county() -> None:
    desk = Desk().hears(UNSET, UNSET, UNSET.model_copy(update={"county": "350628"}))

    assert sorted((alert.county, alert.count) for alert in desk.alerts) == [("350622", 2), ("350628", 1)]


def test_refusals_of_one_source_fact_and_reason_are_one_alert_a_day() -> None:
    desk = Desk().hears(REFUSED, REFUSED).hears(REFUSED, on=NEXT)

    assert sorted((alert.raised_on, alert.count) for alert in desk.alerts) == [(DAY, 2), (NEXT, 1)]
    assert {tag for tags in desk.tags() for tag in tags} == {"office:city"}


def test_a_refusal_with_the_longest_names_still_raises_its_alert() -> None:
    longest = FactRejected(source="s" * 64, fact="f" * 80, code="c" * 48, path="p" * 120, county=COUNTY)
    desk = Desk().hears(longest, longest.model_copy(update={"county": "350628"}))

    assert [len(alert.matter) for alert in desk.alerts] == [160, 160]


def test_the_same_messages_raise_the_same_alerts_with_the_same_ids() -> None:
    events = (paired("C1"), ACCEPTED, LOST, HIRED, line(1), line(-1), UNSET, REFUSED)

    assert Desk().hears(*events).memory.emitted == Desk().hears(*events).memory.emitted


def test_an_alert_survives_the_way_through_json() -> None:
    adapter = TypeAdapter(Alert)
    for alert in Desk().hears(paired("C1"), ACCEPTED, line(-1), REFUSED).alerts:
        assert adapter.validate_json(adapter.dump_json(alert)) == alert


def test_notify_listens_to_what_the_catalogue_says_and_emits_what_is_its_own() -> None:
    listed = {entry.event for entry in CATALOG if "notify" in entry.consumers}

    assert {event for subscription in SERVICE.subscriptions for event in subscription.listens} == listed
    assert {event for subscription in SERVICE.subscriptions for event in subscription.emits} == {
        entry.event for entry in CATALOG if entry.producer == "notify"
    }


def test_all_that_a_person_misses_is_one_alert_of_their_coordinator() -> None:
    desk = Desk().hears(paired("C1"), missed("2018-01"), missed("2018-01", "2018-02"))

    assert len(desk.raised) == 1
    assert (desk.only.count, desk.only.details["until"], desk.only.details["periods"]) == (2, "2018-02", "2")
    assert desk.tags() == [("to:C1", f"case:{PERSON}")]


def test_what_is_missed_no_more_leaves_the_inbox_and_comes_back_if_it_is_missed_again() -> None:
    desk = Desk().hears(paired("C1"), missed("2018-01"), missed(), on=NEXT)
    gone = desk.tags()
    desk.hears(missed("2018-02"), on=NEXT)

    assert gone == [(f"case:{PERSON}",)]
    assert desk.tags() == [("to:C1", f"case:{PERSON}")]


def test_nothing_missed_that_nobody_was_told_of_raises_no_alert() -> None:
    assert Desk().hears(missed()).raised == []
