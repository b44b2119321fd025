"""The life of an alert: who has it when, what ends it, and where it goes if nobody takes it on."""

from datetime import date
from typing import Any

import pytest

from services.notify.domain.alert import Alert
from services.notify.domain.life import stepped
from services.notify.service import SERVICE
from shared.catalog import partition_of
from shared.events.alerts import AlertEscalated, AlertExpired, AlertRaised, AlertReturned
from shared.events.casework import PairEnded
from shared.events.desk import AlertDone, AlertSeen
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import OfferAccepted, OfferClosed, OfferUnanswered
from shared.events.people import PairAssigned, RosterEntry
from shared.events.subsidy import ParameterFoundUnset
from shared.events.tasks import TaskOpened
from shared.runner.core import Walk
from tests.support.desk import MONDAY, Desk, steps
from tests.unit.test_notify_finance import LATE, run

PERSON = "p" + "a" * 25
EMPLOYER = "91350622MA2Y1A2B7G"
COUNTY, TOWNSHIP, VILLAGE = "350622", "350622100", "350622100201"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2018, 3, day) for day in (6, 7, 8, 9))
NEXT_MONDAY = date(2018, 3, 12)
SILENT = OfferUnanswered(offer_id="O1", person_id=PERSON, vacancy_id="V1", title="缝纫工")
ACCEPTED = OfferAccepted(offer_id="O1", person_id=PERSON, vacancy_id="V1", uscc=EMPLOYER, title="缝纫工")
EXPIRED = OfferClosed(offer_id="O1", person_id=PERSON, vacancy_id="V1", reason="expired")
HIRED = EmploymentConfirmed(
    employment_id="J1", person_id=PERSON, uscc=EMPLOYER, starts_on=MONDAY, post_kind="ordinary", county=COUNTY
)
UNSET = ParameterFoundUnset(parameter="training.rate_fen", programme="skill-training", county=COUNTY)
UNANSWERED = "offer_unanswered"  # three working days, of which two to take it on

VIOLATION = {"employment_id": "J1", "violation": "空岗", "since": "2018-03-01"}


def paired(coordinator_id: str = "C1") -> PairAssigned:
    return PairAssigned(person_id=PERSON, coordinator_id=coordinator_id, county=COUNTY, load=1)


def listed(village: str = VILLAGE, **fields: Any) -> RosterEntry:
    place = {"county": village[:6], "township": village[:9], "village": village}
    said = {"person_id": PERSON, "household_id": "H1", "status": "listed", "status_from": MONDAY}
    return RosterEntry.model_validate(said | place | fields)


def task(due_on: date | None, kind: str = "duty_overdue") -> TaskOpened:
    details = {"duty": "survey", "subject_id": "S1", "period": "2018-02", "clause": "4"}
    return TaskOpened.model_validate(
        {"task_id": "T1", "kind": kind, "matter": "M1", "opened_on": MONDAY, "county": COUNTY, "person_id": PERSON}
        | {"due_on": due_on, "details": details}
    )


def unanswered() -> Desk:
    return Desk().hears(listed(), paired(), SILENT)


class TestRaised:
    def test_it_has_a_deadline_and_a_day_on_which_it_rises_and_names_its_home_and_place(self) -> None:
        alert = unanswered().of(UNANSWERED)
        assert (alert.due_on, alert.escalates_on, alert.state) == (THURSDAY, WEDNESDAY, "raised")
        assert (alert.home, alert.area, alert.office) == (partition_of(PERSON), VILLAGE, f"office:{TOWNSHIP}")

    def test_a_task_is_due_when_it_says_itself(self) -> None:
        assert Desk().hears(task(FRIDAY)).of("duty_overdue").due_on == FRIDAY

    def test_a_task_whose_day_is_past_is_due_in_the_time_of_its_rule(self) -> None:
        assert Desk().hears(task(date(2018, 2, 28))).of("duty_overdue").due_on == NEXT_MONDAY

    def test_a_run_can_be_approved_once_its_notice_is_over_and_is_due_counted_from_there(self) -> None:
        alert = Desk().hears(run()).of("run_waits")
        assert (alert.due_on, alert.escalates_on) == (date(2018, 4, 16), date(2018, 4, 12))

    def test_without_a_coordinator_it_starts_at_the_township_if_that_is_known(self) -> None:
        assert Desk().hears(listed(), SILENT).inboxes() == {f"office:{TOWNSHIP}": [UNANSWERED]}

    def test_it_lies_with_the_office_under_the_code_that_its_county_has_now(self) -> None:
        abolished = listed("350681100201")
        assert Desk().hears(abolished, SILENT).inboxes() == {"office:350604100": [UNANSWERED]}
        named = task(None).model_copy(update={"kind": "violation_open", "county": "350681", "details": VIOLATION})
        alert = Desk().hears(abolished, named).of("violation_open")
        assert (alert.office, alert.county, alert.area) == ("office:350604", "350604", "350604100201")

    def test_where_the_rule_says_the_office_a_coordinator_does_not_get_it(self) -> None:
        open_ = task(None).model_copy(update={"kind": "violation_open", "details": VIOLATION})
        assert Desk().hears(paired(), open_).inboxes() == {f"office:{COUNTY}": ["violation_open"]}


