"""What ends an alert by itself, and what moves it: its cause, its place, its deadline."""

from typing import Any

import pytest

from services.notify.domain.endings import until_of
from services.notify.domain.rules import KINDS
from services.notify.rulebook import load_rulebook
from services.notify.service import SERVICE
from shared.catalog import partitions_of
from shared.events.alerts import AlertRaised, AlertRetracted, FactOverdue
from shared.events.employers import EmployerRegistered
from shared.events.employment import EmploymentVoided
from shared.events.finance import ParameterPublished
from shared.events.offers import OfferSettled
from shared.events.payments import ClawbackProposed, FinanceFactAnswered, RunCleared
from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.events.subsidy import TransferBooked
from shared.events.tasks import TaskClosed
from tests.support.desk import MONDAY, Desk, steps
from tests.unit.test_notify_finance import CLAWBACK, CUT, LATE, RUN, answered, moved, run
from tests.unit.test_notify_life import (
    ACCEPTED,
    COUNTY,
    EXPIRED,
    FRIDAY,
    HIRED,
    NEXT_MONDAY,
    PERSON,
    SILENT,
    THURSDAY,
    TOWNSHIP,
    TUESDAY,
    UNANSWERED,
    UNSET,
    VILLAGE,
    WEDNESDAY,
    listed,
    task,
    unanswered,
)  # fmt: skip
from tests.unit.test_subsidy_clawbacks import decided

SEEKER = JobseekerRegistered(
    person_id=PERSON, county="350628", education="71", skills=[], occupations=[], sms_consent=True
)
FIRM = EmployerRegistered(
    uscc="91350622MA2XN0K4TC", name="云霄某厂", kind="workshop", size="sme", county=COUNTY, insured_county=COUNTY
)


def overdue(room: str) -> FactOverdue:
    return FactOverdue(waiting_for=room, facts=2, since=MONDAY)


class TestRetraction:
    @pytest.mark.parametrize(
        ("raises", "ends", "kind"),
        [
            (ACCEPTED, OfferSettled(offer_id="O1", person_id=PERSON, vacancy_id="V1", outcome="hired"),
             "offer_accepted"),
            (HIRED, EmploymentVoided(employment_id="J1", effective_from=MONDAY, reason="x", person_id=PERSON),
             "hire_confirmed"),
            (task(FRIDAY), TaskClosed(task_id="T1", kind="duty_overdue", matter="M1", person_id=PERSON),
             "duty_overdue"),
            (overdue(f"person/{PERSON}"), listed(), "fact_overdue"),
            (overdue(f"person/{PERSON}"), SEEKER, "fact_overdue"),
            (overdue(f"employer/{FIRM.uscc}"), FIRM, "fact_overdue"),
            (answered("unmatched", 80_000, None, content="m"), answered("booked", None, content="m"),
             "payment_unmatched"),
            (LATE, RunCleared(run_id=RUN, county=COUNTY, cleared_by=MONDAY), "clearing_late"),
            (run(), run(items=[], total_fen=0), "run_waits"),
            (run(), FinanceFactAnswered(subject_id=RUN, fact="approval.given", report="r", outcome="approved",
                                        answered_on=MONDAY), "run_waits"),
        ],
    )  # fmt: skip
    def test_an_alert_goes_with_its_cause(self, raises: Any, ends: Any, kind: str) -> None:
        assert partitions_of(raises) == partitions_of(ends)
        desk = Desk().hears(raises)
        assert list(desk.inboxes().values()) == [[kind]]
        assert (desk.hears(ends).inboxes(), desk.of(kind).state) == ({}, "retracted")

    def test_the_first_of_two_approvals_leaves_the_run_waiting(self) -> None:
        first = FinanceFactAnswered(
            subject_id=RUN, fact="approval.given", report="r", outcome="first_approval", answered_on=MONDAY
        )
        assert Desk().hears(run(), first).of("run_waits").state == "raised"

    @pytest.mark.parametrize(
        "later",
        [answered("booked", None), answered("booked", None, content="n"), answered("booked", 100, content="m"),
         answered("held", None, content="m")],
    )  # fmt: skip
    def test_money_that_matched_nothing_is_only_settled_where_the_same_report_is_booked_whole(self, later: Any) -> None:
        desk = Desk().hears(answered("unmatched", 80_000, content="m"), later)
        assert desk.of("payment_unmatched").state == "raised"

    def test_a_clawback_waits_no_more_once_it_is_decided(self) -> None:
        assert Desk().hears(CLAWBACK, moved("clawback", 74_200)).of("clawback_waits").state == "retracted"

    def test_what_the_ledger_says_of_a_clawback_comes_to_the_partition_of_its_alert(self) -> None:
        said = [m.event for m in decided().memory.emitted if isinstance(m.event, ClawbackProposed | TransferBooked)]
        moves = [each for each in said if isinstance(each, TransferBooked) and each.kind == "clawback"]
        proposed = next(each for each in said if isinstance(each, ClawbackProposed))
        assert {partitions_of(each) for each in moves} == {partitions_of(proposed)}
        assert Desk().hears(*said).of("clawback_waits").state == "retracted"

    def test_a_clawback_waits_for_what_is_not_set_off_yet(self) -> None:
        desk = Desk().hears(CLAWBACK, moved("set_off", 70_000))
        assert (desk.of("clawback_waits").state, desk.of("clawback_waits").amount_fen) == ("raised", 4_200)
        assert desk.hears(moved("set_off", 4_200)).of("clawback_waits").state == "retracted"

    @pytest.mark.parametrize("kind", ["recovered", "written_off"])
    def test_what_becomes_of_a_clawback_that_is_owed_ends_none_that_waits(self, kind: str) -> None:
        assert Desk().hears(CLAWBACK, moved(kind, 74_200)).of("clawback_waits").state == "raised"

    @pytest.mark.parametrize(
        ("kind", "overdrawn_fen", "state"),
        [
            ("granted", 10_000, "raised"),
            ("granted", None, "retracted"),
            ("reduced", None, "retracted"),
            ("repeated", None, "raised"),
        ],
    )
    def test_an_overdraft_is_one_until_a_booking_leaves_none(
        self, kind: str, overdrawn_fen: int | None, state: str
    ) -> None:
        booked = CUT.model_copy(update={"kind": kind, "overdrawn_fen": overdrawn_fen})
        assert Desk().hears(CUT, booked).of("budget_overdrawn").state == state
        assert Desk().hears(CUT, booked.model_copy(update={"fiscal_year": 2019})).inboxes()

    @pytest.mark.parametrize(("county", "left"), [(None, []), (COUNTY, []), ("350628", [COUNTY])])
    def test_a_document_that_sets_a_parameter_ends_what_asks_for_it(self, county: str | None, left: list[str]) -> None:
        published = ParameterPublished(
            parameter=UNSET.parameter, value=1, valid_from=MONDAY, known_on=MONDAY, doc_no="d", county=county
        )
        desk = Desk().hears(UNSET, published)
        assert list(desk.inboxes()) == [f"office:{code}" for code in left]
        assert len(desk.told(AlertRetracted)) == 1 - len(left)

    def test_it_is_raised_anew_with_its_time_when_the_cause_is_back(self) -> None:
        desk = unanswered().hears(EXPIRED).closes(until=TUESDAY).hears(SILENT)
        assert (desk.of(UNANSWERED).state, desk.of(UNANSWERED).due_on) == ("raised", FRIDAY)


