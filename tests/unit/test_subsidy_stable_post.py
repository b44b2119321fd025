from datetime import date

import pytest

from shared.events.subsidy import TransferBooked
from tests.unit.test_subsidy_world import E1, P1, P2, World, listed

SP = "stable-post"
JANUARY_1, JANUARY_31 = date(2018, 1, 1), date(2018, 1, 31)
REPORTED_ON = date(2019, 3, 11)


def firm(size: str = "sme", *, share: int | None = None, ratio: int = 50, **limits: int) -> World:
    world = World(JANUARY_1)
    world.parameter("stable_post.ratio_sme_percent", ratio)
    world.parameter("stable_post.ratio_large_percent", 30)
    if share is not None:
        world.parameter("stable_post.worker_share_percent", share)
    for name, value in limits.items():
        world.parameter(f"stable_post.{name}", value)
    for person in (P1, P2):
        world.fact(listed(person, "none"))
    world.registered(E1, "enterprise", size)
    return world


def booked(months: int = 2) -> World:
    """Return a firm with provisional months of 28.00 each, all closed."""
    world = firm(share=100, max_layoff_bp=189)
    for month in range(1, months + 1):
        for person in (P1, P2):
            world.paid(person, E1, f"2018-{month:02d}", date(2018, month, 15))
        world.close_until(date(2018, month, 28))
    world.close_until(date(2019, 3, 10))
    return world


def posts(world: World) -> list[tuple[str, ...]]:
    return [line[2:] for line in world.lines if line[0] == SP]


def refusals(world: World) -> dict[str, str]:
    return {period: reason for (programme, _, period), reason in world.refused.items() if programme == SP}


class TestTheYear:
    @pytest.mark.parametrize(("size", "amount"), [("sme", "336.00"), ("large", "201.60")])
    def test_is_the_ratio_for_the_size_of_the_premiums_reported(self, size: str, amount: str) -> None:
        world = firm(size)
        world.headcount(E1, 2018, 3, 3, 67_200)
        world.close_until(JANUARY_1)

        assert posts(world) == [("2018", "2018-01", amount)]

    @pytest.mark.parametrize(
        ("at_end", "leavers", "average", "passes"),
        [
            (981, 0, None, False),  # 19 of 990.5: 1.918 %
            (982, 0, None, True),  # 18 of 991: 1.816 %
            (981, 0, 1005, False),  # 1.8905 %
            (981, 0, 1006, True),  # 1.8887 %
            (970, 30, None, True),
            (1_100, 0, None, True),
        ],
    )
    def test_needs_a_layoff_rate_that_does_not_exceed_the_limit(
        self, at_end: int, leavers: int, average: int | None, passes: bool
    ) -> None:
        world = firm(max_layoff_bp=189)
        world.headcount(E1, 2018, 1_000, at_end, 67_200, leavers=leavers, average=average)
        world.close_until(JANUARY_1)

        assert bool(posts(world)) is passes
        assert (world.refused == {}) is passes

    def test_passes_at_exactly_the_limit(self) -> None:
        world = firm(max_layoff_bp=1_000)
        world.headcount(E1, 2018, 100, 90, 67_200, average=100)
        world.close_until(JANUARY_1)

        assert posts(world) == [("2018", "2018-01", "336.00")]

    @pytest.mark.parametrize(("at_start", "reason"), [(30, None), (31, "layoff_rate_too_high")])
    def test_has_its_own_limit_for_a_small_firm(self, at_start: int, reason: str | None) -> None:
        world = firm(max_layoff_bp=189, small_firm_heads=30, small_firm_max_layoff_bp=2_000)
        world.headcount(E1, 2018, at_start, at_start - 5, 67_200, average=30)
        world.close_until(JANUARY_1)

        assert world.refused.get((SP, E1, "2018")) == reason

    def test_passes_where_no_limit_is_set_and_where_nobody_works(self) -> None:
        world = firm()
        world.headcount(E1, 2017, 10, 1, 67_200)
        world.headcount(E1, 2018, 0, 0, 67_200)
        world.close_until(JANUARY_1)

        assert posts(world) == [("2017", "2018-01", "336.00"), ("2018", "2018-01", "336.00")]

    def test_is_worked_out_with_the_values_of_the_day_the_report_arrives(self) -> None:
        world = firm()
        world.parameter("stable_post.ratio_sme_percent", 60, REPORTED_ON)
        world.close_until(date(2019, 3, 10))
        world.headcount(E1, 2018, 3, 3, 67_200)
        world.close_until(REPORTED_ON)

        assert posts(world) == [("2018", "2019-03", "403.20")]

    def test_is_refused_where_the_ratio_is_unset(self) -> None:
        world = firm()
        world.parameter("stable_post.ratio_sme_percent", None, date(2018, 1, 1))
        world.headcount(E1, 2018, 3, 3, 67_200)

        assert world.refused == {(SP, E1, "2018"): "parameter_unset"}

    def test_is_decided_anew_by_a_second_report(self) -> None:
        world = firm(max_layoff_bp=189)
        world.headcount(E1, 2017, 10, 10, 67_200)
        world.close_until(JANUARY_1)
        world.headcount(E1, 2017, 10, 5, 67_200)
        world.close_until(date(2018, 1, 2))

        assert posts(world) == [("2017", "2018-01", "336.00"), ("2017", "2018-01", "-336.00")]
        assert world.balances(E1)["receivable"] == "336.00"

    def test_a_report_that_repeats_an_earlier_one_in_every_field_changes_nothing(self) -> None:
        world = firm()
        world.headcount(E1, 2017, 10, 10, 67_200)
        world.headcount(E1, 2017, 10, 10, 50_000)
        world.headcount(E1, 2017, 10, 10, 67_200)
        world.close_until(JANUARY_1)

        assert world.sums() == {(SP, E1, "2017"): 25_000}


