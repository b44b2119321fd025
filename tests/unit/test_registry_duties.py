"""Duties that come round: what is done, missed, late, cut short, at rest or no longer owed; and the tasks about it."""

import pytest

from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.duties import DutyFulfilled, DutyLifted, DutyMissed
from shared.events.employment import (
    AgreementSigned,
    EmploymentCorrected,
    EmploymentVoided,
    PlacementExtended,
    PlacementResumed,
)
from shared.events.tasks import TaskClosed, TaskOpened
from tests.support.duties import (
    PERSON,
    Desk,
    day,
    done,
    ended,
    periods,
    placed,
    suspended,
)

SEVEN = ("household_visit", "party_class", "party_activity", "work_summary", "good_deed", "survey_report",
         "township_report")  # fmt: skip


def desk(*facts: Event, today: str = "2018-01-01") -> Desk:
    found = Desk(today)
    found.tell(*facts)
    return found


class TestTheSevenOnes:
    def test_of_a_whole_year_are_seventy_three_where_nothing_is_done(self) -> None:
        secretary = desk(placed())
        said = secretary.close("2019-01-09")
        counts = [len({p for p in periods(said, DutyMissed, duty) if p < "2019"}) for duty in SEVEN]
        assert counts == [52, 12, 4, 2, 1, 1, 1]

    def test_are_met_by_one_visit_a_week(self) -> None:
        secretary = desk(placed())
        for week in range(1, 5):
            secretary.tell(done("走访", f"2018-01-{7 * week - 3:02d}"))
            secretary.close(f"2018-01-{7 * week:02d}")
        assert secretary.said("household_visit") == {f"2018-W0{week}": "fulfilled" for week in range(1, 5)}

    def test_say_at_once_what_a_fact_shows_done_and_by_what(self) -> None:
        (said,) = desk(placed()).tell(done("党课", "2018-01-15", evidence=["doc-7"]), ids=["fact-1"])
        assert isinstance(said, DutyFulfilled)
        assert (said.duty, said.period, said.due_on, said.late) == ("party_class", "2018-01", day("2018-01-31"), False)
        assert said.evidence == ["fact-1", "doc-7"]

    def test_say_nothing_of_what_is_not_due(self) -> None:
        assert desk(placed()).close("2018-01-07") == []

    def test_are_missed_once_evidence_has_had_three_days_of_work_to_arrive(self) -> None:
        secretary = desk(placed())
        assert periods(secretary.close("2018-01-10"), DutyMissed) == []  # due on Monday the 8th
        assert periods(secretary.close("2018-01-11"), DutyMissed) == ["2018-W01"]

    def test_done_on_the_monday_behind_a_sunday_is_in_time(self) -> None:
        secretary = desk(placed())
        secretary.tell(done("走访", "2018-01-08"), done("走访", "2018-01-10"))
        assert secretary.said("household_visit") == {"2018-W01": "fulfilled", "2018-W02": "fulfilled"}

    def test_of_the_week_of_national_day_are_due_when_work_begins_again(self) -> None:
        secretary = desk(placed(starts_on="2018-09-24"), today="2018-09-24")
        secretary.tell(done("走访", "2018-09-30"), done("走访", "2018-10-08"))
        book = secretary.book().said["household_visit"]
        assert [(period, str(each.due_on), each.status) for period, each in book.items()] == [
            ("2018-W39", "2018-09-30", "fulfilled"),
            ("2018-W40", "2018-10-08", "fulfilled"),
        ]

    def test_bind_a_secondment_only_under_its_own_programme(self) -> None:
        agreed = AgreementSigned(
            employment_id="J1", programme="township-deputy", version="v1", date=day("2018-01-01"), person_id=PERSON
        )
        assert desk(placed(), agreed).close("2018-03-31") == []
        assert desk(placed("talent")).close("2018-03-31") == []


