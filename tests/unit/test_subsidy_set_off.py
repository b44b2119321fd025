"""Later money is set off against what a payee owes; the line stays the same and only the rest is paid out."""

from datetime import date

import pytest

from tests.unit.test_subsidy_stable_post import JANUARY_31, SP, firm
from tests.unit.test_subsidy_world import E1, E2, P1, P2, World, workshop

MARCH_1, MARCH_15, MARCH_16 = date(2018, 3, 1), date(2018, 3, 15), date(2018, 3, 16)


def owing(percent: int | None) -> World:
    """Return a world in which an employer was paid 742.00 and owes it again."""
    world = workshop(MARCH_1, people=(P1, P2))
    if percent is not None:
        world.parameter("recovery.offset_percent", percent)
    for id_, person in (("J1", P1), ("J2", P2)):
        world.employed(id_, person, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_15)
    world.close_until(MARCH_15)
    world.refunded(P1, E1, "2018-03", MARCH_16)
    world.close_until(MARCH_16)
    return world


@pytest.mark.parametrize(
    ("percent", "fen", "paid", "owed"),
    [
        (100, 50_000, "742.00", "242.00"),
        (100, 100_000, "1000.00", "0.00"),
        (50, 50_000, "992.00", "492.00"),
        (None, 50_000, "1242.00", "742.00"),
        (0, 50_000, "1242.00", "742.00"),
    ],
)
def test_a_later_line_reduces_what_is_owed(percent: int | None, fen: int, paid: str, owed: str) -> None:
    world = owing(percent)
    world.paid(P2, E1, "2018-03", date(2018, 3, 20), fen)
    world.close_until(date(2018, 3, 20))

    assert world.posted[-1].amount_fen == fen
    assert world.balances(E1) == {"paid": paid, "payable": "0.00", "provisional": "0.00", "receivable": owed}


def test_a_line_of_another_programme_is_set_off_too() -> None:
    world = owing(100)
    world.parameter("stable_employment.reward_fen", 100_000)
    world.close_until(date(2019, 2, 28))

    assert [line[-1] for line in world.lines if line[0] == "stable-employment"] == ["1000.00", "1000.00"]
    assert world.balances(E1) == {"paid": "2000.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}


def test_another_payee_is_paid_in_full() -> None:
    world = owing(100)
    world.employed("J3", P2, E2, MARCH_1)
    world.paid(P2, E2, "2018-03", date(2018, 3, 10))
    world.close_until(date(2018, 3, 20))

    assert world.balances(E2)["paid"] == "742.00"
    assert world.balances(E1)["receivable"] == "742.00"


def test_what_was_set_off_counts_as_paid_when_its_line_is_taken_back() -> None:
    world = owing(100)
    world.paid(P2, E1, "2018-03", date(2018, 3, 20))
    world.close_until(date(2018, 3, 20))
    world.refunded(P2, E1, "2018-03", date(2018, 3, 21))
    world.close_until(date(2018, 3, 21))

    assert world.balances(E1) == {"paid": "742.00", "payable": "0.00", "provisional": "0.00", "receivable": "742.00"}


def test_provisional_money_is_set_off_when_it_becomes_final() -> None:
    world = firm(share=100)
    world.parameter("recovery.offset_percent", 100)
    world.headcount(E1, 2017, 3, 3, 2_000)
    world.close_until(date(2018, 1, 1))
    world.headcount(E1, 2017, 3, 3, 0)
    world.paid(P1, E1, "2018-01", date(2018, 1, 15))
    world.close_until(JANUARY_31)
    provisional = world.balances(E1)
    world.headcount(E1, 2018, 3, 3, 2_800)
    world.close_until(date(2018, 2, 1))

    assert [line[-1] for line in world.lines if line[0] == SP] == ["10.00", "-10.00", "14.00"]
    assert provisional == {"paid": "10.00", "payable": "0.00", "provisional": "14.00", "receivable": "10.00"}
    assert world.balances(E1) == {"paid": "14.00", "payable": "0.00", "provisional": "0.00", "receivable": "0.00"}
