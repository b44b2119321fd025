"""The same rules along plain random walks, and two laws of a single month."""

import random
from datetime import date, timedelta
from inspect import signature
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import days_in_month, month_last
from tests.support.books import PW, SI, SP, STARTS
from tests.support.invariants import Auditor
from tests.support.office import EMPLOYERS, PEOPLE
from tests.unit.test_subsidy_invariants import OPERATIONS, SEED, Ledger
from tests.unit.test_subsidy_world import E1, P1, World, listed

# Hypothesis shrinks, but goes where it has been; a plain walk over the same rules goes further.
MOVES = (
    *("an_ordinary_month",) * 6, *("premium", "take_back", "bank_pays", "bank_fails", "days_go_by", "run_goes_out") * 3,
    *("decide_clawback", "recover", "give_up", "say_again") * 3, "hire", "end", "void", "correct_employment",
    "list_person", "headcount", "grant", "reduce", "the_month_ends", "a_year_is_closed", "approve_run", "refuse_run",
    "object", "pause", "deliver_again",
)  # fmt: skip


def walked(number: int, steps: int) -> Ledger:
    """Take a ledger through so many random moves, looking at its books after each."""
    chance = random.Random(number)  # noqa: S311 - repeatable chance, not a secret
    ledger = Ledger()
    ledger.begin(
        order=chance.choice(["strict", "fill_gaps"]), offset=chance.choice([0, 50, 100]),
        cure=chance.choice([None, 0, 3]), notice=chance.choice([None, None, 2]),
        granted=chance.choice([None, chance.randint(0, 400_000), 10**9]),
    )  # fmt: skip
    for _ in range(steps):
        move = getattr(ledger, chance.choice(MOVES))
        move(**{name: drawn(chance, name) for name in signature(move).parameters})
        ledger.books_agree()
    ledger.teardown()
    return ledger


def drawn(chance: random.Random, name: str) -> Any:
    choices: dict[str, Any] = {
        "person": PEOPLE, "uscc": EMPLOYERS, "by": ["one", "two", "three"], "at_end": [1, 3], "year": [2018, 2019],
        "status": ["listed", "listed", "none", "low_income"], "programme": [SI, SP], "carries": [True, False],
        "period": ["2018-09", "2018-10", "2018-11", "2018-12", "2019-01"],
        "kind": ["workshop", "public_welfare", "paid", "corrected", "refunded"],
    }  # fmt: skip
    if name == "back":
        return timedelta(chance.randint(0, 60))
    if name in choices:
        return chance.choice(choices[name])
    return (
        chance.random() < 0.5
        if name.startswith(("is_", "goes_"))
        else chance.randint(1, {"days": 20, "number": 99}.get(name, 200_000))
    )


@pytest.mark.parametrize("number", range(max(OPERATIONS // 100, 4)))
def test_the_invariants_hold_along_random_walks(number: int) -> None:
    walked(SEED + number, 100 if OPERATIONS >= 10_000 else 60)


@given(
    st.lists(st.integers(1, 31), max_size=4),
    st.integers(0, 300_000),
    st.sampled_from(["2018-02", "2018-03", "2018-04"]),
)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_the_parts_of_a_month_add_up_to_the_month(cuts: list[int], wage_fen: int, period: str) -> None:
    """A3: however a month is split into employments, the parts are the whole."""
    days = days_in_month(period)
    starts = sorted({1, *(cut for cut in cuts if cut <= days)})
    world = World(date(2018, 2, 1), pays=False)
    for name, value in {"minimum_wage.month_fen": wage_fen, "public_welfare_post.ratio_percent": 67}.items():
        world.parameter(name, value)
    world.registered(E1)
    world.fact(listed(P1))
    for number, (first, following) in enumerate(pairwise([*starts, days + 1])):
        world.employed(f"J{number}", P1, E1, date.fromisoformat(f"{period}-{first:02d}"), "public_welfare")
        world.ended(f"J{number}", P1, date.fromisoformat(f"{period}-{following - 1:02d}"))
    world.close(month_last(period))
    assert world.sums().get((PW, E1, period), 0) == (2 * wage_fen * 67 + 100) // 200


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.booleans(), st.sampled_from([0, 50, 100]))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_correction_and_its_counter_correction_restore_the_net(
    one_fen: int, other_fen: int, pays: bool, offset: int
) -> None:
    """A7: both stay in history, and the net is what it was."""
    world = World(STARTS, pays=pays)
    world.parameter("recovery.offset_percent", offset)
    world.registered(E1)
    world.fact(listed(P1))
    world.employed("J1", P1, E1, STARTS)
    auditor = Auditor()
    for number, fen in enumerate((one_fen, other_fen, one_fen)):
        world.corrected(P1, E1, "2018-10", STARTS + timedelta(number), fen)
        world.close(STARTS + timedelta(number))
    auditor.hear(world.memory.emitted)
    auditor.holds_against(world.memory.states("account"), world.memory.states("line"))
    assert world.sums().get((SI, E1, "2018-10"), 0) == one_fen
    assert len(world.posted) == (bool(one_fen) + 2 * (one_fen != other_fen))
