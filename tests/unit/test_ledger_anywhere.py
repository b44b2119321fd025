"""The ledger does not depend on where it runs, and a correction that is corrected back leaves the amount as it was."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ops.cases.model import read_cases
from shared.ops.cases.run import run_case
from shared.ops.running import find_services
from tests.unit.test_subsidy_world import E1, P1, workshop

CASES = Path(__file__).parents[1] / "cases"
MARCH_1 = date(2018, 3, 1)


@pytest.fixture(params=["Pacific/Kiritimati", "America/Los_Angeles"])
def _somewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_somewhere")
def test_months_and_years_end_in_shanghai_wherever_the_machine_stands() -> None:
    services = find_services()
    for case in read_cases(CASES / "public_posts_and_internship.yaml"):
        assert run_case(case, services).differences == []


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_a_correction_that_is_corrected_back_restores_the_amount_and_stays_in_the_history(amounts: list[int]) -> None:
    world = workshop(MARCH_1)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.close(MARCH_1)
    first, told = world.posted[0], [74_200]
    for number, fen in enumerate([*amounts, 74_200], 1):
        day = MARCH_1 + timedelta(number)
        world.corrected(P1, E1, "2018-03", day, fen)
        world.close(day)
        told.append(fen)

    assert world.sums() == {("social-insurance", E1, "2018-03"): 74_200}
    assert world.posted[0] == first
    moved = [now - before for before, now in pairwise(told) if now != before]
    assert [line.amount_fen for line in world.posted] == [74_200, *moved]
