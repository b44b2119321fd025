"""The console of a real system: the inbox with 5,000 alerts, how soon it hears of an event, alerts a second.

`python -m bench.console [--alerts N] [--pages N] [--events N] [--raised N] [--json FILE]`. NATS, MongoDB and the four
services run as `bangfu up` runs them. Times are those of a client on loopback, so they hold the server's and its own.
"""

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
from nats.js import JetStreamContext

from services.notify.adapters.web.desk import utc_now
from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.users import Users
from shared.access.connection import connect
from shared.access.mongo_credentials import read as passwords
from shared.access.principals import CLERK
from shared.ops.supervisor import Supervisor
from shared.settings import Settings
from shared.store import Store

PASSWORD = "a sentence for the bench"  # noqa: S105 - of an account that lives as long as the bench
KINDS = ("plan_missing", "pair_missing", "certificate_due", "offer_unanswered")
_PATIENCE_S = 300.0


@dataclass
class Bench:
    """A system, its database of notify, its broker, and the browser of an officer."""

    store: Store
    js: JetStreamContext
    browser: httpx2.AsyncClient

    async def pages(self, alerts: int, count: int) -> dict[str, Any]:
        """Return size and times of the inbox's pages over so many alerts."""
        await self.store.db["alert"].insert_many([_alert(number) for number in range(alerts)])
        asked = {
            "first page": lambda _: "/",
            "a later page": lambda n: f"/?page={n % (alerts // 50) + 1}",
            "filtered": lambda n: f"/?kind={KINDS[n % len(KINDS)]}&urgency=act",
            "text": lambda n: f"/?q=person-{n:05}",
            "unread count": lambda _: "/unread",
            "one alert": lambda n: f"/alerts/bench-{n:05}",
        }
        return {name: await self._asked(path, count) for name, path in asked.items()}

    async def _asked(self, path: Callable[[int], str], count: int) -> dict[str, Any]:
        took, size = [], 0
        for number in range(count + 5):
            began = time.perf_counter()
            answer = await self.browser.get(path(number))
            took.append(time.perf_counter() - began)
            assert answer.status_code == 200, answer.status_code
            size = max(size, len(answer.content))
        return {"bytes": size} | _spread(took[5:])

    async def events(self, count: int) -> dict[str, Any]:
        """Return how long it takes from publishing a fact until the open inbox hears of its alert."""
        heard: asyncio.Queue[tuple[int, float]] = asyncio.Queue()
        listening = asyncio.create_task(self._listen(heard))
        known, _ = await asyncio.wait_for(heard.get(), 30)
        took = []
        for number in range(count):
            began = time.perf_counter()
            await self.js.publish(*_refused("live", number), stream="INTAKE")
            while True:
                told, at = await asyncio.wait_for(heard.get(), 30)
                if told > known:
                    break
            known = told
            took.append(at - began)
            await asyncio.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - people do not come in step
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return _spread(took)

    async def _listen(self, heard: asyncio.Queue[tuple[int, float]]) -> None:
        async with self.browser.stream("GET", "/live", timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    await heard.put((int(line.removeprefix("data: ")), time.perf_counter()))

    async def raised(self, count: int) -> dict[str, Any]:
        """Return how many alerts are raised a second, from the first fact published to the last alert committed."""
        alerts = self.store.db["alert"]
        query: dict[str, Any] = {"state.raised_on": {"$ne": None}}
        before = await alerts.count_documents(query)
        began = time.perf_counter()
        await asyncio.gather(*(self._offered(number) for number in range(count)))
        published = time.perf_counter() - began
        while await alerts.count_documents(query) < before + count:
            if time.perf_counter() - began > _PATIENCE_S:
                raise RuntimeError("not every alert was raised")
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
        return {"alerts": count, "seconds": round(took, 2), "a_second": round(count / took)} | {
            "published_s": round(published, 2)
        }

    async def _offered(self, number: int) -> None:
        await self.js.publish(*_refused("many", number), stream="INTAKE", timeout=60)


def _refused(name: str, number: int) -> tuple[str, bytes]:
    """Return subject and bytes of a fact that is refused, each from another source: an alert for the city's office."""
    source = f"bench-{name}-{number}"
    event = {"specversion": "1.0", "id": "1", "source": source, "type": "cn.bangfu.headcount.reported.v1", "data": {}}
    return f"intake.{source}.headcount.reported", orjson.dumps(event)


def _alert(number: int) -> dict[str, Any]:
    person = f"p{number:025}"
    day = date(2018, 1, 1) + timedelta(days=number % 365)
    state: dict[str, Any] = {
        "kind": KINDS[number % len(KINDS)], "matter": f"person-{number:05}", "person_id": person, "county": None,
        "raised_on": str(day), "last_on": str(day), "urgency": "act" if number % 3 else "know", "count": 1,
        "alert_id": f"bench-{number:05}", "area": "3506", "state": "raised", "over_on": None, "home": 0,
        "due_on": str(day + timedelta(days=10)), "details": _details(person, day), "history": [],
    }  # fmt: skip
    return {"_id": state["alert_id"], "state": state, "partition": 0, "tags": ["office:city"]}


def _details(person: str, day: date) -> dict[str, str]:
    known = {"person_id": person, "since": str(day), "village": "350622101200", "due_on": str(day)}
    return known | {"offer_id": "o-1", "vacancy_id": "v-1", "title": "电子厂普工"}


def _spread(took: Sequence[float]) -> dict[str, Any]:
    cut = statistics.quantiles(took, n=20)
    return {"n": len(took), "p50_ms": round(statistics.median(took) * 1e3, 1), "p95_ms": round(cut[18] * 1e3, 1)} | {
        "max_ms": round(max(took) * 1e3, 1)
    }


async def _entered(url: str, users: Users) -> httpx2.AsyncClient:
    await users.add("bench", Role.COUNTY, ["3506"], "bench", password=PASSWORD)
    await users.change("bench", "bench", "password", must_change=False)
    browser = httpx2.AsyncClient(base_url=url, headers={"Origin": url}, timeout=30)
    found = re.search(r'name="csrf" value="(\w+)"', (await browser.get("/login")).text)
    assert found
    answer = await browser.post("/login", data={"csrf": found[1], "user_id": "bench", "password": PASSWORD})
    assert answer.status_code == 303
    return browser


async def _measured(system: Supervisor, settings: Settings, chosen: argparse.Namespace) -> dict[str, Any]:
    running = system.running
    client = await connect(running.bus(CLERK, settings))
    kept = passwords(settings.data_dir)
    assert kept is not None
    store = Store(kept.url("notify", running.mongo_url), settings.database("notify"))  # which may insert alerts
    closed = {"specversion": "1.0", "id": "1", "source": "bench", "type": "cn.bangfu.calendar.day_closed.v1"}
    body = orjson.dumps(closed | {"data": {"date": "2018-03-01"}})
    bench = Bench(store, client.jetstream(), await _entered(running.services["notify"], Users(store.db, utc_now)))
    await bench.js.publish("intake.bench.calendar.day_closed", body, stream="INTAKE")
    try:
        found: dict[str, Any] = {}
        parts: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
            "event to open inbox": lambda: bench.events(chosen.events),
            "alerts": lambda: bench.raised(chosen.raised),
            "pages": lambda: bench.pages(chosen.alerts, chosen.pages),
        }
        for name, part in parts.items():
            found[name] = await part()
            print(name, json.dumps(found[name], indent=1), flush=True)
        return found
    finally:
        await bench.browser.aclose()
        await client.close()
        store.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--alerts", type=int, default=5_000, help="alerts in the inbox (%(default)s)")
    parser.add_argument("--pages", type=int, default=100, help="pages asked for, of each sort (%(default)s)")
    parser.add_argument("--events", type=int, default=100, help="events heard of, one by one (%(default)s)")
    parser.add_argument("--raised", type=int, default=2_000, help="alerts raised at once (%(default)s)")
    parser.add_argument("--json", type=Path, help="where to leave the figures too")
    chosen = parser.parse_args()
    print(f"load average: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bangfu-bench-", ignore_cleanup_errors=True) as directory:
        settings = Settings(data_dir=Path(directory), clock="off")
        environment = {"BANGFU_CLOCK": "off", "BANGFU_CONSOLE_RATE": "1000"}
        with Supervisor(settings, environment) as system:
            found = asyncio.run(_measured(system, settings, chosen))
    found["load"] = [round(each, 1) for each in os.getloadavg()]
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print(f"load average at the end: {found['load']}")


if __name__ == "__main__":
    main()