class TestOfficers:
    def test_what_was_seen_stays_in_the_inbox_and_still_rises(self) -> None:
        desk = unanswered().says(UNANSWERED, "seen")
        assert (desk.of(UNANSWERED).state, desk.of(UNANSWERED).seen_on) == ("seen", MONDAY)
        assert desk.of(UNANSWERED).escalates_on == WEDNESDAY

    def test_who_takes_it_on_has_until_the_deadline(self) -> None:
        desk = unanswered().says(UNANSWERED, "acknowledged").closes(until=THURSDAY)
        assert desk.told(AlertEscalated) == []
        assert (desk.of(UNANSWERED).state, desk.of(UNANSWERED).acknowledged_by) == ("acknowledged", "C1")

    def test_what_is_put_off_rests_until_its_day_and_comes_back_by_itself(self) -> None:
        desk = unanswered().says(UNANSWERED, "snoozed", until=WEDNESDAY)
        resting = desk.of(UNANSWERED).state
        desk.closes(until=TUESDAY)
        still = desk.of(UNANSWERED).state
        desk.closes(until=WEDNESDAY)
        assert (resting, still, desk.of(UNANSWERED).state) == ("snoozed", "snoozed", "acknowledged")
        assert [event.returned_on for event in desk.told(AlertReturned)] == [WEDNESDAY]

    def test_putting_off_does_not_move_the_deadline(self) -> None:
        desk = unanswered().says(UNANSWERED, "snoozed", until=NEXT_MONDAY).closes(until=FRIDAY)
        assert [event.reason for event in desk.told(AlertEscalated)] == ["not_done"]
        assert desk.of(UNANSWERED).state == "escalated"

    def test_until_a_day_that_is_here_already_nothing_is_put_off(self) -> None:
        assert unanswered().says(UNANSWERED, "snoozed", until=MONDAY).of(UNANSWERED).state == "raised"

    def test_what_is_done_is_in_no_inbox(self) -> None:
        desk = unanswered().says(UNANSWERED, "done", note="已电话联系")
        assert (desk.inboxes(), desk.of(UNANSWERED).state, desk.of(UNANSWERED).done_on) == ({}, "done", MONDAY)

    def test_what_occurs_again_once_it_was_done_is_raised_anew(self) -> None:
        desk = unanswered().says(UNANSWERED, "done").closes(until=FRIDAY).hears(SILENT)
        alert = desk.of(UNANSWERED)
        assert (alert.state, alert.raised_on, alert.count, alert.done_on) == ("raised", FRIDAY, 2, None)
        assert [raised.raised_on for raised in desk.told(AlertRaised)] == [MONDAY, FRIDAY]
        assert steps(alert) == ["raised", "done", "raised"]

    def test_what_is_handed_over_is_in_the_other_inbox_alone_and_has_its_time_again(self) -> None:
        desk = unanswered().says(UNANSWERED, "acknowledged").closes(until=TUESDAY)
        desk.says(UNANSWERED, "handed_over", to="to:C2", reason="轮休")
        alert = desk.of(UNANSWERED)
        assert (desk.inboxes(), alert.state) == ({"to:C2": [UNANSWERED]}, "raised")
        assert alert.escalates_on == THURSDAY

    def test_a_new_pairing_takes_it_from_whom_it_was_handed_to(self) -> None:
        desk = unanswered().says(UNANSWERED, "handed_over", to="to:C2").hears(paired(), paired("C3"))
        assert desk.inboxes() == {"to:C3": [UNANSWERED]}
        assert steps(desk.of(UNANSWERED)) == ["raised", "handed_over", "handed_over"]

    def test_a_pair_that_ends_gives_it_to_the_office(self) -> None:
        ended = PairEnded(person_id=PERSON, coordinator_id="C1", county=COUNTY, load=0, reason="out_of_reach")
        assert unanswered().hears(ended).inboxes() == {f"office:{TOWNSHIP}": [UNANSWERED]}

    def test_a_fact_about_an_alert_that_nobody_knows_leaves_nothing_behind(self) -> None:
        desk = Desk().hears(AlertDone(alert_id="a1", home=3, by="C1"))
        assert (desk.memory.states("alert"), desk.memory.emitted[1:]) == ({}, [])

    def test_a_fact_that_names_another_home_changes_nothing(self) -> None:
        before = unanswered()
        alert = before.of(UNANSWERED)
        done = AlertDone(alert_id=alert.alert_id, home=(alert.home + 1) % 16, by="C1")
        assert before.hears(done).of(UNANSWERED) == alert
        evolve = next(a for a in SERVICE.aggregates if a.kind == "alert").evolve
        stray = next(m for m in before.memory.emitted if m.event is done)
        assert evolve(alert, stray) is alert

    @pytest.mark.parametrize("fact", ["seen", "acknowledged", "done"])
    def test_what_is_over_takes_no_more_steps(self, fact: str) -> None:
        desk = unanswered().hears(EXPIRED)
        over = desk.of(UNANSWERED)
        assert desk.says(UNANSWERED, fact).of(UNANSWERED) == over


