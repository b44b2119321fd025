"""A whole system in one process: every consumer of every service on real servers, moved on by hand."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from services.registry.adapters.vault import Vault
from shared.embedded import EmbeddedStack
from shared.ops.looking import View
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.runner import Runner
from shared.runner.topology import ConsumerPlace, places
from shared.runner.wire import admitted, recorded
from shared.settings import Settings
from tests.support.facts import KEYS, Offer
from tests.support.live import Bus, handled, open_store


@dataclass
class Reader:
    """One durable consumer: its runner and how far it has read."""

    place: ConsumerPlace
    runner: Runner
    door: Any = None
    read: int = 0

    def wants(self, subject: str) -> bool:
        """Tell whether a subject passes the consumer's filters."""
        return any(re.fullmatch(_pattern(each), subject) for each in self.place.filters)


@dataclass
class Whole:
    """Streams, databases and consumers of the installed services."""

    bus: Bus
    view: View
    readers: list[Reader] = field(default_factory=list)

    async def tell(self, *offers: Offer) -> None:
        """Publish facts and let the system work until nothing is in flight."""
        await self.bus.offer(*offers)
        await self.drain()

    async def drain(self) -> None:
        """Let every consumer read on until none finds anything."""
        while True:
            streams = {name: await self._stored(name) for name in ("INTAKE", "EVENTS")}
            if not any([await self._moved(reader, streams[reader.place.stream]) for reader in self.readers]):
                return

    async def meanwhile(self, work: Callable[[], Any]) -> Any:
        """Do blocking work in a thread and let the system answer it; return what the work returns."""
        task = asyncio.create_task(asyncio.to_thread(work))
        while not task.done():
            await self.drain()
            await asyncio.wait([task], timeout=0.05)
        await self.drain()
        return task.result()

    def close(self) -> None:
        """Let go of the databases."""
        for store in self.view.stores.values():
            store.close()

    async def _stored(self, stream: str) -> list[tuple[int, str, bytes]]:
        read = min(reader.read for reader in self.readers if reader.place.stream == stream)
        last = (await self.bus.js.stream_info(stream)).state.last_seq
        found = [await self.bus.js.get_msg(stream, n) for n in range(read + 1, last + 1)]
        return [(int(m.seq or 0), str(m.subject), m.data or b"") for m in found]

    async def _moved(self, reader: Reader, stored: list[tuple[int, str, bytes]]) -> bool:
        fresh = [(n, subject, body) for n, subject, body in stored if n > reader.read]
        wanted = [each for each in fresh if reader.wants(each[1])]
        inputs = [
            admitted(reader.door, subject, None, body, n) if reader.door else recorded(None, body, n)
            for n, subject, body in wanted
        ]
        if inputs:
            await handled(reader.runner, inputs)
        reader.read = max([reader.read, *(n for n, _, _ in fresh)])
        return bool(fresh)


async def open_whole(stack: EmbeddedStack, bus: Bus, settings: Settings) -> Whole:
    """Return the installed services on a stack, ready for facts; close its stores afterwards."""
    services = find_services()
    stores = {s.name: await open_store(stack.mongo_url, settings.database(s.name), s) for s in services}
    whole = Whole(bus, View(bus.js, services, stores))
    for service in services:
        for subscription in service.subscriptions:
            door = subscription.intake.door(KEYS) if subscription.intake else None
            for place in places(subscription):
                runner = Runner(
                    service, subscription, stores[service.name], bus.publisher(),
                    partition=place.partition, companions=_companions(service, whole, settings),
                )  # fmt: skip
                await runner.start()
                whole.readers.append(Reader(place, runner, door))
    return whole


def _companions(service: Service, whole: Whole, settings: Settings) -> tuple[Vault, ...]:
    if service.name != "registry":
        return ()
    context: Any = SimpleNamespace(store=whole.view.stores["registry"], settings=settings, js=whole.bus.js)
    return (Vault(context),)


def _pattern(subject_filter: str) -> str:
    return re.escape(subject_filter).replace(r"\*", "[^.]+").replace(">", ".+")
