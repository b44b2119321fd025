from datetime import date

import pytest

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
