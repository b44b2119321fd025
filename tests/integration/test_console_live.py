"""The push of the unread count: how many of them a session has."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from services.notify.adapters.web import live
from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.live import _counts
from services.notify.adapters.web.sessions import Session
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, console


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "live") as opened:
        yield opened


async def a_session(desk: Console) -> Session:
    officer = await desk.enter(Role.COUNTY, ["350626"])
    session = await desk.sessions.find(officer.browser.cookies["bangfu_session"])
    assert session is not None
    return session


async def begun(desk: Console, session: Session) -> AsyncGenerator[dict[str, str], None]:
    """Return a push that has said its first count."""
    push = _counts(desk.desk, session.principal, session.name)
    assert (await anext(push))["event"] == "unread"
    return push


async def test_a_session_has_only_so_many_pushes_and_one_more_ends_its_oldest(desk: Console) -> None:
    mine, other = await a_session(desk), await a_session(desk)
    pushes = [await begun(desk, session) for session in (other, *[mine] * live.MOST_STREAMS)]
    next_of = [asyncio.ensure_future(anext(push)) for push in pushes]
    last = await begun(desk, mine)
    assert await asyncio.wait_for(next_of[1], 5) == {"event": "over", "data": ""}
    assert not (await asyncio.wait(set(next_of) - {next_of[1]}, timeout=0.3))[0]
    for each in next_of:
        each.cancel()
    await asyncio.gather(*next_of, return_exceptions=True)
    await last.aclose()


async def test_a_push_that_has_ended_gives_its_place_to_another(desk: Console) -> None:
    session = await a_session(desk)
    first = await begun(desk, session)
    for _ in range(2 * live.MOST_STREAMS):
        await (await begun(desk, session)).aclose()
    heard = asyncio.ensure_future(anext(first))
    assert not (await asyncio.wait([heard], timeout=0.3))[0]
    heard.cancel()
    await asyncio.gather(heard, return_exceptions=True)
