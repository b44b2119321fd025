"""What a budget comes to: cuts, the end of its year, and months that are only provisional."""

from datetime import date

import pytest
from pydantic import TypeAdapter

from services.subsidy.service import SERVICE
from shared.events.finance import BudgetReduced, FiscalYearClosed
from shared.events.subsidy import BudgetBooked
from tests.unit.test_subsidy_stable_post import JANUARY_31, REPORTED_ON, SP, firm
from tests.unit.test_subsidy_world import E1, P1, P2, P3, YUNXIAO, World, workshop

SI = "social-insurance"
MARCH_1, MARCH_15, MARCH_16 = date(2018, 3, 1), date(2018, 3, 15), date(2018, 3, 16)
BUDGET_2018, TREASURY_2018 = f"available:{SI}:{YUNXIAO}:2018", f"treasury:{SI}:{YUNXIAO}:2018"


def people_at_work(grant: int | None, order: str | None = None) -> World:
    """Return a world in which three people work for an employer, with a budget of 2018."""
    world = workshop(MARCH_1, people=(P1, P2, P3))
    if order:
        world.parameter("budget.order", order)
    if grant is not None:
        world.granted(SI, grant)
    for id_, person in (("J1", P1), ("J2", P2), ("J3", P3)):
        world.employed(id_, person, E1, MARCH_1)
    return world


def amounts(world: World) -> list[str]:
    return [line[-1] for line in world.lines]


def three(order: str | None = None, grant: int | None = 100_000) -> World:
    """Return a world in which 700.00, 600.00 and 200.00 fell due in this order."""
    world = people_at_work(grant, order)
    for person, fen in ((P1, 70_000), (P2, 60_000), (P3, 20_000)):
        world.paid(person, E1, "2018-03", MARCH_15, fen)
    world.close_until(MARCH_15)
    return world


class TestAClosedYear:
    @pytest.mark.parametrize(
        ("carry_over", "next_year", "treasury"), [(True, "300.00", "0.00"), (False, "0.00", "300.00")]
    )
    def test_leaves_what_is_left_to_the_next_year_or_to_the_treasury(
        self, carry_over: bool, next_year: str, treasury: str
    ) -> None:
        world = three()
        world.close_until(date(2019, 1, 9))
        world.fact(closing(carry_over=carry_over))
        world.fact(closing(carry_over=carry_over))
        world.close_until(date(2019, 1, 10))

        assert world.balance(BUDGET_2018) == "0.00"
        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == next_year
        assert world.balance(TREASURY_2018) == treasury

    @pytest.mark.parametrize(
        ("carry_over", "next_year", "treasury"), [(True, "500.00", "0.00"), (False, "0.00", "500.00")]
    )
    def test_keeps_no_grant_that_comes_after_its_closing_but_sends_it_after_what_was_left(
        self, carry_over: bool, next_year: str, treasury: str
    ) -> None:
        world = three()
        world.close_until(date(2019, 1, 9))
        world.fact(closing(carry_over=carry_over))
        world.granted(SI, 20_000, 2018, doc_no="测试2号")
        world.granted(SI, 20_000, 2018, doc_no="测试2号")
        world.close_until(date(2019, 1, 10))

        assert amounts(world) == ["700.00"]
        assert world.balance(BUDGET_2018) == "0.00"
        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == next_year
        assert world.balance(TREASURY_2018) == treasury

    def test_of_a_grant_that_comes_late_only_what_covers_no_overdraft_goes_on(self) -> None:
        world = three()
        world.fact(cut(50_000))
        world.close_until(date(2019, 1, 9))
        world.fact(closing(carry_over=True))
        world.granted(SI, 30_000, 2018, doc_no="测试2号")
        world.close_until(date(2019, 1, 10))

        assert world.balance(BUDGET_2018) == "0.00"
        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == "100.00"

    def test_whose_next_year_is_closed_too_hands_a_late_grant_on_from_year_to_year(self) -> None:
        world = three()
        world.close_until(date(2020, 1, 9))
        world.fact(closing(carry_over=True))
        world.fact(closing(2019, carry_over=False))
        world.granted(SI, 20_000, 2018, doc_no="测试2号")
        world.close_until(date(2020, 1, 10))

        assert world.balance(BUDGET_2018) == "0.00"
        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == "0.00"
        assert world.balance(f"treasury:{SI}:{YUNXIAO}:2019") == "500.00"

    def test_that_was_carried_over_lets_a_late_grant_make_room_in_the_new_years_budget(self) -> None:
        world = three()
        world.close_until(date(2019, 1, 9))
        world.granted(SI, 10_000, 2019)
        world.fact(closing(carry_over=True))
        world.granted(SI, 20_000, 2018, doc_no="测试2号")
        world.close_until(date(2019, 1, 10))

        assert [line[-2:] for line in world.lines] == [("2018-03", "700.00"), ("2019-01", "600.00")]
        assert world.balance(f"available:{SI}:{YUNXIAO}:2019") == "0.00"


