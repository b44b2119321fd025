"""What an officer is told of a fact that was stated at the desk."""

import asyncio
from types import SimpleNamespace
from typing import Any

import orjson

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Principal, Role
from services.notify.adapters.web.scope import Scope

OFFICER = Principal("wang", "wang", Role.COUNTY, Scope(("350622",)))
SEEN = {"alert_id": "alert-1", "home": 0}


async def test_the_first_of_two_clicks_hears_the_outcome_though_the_second_is_told_of_the_first_at_once() -> None:
    stored, bodies = asyncio.Event(), list[bytes]()

    async def publish(_: str, body: bytes, **__: Any) -> Any:
        bodies.append(body)
        stored.set()
        return SimpleNamespace(duplicate=bodies.count(body) > 1)

    broker: Any = SimpleNamespace(publish=publish)
    nothing: Any = None
    desk = Desk(nothing, nothing, nothing, nothing, nothing, js=broker)
    first = asyncio.create_task(desk.publish(OFFICER, "alert.seen", SEEN, "0" * 32))
    await stored.wait()
    second = await desk.publish(OFFICER, "alert.seen", SEEN, "0" * 32)
    said: Any = {"fact_id": f"wang-{'0' * 32}", "outcome": "rejected", "code": "unknown_alert"}
    await desk.outcomes.take(SimpleNamespace(data=orjson.dumps({"data": said})))  # type: ignore[arg-type]
    assert (second.outcome, (await first).outcome, (await first).code) == ("duplicate", "rejected", "unknown_alert")
    assert desk.outcomes._waiting == {}
