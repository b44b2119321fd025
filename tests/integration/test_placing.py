"""`bangfu placements` and `bangfu recruiting` on a small real system."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import typer

from services.registry.placements_commands import register as register_placements
from services.registry.recruiting_commands import register as register_recruiting
from shared.embedded import EmbeddedStack
from tests.support.facts import NAME, closing, offer
from tests.support.placing import job, number, pseudonym, seeker
from tests.support.whole import Whole, at_work, ran, told

pytestmark = pytest.mark.real

ROUND = "dispatch-quota-r1"
FIRST = date(2020, 10, 31)
COMMANDS = typer.Typer()
register_placements(COMMANDS)
register_recruiting(COMMANDS)
FACTS = (
    closing(FIRST),
    offer("employer.registered", "e-1"),
    seeker(1),
    seeker(2),
    job("J2", 2, "2020-10-20", contract_until="2021-09-30"),
    offer(
        "application.received",
        "a-1",
        {"application_id": "A1", "programme": "dispatch-quota", "id_number": number(1), "date": "2020-11-01"},
    ),
    offer("application.reviewed", "r-1", {"application_id": "A1", "decision": "同意", "by": "office"}),
    *(closing(FIRST + timedelta(days=n)) for n in range(1, 9)),
)


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system with an old placement and a list that is put up."""
    async with at_work(stack, tmp_path_factory.mktemp("placing"), "placing", FACTS) as found:
        yield found


async def said(whole: Whole, *arguments: str) -> Any:
    return await told(whole, *arguments, commands=COMMANDS)


async def test_a_placement_is_listed_with_what_is_open_about_it(whole: Whole) -> None:
    (row,) = await said(whole, "placements", "--due", "--kind", "dispatch")

    assert (row["employment_id"], row["person_id"], row["state"]) == ("J2", pseudonym(2), "in_post")
    assert row["open"] == ["agreement_missing", "arrival_missing"]
    assert await said(whole, "placements", "--person", pseudonym(1)) == []
    table = (await ran(whole, "placements", commands=COMMANDS)).stdout
    assert "缺协议" in table


async def test_a_placement_is_shown_as_it_was_known_and_as_of_a_day(whole: Whole) -> None:
    (then,) = await said(whole, "placements", "--known-at", "2020-11-01")
    (now,) = await said(whole, "placements", "--known-at", "2020-11-05")

    assert (then["open"], now["open"]) == ([], ["agreement_missing", "arrival_missing"])
    assert await said(whole, "placements", "--as-of", "2020-10-19") == []


async def test_an_application_waits_at_a_step_and_its_list_is_put_up_with_masked_names(whole: Whole) -> None:
    (found,) = await said(whole, "recruiting", "--programme", "dispatch-quota")
    rows = await said(whole, "recruiting", "notice", ROUND)

    assert [(row["application_id"], row["step"]) for row in found["applications"]] == [("A1", "notice")]
    assert found["rounds"][0]["notice_until"] == "2020-11-09"
    assert [row["name"] for row in rows] == [f"{NAME[0]}**"]
    assert (await said(whole, "recruiting", "--known-at", "2020-11-03"))[0]["applications"][0]["step"] == "list"
    refused = await ran(whole, "recruiting", "notice", "dispatch-quota-r9", commands=COMMANDS)
    assert "has no list" in str(refused.exception)