def test_a_cut_takes_effect_in_full_and_an_overdrawn_budget_lets_nothing_through() -> None:
    world = people_at_work(100_000)
    world.paid(P1, E1, "2018-03", MARCH_1, 70_000)
    world.fact(cut(60_000))
    world.paid(P2, E1, "2018-03", MARCH_1, 100)
    world.close_until(MARCH_1)

    assert amounts(world) == ["700.00"]
    assert world.balance(BUDGET_2018) == "-300.00"
    assert overdrafts(world) == [None, 30_000]


def test_a_grant_says_by_how_much_it_leaves_a_budget_overdrawn() -> None:
    world = people_at_work(100_000)
    world.paid(P1, E1, "2018-03", MARCH_1, 70_000)
    world.fact(cut(60_000))
    world.granted(SI, 20_000, doc_no="测试4号")
    world.granted(SI, 10_000, doc_no="测试5号")
    world.close_until(MARCH_1)

    assert overdrafts(world) == [None, 30_000, 10_000, None]


def test_a_cut_that_is_told_twice_is_said_once() -> None:
    world = people_at_work(100_000)
    world.fact(cut(160_000))
    world.fact(cut(160_000))
    world.close_until(MARCH_1)

    assert overdrafts(world) == [None, 60_000, None]
    assert world.balance(BUDGET_2018) == "-600.00"


def test_a_cut_of_what_is_still_there_overdraws_nothing() -> None:
    world = people_at_work(100_000)
    world.fact(cut(100_000))
    world.close_until(MARCH_1)

    assert overdrafts(world) == [None, None]


def test_a_cut_that_comes_before_its_grant_leaves_what_it_would_have_left_after_it() -> None:
    world = people_at_work(None)
    world.fact(cut(60_000))
    world.granted(SI, 100_000)
    world.close_until(MARCH_1)

    assert world.balance(BUDGET_2018) == "400.00"


