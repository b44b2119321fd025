"""Whatever the order and the days on which facts arrive, the same money is due in the end."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.employment import EmploymentCorrected
from tests.unit.test_subsidy_world import E1, E2, P1, P2, World, listed

Step = Callable[[World], None]
MARCH_1, THE_END = date(2018, 3, 1), date(2020, 6, 30)
steady = settings(deadline=None, derandomize=True, max_examples=25)

STEPS: list[Step] = [
    lambda w: w.fact(listed(P1, "listed", date(2016, 1, 1), born_on=date(1963, 1, 1), sex="male")),
    lambda w: w.fact(listed(P1, "exited", date(2018, 8, 15))),
    lambda w: w.fact(listed(P1, "listed", date(2018, 11, 2))),
    lambda w: w.fact(listed(P2)),
    lambda w: w.employed("J1", P1, E1, MARCH_1),
    lambda w: w.ended("J1", P1, date(2018, 6, 15)),
    lambda w: w.employed("J2", P1, E2, date(2018, 6, 11)),
    lambda w: w.employed("J3", P2, E1, date(2018, 4, 1)),
    lambda w: w.fact(EmploymentCorrected(employment_id="J3", reason="day", starts_on=date(2018, 5, 1), person_id=P2)),
    lambda w: w.voided("J2", P1, date(2019, 10, 1)),
    lambda w: w.paid(P1, E1, "2018-05", date(2018, 5, 15)),
    lambda w: w.paid(P1, E1, "2018-06", date(2018, 6, 14)),
    lambda w: w.refunded(P1, E1, "2018-06", date(2018, 7, 1), 70_000),
    lambda w: w.corrected(P1, E1, "2018-05", date(2018, 6, 1), 80_000),
    lambda w: w.paid(P1, E2, "2018-06", date(2018, 6, 20)),
    lambda w: w.paid(P1, E2, "2018-09", date(2018, 9, 20)),
    lambda w: w.paid(P1, E2, "2018-12", date(2018, 12, 20)),
    lambda w: w.paid(P1, E2, "2018-12", date(2018, 12, 20)),
    lambda w: w.paid(P2, E1, "2018-04", date(2018, 4, 15)),
    lambda w: w.paid(P2, E1, "2018-05", date(2018, 5, 15)),
    lambda w: w.parameter("social_insurance.max_months", 3),
    lambda w: w.parameter("social_insurance.ratio_percent", 50, date(2018, 12, 1)),
    lambda w: w.parameter("stable_employment.reward_fen", 100_000),
    lambda w: w.parameter("stable_post.ratio_sme_percent", 50),
    lambda w: w.parameter("stable_post.worker_share_percent", 100, date(2018, 5, 31)),
]


def told(steps: list[Step], days: list[int]) -> World:
    world = World(MARCH_1)
    world.registered(E1)
    world.registered(E2)
    for step, day in zip(steps, days, strict=True):
        world.close_until(MARCH_1 + timedelta(days=day))
        step(world)
    world.close_until(THE_END)
    return world


def test_the_facts_come_to_this() -> None:
    assert told(STEPS, [0] * len(STEPS)).sums() == {
        ("social-insurance", E1, "2018-05"): 80_000 + 74_200,
        ("social-insurance", E1, "2018-06"): 4_200,
        ("social-insurance", E2, "2018-12"): 37_100,
        ("stable-employment", E1, "2019-04"): 100_000,
        ("stable-employment", E2, "2019-06"): 100_000,
        ("stable-post", E1, "2018-05"): 2_909,
        ("stable-post", E1, "2018-06"): 80,
        ("stable-post", E2, "2018-06"): 1_400,
        ("stable-post", E2, "2018-09"): 1_400,
        ("stable-post", E2, "2018-12"): 1_400,
    }


@steady
@given(st.permutations(STEPS), st.lists(st.integers(0, 700), min_size=len(STEPS), max_size=len(STEPS)))
def test_any_order_and_any_days_of_arrival_give_the_same_sums(steps: list[Step], days: list[int]) -> None:
    expected = told(STEPS, [0] * len(STEPS))

    world = told(steps, sorted(days))

    assert world.sums() == expected.sums()
    assert world.refused == expected.refused
    assert sum(account.balance_fen for account in world.memory.states("account").values()) == 0
