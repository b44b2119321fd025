"""A whole system in one process: every consumer of every service on real servers, moved on by hand."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nats
import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from services.registry.adapters.vault import Vault
from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.ops.looking import View
from shared.ops.main import ops
from shared.ops.running import find_services
from shared.runner.core import Subscription
from shared.runner.late import Late, nothing, redrive_asked
from shared.runner.runner import Runner
from shared.runner.topology import ConsumerPlace, places
from shared.runner.wire import admitted, recorded
from shared.settings import Settings
from tests.support.facts import KEYS, Offer
from tests.support.live import Bus, handled, open_bus, open_store

VAULT_KEY = "ab" * 32


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
    settings: Settings
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

    async def restart(self, *subscriptions: Subscription) -> None:
        """Start these consumers as processes that know these subscriptions, from where the old ones stood."""
        for subscription in subscriptions:
            for reader in (r for r in self.readers if r.runner.subscription.name == subscription.name):
                reader.runner = await _started(self, subscription, reader.place, reader.door)

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
            admitted(reader.door, subject, None, body, n)
            if reader.door
            else recorded(None, body, n, reader.runner.subscription.schemas)
            for n, subject, body in wanted
        ]
        if inputs:
            await handled(reader.runner, inputs)
        reader.read = max([reader.read, *(n for n, _, _ in fresh)])
        return bool(fresh)


async def decisions(whole: Whole) -> dict[str, Any]:
    """Return every aggregate of every service and the ids of all it published: what batches leave no trace in."""
    found: dict[str, Any] = {}
    for service in whole.view.services:
        store = whole.view.stores[service.name]
        for kind in sorted({aggregate.kind for aggregate in service.aggregates}):
            found[f"{service.name}.{kind}"] = [row async for row in store.db[kind].find().sort("_id", 1)]
        for subscription in service.subscriptions:
            rows = store.db[f"journal_{subscription.name}"].find()
            ids = {entry["id"] async for row in rows for entry in row["entries"]}
            found[f"{service.name}.{subscription.name}"] = sorted(ids)
    return found


async def open_whole(stack: EmbeddedStack, bus: Bus, settings: Settings) -> Whole:
    """Return the installed services on a stack, ready for facts; close its stores afterwards."""
    services = find_services()
    stores = {s.name: await open_store(stack.mongo_url, settings.database(s.name), s) for s in services}
    whole = Whole(bus, View(bus.js, services, stores), settings)
    for service in services:
        for subscription in service.subscriptions:
            door = subscription.intake.door(KEYS) if subscription.intake else None
            for place in places(subscription):
                whole.readers.append(Reader(place, await _started(whole, subscription, place, door), door))
    return whole


@contextmanager
def deployed(stack: EmbeddedStack, directory: Path, prefix: str) -> Iterator[Settings]:
    """Yield the settings under which commands find a system with a broker of its own."""
    broker = EmbeddedNats(directory / "nats").start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANGFU_DATA_DIR", str(directory))
        patch.setenv("BANGFU_DATABASE_PREFIX", prefix)
        patch.setenv("BANGFU_LANG", "en")
        patch.setenv("BANGFU_VAULT_KEY", VAULT_KEY)
        patch.setenv("BANGFU_CARD_KEY", "cd" * 32)
        patch.setenv("BANGFU_PERSON_KEY", KEYS.person.hex())
        patch.setenv("NATS_URL", broker.url)
        patch.setenv("MONGO_URL", stack.mongo_url)
        patch.setenv("COLUMNS", "250")
        try:
            yield Settings()
        finally:
            broker.stop()


@asynccontextmanager
async def at_work(
    stack: EmbeddedStack, directory: Path, prefix: str, *batches: Sequence[Offer]
) -> AsyncIterator[Whole]:
    """Yield a system with a broker and databases of its own, which commands find, once it has dealt with the facts."""
    with deployed(stack, directory, prefix) as settings:
        async with await nats.connect(str(settings.nats_url)) as client:
            opened = await open_whole(stack, await open_bus(client), settings)
            for batch in batches:
                await opened.tell(*batch)
            yield opened
            for store in opened.view.stores.values():
                await store.db.client.drop_database(store.db.name)
            opened.close()


async def ran(whole: Whole, *arguments: str, commands: Typer = ops) -> Result:
    """Run a command, of operations unless said otherwise, in this process while the system works."""
    result: Result = await whole.meanwhile(lambda: CliRunner().invoke(commands, arguments))
    return result


async def told(whole: Whole, *arguments: str, commands: Typer = ops) -> Any:
    """Return what a command says as JSON."""
    result = await ran(whole, *arguments, "--json", commands=commands)
    assert result.stdout, result.exception
    return json.loads(result.stdout)


async def _started(whole: Whole, subscription: Subscription, place: ConsumerPlace, door: Any) -> Runner:
    service = next(s for s in whole.view.services if subscription.name in {each.name for each in s.subscriptions})
    store = whole.view.stores[service.name]
    context: Any = SimpleNamespace(store=store, settings=whole.settings, js=whole.bus.js)
    vault = Vault(context) if service.name == "registry" else None
    letters = vault.letter if vault else nothing
    runner = Runner(
        service, subscription, store, whole.bus.publisher(),
        partition=place.partition, companions=(vault,) if vault else (),
        late=Late(subscription, place.partition, store, door, letters, partial(redrive_asked, whole.bus.js)),
    )  # fmt: skip
    await runner.start()
    return runner


def _pattern(subject_filter: str) -> str:
    return re.escape(subject_filter).replace(r"\*", "[^.]+").replace(">", ".+")
