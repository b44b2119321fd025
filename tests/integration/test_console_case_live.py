"""An act on a case through real parts: the desk's fact over NATS, registry's outcome, notify's projection, the card."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.notify.adapters.web.compose import console_of, prepare
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.sessions import Sessions
from services.notify.adapters.web.words import load_words
from services.notify.phrasebook import load_phrasebook
from services.notify.rulebook import load_rulebook
from shared.cards import ContactCards
from shared.embedded import EmbeddedStack
from shared.privacy import person_id
from tests.support.console import Clock, Console, Officer, token_in
from tests.support.facts import COUNTY, KEYS, NAME, PHONE, closing, id_number, offer
from tests.support.whole import Whole, at_work

pytestmark = pytest.mark.real

PERSON = person_id(KEYS.person, id_number(1))
FACTS = [
    closing(date(2018, 3, 1)),
    offer("coordinator.registered", "o-1"),
    offer("roster.entry", "r-1"),
    offer("jobseeker.registered", "s-1"),
    closing(date(2018, 3, 2)),
]


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with at_work(stack, tmp_path_factory.mktemp("casepage"), "casepage", FACTS) as found:
        yield found


async def opened(whole: Whole) -> Console:
    store, clock = whole.view.stores["notify"], Clock()
    cards = ContactCards(whole.bus.js, whole.settings.key("card_key"))
    desk = Desk(
        store.db, whole.settings, load_rulebook(), load_phrasebook(), load_words(), cards, js=whole.bus.js, now=clock
    )
    await desk.outcomes.listen(whole.bus.client)
    await prepare(desk)
    return Console(store, desk, Sessions(store.db, whole.settings, clock), console_of(desk), clock)


async def sent(whole: Whole, officer: Officer, path: str, **fields: Any) -> str:
    """Send a form while the system works, and return the page that comes after it."""
    posting = asyncio.create_task(officer.post(path, **fields))
    while not posting.done():
        await whole.drain()
        await asyncio.wait([posting], timeout=0.02)
    assert posting.result().status_code == 303, posting.result().text
    return (await officer.get(posting.result().headers["location"])).text


async def test_a_visit_goes_the_whole_way_and_the_number_is_shown_only_for_a_reason(whole: Whole) -> None:
    officer = await (await opened(whole)).enter(Role.COUNTY, [COUNTY], lang="zh")
    page = (await officer.get(f"/cases/{PERSON}")).text
    assert "林**" in page
    assert "138****5678" in page
    assert not {NAME, PHONE} & set(page.split())

    fields = {"token": token_in(page), "on": "2018-03-02", "kind": "survey"}
    page = await sent(whole, officer, f"/cases/{PERSON}/visit", **fields)
    assert "已受理" in page
    assert "走访：入户调查" in page
    assert "没有重复登记" in await sent(whole, officer, f"/cases/{PERSON}/visit", **fields)

    shown = await officer.post(f"/cases/{PERSON}/reveal", shown="phone", reason="通知面试时间")
    assert PHONE in shown.text
