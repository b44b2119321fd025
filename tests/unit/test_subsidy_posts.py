"""Public-welfare posts, internships and talents: so much a month, by calendar days in post."""

from datetime import date

import pytest

from shared.events.employment import EmploymentCorrected, GraduationRecorded
from tests.unit.test_subsidy_world import P1, PINGHE, YUNXIAO, World, listed

HOST = "123506220041234545"
FEBRUARY_10, FEBRUARY_28 = date(2019, 2, 10), date(2019, 2, 28)


def post(kind: str, starts_on: date = FEBRUARY_10, *, status: str = "listed", county: str = YUNXIAO) -> World:
    """Return a world in which a person has held a post for some days."""
    world = World(starts_on)
    world.parameter("minimum_wage.month_fen", 138_000)
    world.parameter("public_welfare_post.ratio_percent", 100)
    world.fact(listed(P1, status))
    world.registered(HOST, "public_body", county=county)
    world.employed("J1", P1, HOST, starts_on, kind)
    return world


def amounts(world: World) -> list[tuple[str, str, str]]:
    return [line[2:] for line in world.lines]


class TestAMonth:
    def test_is_posted_at_the_closing_of_its_last_day_by_the_days_in_post(self) -> None:
        world = post("public_welfare")
        world.close_until(date(2019, 2, 27))
        before = world.lines
        world.close_until(date(2019, 3, 31))

        assert before == []
        assert world.lines == [
            ("public-welfare-post", HOST, "2019-02", "2019-02", "936.43"),
            ("public-welfare-post", HOST, "2019-03", "2019-03", "1380.00"),
        ]

    def test_that_is_broken_by_a_change_of_posts_adds_up_to_the_whole(self) -> None:
        world = post("public_welfare", date(2019, 3, 1))
        world.ended("J1", P1, date(2019, 3, 10))
        world.employed("J2", P1, HOST, date(2019, 3, 11), "public_welfare")
        world.close_until(date(2019, 3, 31))

        assert amounts(world) == [("2019-03", "2019-03", "445.16"), ("2019-03", "2019-03", "934.84")]

    def test_that_becomes_known_late_is_posted_on_the_day_of_the_fact(self) -> None:
        world = post("public_welfare")
        world.close_until(FEBRUARY_28)
        world.ended("J1", P1, date(2019, 2, 20))
        world.close_until(date(2019, 3, 1))

        assert amounts(world) == [("2019-02", "2019-02", "936.43"), ("2019-02", "2019-03", "-394.29")]

    def test_whose_first_day_is_corrected_posts_the_difference_and_nothing_for_the_other_months(self) -> None:
        world = post("public_welfare")
        world.close_until(date(2019, 3, 31))
        world.fact(EmploymentCorrected(
            employment_id="J1", reason="录入错误", starts_on=date(2019, 2, 11), person_id=P1
        ))  # fmt: skip
        world.close_until(date(2019, 4, 1))

        assert amounts(world)[2:] == [("2019-02", "2019-04", "-49.29")]

    def test_takes_the_minimum_wage_of_its_first_day(self) -> None:
        world = post("public_welfare", date(2019, 12, 1))
        world.parameter("minimum_wage.month_fen", 157_000, date(2020, 1, 1))
        world.parameter("minimum_wage.month_fen", 170_000, date(2020, 2, 10))
        world.close_until(date(2020, 2, 29))

        assert [line[-1] for line in world.lines] == ["1380.00", "1570.00", "1570.00"]

    def test_is_rounded_once(self) -> None:
        world = post("public_welfare")
        world.parameter("public_welfare_post.ratio_percent", 33)
        world.parameter("minimum_wage.month_fen", 138_001)
        world.close_until(FEBRUARY_28)

        assert amounts(world) == [("2019-02", "2019-02", "309.02")]

    @pytest.mark.parametrize("unset", ["public_welfare_post.ratio_percent", "minimum_wage.month_fen"])
    def test_accrues_nothing_while_a_figure_is_unset_and_is_posted_when_it_is_set(self, unset: str) -> None:
        world = post("public_welfare")
        world.parameter(unset, None)
        world.close_until(FEBRUARY_28)
        refused = world.refused
        world.parameter(unset, 100)
        world.close_until(date(2019, 3, 1))

        assert refused == {("public-welfare-post", HOST, "2019-02"): "parameter_unset"}
        assert [line[3] for line in world.lines] == ["2019-03"]
        assert world.refused == {}


class TestAPublicPost:
    def test_needs_the_status_on_the_first_day_in_post_in_the_month(self) -> None:
        world = post("public_welfare")
        world.fact(listed(P1, "exited", date(2019, 2, 11)))
        world.close_until(date(2019, 3, 31))

        assert amounts(world) == [("2019-02", "2019-02", "936.43")]
        assert world.refused == {("public-welfare-post", HOST, "2019-03"): "not_eligible_status"}

    def test_is_not_any_other_post(self) -> None:
        world = post("ordinary")
        world.close_until(date(2019, 3, 31))

        assert (world.lines, world.refused) == ([], {})


class TestAnInternship:
    def test_pays_the_graduate(self) -> None:
        world = post("internship")
        world.fact(GraduationRecorded(person_id=P1, school_kind="college", graduated_on=date(2018, 6, 30)))
        world.close_until(FEBRUARY_28)

        assert world.lines == [("internship", P1, "2019-02", "2019-02", "936.43")]

    def test_needs_a_recorded_graduation(self) -> None:
        world = post("internship")
        world.close_until(FEBRUARY_28)
        refused = world.refused
        world.fact(GraduationRecorded(person_id=P1, school_kind="college", graduated_on=date(2018, 6, 30)))
        world.close_until(date(2019, 3, 1))

        assert refused == {("internship", P1, "2019-02"): "graduation_missing"}
        assert amounts(world) == [("2019-02", "2019-03", "936.43")]


class TestATalent:
    def test_is_paid_whatever_the_status_is(self) -> None:
        world = post("talent", status="none", county=PINGHE)
        world.close_until(FEBRUARY_28)

        assert world.lines == [("talent-allowance", P1, "2019-02", "2019-02", "1357.14")]

    def test_works_in_one_of_the_key_counties(self) -> None:
        world = post("talent", county="350681")
        world.close_until(FEBRUARY_28)

        assert world.refused == {("talent-allowance", P1, "2019-02"): "not_eligible_county"}
