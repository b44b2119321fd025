from datetime import date

import pytest

from shared.events.subsidy import EntitlementRefused, EntitlementScheduled, ParameterFoundUnset
from tests.unit.test_subsidy_social_insurance import (
    MARCH_1,
    MARCH_15,
    MARCH_31,
    SI,
    employed_since_march,
    line,
    pay_months,
)
from tests.unit.test_subsidy_world import E1, E2, P1, P2, PINGHE, YUNXIAO, World, listed, workshop

MONTHS = ("2018-03", "2018-04", "2018-05", "2018-06", "2018-07")


class TestNotPaid:
    def test_is_said_when_the_month_closes_and_not_before(self) -> None:
        world = employed_since_march()
        world.close_until(date(2018, 3, 30))

        assert world.refused == {}

        world.close_until(MARCH_31)

        assert world.refused == {(SI, E1, "2018-03"): "not_paid"}

    def test_is_said_of_every_month_that_passes(self) -> None:
        world = employed_since_march()
        world.close_until(date(2018, 6, 30))

        assert sorted(period for _, _, period in world.refused) == ["2018-03", "2018-04", "2018-05", "2018-06"]

    def test_is_lifted_when_the_premium_comes(self) -> None:
        world = employed_since_march()
        world.close_until(date(2018, 4, 1))
        world.paid(P1, E1, "2018-03", date(2018, 4, 2))
        world.close_until(date(2018, 4, 2))

        assert world.refused == {}
        assert world.lines == [line(E1, "2018-03", "2018-04", "742.00")]

    def test_is_said_at_once_of_a_closed_month_that_is_given_back(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)
        world.refunded(P1, E1, "2018-03", date(2018, 4, 2))

        assert world.refused == {(SI, E1, "2018-03"): "not_paid"}

    def test_months_paid_ahead_do_not_hide_the_first_month_that_is_not_paid(self) -> None:
        world = employed_since_march()
        pay_months(world, ("2018-03", "2018-04", "2018-05"))
        world.close_until(date(2018, 6, 30))

        assert world.refused == {(SI, E1, "2018-06"): "not_paid"}

    def test_is_not_said_of_people_whom_the_programme_does_not_concern(self) -> None:
        world = workshop(MARCH_1, people=())
        world.fact(listed(P2, "none"))
        world.employed("J1", P2, E1, MARCH_1)
        world.close_until(date(2018, 5, 31))

        assert world.refused == {}

    def test_a_status_that_begins_later_is_looked_at_when_it_begins(self) -> None:
        world = workshop(MARCH_1, people=())
        world.fact(listed(P1, status_from=date(2018, 6, 1)))
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2018, 6, 30))

        assert world.refused == {(SI, E1, "2018-06"): "not_paid"}

    def test_a_day_on_which_nothing_is_due_touches_nobody(self) -> None:
        world = employed_since_march()
        said = len(world.events(EntitlementScheduled))
        world.close(date(2018, 3, 1))

        assert len(world.events(EntitlementScheduled)) == said
        assert world.memory.states("person")[P1].standing.next_on == MARCH_31


class TestDuplicateMonth:
    def two_employers(self) -> World:
        world = employed_since_march()
        world.employed("J2", P1, E2, date(2018, 3, 10))
        return world

    def test_the_earlier_payment_holds_the_month_even_if_it_is_told_later(self) -> None:
        world = self.two_employers()
        world.paid(P1, E2, "2018-03", date(2018, 3, 20))
        world.close_until(date(2018, 3, 20))
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert world.lines == [
            line(E2, "2018-03", "2018-03", "742.00"),
            line(E2, "2018-03", "2018-03", "-742.00"),
            line(E1, "2018-03", "2018-03", "742.00"),
        ]
        assert world.refused == {(SI, E2, "2018-03"): "duplicate_month"}

    def test_the_month_goes_to_the_other_employer_when_the_first_never_employed_the_person(self) -> None:
        world = self.two_employers()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.paid(P1, E2, "2018-03", date(2018, 3, 20))
        world.voided("J1", P1, MARCH_1)
        world.close_until(MARCH_31)

        assert world.sums() == {(SI, E2, "2018-03"): 74200}
        assert world.refused[SI, E1, "2018-03"] == "not_employed"

    def test_an_employer_that_paid_nothing_has_not_paid_rather_than_a_duplicate(self) -> None:
        world = self.two_employers()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert world.refused == {(SI, E2, "2018-03"): "not_paid"}

    def test_at_an_employer_where_the_person_was_not_eligible_the_premium_holds_no_month(self) -> None:
        world = workshop(MARCH_1, people=())
        world.fact(listed(P1, "none"))
        world.fact(listed(P1, "listed", date(2018, 3, 10)))
        world.employed("J1", P1, E1, MARCH_1)
        world.employed("J2", P1, E2, date(2018, 3, 10))
        world.paid(P1, E1, "2018-03", date(2018, 3, 5))
        world.paid(P1, E2, "2018-03", date(2018, 3, 20))
        world.close_until(MARCH_31)

        assert world.sums() == {(SI, E2, "2018-03"): 74200}


