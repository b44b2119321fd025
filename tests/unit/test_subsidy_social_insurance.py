from datetime import date

import pytest

from shared.events.employment import EmploymentCorrected
from shared.events.subsidy import RefusalLifted
from tests.unit.test_subsidy_world import E1, E2, E3, P1, World, listed, workshop

SI = "social-insurance"
MARCH_1, MARCH_15, MARCH_31 = date(2018, 3, 1), date(2018, 3, 15), date(2018, 3, 31)


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
