"""An old process parks what it cannot read, an upgraded one applies it; the ledger stays the one that replay gives."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from services.subsidy.subscribers import SETTLING
from shared.catalog import RECORDED
from shared.embedded import EmbeddedStack
from shared.events.premiums import PremiumPaid, PremiumRefunded
from shared.events.upcasting import Schemas
from shared.runner.core import Decision, Message, Peek
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.whole import Whole, at_work, ran, told

pytestmark = pytest.mark.real

KNOWN = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
)
ROOM = "version/cn.bangfu.premium.paid.v1"


class PremiumOfYesterday(PremiumPaid, topic="premium.paid", entity="person_id", version=0):
    """What an old process knows: the version before the one that registry records."""


def _breaks(message: Message, peek: Peek) -> Decision:
    match message.event:
        case PremiumRefunded():
            raise RuntimeError("this handler has a bug")
        case _:
            return SETTLING.decide(message, peek)


YESTERDAYS = replace(SETTLING, schemas=Schemas(dict(RECORDED.today) | {"premium.paid": PremiumOfYesterday}, {}))
BROKEN = replace(SETTLING, decide=_breaks)


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that knows an employed person."""
    async with at_work(stack, tmp_path_factory.mktemp("upgrade"), "upgrade", KNOWN) as found:
        yield found


async def test_an_old_process_parks_and_an_upgraded_one_applies(whole: Whole) -> None:
    await whole.restart(YESTERDAYS)
    await whole.tell(offer("premium.paid", "p-1"), *(closing(date(2018, 3, day)) for day in (2, 3)))

    accounts = {row["consumer"]: row for row in await told(whole, "dispositions")}
    assert (accounts["subsidy"]["parked"], accounts["subsidy"]["unexplained"]) == (1, 0)
    assert [(room["waiting_for"], room["facts"]) for room in accounts["subsidy"]["parked_for"]] == [(ROOM, 1)]
    (letter,) = await told(whole, "deadletters", "list")
    assert (letter["consumer"], letter["state"], letter["waiting_for"]) == ("subsidy", "parked", ROOM)
    shown = await told(whole, "deadletters", "show", letter["key"], "--reveal")
    assert shown["payload"]["type"] == "cn.bangfu.premium.paid.v1"
    asked = await ran(whole, "deadletters", "redrive", letter["key"], "--by", "ops-1", "--reason", "now")
    assert "runs by itself" in str(asked.exception)
    before = await told(whole, "replay")
    assert (before["equal"], before["unhandled"], before["lines"]["live"]) == (True, 1, 0)
    assert (await ran(whole, "replay")).exit_code == 1

    await whole.restart(SETTLING)
    await whole.tell(closing(date(2018, 3, 4)))

    after = await told(whole, "replay")
    assert after["equal"], after["differences"]
    assert (after["unhandled"], after["lines"]["live"]) == (0, 1)
    (line,) = (await told(whole, "what-was-known", "--on", "2018-03-04"))["lines"]
    assert (line["posted_on"], line["amount"]) == ("2018-03-04", "742.00")
    assert (await told(whole, "what-was-known", "--on", "2018-03-03"))["lines"] == []
    assert await told(whole, "deadletters", "list") == []


async def test_what_a_wrong_handler_refused_is_handled_again_when_somebody_asks(whole: Whole) -> None:
    await whole.restart(BROKEN)
    await whole.tell(offer("premium.refunded", "rf-1"), closing(date(2018, 3, 5)))
    (letter,) = await told(whole, "deadletters", "list")
    assert (letter["consumer"], letter["state"], letter["code"]) == ("subsidy", "rejected", "handler_failed")
    before = await told(whole, "replay")
    assert (before["equal"], before["unhandled"]) == (True, 1)

    for number in (1, 2):
        asked = await ran(
            whole, "deadletters", "redrive", letter["key"], "--by", "ops-1", "--reason", f"corrected {number}"
        )
        assert (asked.exit_code, "handled again when subsidy starts again" in asked.stdout) == (0, True), asked
    await whole.restart(SETTLING)
    await whole.tell(closing(date(2018, 3, 6)))

    after = await told(whole, "replay")
    assert after["equal"], after["differences"]
    assert [line["amount"] for line in (await told(whole, "what-was-known", "--on", "2018-03-06"))["lines"]] == [
        "742.00",
        "-742.00",
    ]
    assert {row["rejected"] + row["unexplained"] for row in await told(whole, "dispositions")} == {0}
