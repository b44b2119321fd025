"""Grants to graduates, the government's share of pensions, and the grant for a quarter of service."""

from datetime import date

import pytest

from shared.events.employment import AssessmentRecorded, AttendanceRecorded, GraduationRecorded, GrantClaimed
from shared.events.people import JobseekerRegistered
from shared.events.premiums import PensionContributed
from tests.unit.test_subsidy_world import P1, PINGHE, YUNXIAO, World, listed

GG, TG, RP, DG = "graduate-grant", "technical-graduate-grant", "resident-pension", "dispatch-grant"
MAY_1 = date(2018, 5, 1)
HOST = "12350628004123462N"


def graduate(school_kind: str = "college", graduated_on: date = date(2018, 6, 30)) -> World:
    world = World(MAY_1)
    world.fact(listed(P1))
    world.fact(GraduationRecorded(person_id=P1, school_kind=school_kind, graduated_on=graduated_on))
    return world


def claimed(world: World, *days: date, programme: str = GG) -> World:
    for day in days:
        world.fact(GrantClaimed(programme=programme, person_id=P1, claimed_on=day))
    world.close_until(world.open_day)
    return world


class TestAGraduate:
    def test_is_paid_once_for_life(self) -> None:
        world = claimed(graduate(), date(2018, 5, 3), date(2018, 5, 20), date(2020, 11, 12))

        assert world.lines == [(GG, P1, "2018-05", "2018-05", "2000.00")]
        assert world.refused == {(GG, P1, "2018-05"): "already_granted", (GG, P1, "2020-11"): "already_granted"}

    def test_claims_in_the_calendar_year_of_the_graduation(self) -> None:
        world = claimed(graduate(), date(2017, 12, 31), date(2018, 12, 31))

        assert [line[2] for line in world.lines] == ["2018-12"]
        assert world.refused == {(GG, P1, "2017-12"): "not_graduation_year"}

    def test_whose_graduation_becomes_known_later_is_paid_then(self) -> None:
        world = World(MAY_1)
        world.fact(listed(P1))
        claimed(world, date(2018, 5, 3))
        refused = world.refused
        world.fact(GraduationRecorded(person_id=P1, school_kind="college", graduated_on=date(2018, 6, 30)))
        world.close_until(date(2018, 5, 2))

        assert refused == {(GG, P1, "2018-05"): "not_graduation_year"}
        assert [line[-1] for line in world.lines] == ["2000.00"]

    def test_of_a_technical_school_has_another_grant_whose_amount_is_unset(self) -> None:
        world = graduate("technical_senior")
        claimed(world, MAY_1)
        claimed(world, MAY_1, programme=TG)

        assert world.lines == []
        assert world.refused == {(GG, P1, "2018-05"): "not_graduation_year", (TG, P1, "2018-05"): "parameter_unset"}

    def test_of_a_technical_school_is_paid_what_a_county_publishes(self) -> None:
        world = graduate("special_vocational")
        world.parameter("technical_graduate_grant.person_fen", 150_000, county=YUNXIAO)

        assert claimed(world, MAY_1, programme=TG).lines == [(TG, P1, "2018-05", "2018-05", "1500.00")]

    def test_who_is_known_as_a_job_seeker_only_is_paid_by_the_county_where_the_person_asked_for_work(self) -> None:
        world = World(MAY_1)
        world.fact(JobseekerRegistered(
            person_id=P1, county=PINGHE, education="31", skills=[], occupations=[], sms_consent=True,
            phone_id=f"h{'a' * 25}",
        ))  # fmt: skip
        world.fact(GraduationRecorded(person_id=P1, school_kind="college", graduated_on=date(2018, 6, 30)))
        claimed(world, MAY_1)

        assert [line.county for line in world.posted] == [PINGHE]


class TestAPension:
    def contributor(self, status: str = "listed", *, tier: int | None = 10_000) -> World:
        world = World(date(2018, 6, 20))
        world.parameter("resident_pension.lowest_tier_fen", tier)
        world.fact(listed(P1, status))
        return world

    def paid(self, world: World, *days: date) -> World:
        for day in days:
            world.fact(PensionContributed(person_id=P1, year=2018, paid_on=day, own_fen=45_000))
        world.close_until(world.open_day)
        return world

    @pytest.mark.parametrize("status", ["listed", "low_income", "extreme_hardship"])
    def test_share_is_that_of_the_lowest_tier_once_a_year(self, status: str) -> None:
        world = self.paid(self.contributor(status), date(2018, 6, 20), date(2018, 7, 20))

        assert world.lines == [(RP, P1, "2018", "2018-06", "50.00")]

    def test_share_goes_to_who_has_the_status_on_the_day_of_payment(self) -> None:
        world = self.contributor()
        world.fact(listed(P1, "exited", date(2018, 6, 20)))
        self.paid(world, date(2018, 6, 20))
        refused = world.refused
        self.paid(world, date(2018, 6, 19))

        assert refused == {(RP, P1, "2018"): "not_eligible_status"}
        assert [line[-1] for line in world.lines] == ["50.00"]

    def test_share_needs_a_lowest_tier(self) -> None:
        assert self.paid(self.contributor(tier=None), date(2018, 6, 20)).refused == {
            (RP, P1, "2018"): "parameter_unset"
        }


