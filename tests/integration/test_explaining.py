"""`bangfu explain`, `clauses`, `balances`, `takeup` and `statement` on a small real system."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import typer

from services.subsidy.commands import register
from shared.embedded import EmbeddedStack
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.whole import Whole, at_work, ran, told

pytestmark = pytest.mark.real

LINE = "L000000001"
COMMANDS = typer.Typer()
register(COMMANDS)
FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    offer("premium.paid", "p-2", period="2018-02"),
    *(closing(date(2018, 3, day)) for day in (2, 3)),
    offer("premium.refunded", "rf-1"),
    closing(date(2018, 3, 4)),
)


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that paid a subsidy's line and took it back."""
    async with at_work(stack, tmp_path_factory.mktemp("explaining"), "explaining", FACTS) as found:
        yield found


async def said(whole: Whole, *arguments: str) -> Any:
    return await told(whole, *arguments, commands=COMMANDS)


async def test_a_line_is_explained_by_the_facts_behind_it_and_what_became_of_it(whole: Whole) -> None:
    found = await said(whole, "explain", LINE)

    assert [(cause["id"], cause["fact"]) for cause in found["causes"]] == [
        ("c-1", "employment.confirmed"),
        ("p-1", "premium.paid"),
    ]
    assert [(row["what"], row["ref"]) for row in found["became"]] == [("taken_back", "L000000002")]
    assert "第11条" in found["clause"]


@pytest.mark.parametrize(
    ("lang", "answer", "later"),
    [
        ("zh", "✓ 用人单位属于扶贫车间或企业  [employer.kind=", "被冲回 L000000002 -742.00 元"),
        (
            "en",
            "✓ employer.kind in parameters['social_insurance.employer_kinds']  [employer.kind=",
            "taken back by L000000002 -742.00 yuan",
        ),
    ],
)
async def test_an_explanation_reads_as_text(
    whole: Whole, monkeypatch: pytest.MonkeyPatch, lang: str, answer: str, later: str
) -> None:
    monkeypatch.setenv("BANGFU_LANG", lang)
    text = (await ran(whole, "explain", LINE, commands=COMMANDS)).stdout

    assert answer in text
    assert later in text


async def test_what_is_not_known_by_a_day_is_not_shown(whole: Whole) -> None:
    lines = [(await said(whole, "clauses", "第11条", "--known-at", f"2018-03-0{day}"))[0]["lines"] for day in (3, 4)]
    payee = (await said(whole, "clauses", "social-insurance"))[0]["payee"]
    then, now = [
        await said(whole, "balances", "--payee", payee, *known) for known in (["--known-at", "2018-03-03"], [])
    ]
    statement = await said(whole, "statement", "--employer", payee, "--known-at", "2018-03-03")

    assert lines == [[LINE], [LINE, "L000000002"]]
    assert (then["payable"], now["payable"]) == ("742.00", "0.00")
    assert [row["line_id"] for row in statement["lines"]] == [LINE]
    refused = await ran(whole, "explain", "L000000002", "--known-at", "2018-03-03", commands=COMMANDS)
    assert "no such line by then" in str(refused.exception)


async def test_take_up_is_shown_for_a_person_and_a_county(whole: Whole) -> None:
    by_county = await said(whole, "takeup", "--county", "350622")
    (row,) = by_county["rows"]

    assert (row["outcome"], row["since"], row["awaits"]) == ("missing", "2018-02", "employment.confirmed")
    assert by_county["by_clause"][0]["missing"] == 1
    assert await said(whole, "takeup", "--person", row["person_id"]) == [row]
