"""What every page of the console goes through: who asks, in which language, what is told of a mistake of ours."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.notify.adapters.web.desk import Told
from services.notify.adapters.web.endpoint import EVERYBODY, Answer, Endpoint, Page, Role, See
from services.notify.adapters.web.routes import ENDPOINTS
from shared.embedded import EmbeddedMongo
from shared.errors import Unavailable
from tests.support.console import Console, console

SECRET = "13812345678"


async def broken(*_: Any) -> Answer:
    raise ValueError(SECRET)


async def away(*_: Any) -> Answer:
    raise Unavailable(SECRET)


async def no_template(*_: Any) -> Answer:
    return Page("trouble.html", {"status": 404})


async def said(*_: Any) -> Answer:
    return See("/account", Told("rejected", code="bad_day", hint="<b>a day</b>").said)


TOYS = tuple(
    Endpoint("GET", f"/{handler.__name__}", handler.__name__, EVERYBODY, handler)
    for handler in (broken, away, no_template, said)
)


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "frame", (*ENDPOINTS, *TOYS)) as opened:
        yield opened


async def test_a_stranger_is_sent_to_the_login_page_and_a_program_is_told_401(desk: Console) -> None:
    browser = desk.browser()
    assert (await browser.get("/")).headers["location"] == "/login"
    assert (await browser.get("/?state=done")).headers["location"] == "/login?next=%2F%3Fstate%3Ddone"
    assert (await browser.get("/", headers={"Accept": "application/json"})).status_code == 401
    part = await browser.get("/unread", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login")


async def test_the_inbox_opens_for_every_role_in_chinese_and_english(desk: Console) -> None:
    for role in Role:
        officer = await desk.enter(role)
        assert "收件箱" in (await officer.get("/")).text
    await desk.desk.db["desk_users"].update_many({}, {"$set": {"lang": "en"}})
    assert "Inbox" in (await officer.get("/")).text


@pytest.mark.parametrize(("path", "status"), [("/broken", 500), ("/no_template", 500), ("/away", 503)])
async def test_a_mistake_of_ours_is_told_by_its_place_and_never_by_its_text(
    desk: Console, path: str, status: int
) -> None:
    with capture_logs() as lines:
        answer = await (await desk.enter(Role.COUNTY)).get(path)
    assert answer.status_code == status
    assert len(lines) == 1
    assert SECRET not in answer.text + str(lines)


async def test_what_was_done_is_said_on_the_next_page_once_and_escaped(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY)
    assert (await officer.get("/said")).headers["location"] == "/account"
    first, second = (await officer.get("/account")).text, (await officer.get("/account")).text
    assert "未受理（bad_day）：&lt;b&gt;a day&lt;/b&gt;" in first
    assert "bad_day" not in second
    told = (await officer.get("/said", Accept="application/json")).json()
    assert (told["location"], told["tone"]) == ("/account", "bad")
    assert "bad_day" not in (await officer.get("/account")).text


async def test_htmx_gets_the_part_that_it_exchanges_and_a_browser_the_page(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY)
    part, page = await officer.get("/", **{"HX-Request": "true"}), await officer.get("/")
    assert "<html" not in part.text
    assert part.text.strip() in page.text or "共 0 条" in part.text
    assert "<html" in page.text
