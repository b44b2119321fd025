"""`bangfu budgets`: granted = encumbered + consumed + available + lapsed, at every moment that is asked for."""

from datetime import date

from services.subsidy.budget_views import Purse, purses
from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.budgets import BUDGET
from services.subsidy.domain.positions import POSITION
from shared.ops.knowing import folded
from tests.unit.test_subsidy_stable_post import JANUARY_31, SP, firm
from tests.unit.test_subsidy_world import E1, P1, YUNXIAO, World

GRANTED = 10_000


def two_months() -> World:
    """Return a world with 28.00 yuan of January and February booked ahead of the year's decision."""
    world = firm(share=100, max_layoff_bp=189)
    world.granted(SP, GRANTED)
    for month, day in (("2018-01", date(2018, 1, 15)), ("2018-02", date(2018, 2, 15))):
        world.paid(P1, E1, month, day)
    world.close_until(JANUARY_31)
    world.close_until(date(2018, 2, 28))
    return world


def now(world: World) -> Purse:
    states = world.memory.states
    return purses(states("account"), states("position"), states("budget"))[SP, YUNXIAO, 2018]


def known_at(world: World, day: date) -> Purse:
    known = [message for message in world.memory.emitted if message.known_on <= day]
    found = purses(*(folded(aggregate, known) for aggregate in (ACCOUNT, POSITION, BUDGET)))
    return found[SP, YUNXIAO, 2018]


def test_provisional_months_are_encumbered_and_not_consumed() -> None:
    assert now(two_months()) == Purse(granted=GRANTED, encumbered=2_800, consumed=0, available=7_200)


def test_the_decision_consumes_what_was_encumbered() -> None:
    world = two_months()
    world.headcount(E1, 2018, 3, 3, 10_000)
    world.close_until(date(2018, 3, 11))
    assert now(world) == Purse(granted=GRANTED, consumed=5_000, available=5_000)


def test_a_decision_against_releases_what_was_encumbered() -> None:
    world = two_months()
    world.headcount(E1, 2018, 3, 1, 10_000)
    world.close_until(date(2018, 3, 11))
    assert now(world) == Purse(granted=GRANTED, available=GRANTED)


def test_what_waits_for_room_is_shown_and_not_counted() -> None:
    world = firm(share=100)
    world.granted(SP, 1_000)
    world.paid(P1, E1, "2018-01", date(2018, 1, 15))
    world.close_until(JANUARY_31)
    assert now(world) == Purse(granted=1_000, available=1_000, waiting=1_400)


def test_at_another_day_it_is_what_the_events_until_then_say() -> None:
    world = two_months()
    world.headcount(E1, 2018, 3, 3, 10_000)
    world.close_until(date(2018, 3, 11))
    assert known_at(world, date.max) == now(world)
    assert known_at(world, JANUARY_31) == Purse(granted=GRANTED, encumbered=1_400, available=8_600)