class TestWhatIsMissed:
    def test_opens_one_task_however_long_it_goes_on_and_names_the_oldest(self) -> None:
        secretary = desk(placed())
        said = secretary.close("2018-01-26")
        assert periods(said, DutyMissed, "household_visit") == ["2018-W01", "2018-W02", "2018-W03"]
        assert len([event for event in said if isinstance(event, TaskOpened)]) == 1
        task = secretary.tasks()["placement:J1/household_visit"]
        assert (task.details["period"], task.due_on, task.person_id) == ("2018-W01", day("2018-01-08"), None)
        assert task.details["clause"] == "关于精准扶贫干部人才工作方案 1"

    def test_is_made_up_for_by_what_is_done_beyond_the_week(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-01-22")  # W01 is missed; Monday the 22nd still counts for W03
        secretary.tell(done("走访", "2018-01-22"), done("走访", "2018-01-22"))
        said = secretary.tell(done("走访", "2018-01-23"))
        assert [type(event) for event in said] == [DutyFulfilled, TaskOpened]
        assert secretary.said("household_visit") | {"2018-W02": "-"} == {
            "2018-W01": "late", "2018-W02": "-", "2018-W03": "fulfilled", "2018-W04": "fulfilled",
        }  # fmt: skip
        assert secretary.tasks()["placement:J1/household_visit"].details["period"] == "2018-W02"

    def test_closes_its_task_when_it_is_done_late_and_says_so(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-02-10")
        closed = secretary.tell(done("党课", "2018-02-06", period="2018-01"))
        assert [type(event) for event in closed] == [DutyFulfilled, TaskClosed]
        assert closed[0].late  # type: ignore[attr-defined]

    def test_was_in_time_where_only_its_report_is_late(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-02-10")
        secretary.tell(done("党课", "2018-01-31"))
        assert secretary.said("party_class") == {"2018-01": "fulfilled"}
        assert "placement:J1/party_class" not in secretary.tasks()

    def test_lapses_after_a_year_and_takes_its_task_along(self) -> None:
        secretary = desk(placed(starts_on="2017-12-11"), ended("2017-12-17"))
        said = secretary.close("2018-01-31")
        assert [event.lapsed for event in said if isinstance(event, DutyMissed)] == [False, True]
        assert secretary.said("household_visit") == {"2017-W50": "lapsed"}
        assert secretary.tasks() == {}

    def test_long_ago_asks_nobody_for_it(self) -> None:
        secretary = desk(placed(starts_on="2016-01-04"), ended("2016-02-28"))
        assert {event.lapsed for event in secretary.close("2018-01-01") if isinstance(event, DutyMissed)} == {True}
        assert secretary.tasks() == {}


class TestATerm:
    def test_counts_a_period_of_which_it_covers_half(self) -> None:
        secretary = desk(placed(starts_on="2018-01-04"), ended("2018-01-18"))  # Thursday to Thursday
        secretary.close("2018-01-31")
        assert [*secretary.said("household_visit")] == ["2018-W01", "2018-W02", "2018-W03"]
        assert [*desk(placed(starts_on="2018-01-05")).book().said] == []

    def test_of_twelve_months_owes_each_yearly_duty_once(self) -> None:
        for starts_on, last_day in (
            ("2018-03-01", "2019-02-28"),
            ("2018-07-01", "2019-06-30"),
            ("2018-11-01", "2019-10-31"),
        ):
            secretary = desk(placed(starts_on=starts_on), ended(last_day))
            secretary.close("2020-03-01")
            assert len(secretary.said("good_deed")) == 1, starts_on

    def test_ends_what_is_due_with_it(self) -> None:
        secretary = desk(placed(), ended("2018-03-09"))
        secretary.close("2018-03-20")
        assert secretary.book().said["party_activity"]["2018-Q1"].due_on == day("2018-03-09")

    def test_that_is_extended_owes_what_seemed_cut(self) -> None:
        secretary = desk(placed(contract_until="2018-03-09"))
        secretary.close("2018-03-20")
        assert secretary.said("party_activity") == {"2018-Q1": "missed"}
        extended = PlacementExtended(
            employment_id="J1", date=day("2018-03-09"), until=day("2018-12-31"), reason="续派", person_id=PERSON
        )
        said = secretary.tell(extended)
        assert "2018-Q1" in periods(said, DutyLifted, "party_activity")
        assert secretary.said("party_activity") == {}
        assert periods(secretary.close("2018-04-10"), DutyMissed, "party_activity") == ["2018-Q1"]

    def test_that_never_was_owes_nothing_and_takes_its_tasks_back(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-02-28")
        assert secretary.tasks()
        secretary.tell(
            EmploymentVoided(
                employment_id="J1", effective_from=day("2018-01-01"), reason="false_report", person_id=PERSON
            )
        )
        assert secretary.book().said == {}
        assert secretary.tasks() == {}
        assert secretary.close("2019-12-31") == []

    def test_corrected_to_begin_later_lifts_what_was_before_it(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-01-31")
        later = EmploymentCorrected(employment_id="J1", starts_on=day("2018-01-22"), reason="录入", person_id=PERSON)
        assert periods(secretary.tell(later), DutyLifted, "household_visit") == ["2018-W01", "2018-W02", "2018-W03"]

    def test_corrected_to_another_kind_of_post_owes_nothing_more(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-01-31")
        other = EmploymentCorrected(employment_id="J1", post_kind="talent", reason="录入", person_id=PERSON)
        secretary.tell(other)
        assert secretary.tasks() == {}
        assert secretary.close("2018-12-31") == []


class TestASuspension:
    def test_takes_out_the_weeks_of_which_it_takes_more_than_half(self) -> None:
        secretary = desk(placed(), suspended("2018-01-11", "2018-01-24"))  # Thursday to Wednesday
        secretary.close("2018-02-02")
        assert [*secretary.said("household_visit")] == ["2018-W01", "2018-W04"]

    def test_moves_what_falls_due_in_it_to_the_day_after(self) -> None:
        secretary = desk(placed(), suspended("2018-03-20", "2018-04-12"))
        secretary.close("2018-04-20")
        assert secretary.book().said["party_activity"]["2018-Q1"].due_on == day("2018-04-13")

    def test_without_an_end_rests_until_it_is_resumed(self) -> None:
        secretary = desk(placed(), suspended("2018-03-20"))
        secretary.close("2018-06-30")
        assert secretary.said("party_activity") == {}
        resumed = PlacementResumed(employment_id="J1", date=day("2018-07-02"), reason="返岗", person_id=PERSON)
        secretary.tell(resumed)
        secretary.close("2018-07-06")
        assert secretary.said("party_activity") == {"2018-Q1": "missed"}
        assert secretary.book().said["party_activity"]["2018-Q1"].due_on == day("2018-07-02")

    def test_known_late_lifts_what_was_said_to_be_missed(self) -> None:
        secretary = desk(placed())
        secretary.close("2018-01-31")
        said = secretary.tell(suspended("2018-01-01", "2018-01-21"))
        assert periods(said, DutyLifted, "household_visit") == ["2018-W01", "2018-W02", "2018-W03"]


class TestEvidence:
    def test_before_the_placement_is_known_counts_once_it_is(self) -> None:
        early = desk(done("走访", "2018-01-03"), done("党课", "2018-01-04"))
        assert early.book().said == {}
        assert len(early.tell(placed())) == 2
        assert early.said("household_visit") == {"2018-W01": "fulfilled"}

    def test_told_twice_counts_once(self) -> None:
        secretary = desk(placed())
        secretary.tell(done("走访", "2018-01-03"), ids=["same"])
        before = secretary.book()
        secretary.memory._consumers["registry-duties", 0].seen.clear()
        secretary.tell(done("走访", "2018-01-03"), ids=["same"])
        assert secretary.book().evidence == before.evidence

    @pytest.mark.parametrize("word", ["喝茶", "household_visit "])
    def test_of_something_else_fulfils_nothing(self, word: str) -> None:
        secretary = desk(placed())
        assert secretary.tell(done(word, "2018-01-03")) == []

    def test_for_a_period_that_is_not_owed_counts_for_none(self) -> None:
        secretary = desk(placed())
        assert secretary.tell(done("走访", "2018-01-03", period="2017-W03")) == []


def test_a_day_on_which_nothing_is_due_touches_no_book() -> None:
    quiet = desk(placed())
    quiet.tell(
        *(
            done(word, "2018-01-02")
            for word in ("走访", "党课", "党员活动", "小结", "实事", "调研报告", "向乡镇党委汇报")
        )
    )
    assert quiet.due() == day("2018-01-18")  # the second week is due on Monday the 15th; three days for evidence
    book = quiet.book()
    assert quiet.tell(DayClosed(date=day("2018-01-02"))) == []
    assert quiet.book() is book
