"""The console over a real MongoDB, without a broker: users, logged-in clients, and what every page must carry."""

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
from pydantic_core import to_jsonable_python
from pymongo import MongoClient

from services.notify.adapters.web.compose import console_of, prepare
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Endpoint, Role
from services.notify.adapters.web.routes import ENDPOINTS
from services.notify.adapters.web.sessions import Sessions, csrf_of
from services.notify.adapters.web.words import load_words
from services.notify.domain.alert import ALERT, Alert
from services.notify.domain.casefile import CASE_FILE, CaseFile
from services.notify.phrasebook import load_phrasebook
from services.notify.rulebook import load_rulebook
from services.notify.service import SERVICE
from shared.settings import Settings
from shared.store import Store

HOST = "http://127.0.0.1"
SOMEBODY = "p" + "a" * 25


@dataclass
class Clock:
    """A clock that stands until it is moved; far ahead, so that the database forgets nothing by its own clock."""

    now: datetime = datetime(2098, 3, 1, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Console:
    """A console under test."""

    store: Store
    desk: Desk
    sessions: Sessions
    app: Any
    clock: Clock

    def browser(self, **headers: str) -> httpx2.AsyncClient:
        """Return somebody who is not logged in."""
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url=HOST, headers=headers)

    async def user(self, role: Role, areas: Sequence[str] = ("350622",), **fields: Any) -> str:
        """Add an account without a password; return its id."""
        user_id = fields.pop("user_id", f"{role}-{secrets.token_hex(3)}")
        row = {"_id": user_id, "name": user_id, "role": str(role), "areas": list(areas), "lang": None} | fields
        await self.desk.db["desk_users"].insert_one(row)
        return user_id

    async def enter(self, role: Role, areas: Sequence[str] = ("350622",), **fields: Any) -> "Officer":
        """Return somebody who is logged in."""
        return await self.as_user(await self.user(role, areas, **fields))

    async def as_user(self, user_id: str) -> "Officer":
        """Return a logged-in user."""
        token = await self.sessions.open(user_id)
        browser = self.browser()
        browser.cookies.set("bangfu_session", token)
        return Officer(user_id, browser, csrf_of(token))


@dataclass
class Officer:
    """Somebody who is logged in, with a browser."""

    user_id: str
    browser: httpx2.AsyncClient
    csrf: str

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask for a page."""
        return await self.browser.get(path, headers=headers)

    async def json(self, path: str) -> Any:
        """Ask for a page's data."""
        answer = await self.browser.get(path, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
        """Send a form of our own."""
        given = {"csrf": self.csrf} | fields
        return await self.browser.post(path, data=given, headers={"Origin": HOST} | (headers or {}))


@asynccontextmanager
async def console(
    mongo_url: str, prefix: str, endpoints: Sequence[Endpoint] = ENDPOINTS, **settings: Any
) -> AsyncIterator[Console]:
    """Open a console on an empty database of notify, which is dropped at the end."""
    # The clock stands, so nothing of the rate is given back.
    told: dict[str, Any] = {"console_rate": 1_000, "card_key": "cd" * 32, **settings}
    given = Settings(mongo_url=mongo_url, database_prefix=prefix, **told)
    words, clock = load_words(), Clock()
    store = Store(mongo_url, given.database("notify"))
    kinds = {aggregate.kind: aggregate.indexes for aggregate in SERVICE.aggregates}
    await store.prepare(kinds, [])
    desk = Desk(store.db, given, load_rulebook(), load_phrasebook(), words, now=clock)
    await prepare(desk)
    try:
        yield Console(store, desk, Sessions(store.db, given, clock), console_of(desk, endpoints), clock)
    finally:
        store.close()
        with MongoClient[dict[str, Any]](mongo_url) as client:
            client.drop_database(given.database("notify"))


def token_in(html: str) -> str:
    """Return the token of the first form that publishes a fact."""
    found = re.search(r'name="token" value="([0-9a-f]{32})"', html)
    assert found, "no form token"
    return found[1]


async def add_alerts(desk: Desk, *alerts: Alert) -> None:
    """Put alerts into notify's database as its runner stores them."""
    tags = ALERT.tags
    rows = [
        {"_id": alert.alert_id, "state": to_jsonable_python(alert), "partition": 0, "tags": list(tags(alert))}
        for alert in alerts
    ]
    await desk.db["alert"].insert_many(rows)


async def add_case(desk: Desk, file: CaseFile, person_id: str = SOMEBODY) -> None:
    """Put a person's file into notify's database as its runner stores it."""
    row = {"_id": person_id, "state": to_jsonable_python(file), "partition": 0}
    await desk.db[CASE_FILE.kind].insert_one(row)


def an_alert(number: int, **fields: Any) -> Alert:
    """Return an open alert of a coordinator."""
    given: dict[str, Any] = {
        "alert_id": f"alert-{number:05}",
        "kind": "plan_missing",
        "matter": f"person-{number:05}",
        "person_id": f"p{number:025}",
        "county": "350622",
        "area": "350622101200",
        "coordinator_id": "c-1",
        "raised_on": date(2018, 2, 1),
        "last_on": date(2018, 2, 1) + timedelta(days=number % 28),
        "count": 1,
        "details": {"person_id": f"p{number:025}", "since": "2018-01-01"},
    }
    return Alert(**given | fields)
