"""`bangfu duties` on a small real system."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import typer

from services.registry.duties_commands import register
from shared.embedded import EmbeddedStack
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.whole import Whole, at_work, ran, told

pytestmark = pytest.mark.real

COMMANDS = typer.Typer()
COMMANDS.callback()(lambda: None)  # one command alone would lose its name
register(COMMANDS)
TERM = {"starts_on": "2018-02-26", "post_kind": "secondment", "county": "350622"}
FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", **TERM),
    *(closing(date(2018, 3, day)) for day in range(2, 9)),
    offer("duty.done", "d-1", duty="走访", date="2018-03-02"),
    offer("duty.done", "d-2", duty="走访", date="2018-03-07", evidence=["photo-1"]),
)


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system in which a visit of a first secretary was reported after it had counted as missed."""
    async with at_work(stack, tmp_path_factory.mktemp("duties"), "duties", FACTS) as found:
        yield found


async def said(whole: Whole, *arguments: str) -> list[tuple[str, str]]:
    found: Any = await told(whole, "duties", "--placement", "J1", *arguments, commands=COMMANDS)
    return [(row["period"], row["status"]) for row in found["duties"] if row["duty"] == "household_visit"]


async def test_duties_are_listed_as_they_stand_and_as_they_were_known(whole: Whole) -> None:
    assert await said(whole) == [("2018-W09", "fulfilled"), ("2018-W10", "fulfilled")]
    assert await said(whole, "--known-at", "2018-03-08") == [("2018-W09", "overdue"), ("2018-W10", "open")]
    assert await said(whole, "--as-of", "2018-03-04") == [("2018-W09", "fulfilled")]
    assert await said(whole, "--known-at", "2018-03-08", "--overdue") == [("2018-W09", "overdue")]


async def test_duties_read_as_a_table_with_the_unset_ones_below(whole: Whole) -> None:
    due = await told(whole, "duties", "--due", "2018-04-02", commands=COMMANDS)
    assert [(row["duty"], row["due_on"]) for row in due["duties"]] == [("party_class", "2018-04-02")]
    assert "duty.follow_up.every_days" in {row["parameter"] for row in due["unset"]}
    text = (await ran(whole, "duties", commands=COMMANDS)).stdout
    assert "duties on 2018-03-09" in text
    assert "duties whose cadence no document sets" in text