class TestPlace:
    def test_the_roster_says_where_a_person_lives_and_not_the_job_centre(self) -> None:
        for order in ((listed(), SEEKER), (SEEKER, listed())):
            assert Desk().hears(*order, SILENT).of(UNANSWERED).area == VILLAGE

    def test_an_alert_moves_with_the_person_and_gives_the_new_office_its_time(self) -> None:
        desk = Desk().hears(SILENT).closes(until=WEDNESDAY).hears(listed())
        alert = desk.of(UNANSWERED)
        assert desk.inboxes() == {f"office:{TOWNSHIP}": [UNANSWERED]}
        assert (alert.area, alert.escalates_on, alert.due_on) == (VILLAGE, THURSDAY, THURSDAY)

    def test_a_change_that_moves_nobody_says_nothing_again(self) -> None:
        desk = unanswered().hears(listed(), JobseekerUpdated(person_id=PERSON, wanted_wage_fen=1))
        assert len(desk.told(AlertRaised)) == 1

    def test_a_deadline_that_moves_is_told_with_the_same_id_and_day(self) -> None:
        desk = Desk().hears(task(FRIDAY), task(NEXT_MONDAY))
        assert [(raised.raised_on, raised.due_on) for raised in desk.told(AlertRaised)] == [
            (MONDAY, FRIDAY),
            (MONDAY, NEXT_MONDAY),
        ]
        assert steps(desk.of("duty_overdue")) == ["raised", "moved"]


class TestTheRules:
    @pytest.mark.parametrize("kind", KINDS)
    def test_say_what_the_fold_does(self, kind: str) -> None:
        for rule in load_rulebook().rules:
            if rule.kind == kind:
                assert sorted(rule.until) == sorted(until_of(kind))

    def test_name_only_what_notify_hears(self) -> None:
        heard = {event.topic for s in SERVICE.subscriptions if s.name == "notify-alerts" for event in s.listens}
        assert {topic for rule in load_rulebook().rules for topic in rule.until} <= heard

    def test_leave_nothing_to_act_on_without_a_deadline_and_nothing_good_to_know_for_ever(self) -> None:
        for rule in load_rulebook().rules:
            assert rule.deadline_days if rule.urgency == "act" else rule.expires_after_days, rule.kind
