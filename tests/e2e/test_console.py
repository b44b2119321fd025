"""The console of a running system: an account is made, somebody logs in, hears of an alert and takes it on."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import typer
from typer.testing import CliRunner

from services.notify import accounts_commands
from shared.errors import BangfuError
from tests.support.commandline import run
from tests.support.facts import offer

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
PASSWORD = "ein langer satz mit blumen"


@pytest.fixture
def url(system: dict[str, str]) -> str:
    """Return where the console is, as `bangfu up` said it."""
    said = (Path(system["BANGFU_DATA_DIR"]) / "up.out").read_text()
    found = re.search(r"console: (http://\S+)", said)
    assert found, said
    assert "bangfu accounts new" in said
    return found[1].rstrip("/")


@pytest.fixture
async def officer(system: dict[str, str], url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Return the browser of a county's officer who has logged in and chosen a password."""
    county = ("--role", "county", "--area", "3506", "--name", "王")
    made = await asyncio.to_thread(accounts, system, "new", "wang", *county)
    first = made.split(": ")[-1].strip() if ": " in made else made.rpartition("：")[2].strip()
    async with httpx2.AsyncClient(base_url=url, headers={"Origin": url}, follow_redirects=True) as browser:
        form = {"csrf": await csrf(browser, "/login"), "user_id": "wang", "password": first}
        entered = await browser.post("/login", data=form)
        assert entered.url.path == "/account"
        change = {"csrf": await csrf(browser, "/account"), "old": first, "new": PASSWORD, "again": PASSWORD}
        assert (await browser.post("/account/password", data=change)).status_code == 200
        yield browser


async def csrf(browser: httpx2.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', (await browser.get(path)).text)
    assert found
    return found[1]


async def events(browser: httpx2.AsyncClient, heard: asyncio.Queue[Any]) -> None:
    async with browser.stream("GET", "/live", timeout=60) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                await heard.put(line.removeprefix("data: "))


async def test_an_alert_is_heard_of_at_once_and_acknowledged_under_the_officers_name(
    system: dict[str, str], officer: httpx2.AsyncClient
) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    listening = asyncio.create_task(events(officer, heard))
    before = int(await asyncio.wait_for(heard.get(), 30))
    wrong = offer("headcount.reported", "console-1", {"county": "350622"}, by_source="zhangpu-console")
    await asyncio.to_thread(run, system, "publish", "-", given=wrong.body, code=None)
    assert int(await asyncio.wait_for(heard.get(), 30)) == before + 1
    row = (await shown(officer, "/?kind=fact_rejected"))["rows"][0]
    page = (await officer.get(f"/alerts/{row['alert_id']}")).text
    token = re.search(r'name="token" value="([0-9a-f]{32})"', page)
    assert token
    form = {"csrf": await csrf(officer, f"/alerts/{row['alert_id']}"), "token": token[1], "act": "acknowledge"}
    for _ in range(2):  # a double click is the same fact
        answer = await officer.post(f"/alerts/{row['alert_id']}/act", data=form)
        assert "1 done." in answer.text
    history = (await shown(officer, f"/alerts/{row['alert_id']}"))["history"]
    assert [(step["what"], step["by"]) for step in history] == [("acknowledged", "wang"), ("raised", "")]
    assert int(await asyncio.wait_for(heard.get(), 30)) == before
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def shown(browser: httpx2.AsyncClient, path: str) -> Any:
    answer = await browser.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)


def test_an_account_that_is_locked_is_listed_so(system: dict[str, str]) -> None:
    one = "350622101200"
    accounts(system, "new", "li.si", "--role", "coordinator", "--area", one, "--coordinator", "c-9")
    accounts(system, "lock", "li.si")
    accounts(system, "areas", "li.si", "--area", "350622101201")
    listed = json.loads(accounts(system, "list", "--json"))
    (row,) = [each for each in listed if each["user"] == "li.si"]
    assert (row["locked"], row["areas"], row["coordinator"]) == (True, "350622101201", "c-9")
    accounts(system, "unlock", "li.si")
    assert len(accounts(system, "reset", "li.si").splitlines()) == 2
    for wrong in (
        ("new", "li.si", "--role", "county", "--area", "350622"),
        ("new", "Li Si", "--role", "county", "--area", "350622"),
        ("new", "li.wu", "--role", "county", "--area", "35062"),
        ("new", "li.wu", "--role", "coordinator", "--area", one),
        ("lock", "nobody"),
    ):
        with pytest.raises(BangfuError):
            accounts(system, *wrong)


def accounts(system: dict[str, str], *arguments: str) -> str:
    """Run `bangfu accounts` in this process: one of its own for each would cost more than what it does."""
    app = typer.Typer()
    accounts_commands.register(app)
    result = CliRunner().invoke(app, ["accounts", *arguments], env=system)
    if isinstance(result.exception, BangfuError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return str(result.stdout)