class TestProvisionalMonths:
    def short(self, grant: int, *, order: str = "strict") -> World:
        """Return a firm with two months of 28.00 each, of which the budget takes what it can."""
        world = firm(share=100, max_layoff_bp=189)
        world.parameter("budget.order", order)
        world.granted(SP, grant)
        for month in (1, 2):
            for person in (P1, P2):
                world.paid(person, E1, f"2018-{month:02d}", date(2018, month, 15))
            world.close_until(date(2018, month, 28))
        world.close_until(date(2018, 3, 10))
        return world

    def test_wait_for_their_budget_like_any_line(self) -> None:
        world = self.short(3_000)

        assert amounts(world) == ["28.00"]
        assert world.balances(E1)["provisional"] == "28.00"
        assert world.waiting == [(E1, "2018-02", "28.00")]

    def test_that_wait_are_not_paid_by_the_decision_but_when_they_are_posted(self) -> None:
        world = self.short(3_000)
        world.headcount(E1, 2018, 3, 3, 11_200)
        world.close_until(date(2018, 3, 11))
        decided = world.balances(E1)
        world.granted(SP, 2_800, doc_no="测试2号")
        world.close_until(date(2018, 3, 12))

        assert decided == {"paid": "28.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}
        assert world.balances(E1) == {"paid": "56.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    def test_are_final_with_the_decision_even_if_the_rest_of_the_year_waits(self) -> None:
        world = self.short(6_000)
        world.headcount(E1, 2018, 3, 3, 20_000)
        world.close_until(date(2018, 3, 11))

        assert world.waiting == [(E1, "2018", "44.00")]
        assert world.balances(E1) == {"paid": "56.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    def test_that_wait_hold_up_a_decision_that_takes_back_more_than_was_charged(self) -> None:
        world = self.short(0)
        world.headcount(E1, 2018, 3, 3, 10_000)
        world.close_until(date(2018, 3, 11))
        waiting = world.waiting
        world.granted(SP, 10_000, doc_no="测试2号")
        world.close_until(date(2018, 3, 12))

        assert sorted(waiting) == [(E1, "2018", "-6.00"), (E1, "2018-01", "28.00"), (E1, "2018-02", "28.00")]
        assert amounts(world) == ["28.00", "-6.00", "28.00"]
        assert world.balances(E1) == {"paid": "50.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}
        assert world.balance(f"available:{SP}:{YUNXIAO}:2018") == "50.00"

    def test_hold_up_such_a_decision_in_a_year_without_any_budget_too(self) -> None:
        world = self.short(0)
        world.close_until(date(2019, 1, 12))
        world.headcount(E1, 2018, 3, 3, 10_000)
        world.close_until(date(2019, 1, 13))

        assert amounts(world) == []
        assert (E1, "2018", "-6.00") in world.waiting
        assert set(world.balances(E1).values()) == {"0.00"}

    def test_that_wait_vanish_where_too_many_were_laid_off(self) -> None:
        world = self.short(3_000)
        world.headcount(E1, 2018, 3, 1, 11_200)
        world.close_until(date(2018, 3, 11))

        assert amounts(world) == ["28.00", "-28.00"]
        assert world.waiting == []
        assert set(world.balances(E1).values()) == {"0.00"}

    def test_of_a_turned_decision_are_owed_only_as_far_as_they_were_paid(self) -> None:
        world = self.short(3_000)
        world.headcount(E1, 2018, 3, 3, 11_200)
        world.close_until(date(2018, 3, 11))
        world.headcount(E1, 2018, 3, 1, 11_200)
        world.close_until(date(2018, 3, 12))

        assert world.sums() == {}
        assert world.balances(E1) == {"paid": "28.00", "payable": "0.00", "provisional": "0.00", "receivable": "28.00"}

    def test_that_are_booked_within_a_decided_year_leave_the_year_as_it_was(self) -> None:
        world = firm(share=100)
        world.granted(SP, 5_000)
        world.headcount(E1, 2018, 3, 3, 0)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.close_until(JANUARY_31)

        assert amounts(world) == ["14.00", "-14.00"]
        assert set(world.balances(E1).values()) == {"0.00"}
        assert world.waiting == []

    def test_refill_the_budget_of_the_year_in_which_they_were_booked(self) -> None:
        world = firm(share=100)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.close_until(JANUARY_31)
        world.close_until(date(2019, 3, 10))
        world.headcount(E1, 2018, 3, 3, 2_000)
        world.close_until(REPORTED_ON)

        assert amounts(world) == ["14.00", "-4.00"]
        assert world.balance(f"available:{SP}:{YUNXIAO}:2018") == "-10.00"
        assert world.balance(f"available:{SP}:{YUNXIAO}:2019") == "0.00"


def overdrafts(world: World) -> list[int | None]:
    return [booked.overdrawn_fen for booked in world.events(BudgetBooked)]


def cut(fen: int, doc_no: str = "测试3号") -> BudgetReduced:
    return BudgetReduced(programme=SI, county=YUNXIAO, fiscal_year=2018, amount_fen=fen, doc_no=doc_no)


def closing(year: int = 2018, *, carry_over: bool) -> FiscalYearClosed:
    return FiscalYearClosed(
        county=YUNXIAO, fiscal_year=year, date=date(year, 12, 31), carry_over=carry_over, doc_no="测试9号"
    )


def test_every_state_survives_being_stored() -> None:
    world = three("fill_gaps")
    world.parameter("recovery.offset_percent", 50)
    world.granted(SI, 1_000, 2019)
    kinds = {"budget", "posting_rule", "claim", "position", "fiscal_year"}
    for aggregate in SERVICE.aggregates:
        for state in world.memory.states(aggregate.kind).values():
            adapter = TypeAdapter(aggregate.state)
            assert adapter.validate_json(adapter.dump_json(state)) == state
            kinds.discard(aggregate.kind)

    assert kinds == set()
