from datetime import date

import pytest

from shared.events.subsidy import TransferBooked
from tests.unit.test_subsidy_stable_post import JANUARY_31, REPORTED_ON, SP, booked, firm, posts, refusals
from tests.unit.test_subsidy_world import E1, P1


class TestTheDecision:
    def test_posts_no_line_where_the_months_make_up_the_year_and_releases_them(self) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 3, 11_200)
        world.close_until(REPORTED_ON)

        assert posts(world) == [("2018-01", "2018-01", "28.00"), ("2018-02", "2018-02", "28.00")]
        assert [transfer.kind for transfer in world.events(TransferBooked)] == ["release", "payment"]
        assert world.balances(E1) == {"paid": "56.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    @pytest.mark.parametrize(
        ("premium_fen", "amount", "paid"), [(20_000, "44.00", "100.00"), (10_000, "-6.00", "50.00")]
    )
    def test_posts_what_the_year_comes_to_less_the_months(self, premium_fen: int, amount: str, paid: str) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 3, premium_fen)
        world.close_until(REPORTED_ON)

        assert posts(world)[-1] == ("2018", "2019-03", amount)
        assert world.balances(E1) == {"paid": paid, "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    def test_takes_every_month_back_under_its_own_month_where_too_many_were_laid_off(self) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 1, 11_200)
        world.close_until(REPORTED_ON)

        assert posts(world)[-2:] == [("2018-01", "2019-03", "-28.00"), ("2018-02", "2019-03", "-28.00")]
        assert refusals(world) == {"2018": "layoff_rate_too_high"}
        assert set(world.balances(E1).values()) == {"0.00"}

    def test_stands_when_a_premium_comes_after_it_and_moves_money_between_month_and_year(self) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 3, 20_000)
        world.close_until(REPORTED_ON)
        world.paid(P1, E1, "2018-03", date(2018, 3, 15))
        world.close_until(date(2019, 3, 12))

        assert posts(world)[-2:] == [("2018", "2019-03", "-14.00"), ("2018-03", "2019-03", "14.00")]
        assert world.balances(E1) == {"paid": "100.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    def test_stands_when_a_premium_is_given_back_after_it(self) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 3, 20_000)
        world.close_until(REPORTED_ON)
        world.refunded(P1, E1, "2018-02", date(2019, 3, 12))
        world.close_until(date(2019, 3, 12))

        assert posts(world)[-2:] == [("2018-02", "2019-03", "-14.00"), ("2018", "2019-03", "14.00")]
        assert world.balances(E1) == {"paid": "100.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}

    def test_that_is_turned_by_a_second_report_takes_back_what_was_paid(self) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 3, 20_000)
        world.close_until(REPORTED_ON)
        world.headcount(E1, 2018, 3, 1, 20_000)
        world.close_until(date(2019, 3, 12))

        assert world.sums() == {}
        assert world.balances(E1) == {
            "paid": "100.00", "payable": "0.00", "provisional": "0.00", "receivable": "100.00"
        }  # fmt: skip

    def test_that_was_refused_first_books_the_months_again_and_releases_them(self) -> None:
        world = booked()
        world.headcount(E1, 2018, 3, 1, 20_000)
        world.close_until(REPORTED_ON)
        world.headcount(E1, 2018, 3, 3, 20_000)
        world.close_until(date(2019, 3, 12))

        assert world.sums() == {(SP, E1, "2018-01"): 2_800, (SP, E1, "2018-02"): 2_800, (SP, E1, "2018"): 4_400}
        assert world.balances(E1)["paid"] == "100.00"
        assert refusals(world) == {}

    def test_that_comes_before_the_year_is_over_leaves_the_later_months_inside_the_year(self) -> None:
        world = firm(share=100)
        world.headcount(E1, 2018, 3, 3, 10_000)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.close_until(JANUARY_31)

        assert world.sums() == {(SP, E1, "2018"): 3_600, (SP, E1, "2018-01"): 1_400}
        assert world.balances(E1)["paid"] == "50.00"
        assert world.balances(E1)["receivable"] == "0.00"


class TestTheEmployer:
    def test_that_grows_keeps_the_size_it_had_for_the_days_before(self) -> None:
        world = firm(share=100)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.close_until(JANUARY_31)
        world.registered(E1, "enterprise", "large")
        world.paid(P1, E1, "2018-02", date(2018, 2, 15))
        world.close_until(date(2018, 2, 28))

        assert posts(world) == [("2018-01", "2018-01", "14.00"), ("2018-02", "2018-02", "8.40")]
