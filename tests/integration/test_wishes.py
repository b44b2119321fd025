"""What operators wish of refused facts, registry grants: one request each, once; and the desk hears of it."""

from collections.abc import AsyncIterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from services.registry.adapters.wishes import GRANTED, grant, look
from shared.embedded import EmbeddedStack
from shared.store import Row
from tests.support.facts import FIRST_CLOSED, Offer, closing, offer
from tests.support.whole import Whole, at_work

pytestmark = pytest.mark.real

CLOCK: Any = {"by_source": "bangfu-clock"}
EARLY = [offer("calendar.day_closed", f"day-2018-03-0{n}", {"date": f"2018-03-0{n}"}, **CLOCK) for n in (3, 4)]


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system in which two days were refused because the one before them was open."""
    facts = (closing(FIRST_CLOSED), *EARLY, offer("exit.confirmed", "x-1", by="?"), closing(date(2018, 3, 2)))
    async with at_work(stack, tmp_path_factory.mktemp("wishes"), "wishes", facts) as opened:
        yield opened


async def granted(whole: Whole, *wishes: Offer) -> None:
    """State wishes and have registry grant them, twice, as after a stop in between."""
    await whole.tell(*wishes)
    for _ in range(2):
        assert await grant(context(whole))
        await whole.drain()
        await context(whole).store.db[GRANTED].delete_many({})


def context(whole: Whole, refusal: Exception | None = None) -> Any:
    """Return what granting needs, with a broker that takes every fact, or none."""

    async def publish(source: str, fact: str, fact_id: str, body: bytes) -> None:
        if refusal:
            raise refusal
        await whole.bus.offer(Offer(f"intake.{source}.{fact}", body, fact_id))

    store = whole.view.stores["registry"]
    return SimpleNamespace(store=store, settings=whole.settings, js=whole.bus.js, publish_fact=publish)


async def listed(whole: Whole) -> list[Row]:
    return [row async for row in whole.view.stores["notify"].db["ops_letter"].find().sort("_id", 1)]


def wish(id_: str, source: str, **said: Any) -> Offer:
    return offer("ops.letters_wished", id_, {"wish": "redrive", "source": source, "by": "u1", "reason": "补报"} | said)


async def test_all_letters_of_a_source_and_reason_are_judged_again_in_their_order(whole: Whole) -> None:
    assert len(await listed(whole)) == 3
    await granted(whole, wish("w-1", "bangfu-clock", fact="calendar.day_closed", code="day_out_of_order"))
    (left,) = await listed(whole)
    calendar = await whole.view.stores["registry"].db["calendar"].find_one({})
    assert (left["state"]["fact"], calendar and calendar["state"]["last_closed"]) == ("exit.confirmed", "2018-03-04")


async def test_nothing_is_looked_through_where_no_wish_came_since_all_were_granted(whole: Whole) -> None:
    granting = context(whole)
    known = await look(granting, None)
    await granting.store.db[GRANTED].delete_many({})
    assert await look(granting, known) == known
    assert await granting.store.db[GRANTED].count_documents({}) == 0
    await whole.tell(wish("w-4", "nobody"))
    assert known is not None
    assert await look(granting, known) == known + 1
    assert await granting.store.db[GRANTED].count_documents({}) == known + 1


async def test_a_wish_that_the_broker_does_not_take_is_looked_at_again(whole: Whole) -> None:
    (left,) = await listed(whole)
    await whole.tell(wish("w-5", left["state"]["source"], letter=left["_id"]))
    assert await look(context(whole, TimeoutError()), None) is None
    assert await look(context(whole), None) is not None
    await whole.drain()


async def test_one_letter_is_discarded(whole: Whole) -> None:
    (left,) = await listed(whole)
    source = left["state"]["source"]
    await granted(whole, wish("w-2", source, letter=f"{source}|another", wish="discard"))
    assert len(await listed(whole)) == 1
    await granted(whole, wish("w-3", source, letter=left["_id"], wish="discard"))
    assert await listed(whole) == []
    assert await whole.view.stores["registry"].db["deadletters"].count_documents({}) == 0
