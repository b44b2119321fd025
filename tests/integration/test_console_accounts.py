"""Who comes in: passwords, sessions, lockout, and what a county may do with the accounts below it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher

from services.notify.adapters.web import passwords
from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.sessions import csrf_of
from services.notify.adapters.web.users import Users
from shared.embedded import EmbeddedMongo
from tests.support.console import HOST, Console, console

PASSWORD = "ten green bottles"


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "accounts") as opened:
        yield opened


@pytest.fixture(scope="module", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """Argon2 as ever, with a thousandth of the memory."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="module")
async def kept() -> str:
    return await passwords.hashed(PASSWORD)


async def tried(
    desk: Console, user_id: str, password: str, browser: httpx2.AsyncClient | None = None, **fields: Any
) -> httpx2.Response:
    browser = browser or desk.browser()
    await browser.get("/login")
    csrf = csrf_of(browser.cookies["bangfu_login"])
    form = {"csrf": csrf, "user_id": user_id, "password": password} | fields
    return await browser.post("/login", data=form, headers={"Origin": HOST})


async def test_the_right_password_opens_and_a_wrong_one_is_answered_like_an_unknown_user(
    desk: Console, kept: str
) -> None:
    await desk.user(Role.COUNTY, user_id="wang", hash=kept)
    wrong, unknown = await tried(desk, "wang", "wrong"), await tried(desk, "nobody", "wrong")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    strip = lambda answer: answer.text.replace(answer.text.split('name="csrf" value="')[1][:64], "")  # noqa: E731
    assert strip(wrong) == strip(unknown)
    right = await tried(desk, "wang", PASSWORD, next="/accounts?page=1")
    assert (right.status_code, right.headers["location"]) == (303, "/accounts?page=1")
    cookie = next(c for c in right.headers.get_list("set-cookie") if c.startswith("bangfu_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_login_that_another_site_sends_is_refused_as_it_brings_no_cookie_of_ours(
    desk: Console, kept: str
) -> None:
    await desk.user(Role.COUNTY, user_id="planted", hash=kept)
    form = {"csrf": csrf_of(""), "user_id": "planted", "password": PASSWORD}
    assert (await desk.browser().post("/login", data=form)).status_code == 403


async def test_nobody_is_sent_to_another_site_after_logging_in(desk: Console, kept: str) -> None:
    await desk.user(Role.COUNTY, user_id="zhou", hash=kept)
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "evil", "/login"):
        assert (await tried(desk, "zhou", PASSWORD, next=elsewhere)).headers["location"] == "/"


async def test_five_failures_lock_for_longer_and_longer_whether_or_not_the_user_exists(
    desk: Console, kept: str
) -> None:
    await desk.user(Role.COUNTY, user_id="chen", hash=kept)
    for name in ("chen", "who"):
        users = Users(desk.desk.db, desk.clock)
        assert [await users.try_password(name, "no") for _ in range(5)] == [None] * 5
        assert await users.try_password(name, PASSWORD) == 30
        desk.clock.move(seconds=30)
        assert await users.try_password(name, "no") is None
        assert await users.try_password(name, "no") == 60
        desk.clock.move(hours=2)
    refused = await tried(desk, "chen", "no"), await tried(desk, "chen", "no")
    assert [each.status_code for each in refused] == [401, 429]
    assert int(refused[1].headers["retry-after"]) > 60
    desk.clock.move(days=2)
    assert (await tried(desk, "chen", PASSWORD)).status_code == 303


async def test_many_attempts_at_once_are_no_more_than_as_many_in_a_row(desk: Console, kept: str) -> None:
    await desk.user(Role.COUNTY, user_id="flood", hash=kept)
    users = Users(desk.desk.db, desk.clock)
    answers = await asyncio.gather(*(users.try_password("flood", "no") for _ in range(12)))
    assert sum(answer is None for answer in answers) == 5


async def test_too_many_logins_of_one_address_wait(desk: Console) -> None:
    browser = desk.browser()
    answers = [(await tried(desk, f"user{number}", "no", browser)).status_code for number in range(25)]
    assert 429 in answers
    desk.clock.move(hours=1)


async def test_a_session_given_by_somebody_else_is_not_the_one_after_login(desk: Console, kept: str) -> None:
    await desk.user(Role.COUNTY, user_id="fixed", hash=kept)
    browser = desk.browser()
    planted = await desk.sessions.open("fixed")
    browser.cookies.set("bangfu_session", planted, domain="127.0.0.1")
    await browser.get("/login")
    browser.cookies.set("bangfu_login", "x", domain="127.0.0.1")
    form = {"csrf": csrf_of("x"), "user_id": "fixed", "password": PASSWORD}
    entered = await browser.post("/login", data=form, headers={"Origin": HOST})
    assert "bangfu_session=" in str(entered.headers.get_list("set-cookie"))
    assert await desk.sessions.find(planted) is None


