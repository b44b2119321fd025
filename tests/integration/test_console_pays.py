"""From a month's premiums to the bank's file on real servers: the desk, the ledger, the vault and the books between."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import pytest

from services.notify.adapters.web.desk import Outcomes
from services.notify.adapters.web.endpoint import Role
from shared.cards import PayeeCards
from shared.embedded import EmbeddedStack
from tests.integration.test_console_money import PAGE, RUN, month
from tests.support.console import Console, Officer, console
from tests.support.facts import ACCOUNT, OTHER_USCC, USCC, offer
from tests.support.whole import Whole, at_work

pytestmark = pytest.mark.real
T = TypeVar("T")
ACCOUNTS = [offer("payee.account_registered", f"pa-{uscc}", uscc=uscc) for uscc in (USCC, OTHER_USCC)]


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with at_work(stack, tmp_path_factory.mktemp("pays"), "pays", month(), ACCOUNTS) as opened:
        yield opened


async def meanwhile(whole: Whole, work: Awaitable[T]) -> T:
    """Wait for something while the system works."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await whole.drain()
        await asyncio.wait([task], timeout=0.02)
    return task.result()


async def signed(whole: Whole, officer: Officer) -> str:
    content_hash = (await officer.json(PAGE))["run"]["content_hash"]
    fields = {"content_hash": content_hash, "token": secrets.token_hex(16)}
    answer = await meanwhile(whole, officer.post(f"{PAGE}/approve", None, **fields))
    return (await officer.get(answer.headers["location"])).text


async def test_two_people_approve_and_the_bank_is_told_where_the_money_goes(whole: Whole, stack: EmbeddedStack) -> None:
    async with console(stack.mongo_url, "pays") as opened:
        await _behind(opened, whole)
        preparer, approver = await opened.enter(Role.PREPARER), await opened.enter(Role.APPROVER)
        assert "first approval stands" in await signed(whole, preparer)
        assert "Two people have approved" in await signed(whole, approver)
        file = await approver.post(f"{PAGE}/file", kind="csv", token="0" * 32)
        text = file.content.decode("utf-8-sig")
        assert (text.count(ACCOUNT.replace(" ", "")), text.count("742.00"), RUN in str(file.headers)) == (2, 2, True)


async def _behind(opened: Console, whole: Whole) -> None:
    desk = opened.desk
    desk.js, desk.outcomes = whole.bus.js, Outcomes()
    desk.payees = PayeeCards(whole.bus.js, bytes.fromhex("cd" * 32))
    await desk.outcomes.listen(whole.bus.client)
