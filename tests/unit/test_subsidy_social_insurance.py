from datetime import date

import pytest

from shared.events.employment import EmploymentCorrected
from shared.events.subsidy import EntitlementRefused, EntitlementScheduled, ParameterFoundUnset, RefusalLifted
from tests.unit.test_subsidy_world import E1, E2, E3, P1, P2, PINGHE, YUNXIAO, World, listed, workshop

SI = "social-insurance"
MARCH_1, MARCH_15, MARCH_31 = date(2018, 3, 1), date(2018, 3, 15), date(2018, 3, 31)
MONTHS = ("2018-03", "2018-04", "2018-05", "2018-06", "2018-07")


def employed_since_march() -> World:
    world = workshop(MARCH_1)
    world.employed("J1", P1, E1, MARCH_1)
    return world


def pay_months(world: World, months: tuple[str, ...], uscc: str = E1, person: str = P1) -> None:
    for month in months:
        world.paid(person, uscc, month, date.fromisoformat(f"{month}-15"))


def line(uscc: str, period: str, posted: str, amount: str) -> tuple[str, str, str, str, str]:
    return (SI, uscc, period, posted, amount)


class TestTheAmount:
    def test_injury_maternity_and_late_fees_are_not_refunded(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15, late_fee_fen=1892, injury_fen=300, maternity_fen=200)
        world.close_until(MARCH_31)

        assert world.lines == [line(E1, "2018-03", "2018-03", "742.00")]

    def test_a_second_payment_of_the_month_adds_a_line_with_the_difference(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.paid(P1, E1, "2018-03", date(2018, 3, 20), 100)
        world.close_until(MARCH_31)

        assert [entry[-1] for entry in world.lines] == ["742.00", "1.00"]

    def test_a_ratio_is_rounded_half_up_once(self) -> None:
        world = employed_since_march()
        world.parameter("social_insurance.ratio_percent", 50)
        world.paid(P1, E1, "2018-03", MARCH_15, 74201)
        world.close_until(MARCH_31)

        assert world.lines == [line(E1, "2018-03", "2018-03", "371.01")]

    def test_a_refund_and_a_new_payment_are_two_lines(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)
        world.refunded(P1, E1, "2018-03", date(2018, 4, 1))
        world.close_until(date(2018, 4, 1))
        world.paid(P1, E1, "2018-03", date(2018, 4, 2))
        world.close_until(date(2018, 4, 2))

        assert [entry[-1] for entry in world.lines] == ["742.00", "-742.00", "742.00"]
        assert world.balances(E1)["paid"] == "1484.00"

    def test_the_same_fact_twice_posts_one_line(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert len(world.lines) == 1

    def test_what_changes_and_changes_back_on_one_day_leaves_both_lines(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.refunded(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_15)

        assert [entry[-1] for entry in world.lines] == ["742.00", "-742.00"]
        assert world.balances(E1) == {"paid": "0.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    def test_a_line_says_how_it_was_worked_out_and_by_which_clause(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert world.posted[0].clause == "漳州市人力资源社会保障精准扶贫行动计划（2017—2020年）第11条"
        assert world.posted[0].computation == [
            "2018-03单位实缴养老、医疗、失业保险费合计742.00元（不含滞纳金和个人缴纳部分）。",
            "按100%补贴，应补742.00元；为该人员第1个补贴月。",
        ]


class TestWhoIsEligible:
    @pytest.mark.parametrize("status", ["none", "exited", "low_income", "monitored"])
    def test_a_person_who_is_not_listed_on_the_first_day_employed_in_the_month_is_refused(self, status: str) -> None:
        world = employed_since_march()
        world.fact(listed(P1, status, date(2018, 4, 1)))
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2018, 4, 30))

        assert world.lines == [line(E1, "2018-03", "2018-03", "742.00")]
        assert world.refused[SI, E1, "2018-04"] == "not_eligible_status"

    def test_a_status_that_ends_after_the_first_day_employed_in_the_month_keeps_the_month(self) -> None:
        world = employed_since_march()
        world.fact(listed(P1, "exited", date(2018, 3, 2)))
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert len(world.lines) == 1

    def test_a_roster_entry_that_comes_late_is_taken_as_if_known_in_time(self) -> None:
        world = World(MARCH_1)
        world.fact(listed(P1, "none"))
        world.registered(E1)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)
        world.fact(listed(P1, status_from=date(2018, 2, 1)))
        world.close_until(date(2018, 4, 1))

        assert world.lines == [line(E1, "2018-03", "2018-04", "742.00")]
        assert len(world.events(RefusalLifted)) == 1

    def test_a_worker_who_was_never_on_the_roster_is_not_refused_every_month(self) -> None:
        world = workshop(MARCH_1, people=())
        world.employed("J1", P1, E1, MARCH_1)
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2019, 3, 31))

        assert world.lines == []
        assert world.refused == {}

    def test_of_two_entries_for_one_first_day_the_one_that_arrived_last_counts(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_15)
        world.fact(listed(P1, "none"))
        world.close_until(MARCH_31)

        assert [entry[-1] for entry in world.lines] == ["742.00", "-742.00"]

    def test_an_entry_that_is_repeated_after_its_correction_changes_nothing(self) -> None:
        world = employed_since_march()
        world.fact(listed(P1, "none"))
        world.fact(listed(P1))
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert world.lines == []

    def test_an_employer_of_another_kind_is_refused_and_holds_no_month(self) -> None:
        world = workshop(MARCH_1)
        world.registered(E3, "cooperative")
        world.employed("J1", P1, E3, MARCH_1)
        world.employed("J2", P1, E1, MARCH_15)
        world.paid(P1, E3, "2018-03", date(2018, 3, 5))
        world.paid(P1, E1, "2018-03", date(2018, 3, 20))
        world.close_until(MARCH_31)

        assert world.lines == [line(E1, "2018-03", "2018-03", "742.00")]
        assert world.refused[SI, E3, "2018-03"] == "not_eligible_employer"

    def test_a_premium_without_employment_in_the_month_accrues_nothing(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-02", MARCH_15)
        world.close_until(MARCH_15)

        assert world.lines == []
        assert world.refused[SI, E1, "2018-02"] == "not_employed"

    def test_one_day_of_employment_in_the_month_is_enough(self) -> None:
        world = workshop(MARCH_1)
        world.employed("J1", P1, E1, MARCH_31)
        world.paid(P1, E1, "2018-03", MARCH_31)
        world.close_until(MARCH_31)

        assert len(world.lines) == 1


class TestEmploymentFacts:
    def test_a_void_takes_back_the_months_after_its_day_and_keeps_the_month_that_it_cuts(self) -> None:
        world = employed_since_march()
        pay_months(world, ("2018-03", "2018-04", "2018-05"))
        world.close_until(date(2018, 5, 31))
        world.voided("J1", P1, date(2018, 4, 2))
        world.close_until(date(2018, 6, 1))

        assert world.sums() == {(SI, E1, "2018-03"): 74200, (SI, E1, "2018-04"): 74200}

    def test_a_void_of_the_first_day_undoes_the_employment(self) -> None:
        world = employed_since_march()
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2018, 4, 30))
        world.voided("J1", P1, MARCH_1)
        world.close_until(date(2018, 5, 1))

        assert world.sums() == {}
        assert world.balances(E1)["receivable"] == "1484.00"

    def test_a_last_day_that_arrives_late_does_not_revive_what_was_voided(self) -> None:
        world = employed_since_march()
        pay_months(world, ("2018-03", "2018-04"))
        world.voided("J1", P1, date(2018, 4, 1))
        world.ended("J1", P1, date(2018, 4, 30))
        world.close_until(date(2018, 4, 30))

        assert world.sums() == {(SI, E1, "2018-03"): 74200}

    def test_an_end_that_arrives_before_the_confirmation_counts(self) -> None:
        world = workshop(MARCH_1)
        world.ended("J1", P1, MARCH_31)
        world.employed("J1", P1, E1, MARCH_1)
        pay_months(world, ("2018-03", "2018-04"))
        world.close_until(date(2018, 4, 30))

        assert world.sums() == {(SI, E1, "2018-03"): 74200}

    def test_a_corrected_employer_moves_the_month(self) -> None:
        world = employed_since_march()
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.paid(P1, E2, "2018-03", MARCH_15)
        world.close_until(MARCH_15)
        world.fact(EmploymentCorrected(
            employment_id="J1", reason="wrong employer", uscc=E2, person_id=P1, **world.registrations[E2]
        ))  # fmt: skip
        world.close_until(MARCH_31)

        assert world.sums() == {(SI, E2, "2018-03"): 74200}

    def test_two_employments_at_one_employer_make_one_month(self) -> None:
        world = employed_since_march()
        world.ended("J1", P1, date(2018, 3, 10))
        world.employed("J2", P1, E1, date(2018, 3, 20))
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_31)

        assert len(world.lines) == 1


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