async def test_a_session_ends_when_idle_in_any_case_after_hours_and_when_the_account_is_locked(desk: Console) -> None:
    idle, busy, locked = [await desk.enter(Role.COUNTY) for _ in range(3)]
    desk.clock.move(minutes=29)
    assert (await busy.get("/")).status_code == 200
    desk.clock.move(minutes=29)
    assert (await idle.get("/")).status_code == 303
    for _ in range(24):
        status = (await busy.get("/")).status_code
        desk.clock.move(minutes=29)
    assert status == 303
    again = await desk.as_user(locked.user_id)
    await Users(desk.desk.db, desk.clock).change(locked.user_id, "ops", "locked", locked=True)
    assert (await again.get("/")).status_code == 303


async def test_a_password_of_somebody_elses_is_changed_first_and_ends_other_sessions(desk: Console) -> None:
    users = Users(desk.desk.db, desk.clock)
    await users.add("lin", Role.TOWNSHIP, ["350622001"], "ops", password=PASSWORD)
    here, there = await desk.as_user("lin"), await desk.as_user("lin")
    assert (await here.get("/")).headers["location"] == "/account"
    assert (await here.get("/", Accept="application/json")).status_code == 403
    change = {"old": PASSWORD, "again": "a longer sentence"}
    for new, says in (("short", "12 个字符"), ("lin lin lin lin", "不能包含账号名"), ("password1234", "太常见")):
        answer = await here.post("/account/password", old=PASSWORD, new=new, again=new)
        assert answer.status_code == 422
        assert says in answer.text
        assert new not in answer.text
    assert "不一样" in (await here.post("/account/password", **change, new="another sentence")).text
    assert (await here.post("/account/password", **change, new="a longer sentence")).status_code == 303
    assert (await here.get("/")).status_code == 200
    assert (await there.get("/")).status_code == 303
    assert isinstance(await users.try_password("lin", "a longer sentence"), dict)


async def test_logging_out_ends_the_session_and_logging_out_elsewhere_ends_the_others(desk: Console) -> None:
    one = await desk.enter(Role.COUNTY)
    two, three = await desk.as_user(one.user_id), await desk.as_user(one.user_id)
    assert (await one.post("/account/end-all")).status_code == 303
    assert [(await each.get("/")).status_code for each in (one, two, three)] == [200, 303, 303]
    four = await desk.as_user(one.user_id)
    names = [each["name"] for each in (await one.json("/account"))["sessions"] if not each["here"]]
    await one.post("/account/end", name=names[0])
    assert (await four.get("/")).status_code == 303
    assert (await one.post("/logout")).headers["location"] == "/login"
    assert (await one.get("/")).status_code == 303


async def test_a_county_keeps_the_accounts_below_it_and_no_others(desk: Console) -> None:
    county = await desk.enter(Role.COUNTY, ["350622"])
    below = await desk.user(Role.TOWNSHIP, ["350622101"])
    others = [
        await desk.user(Role.TOWNSHIP, ["350624101"]),
        await desk.user(Role.TOWNSHIP, ["350622101", "350624101"]),
        await desk.user(Role.COUNTY, ["350622"]),
        await desk.user(Role.APPROVER, ["350622"]),
        county.user_id,
        "nobody",
    ]
    listed = [row["user_id"] for row in (await county.json("/accounts"))["rows"]]
    assert below in listed
    assert not set(others) & set(listed)
    bodies = set()
    for other in others:
        for act in ("", "/lock", "/unlock", "/reset"):
            path = f"/accounts/{other}{act}"
            answer = await (county.post(path) if act else county.get(path))
            assert answer.status_code == 404
            bodies.add(answer.text)
    assert len(bodies) == 1
    session = await desk.as_user(below)
    shown = await county.post(f"/accounts/{below}/reset", headers={"Accept": "application/json"})
    assert (await session.get("/")).status_code == 303
    assert (await tried(desk, below, shown.json()["password"])).headers["location"] == "/account"
    await county.post(f"/accounts/{below}/lock")
    assert (await tried(desk, below, shown.json()["password"])).status_code == 401
    await county.post(f"/accounts/{below}/unlock")
    assert (await tried(desk, below, shown.json()["password"])).status_code == 303
    history = (await county.json(f"/accounts/{below}"))["history"]
    assert [each["what"] for each in history if each["by"] == county.user_id] == ["unlocked", "locked", "password"]


async def test_the_language_stays_with_the_session_and_the_account(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY)
    await officer.post("/lang", lang="en")
    assert "Inbox" in (await officer.get("/")).text
    assert "Inbox" in (await (await desk.as_user(officer.user_id)).get("/")).text
