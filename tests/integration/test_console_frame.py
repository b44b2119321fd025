"""What every page of the console goes through: who asks, what comes with every answer, what is refused."""

from collections.abc import AsyncIterator

import pytest

from services.notify.adapters.web.endpoint import Role
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, console


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "frame") as opened:
        yield opened


async def test_a_stranger_is_sent_to_the_login_page_and_a_program_is_told_401(desk: Console) -> None:
    browser = desk.browser()
    assert (await browser.get("/")).headers["location"] == "/login"
    assert (await browser.get("/", headers={"Accept": "application/json"})).status_code == 401


async def test_the_inbox_opens_for_every_role_in_chinese_and_english(desk: Console) -> None:
    for role in Role:
        officer = await desk.enter(role)
        assert "收件箱" in (await officer.get("/")).text
    await desk.desk.db["desk_users"].update_many({}, {"$set": {"lang": "en"}})
    assert "Inbox" in (await officer.get("/")).text
