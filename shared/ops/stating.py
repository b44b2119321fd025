"""Stating one fact under an office's name, and hearing whether registry took it."""

import uuid
from contextlib import AbstractAsyncContextManager
from typing import Any

import orjson

from shared.access.principals import CLERK, publisher_of
from shared.errors import BangfuError
from shared.events.contract import TYPE_PREFIX
from shared.ops.publishing import Publisher, offered, publisher
from shared.ops.running import find_running
from shared.settings import Settings


async def state(connection: Publisher, source: str, topic: str, data: dict[str, Any]) -> None:
    """Publish a fact and wait until registry has accepted it; stated twice it is two facts.

    Raises:
        BangfuError: Registry refused it, let it wait, or gave no answer in time.
    """
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),  # noqa: TID251 - the edge: a decision taken twice is two decisions
        "source": source,
        "type": f"{TYPE_PREFIX}{topic}.v1",
        "data": data,
    }
    (outcome,) = await connection.publish([offered(1, orjson.dumps(event))], lambda _: None)
    if outcome.outcome not in {"accepted", "duplicate"}:  # the id is new: a duplicate is this one, sent once more
        said = filter(None, (outcome.code, outcome.path, outcome.hint, outcome.waiting_for))
        raise BangfuError(f"{outcome.outcome}: {' '.join(said)}")


def stated_by(source: str) -> AbstractAsyncContextManager[Publisher]:
    """Connect to the system that runs here, under whose key a source's facts are stated."""
    settings = Settings()
    return publisher(find_running(settings, store=False).bus_of((CLERK, publisher_of(source)), settings))


async def state_here(source: str, topic: str, data: dict[str, Any]) -> None:
    """State a fact to the system that runs here; raises as `state` does."""
    async with stated_by(source) as connection:
        await state(connection, source, topic, data)
