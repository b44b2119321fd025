"""What a budget lets through, what waits, what is posted when room is made, and what a take-back refills."""

from datetime import date

from shared.events.employment import EmploymentCorrected
from tests.unit.test_subsidy_budget import (
    BUDGET_2018,
    MARCH_1,
    MARCH_15,
    MARCH_16,
    SI,
    TREASURY_2018,
    amounts,
    closing,
    people_at_work,
    three,
)
from tests.unit.test_subsidy_world import E1, P1, P2, P3, YUNXIAO


class TestALineThatDoesNotFit:
    def test_waits_whole_and_nobody_overtakes_it_where_no_order_is_set(self) -> None:
        world = three()

        assert amounts(world) == ["700.00"]
        assert world.waiting == [(E1, "2018-03", "600.00"), (E1, "2018-03", "200.00")]

    def test_is_overtaken_by_what_fits_where_gaps_may_be_filled(self) -> None:
        world = three("fill_gaps")

        assert amounts(world) == ["700.00", "200.00"]
        assert world.waiting == [(E1, "2018-03", "600.00")]

    def test_is_charged_to_nothing_and_pays_nothing_out(self) -> None:
        world = three()

        assert world.balance(BUDGET_2018) == "300.00"
        assert world.balances(E1)["paid"] == "700.00"
        assert world.balances(E1)["payable"] == "0.00"

    def test_does_not_exist_where_no_budget_was_ever_granted(self) -> None:
        assert amounts(three(grant=None)) == ["700.00", "600.00", "200.00"]

    def test_exists_where_nil_was_granted(self) -> None:
        assert amounts(three(grant=0)) == []

    def test_fits_to_the_last_fen(self) -> None:
        assert amounts(three(grant=130_000)) == ["700.00", "600.00"]

    def test_leaves_other_counties_and_programmes_alone(self) -> None:
        world = people_at_work(0)
        world.parameter("stable_employment.reward_fen", 100_000)
        world.registered("91350628MA32G1H29A", county="350628")
        world.employed("J4", P1, "91350628MA32G1H29A", date(2018, 4, 1))
        world.paid(P1, "91350628MA32G1H29A", "2018-04", MARCH_15)
        world.close_until(date(2019, 2, 28))

        assert [line[0] for line in world.lines] == [SI] + ["stable-employment"] * 3


class TestRoom:
    def test_by_a_further_grant_posts_in_the_order_of_waiting_on_that_day(self) -> None:
        world = three()
        world.close_until(date(2018, 4, 9))
        world.granted(SI, 60_000, doc_no="测试2号")
        world.close_until(date(2018, 4, 10))

        assert [line[-2:] for line in world.lines] == [
            ("2018-03", "700.00"), ("2018-04", "600.00"), ("2018-04", "200.00")
        ]  # fmt: skip
        assert world.waiting == []

    def test_that_is_too_small_for_the_first_lets_nobody_else_pass(self) -> None:
        world = three()
        world.granted(SI, 20_000, doc_no="测试2号")
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00"]

    def test_is_not_made_by_a_grant_that_repeats_an_earlier_one(self) -> None:
        world = three()
        world.granted(SI, 100_000)
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00"]
        assert world.balance(BUDGET_2018) == "300.00"

    def test_counts_from_the_place_of_the_grant_among_the_facts_of_its_day(self) -> None:
        world = people_at_work(50_000, "fill_gaps")
        world.paid(P1, E1, "2018-03", MARCH_1, 70_000)
        world.paid(P2, E1, "2018-03", MARCH_1, 40_000)
        world.granted(SI, 60_000, doc_no="测试2号")
        world.paid(P3, E1, "2018-03", MARCH_1, 10_000)
        world.close_until(MARCH_1)

        assert amounts(world) == ["400.00", "700.00"]
        assert world.waiting == [(E1, "2018-03", "100.00")]

    def test_is_made_by_a_take_back_in_the_same_budget(self) -> None:
        world = three()
        world.refunded(P1, E1, "2018-03", MARCH_16, 30_000)
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00", "-300.00", "600.00"]

    def test_is_looked_at_after_the_last_take_back_of_a_fact(self) -> None:
        world = people_at_work(140_000)
        for period in ("2018-03", "2018-04"):
            world.paid(P1, E1, period, MARCH_15, 70_000)
        world.paid(P2, E1, "2018-03", MARCH_15, 60_000)
        world.paid(P3, E1, "2018-03", MARCH_15, 20_000)
        world.close_until(MARCH_15)
        world.voided("J1", P1, MARCH_1)
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00", "700.00", "-700.00", "-700.00", "600.00", "200.00"]

    def test_is_made_when_the_order_becomes_another(self) -> None:
        world = three()
        world.parameter("budget.order", "fill_gaps", date(2018, 3, 20))
        world.close(date(2018, 3, 19))
        before = amounts(world)
        world.close(date(2018, 3, 20))

        assert before == ["700.00"]
        assert amounts(world) == ["700.00", "200.00"]