class TestProvisionalMonths:
    def test_are_booked_at_the_close_of_the_month_and_not_paid(self) -> None:
        world = firm(share=100)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.paid(P2, E1, "2018-01", date(2018, 1, 15))
        world.close_until(date(2018, 1, 30))

        assert posts(world) == []

        world.close(JANUARY_31)

        assert posts(world) == [("2018-01", "2018-01", "28.00")]
        assert world.balances(E1) == {"paid": "0.00", "payable": "0.00", "provisional": "28.00", "receivable": "0.00"}

    def test_are_not_booked_without_the_workers_share(self) -> None:
        world = firm()
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.close_until(JANUARY_31)

        assert posts(world) == []

    def test_are_rounded_once_over_all_workers(self) -> None:
        world = firm(share=33, ratio=41)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15), 70_105)  # 13.22 of unemployment premium
        world.paid(P2, E1, "2018-01", date(2018, 1, 15), 70_105)
        world.close_until(JANUARY_31)

        assert posts(world) == [("2018-01", "2018-01", "14.42")]  # 26.44 x 41 % x 133 % = 14.4177

    def test_follow_the_same_rule_of_what_is_held_for_each_worker(self) -> None:
        world = firm(share=100)
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.corrected(P1, E1, "2018-01", date(2018, 1, 20), 37_100)
        world.refunded(P2, E1, "2018-01", date(2018, 1, 20))
        world.close_until(JANUARY_31)

        assert posts(world) == [("2018-01", "2018-01", "7.00")]

    def test_a_premium_that_comes_late_is_booked_on_the_day_it_comes(self) -> None:
        world = booked()
        world.paid(P1, E1, "2018-03", date(2018, 3, 15))
        world.close_until(REPORTED_ON)

        assert posts(world)[-1] == ("2018-03", "2019-03", "14.00")
        assert world.balances(E1)["provisional"] == "70.00"

    def test_a_premium_given_back_lowers_what_is_booked_and_opens_no_receivable(self) -> None:
        world = booked()
        world.refunded(P1, E1, "2018-02", date(2019, 3, 11))
        world.close_until(REPORTED_ON)

        assert posts(world)[-1] == ("2018-02", "2019-03", "-14.00")
        assert world.balances(E1) == {"paid": "0.00", "payable": "0.00", "provisional": "42.00", "receivable": "0.00"}

    def test_a_share_published_late_books_the_closed_months(self) -> None:
        world = firm()
        world.paid(P1, E1, "2018-01", date(2018, 1, 15))
        world.close_until(JANUARY_31)
        world.parameter("stable_post.worker_share_percent", 100, date(2018, 1, 31))
        world.close_until(date(2018, 2, 1))

        assert posts(world) == [("2018-01", "2018-02", "14.00")]


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
