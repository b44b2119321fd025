"""Duties of pairs, organisations and offices; and those whose cadence only a document can set."""

from datetime import date
from typing import Any

from shared.events.contract import Event
from shared.events.duties import DutyAssigned, DutyFulfilled, DutyLifted, DutyMissed
from shared.events.employment import ActivityHeld, AgreementSigned, AppraisalRecorded, DutyDone, ProviderQualified
from shared.events.finance import ParameterPublished
from shared.events.identity import PersonMerged
from shared.events.people import (
    CoordinatorRegistered,
)
from tests.support.duties import PERSON, Desk, day, paired, periods, placed, visited
from tests.support.facts import COUNTY, OTHER_USCC

PAIR, OFFICE, CITY = f"pair:{PERSON}", f"office:{COUNTY}", "office:350600"
OTHER = "p" + "b" * 25


def desk(*facts: Event, today: str = "2018-01-02") -> Desk:
    found = Desk(today)
    found.tell(*facts)
    return found


def figure(days: Any, valid_from: str = "2018-01-01", county: str | None = None, doc_no: str = "甲1号") -> Event:
    stated = {"parameter": "duty.follow_up.every_days", "value": days, "valid_from": valid_from, "county": county}
    return ParameterPublished.model_validate(stated | {"known_on": "2018-01-01", "doc_no": doc_no})


def officer(county: str = COUNTY) -> CoordinatorRegistered:
    stated = {"coordinator_id": "C1", "county": county, "townships": [], "villages": [], "role": "county"}
    return CoordinatorRegistered.model_validate(stated)


def held(kind: str, on: str, county: str = COUNTY) -> ActivityHeld:
    return ActivityHeld(programme="general", date=day(on), county=county, kind=kind)


def appraised(year: int, kind: Any = "training_base") -> AppraisalRecorded:
    return AppraisalRecorded(organisation_id="O1", kind=kind, year=year, grade="优秀", county=COUNTY)


class TestAVisitWhoseIntervalNoDocumentSets:
    def test_is_never_due(self) -> None:
        assert desk(paired()).close("2019-12-31") == []

    def test_is_due_every_so_many_days_once_one_does(self) -> None:
        officer_ = desk(paired())
        (said,) = officer_.tell(figure(30))
        assert isinstance(said, DutyAssigned)
        assert [(str(each.since), each.days) for each in said.intervals] == [("2018-01-02", 30)]
        officer_.tell(visited("2018-01-20"))
        said_ = officer_.close("2018-03-12")
        assert periods(said_, DutyMissed) == ["2018-02-01"]  # due on 2 March
        assert officer_.said("follow_up", PAIR) == {"2018-01-02": "fulfilled", "2018-02-01": "missed"}

    def test_is_a_matter_for_the_coordinator(self) -> None:
        late = desk(paired(), figure(10))
        late.close("2018-01-31")
        (task,) = late.tasks().values()
        assert (task.person_id, task.county, task.details["duty"]) == (PERSON, COUNTY, "follow_up")

    def test_binds_a_pair_that_comes_later(self) -> None:
        later = desk(figure(10))
        later.close("2018-02-28")
        assert [type(event) for event in later.tell(paired())] == [DutyAssigned]
        assert later.book(PAIR).span == (day("2018-03-01"), date.max)
        assert periods(later.close("2018-03-31"), DutyMissed)[0] == "2018-03-01"

    def test_follows_the_figure_of_its_county_before_the_general_one(self) -> None:
        here, elsewhere = desk(paired(), figure(30)), desk(paired(), figure(30))
        here.tell(figure(10, county=COUNTY))
        assert elsewhere.tell(figure(10, county="350628")) == []
        assert [each.days for each in here.book(PAIR).intervals["follow_up"]] == [10]
        assert [each.days for each in elsewhere.book(PAIR).intervals["follow_up"]] == [30]

    def test_is_owed_by_nobody_before_the_figure_was_known(self) -> None:
        late = desk(paired(), today="2017-01-02")
        late.close("2018-01-01")
        late.tell(figure(30, valid_from="2017-01-01"))
        assert late.book(PAIR).intervals["follow_up"][0].since == day("2018-01-02")

    def test_falls_due_no_more_once_the_figure_is_abolished(self) -> None:
        officer_ = desk(paired(), figure(10))
        officer_.close("2018-02-28")
        officer_.tell(figure(None, valid_from="2018-03-01", doc_no="甲2号"))
        assert periods(officer_.close("2018-12-31"), DutyMissed) == ["2018-02-21"]

    def test_takes_a_figure_that_cannot_be_meant_for_none(self) -> None:
        assert desk(paired()).tell(figure(0)) == desk(paired()).tell(figure("often")) == []

    def test_counts_visits_made_before_the_pair_was_known(self) -> None:
        early = desk(visited("2018-01-02"), figure(30))
        early.tell(paired())
        assert early.said("follow_up", PAIR) == {"2018-01-02": "fulfilled"}

    def test_ends_with_the_record_of_the_person(self) -> None:
        merged = desk(paired(), figure(10))
        merged.close("2018-01-31")
        merged.tell(
            PersonMerged(person_id=PERSON, into_person_id=OTHER, date=day("2018-01-02"), doc_no="乙1号", reason="重复")
        )
        assert merged.tasks() == {}
        assert merged.close("2018-12-31") == []

    def test_keeps_its_start_when_another_coordinator_takes_over(self) -> None:
        handed = desk(paired(), figure(30))
        handed.close("2018-01-15")
        handed.tell(paired("C2"))
        assert handed.book(PAIR).starts_on == day("2018-01-02")