class TestEscalation:
    def test_what_nobody_takes_on_goes_to_the_township_and_then_to_the_county_and_no_further(self) -> None:
        desk = unanswered().closes(until=THURSDAY)
        first = desk.inboxes()
        desk.closes(until=NEXT_MONDAY)
        second = desk.inboxes()
        desk.closes(until=date(2018, 4, 2))
        assert first == {f"office:{TOWNSHIP}": [UNANSWERED], "to:C1": [UNANSWERED]}
        assert second == desk.inboxes() == {f"office:{COUNTY}": [UNANSWERED]} | first
        assert [(e.level, e.escalated_on) for e in desk.told(AlertEscalated)] == [
            ("township", WEDNESDAY),
            ("county", FRIDAY),
        ]

    def test_weekends_and_holidays_do_not_count(self) -> None:
        before_a_holiday = date(2018, 4, 4)  # Qingming: the fifth to the seventh are off, the eighth is worked
        desk = Desk(before_a_holiday).hears(listed(), paired(), SILENT)
        assert desk.of(UNANSWERED).escalates_on == date(2018, 4, 9)

    def test_what_is_taken_on_but_not_done_by_its_deadline_rises_too(self) -> None:
        desk = unanswered().says(UNANSWERED, "acknowledged").closes(until=FRIDAY)
        (escalated,) = desk.told(AlertEscalated)
        assert (escalated.reason, escalated.escalated_on, escalated.address) == (
            "not_done",
            THURSDAY,
            f"office:{TOWNSHIP}",
        )
        assert (desk.of(UNANSWERED).state, desk.of(UNANSWERED).acknowledged_by) == ("escalated", None)

    def test_the_township_that_takes_it_on_has_its_own_time(self) -> None:
        desk = unanswered().closes(until=THURSDAY).says(UNANSWERED, "acknowledged", by="T1")
        assert desk.of(UNANSWERED).escalates_on == NEXT_MONDAY

    def test_money_of_the_county_goes_to_the_city(self) -> None:
        desk = Desk().hears(LATE).closes(until=NEXT_MONDAY)
        assert desk.inboxes() == {f"office:{COUNTY}": ["clearing_late"], "office:city": ["clearing_late"]}

    def test_an_alert_whose_cause_is_gone_never_rises(self) -> None:
        desk = unanswered().closes(until=TUESDAY).hears(EXPIRED).closes(until=date(2018, 4, 2))
        assert (desk.told(AlertEscalated), desk.inboxes()) == ([], {})
        assert desk.of(UNANSWERED).state == "retracted"

    def test_what_is_good_to_know_never_rises_and_goes_once_it_is_stale(self) -> None:
        desk = Desk().hears(paired(), HIRED).closes(until=date(2018, 4, 5))
        assert (desk.told(AlertEscalated), desk.of("hire_confirmed").state) == ([], "expired")
        assert [event.expired_on for event in desk.told(AlertExpired)] == [date(2018, 4, 4)]

    def test_what_is_raised_late_for_a_closed_day_takes_the_steps_that_it_missed_at_once(self) -> None:
        in_time = Desk().hears(listed(), paired(), SILENT).closes(until=NEXT_MONDAY)
        late = Desk().hears(listed(), paired()).closes(until=NEXT_MONDAY).hears(SILENT, on=MONDAY)
        assert late.standing() == in_time.standing()
        assert late.told(AlertEscalated) == in_time.told(AlertEscalated)

    def test_a_day_touches_only_what_falls_due(self) -> None:
        walks = next(s for s in SERVICE.subscriptions if s.name == "notify-alerts").walks
        desk = unanswered().closes(until=TUESDAY)
        closing = [m for m in desk.memory.emitted if m.event.topic == "calendar.day_closed"]
        assert {walks(message) for message in closing} == {(Walk("alert", due_by=MONDAY),)}
        assert len(desk.memory.emitted) == len(closing) + 4  # roster, pair, offer, and the alert


def test_a_long_life_keeps_its_first_step_and_the_latest() -> None:
    desk = Desk()
    for _ in range(40):
        desk.hears(SILENT, EXPIRED)
    kept = desk.of(UNANSWERED).history
    assert (len(kept), kept[0].cause, kept[-1].what) == (60, desk.memory.emitted[0].id, "retracted")


def test_an_alert_that_was_stored_before_days_were_kept_rises_never() -> None:
    old = Alert(kind=UNANSWERED, matter="O1", raised_on=MONDAY, count=1, case_id=PERSON, alert_id="a1")
    assert stepped(old, AlertSeen(alert_id="a1", home=0, by="C1"), TUESDAY).state == "seen"
    assert next(a for a in SERVICE.aggregates if a.kind == "alert").due_on(old) is None
