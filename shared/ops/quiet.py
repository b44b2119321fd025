"""Waiting until nothing is in flight: every consumer at the end of its stream, every journal published."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.errors import BangfuError
from shared.runner.core import Service
from shared.runner.topology import places
from shared.store import Store

_PAUSE_S = 0.2


@dataclass(frozen=True)
class Flight:
    """What is still on its way: messages that wait or are in hand, journal documents, queued work."""

    waiting: int
    in_hand: int
    unsent: int
    queued: int
    last_sequence: int

    @property
    def landed(self) -> bool:
        """Tell whether nothing moves any more."""
        return not (self.waiting or self.in_hand or self.unsent or self.queued)


async def flight(js: JetStreamContext, services: list[Service], stores: dict[str, Store]) -> Flight:
    """Count what is in flight."""
    waiting = in_hand = unsent = queued = 0
    for service in services:
        store = stores[service.name]
        for subscription in service.subscriptions:
            for place in places(subscription):
                try:
                    info = await js.consumer_info(place.stream, place.durable)
                except NotFoundError:
                    waiting += 1
                    continue
                waiting += info.num_pending or 0
                in_hand += info.num_ack_pending or 0
        unsent += sum([head.get("number", 0) - head.get("sent", 0) async for head in store.db["heads"].find()])
        for kind, tag in service.extras.get("queues", ()):
            queued += await store.db[kind].count_documents({"tags": tag})
    last = (await js.stream_info("EVENTS")).state.last_seq
    return Flight(waiting, in_hand, unsent, queued, last)


async def wait_until_quiet(
    js: JetStreamContext,
    services: list[Service],
    stores: dict[str, Store],
    *,
    patience_s: float,
    heard: Callable[[Flight], None] = lambda _: None,
) -> None:
    """Return when nothing has been in flight at two looks in a row.

    Raises:
        BangfuError: Nothing moved for `patience_s`.
    """
    before: Flight | None = None
    moved = time.monotonic()
    while True:
        now = await flight(js, services, stores)
        heard(now)
        if now.landed and before == now:
            return
        if now != before:
            moved = time.monotonic()
        if time.monotonic() - moved > patience_s:
            raise BangfuError(f"nothing has moved for {patience_s:.0f} s: {now}; see `bangfu status`")
        before = now
        await asyncio.sleep(_PAUSE_S)