class TestAQuarterOfService:
    def on_service(self, starts_on: date = date(2020, 11, 1), **factors: int) -> World:
        world = World(date(2020, 11, 2))
        world.parameter("dispatch_grant.quarter_fen", 500_000)
        for grade, percent in ({"qualified": 100, "basic": 80, "failed": 0} | factors).items():
            world.parameter(f"dispatch_grant.factor_{grade}_percent", percent)
        world.registered(HOST, "public_body", county=PINGHE)
        world.fact(listed(P1, "none"))
        world.employed("J1", P1, HOST, starts_on, "dispatch")
        return world

    def attended(self, world: World, period: str, attended: int, working: int = 62) -> None:
        world.fact(AttendanceRecorded(
            employment_id="J1", period=period, working_days=working, attended_days=attended, person_id=P1
        ))  # fmt: skip

    def graded(self, world: World, period: str, grade: str = "qualified") -> None:
        world.fact(AssessmentRecorded(employment_id="J1", period=period, grade=grade, person_id=P1))

    def closed(self, world: World) -> World:
        world.close_until(world.open_day)
        return world

    @pytest.mark.parametrize(
        ("attended", "grade", "amount"),
        [(56, "qualified", "4516.13"), (62, "basic", "4000.00"), (59, "basic", "3806.45")],
    )
    def test_is_paid_by_attendance_and_grade_once_both_are_known(self, attended: int, grade: str, amount: str) -> None:
        world = self.on_service()
        self.graded(world, "2020-Q4", grade)
        self.attended(world, "2020-Q4", attended)

        assert self.closed(world).lines == [(DG, P1, "2020-Q4", "2020-11", amount)]

    def test_without_an_assessment_is_refused_until_it_comes(self) -> None:
        world = self.on_service()
        self.attended(world, "2020-Q4", 62)
        refused = self.closed(world).refused
        self.graded(world, "2020-Q4")

        assert refused == {(DG, P1, "2020-Q4"): "assessment_missing"}
        assert [line[-1] for line in self.closed(world).lines] == ["5000.00"]
        assert world.refused == {}

    def test_is_worked_out_again_when_a_second_attendance_or_assessment_replaces_the_first(self) -> None:
        world = self.on_service()
        self.attended(world, "2020-Q4", 62)
        self.graded(world, "2020-Q4")
        self.graded(world, "2020-Q4", "failed")
        self.graded(world, "2020-Q4")  # repeats the first, so it changes nothing

        assert self.closed(world).sums() == {}

    def test_that_failed_is_paid_nothing_and_is_no_refusal(self) -> None:
        world = self.on_service()
        self.attended(world, "2020-Q4", 62)
        self.graded(world, "2020-Q4", "failed")

        assert (self.closed(world).lines, world.refused) == ([], {})

    def test_has_the_name_of_the_calendar_quarter_in_which_its_first_day_lies(self) -> None:
        world = self.on_service()
        world.ended("J1", P1, date(2021, 10, 31))
        for period in ("2020-Q3", "2020-Q4", "2021-Q3", "2021-Q4", "2021-02", "2021"):
            self.attended(world, period, 62)
            self.graded(world, period)

        assert [line[2] for line in self.closed(world).lines] == ["2020-Q4", "2021-Q3"]

    def test_takes_the_figures_of_the_first_day_of_the_service(self) -> None:
        world = self.on_service()
        world.parameter("dispatch_grant.quarter_fen", 600_000, date(2020, 11, 2))
        self.attended(world, "2021-Q1", 62)
        self.graded(world, "2021-Q1")

        assert [line[-1] for line in self.closed(world).lines] == ["5000.00"]

    def test_whose_grade_has_no_factor_accrues_nothing(self) -> None:
        world = self.on_service()
        self.attended(world, "2020-Q4", 62)
        self.graded(world, "2020-Q4", "excellent")

        assert self.closed(world).refused == {(DG, P1, "2020-Q4"): "parameter_unset"}

    def test_without_working_days_is_paid_nothing(self) -> None:
        world = self.on_service()
        self.attended(world, "2020-Q4", 0, 0)
        self.graded(world, "2020-Q4")

        assert self.closed(world).lines == []