class TestPairedSchools:
    AGREED = AgreementSigned(version="v1", date=day("2018-01-02"), programme="school-pairs", uscc=OTHER_USCC)

    def test_owe_a_plan_a_summary_and_an_archive_a_year(self) -> None:
        schools = desk(self.AGREED)
        schools.tell(DutyDone(pair_id=OTHER_USCC, duty="年度计划", date=day("2018-03-01")))
        missed = periods(schools.close("2019-01-09"), DutyMissed)
        assert missed == ["2018", "2018"]
        assert schools.said("school_plan", f"pair:{OTHER_USCC}") == {"2018": "fulfilled"}


class TestAnOrganisation:
    def test_whose_money_rests_on_an_appraisal_is_appraised_every_year(self) -> None:
        base = desk(appraised(2017))
        assert base.said("base_appraisal", "organisation:O1") == {"2017": "fulfilled"}
        base.close("2019-04-30")
        assert base.said("base_appraisal", "organisation:O1") == {"2017": "fulfilled", "2018": "missed"}
        (said,) = [event for event in base.tell(appraised(2018)) if isinstance(event, DutyFulfilled)]
        assert said.late
        assert "organisation:O1/base_appraisal" not in base.tasks()

    def test_is_known_from_its_qualification_until_that_ends(self) -> None:
        qualified = ProviderQualified(
            provider_id="T1", name="实训基地", kind="county_training_base", county=COUNTY, valid_until=day("2018-12-31")
        )
        base = desk(qualified)
        base.close("2021-12-31")
        assert base.said("base_appraisal", "organisation:T1") == {"2018": "missed"}

    def test_of_another_kind_owes_none(self) -> None:
        assert desk(appraised(2017, "talent_station")).book("organisation:O1").said == {}


class TestAnOffice:
    def test_owes_what_its_level_and_area_owe(self) -> None:
        county = desk(officer())
        missed = {event.duty for event in county.close("2019-01-09") if isinstance(event, DutyMissed)}
        assert missed == {"aid_month", "spring_breeze", "job_fair", "self_assessment", "talent_catalogue"}
        assert county.tasks()["office:350622/job_fair"].county == COUNTY
        assert county.tasks()["office:350600/talent_catalogue"].county is None

    def test_of_another_province_owes_what_that_one_says(self) -> None:
        elsewhere = desk(officer("370102"), today="2021-01-02")
        missed = {
            (event.subject_id, event.duty) for event in elsewhere.close("2022-01-31") if isinstance(event, DutyMissed)
        }
        assert missed == {
            ("370102", "self_assessment"), ("370000", "talent_meeting"), ("370000", "science_to_villages"),
        }  # fmt: skip

    def test_fulfils_a_yearly_campaign_by_holding_it(self) -> None:
        county = desk(officer())
        county.tell(held("招聘会", "2018-02-20"))
        assert county.said("job_fair", OFFICE) == {"2018": "fulfilled"}

    def test_recruits_village_cadres_every_three_years(self) -> None:
        city = desk(officer())
        city.tell(held("村主干考录", "2019-06-01", "350600"))
        assert city.said("cadre_exam", CITY) == {"2017-2019": "fulfilled"}
        city.close("2023-01-31")
        assert city.said("cadre_exam", CITY) == {"2017-2019": "fulfilled", "2020-2022": "missed"}

    def test_known_late_in_a_year_owes_nothing_for_it(self) -> None:
        county = desk(officer(), today="2018-09-01")
        assert periods(county.close("2019-12-31"), DutyMissed) == []
        assert {*periods(county.close("2020-01-10"), DutyMissed)} == {"2019"}


def test_an_office_that_was_known_earlier_than_it_seemed_is_not_asked_anew() -> None:
    county = desk(officer())
    county.close("2019-01-09")
    assert [event for event in county.tell(officer()) if isinstance(event, DutyLifted | DutyMissed)] == []


def test_an_ordinary_employment_owes_nothing() -> None:
    assert desk(placed("ordinary")).close("2019-12-31") == []
