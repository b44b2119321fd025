"""`bangfu explain`, `clauses`, `balances`, `takeup` and `statement` on a small real system."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import nats
import pytest
import typer
from typer.testing import CliRunner, Result

from services.subsidy.commands import register
from shared.embedded import EmbeddedStack
from shared.settings import Settings
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.live import open_bus
from tests.support.whole import Whole, deployed, open_whole

pytestmark = pytest.mark.real

LINE = "L000000001"
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
def environment(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return the settings under which the commands find the system."""
    with deployed(stack, tmp_path_factory.mktemp("explaining"), "explaining") as settings:
        yield settings


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, environment: Settings) -> AsyncIterator[Whole]:
    """Return a system that paid a subsidy's line and took it back."""
    async with await nats.connect(str(environment.nats_url)) as client:
        opened = await open_whole(stack, await open_bus(client), environment)
        await opened.tell(*FACTS)
        yield opened
        for store in opened.view.stores.values():
            await store.db.client.drop_database(store.db.name)
        opened.close()


async def ran(whole: Whole, *arguments: str) -> Result:
    commands = typer.Typer()
    register(commands)
    result: Result = await whole.meanwhile(lambda: CliRunner().invoke(commands, list(arguments)))
    return result


async def told(whole: Whole, *arguments: str) -> Any:
    result = await ran(whole, *arguments, "--json")
    assert result.stdout, result.exception
    return json.loads(result.stdout)


async def test_a_line_is_explained_by_the_facts_behind_it_and_what_became_of_it(whole: Whole) -> None:
    found = await told(whole, "explain", LINE)

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
    text = (await ran(whole, "explain", LINE)).stdout

    assert answer in text
    assert later in text


async def test_what_is_not_known_by_a_day_is_not_shown(whole: Whole) -> None:
    lines = [(await told(whole, "clauses", "第11条", "--known-at", f"2018-03-0{day}"))[0]["lines"] for day in (3, 4)]
    payee = (await told(whole, "clauses", "social-insurance"))[0]["payee"]
    then, now = [
        await told(whole, "balances", "--payee", payee, *known) for known in (["--known-at", "2018-03-03"], [])
    ]
    statement = await told(whole, "statement", "--employer", payee, "--known-at", "2018-03-03")

    assert lines == [[LINE], [LINE, "L000000002"]]
    assert (then["payable"], now["payable"]) == ("742.00", "0.00")
    assert [row["line_id"] for row in statement["lines"]] == [LINE]
    refused = await ran(whole, "explain", "L000000002", "--known-at", "2018-03-03")
    assert "no such line by then" in str(refused.exception)


async def test_take_up_is_shown_for_a_person_and_a_county(whole: Whole) -> None:
    by_county = await told(whole, "takeup", "--county", "350622")
    (row,) = by_county["rows"]

    assert (row["outcome"], row["since"], row["awaits"]) == ("missing", "2018-02", "employment.confirmed")
    assert by_county["by_clause"][0]["missing"] == 1
    assert await told(whole, "takeup", "--person", row["person_id"]) == [row]
