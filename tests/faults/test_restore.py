"""Backups of broker and store from different moments, on an empty machine: nothing is lost, nothing done twice."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from pymongo import MongoClient

from shared.embedded import EmbeddedMongo, EmbeddedNats, EmbeddedStack
from shared.ops.dispositions import account
from shared.ops.reconcile import reconciled
from shared.runner.puller import Puller
from shared.runner.topology import ensure_consumer
from shared.settings import Settings
from tests.support.facts import FIRST_CLOSED, Offer, closing, offer
from tests.support.live import open_bus
from tests.support.whole import Whole, decisions, open_whole

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

EARLY = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
)
LATE = (offer("premium.paid", "p-1"), closing(date(2018, 3, 2)), offer("exit.confirmed", "x-1", by="?"))
AFTER = (closing(date(2018, 3, 3)),)
KEYS: dict[str, Any] = {name: SecretStr("ab" * 32) for name in ("vault_key", "card_key")}


class Machine:
    """Broker, store and all consumers, on a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.stack = EmbeddedStack(directory)
        self._clients: list[Client] = []

    async def opened(self) -> Whole:
        self.stack.start()
        client = await nats.connect(self.stack.nats_url)
        self._clients.append(client)
        return await open_whole(self.stack, await open_bus(client), Settings(**KEYS))

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
        self.stack.stop()

    def copy(self, server: EmbeddedNats | EmbeddedMongo | None, to: Path) -> None:
        """Copy a server's directory; the store is held still meanwhile, the broker is not."""
        assert server is not None
        if isinstance(server, EmbeddedNats):
            shutil.copytree(server.directory / "jetstream", to / "nats" / "jetstream")
            return
        with MongoClient[dict[str, Any]](server.url) as client:
            client.admin.command({"fsync": 1, "lock": True})
            shutil.copytree(server.directory / "db", to / "mongo" / "db", ignore=shutil.ignore_patterns("mongod.lock"))
            client.admin.command({"fsyncUnlock": 1})


async def heard(whole: Whole, *facts: Offer) -> None:
    """Have facts dealt with, and what was dealt with acknowledged at the broker."""
    await whole.tell(*facts)
    bus = whole.bus
    for place in (reader.place for reader in whole.readers):
        await ensure_consumer(bus.client, place, pin_timeout_s=0.5)
        pulling = Puller(bus.client, bus.js, place, sole=True, expires_s=3, heartbeat_s=0.5)
        while (info := await bus.js.consumer_info(place.stream, place.durable)).num_pending or info.num_ack_pending:
            for message in await pulling.fetch():
                await message.ack_sync()
        await pulling.unsubscribe()


async def delivered_again(whole: Whole) -> None:
    """Have every consumer read what the broker would deliver: what stands behind its acknowledgement floor."""
    for reader in whole.readers:
        try:
            info = await whole.bus.js.consumer_info(reader.place.stream, reader.place.durable)
        except NotFoundError:
            reader.read = 0
            continue
        reader.read = info.ack_floor.stream_seq if info.ack_floor else 0
    await whole.drain()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path / "lost")
    yield made
    await made.close()


@pytest.mark.parametrize("first", ["broker", "store"])
async def test_whichever_was_copied_first_the_end_is_the_same(machine: Machine, tmp_path: Path, first: str) -> None:
    whole = await machine.opened()
    order = (
        [machine.stack.nats, machine.stack.mongo] if first == "broker" else [machine.stack.mongo, machine.stack.nats]
    )
    await heard(whole, *EARLY)
    await asyncio.to_thread(machine.copy, order[0], tmp_path / "new")
    await heard(whole, *LATE)
    await asyncio.to_thread(machine.copy, order[1], tmp_path / "new")
    before = await decisions(whole)
    whole.close()
    await machine.close()

    new = Machine(tmp_path / "new")
    try:
        restored = await new.opened()
        found = await reconciled(restored.view, restored.bus.client, dry_run=False)
        assert found["whole"]
        assert bool(found["republished"]) == (first == "broker")
        assert bool(found["consumers_ahead"]) == (first == "store")
        await delivered_again(restored)
        assert await decisions(restored) == before
        await restored.tell(*AFTER)
        assert {row["unexplained"] for row in await account(restored.view)} == {0}
        restored.close()
    finally:
        await new.close()