class TestWhatWaits:
    def test_shrinks_in_its_place_and_is_posted_if_it_fits_now(self) -> None:
        world = three()
        world.refunded(P2, E1, "2018-03", MARCH_16, 30_000)
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00", "300.00"]
        assert world.waiting == [(E1, "2018-03", "200.00")]

    def test_grows_in_its_place(self) -> None:
        world = three()
        world.paid(P2, E1, "2018-03", MARCH_16, 10_000)
        world.close_until(MARCH_16)

        assert world.waiting == [(E1, "2018-03", "700.00"), (E1, "2018-03", "200.00")]

    def test_vanishes_from_its_place_and_stands_in_nobodys_way(self) -> None:
        world = three()
        world.refunded(P2, E1, "2018-03", MARCH_16, 60_000)
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00", "200.00"]
        assert world.waiting == []

    def test_of_a_claim_that_is_partly_posted_vanishes_before_anything_is_taken_back(self) -> None:
        world = people_at_work(80_000)
        world.paid(P1, E1, "2018-03", MARCH_1, 70_000)
        world.close_until(MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15, 20_000)
        world.close_until(MARCH_15)
        world.refunded(P1, E1, "2018-03", MARCH_16, 50_000)
        world.close_until(MARCH_16)

        assert amounts(world) == ["700.00", "-300.00"]
        assert world.waiting == []

    def test_keeps_its_turn_beyond_the_year_and_is_charged_to_the_year_in_which_it_is_posted(self) -> None:
        world = three()
        world.close_until(date(2019, 1, 9))
        world.granted(SI, 70_000, 2019)
        world.close_until(date(2019, 1, 10))

        assert [line[-2:] for line in world.lines] == [("2018-03", "700.00"), ("2019-01", "600.00")]
        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == "100.00"
        assert world.balance(BUDGET_2018) == "300.00"

    def test_is_posted_on_new_years_day_where_the_new_year_has_a_budget_already(self) -> None:
        world = three()
        world.granted(SI, 60_000, 2019)
        world.close_until(date(2018, 12, 31))
        world.close(date(2019, 1, 1))

        assert [line[-2:] for line in world.lines] == [("2018-03", "700.00"), ("2019-01", "600.00")]
        assert world.waiting == [(E1, "2018-03", "200.00")]

    def test_stays_with_the_last_budget_while_the_new_year_has_none(self) -> None:
        world = three()
        world.close_until(date(2019, 1, 9))
        world.granted(SI, 40_000, 2018, doc_no="测试2号")
        world.close_until(date(2019, 1, 10))

        assert amounts(world) == ["700.00", "600.00"]
        assert world.balance(BUDGET_2018) == "100.00"
        assert world.waiting == [(E1, "2018-03", "200.00")]

    def test_holds_up_nobody_in_a_year_without_a_budget(self) -> None:
        world = three()
        world.close_until(date(2019, 1, 9))
        world.paid(P3, E1, "2018-12", date(2019, 1, 10), 10_000)
        world.close_until(date(2019, 1, 10))

        assert amounts(world) == ["700.00", "100.00"]


class TestATakeBack:
    def test_refills_the_budgets_that_its_line_was_charged_to_latest_first(self) -> None:
        world = people_at_work(100_000)
        world.paid(P1, E1, "2018-03", MARCH_1, 70_000)
        world.close_until(date(2018, 12, 31))
        world.granted(SI, 50_000, 2019)
        world.paid(P1, E1, "2018-03", date(2019, 1, 1), 20_000)
        world.close_until(date(2019, 1, 1))
        world.refunded(P1, E1, "2018-03", date(2019, 1, 2), 30_000)
        world.close_until(date(2019, 1, 2))

        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == "500.00"
        assert world.balance(BUDGET_2018) == "400.00"

    def test_of_a_closed_year_goes_to_the_treasury_and_makes_no_room(self) -> None:
        world = three(grant=70_000)
        world.close_until(date(2019, 1, 9))
        world.fact(closing(carry_over=False))
        world.refunded(P1, E1, "2018-03", date(2019, 1, 10), 70_000)
        world.close_until(date(2019, 1, 10))

        assert amounts(world) == ["700.00", "-700.00"]
        assert world.balance(BUDGET_2018) == "0.00"
        assert world.balance(TREASURY_2018) == "700.00"


def test_a_line_that_waits_goes_to_the_budget_of_the_county_to_which_a_correction_moves_it() -> None:
    world = people_at_work(0)
    world.paid(P1, E1, "2018-03", MARCH_1, 70_000)
    world.paid(P1, E1, "2018-03", MARCH_1, 10_000)
    world.close_until(MARCH_1)
    world.granted(SI, 80_000, county="350628")
    moved = {"employer_kind": "workshop", "employer_size": "sme", "insured_county": "350628"}
    world.fact(EmploymentCorrected(employment_id="J1", reason="参保地", uscc=E1, person_id=P1, **moved))
    world.paid(P1, E1, "2018-03", MARCH_15, 100)
    world.refunded(P1, E1, "2018-03", MARCH_16, 100)
    world.close_until(MARCH_16)

    assert amounts(world) == ["800.00"]
    assert world.waiting == []
    assert world.balance(f"available:{SI}:350628:2018") == "0.00"