class TestTheTerm:
    def limited(self, months: int = 2, **fields: object) -> World:
        world = World(MARCH_1)
        world.parameter("social_insurance.max_months", months)
        world.fact(listed(P1, **fields))
        world.registered(E1)
        world.registered(E2)
        world.employed("J1", P1, E1, MARCH_1)
        return world

    def near_retirement(self, born_on: date) -> World:
        world = self.limited(1, born_on=born_on, sex="male")
        world.parameter("social_insurance.near_retirement_years", 5)
        world.parameter("retirement.male_age_years", 60)
        return world

    def test_counts_over_all_employers(self) -> None:
        world = self.limited()
        world.ended("J1", P1, MARCH_31)
        world.employed("J2", P1, E2, date(2018, 4, 1))
        pay_months(world, ("2018-03",))
        pay_months(world, ("2018-04", "2018-05"), E2)
        world.close_until(date(2018, 5, 31))

        assert world.refused[SI, E2, "2018-05"] == "term_used_up"
        assert len(world.sums()) == 2

    def test_a_premium_paid_late_takes_its_place_and_pushes_the_last_month_out(self) -> None:
        world = self.limited()
        pay_months(world, ("2018-04", "2018-05"))
        world.close_until(date(2018, 5, 31))
        world.paid(P1, E1, "2018-03", date(2018, 6, 1))
        world.close_until(date(2018, 6, 1))

        assert world.lines[-2:] == [
            line(E1, "2018-05", "2018-06", "-742.00"),
            line(E1, "2018-03", "2018-06", "742.00"),
        ]
        assert world.refused == {(SI, E1, "2018-05"): "term_used_up"}

    def test_a_month_given_back_makes_room_for_a_later_one(self) -> None:
        world = self.limited()
        pay_months(world, MONTHS[:3])
        world.refunded(P1, E1, "2018-03", date(2018, 5, 20))
        world.close_until(date(2018, 5, 31))

        assert world.sums() == {(SI, E1, "2018-04"): 74200, (SI, E1, "2018-05"): 74200}

    def test_who_is_near_retirement_when_the_term_begins_goes_on_to_the_birthday(self) -> None:
        world = self.near_retirement(date(1958, 6, 2))  # sixty on 2018-06-02: June begins before it, July does not
        pay_months(world, MONTHS)
        world.close_until(date(2018, 7, 31))

        assert sorted(period for _, _, period in world.sums()) == ["2018-03", "2018-04", "2018-05", "2018-06"]
        assert world.refused[SI, E1, "2018-07"] == "term_used_up"

    def test_a_month_that_begins_on_the_birthday_does_not_begin_before_it(self) -> None:
        world = self.near_retirement(date(1958, 6, 1))
        pay_months(world, MONTHS)
        world.close_until(date(2018, 7, 31))

        assert world.refused[SI, E1, "2018-06"] == "term_used_up"

    @pytest.mark.parametrize(("born_on", "months"), [(date(1963, 3, 1), 1), (date(1963, 2, 28), 5)])
    def test_exactly_five_years_is_not_less_than_five(self, born_on: date, months: int) -> None:
        world = self.near_retirement(born_on)
        pay_months(world, MONTHS)
        world.close_until(date(2018, 7, 31))

        assert len(world.sums()) == months

    def test_who_is_born_on_29_february_retires_on_the_28th_of_a_common_year(self) -> None:
        world = self.near_retirement(date(1960, 2, 29))
        world.parameter("retirement.male_age_years", 63)  # 2023-02-28: exactly five years after 2018-02-28
        pay_months(world, MONTHS)
        world.close_until(date(2018, 7, 31))

        assert len(world.sums()) == 5

    def test_without_a_retirement_age_nobody_goes_on(self) -> None:
        world = self.limited(1, born_on=date(1958, 6, 2), sex="female")
        world.parameter("social_insurance.near_retirement_years", 5)
        world.parameter("retirement.male_age_years", 60)
        pay_months(world, MONTHS)
        world.close_until(date(2018, 7, 31))

        assert len(world.sums()) == 1


class TestParameters:
    def test_the_first_day_of_the_insurance_month_decides_which_value_counts(self) -> None:
        world = employed_since_march()
        world.parameter("social_insurance.ratio_percent", 50, date(2018, 4, 1))
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2018, 4, 30))

        assert world.sums() == {(SI, E1, "2018-03"): 74200, (SI, E1, "2018-04"): 37100}

    def test_a_value_published_late_is_taken_as_if_known_in_time(self) -> None:
        world = employed_since_march()
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2018, 4, 30))
        world.parameter("social_insurance.ratio_percent", 80, date(2018, 4, 1), YUNXIAO)
        world.close_until(date(2018, 5, 1))

        assert world.lines[-1] == line(E1, "2018-04", "2018-05", "-148.40")

    def test_another_countys_value_touches_nobody(self) -> None:
        world = employed_since_march()
        pay_months(world, ("2018-03",))
        world.parameter("social_insurance.ratio_percent", 80, county=PINGHE)
        world.close_until(MARCH_31)

        assert world.sums() == {(SI, E1, "2018-03"): 74200}

    def test_an_unset_ratio_accrues_nothing_and_is_told_once_a_county(self) -> None:
        world = employed_since_march()
        world.parameter("social_insurance.ratio_percent", None)
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2018, 4, 30))

        assert world.lines == []
        assert {refusal.parameter for refusal in world.events(EntitlementRefused)} == {"social_insurance.ratio_percent"}
        assert [gap.county for gap in world.events(ParameterFoundUnset)] == [YUNXIAO]

    def test_a_gap_that_opens_again_is_told_again(self) -> None:
        world = employed_since_march()
        world.parameter("social_insurance.ratio_percent", None)
        pay_months(world, ("2018-03",))
        world.parameter("social_insurance.ratio_percent", 100, date(2013, 1, 2))
        world.parameter("social_insurance.ratio_percent", None, date(2013, 1, 3))

        assert len(world.events(ParameterFoundUnset)) == 2
