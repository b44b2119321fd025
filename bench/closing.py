"""A month's close by the real runner: a service process with a broker and a database of its own, page after page.

What the month's facts left behind is written into the database as the service itself would have; then the last day is
closed. The clock runs until the ledger has posted the day. The floor writes the documents that the closing wrote.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import ReplaceOne

from bench.rig import Child, Rig, Turn, cpu_s, turn
from services.subsidy.service import SERVICE
from shared.catalog import PARTITIONS, partitions_of
from shared.events.clock import DayClosed
from shared.runner.core import Message
from shared.runner.journal import entries_of
from shared.runner.loaded import Codec
from shared.runner.memory import Memory
from shared.store import Store

WRITTEN = ("person", "line", "account", "position", "instruction", "run")
"""What the closing of a month leaves in the store for each line, beside the inbox and the journal."""

_BATCH = 1_000
_PATIENCE_S = 1_200.0
Database = AsyncIOMotorDatabase[dict[str, Any]]


@dataclass(frozen=True)
class Closed:
    """What closing a month took: time of the clock, processor times, memory of the service before and at its peak."""

    lines: int
    seconds: float
    service_s: float
    store_s: float
    broker_s: float
    before_mb: float
    peak_mb: float
    floor_s: float


async def closed(rig: Rig, memory: Memory, day: date) -> Closed:
    """Close a day whose month's facts are in `memory`."""
    event = DayClosed(date=day)
    messages = [Message(f"closing@{p}", "", event, 10**9, day, "", None, p) for p in partitions_of(event)]
    async with turn(rig, entries_of(messages, "registry", "EVENTS")) as rigged:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(rig.mongo.url, w="majority", journal=True)
        try:
            db = client[f"{rigged.database}_subsidy"]
            await _seeded(rig, rigged, db, memory)
            return await _measured(rig, rigged, client, db, day)
        finally:
            client.close()


async def _seeded(rig: Rig, rigged: Turn, db: Database, memory: Memory) -> None:
    """Write what is in memory as the service would have written it."""
    store = Store(rig.mongo.url, f"{rigged.database}_subsidy")
    await store.prepare({a.kind: a.indexes for a in SERVICE.aggregates} | {"waiting": ()}, _subscriptions())
    store.close()
    for subscription in SERVICE.subscriptions:
        codec = Codec(subscription)
        for partition in range(PARTITIONS) if subscription.partitioned else [None]:
            held = memory._consumer(subscription, partition or 0).kinds  # noqa: SLF001 - nobody else asks by partition
            for kind, states in held.items():
                await bulk(db, kind, [codec.document(kind, id_, state, partition) for id_, state in states.items()])


async def _measured(
    rig: Rig, rigged: Turn, client: AsyncIOMotorClient[dict[str, Any]], db: Database, day: date
) -> Closed:
    given = {"nats_url": rigged.nats.url, "mongo_url": rig.mongo.url, "database": rigged.database, "replicas": "one"}
    child = await Child.start("subsidy", given)
    try:
        began = await child.said("go")
        before, before_mb = _processor(rig, rigged, child), child.peak_mb
        ended = await _posted(db, day)
        after, peak_mb = _processor(rig, rigged, child), child.peak_mb
    finally:
        await child.stop()
    lines = await db["line"].count_documents({})
    floor_s = await _floor(db, client[f"{rigged.database}_floor"])
    service_s, store_s, broker_s = (now - was for was, now in zip(before, after, strict=True))
    return Closed(lines, ended - began, service_s, store_s, broker_s, before_mb, peak_mb, floor_s)


def _processor(rig: Rig, rigged: Turn, child: Child) -> tuple[float, float, float]:
    return child.cpu_s, cpu_s(rig.mongo.pid), cpu_s(rigged.nats.pid)


async def _posted(db: Database, day: date) -> float:
    """Return the time at which the ledger had posted a day."""
    until = time.monotonic() + _PATIENCE_S
    while (await db["ledger"].find_one({"state.posted": day.isoformat()})) is None:
        if time.monotonic() > until:
            raise RuntimeError(f"{day} was not posted within {_PATIENCE_S:.0f} s")
        await asyncio.sleep(0.1)
    return time.time()


async def _floor(db: Database, other: Database) -> float:
    """Return how long one loop of bulk writes takes to write what the closing wrote."""
    documents = {kind: [row async for row in db[kind].find()] for kind in WRITTEN}
    began = time.perf_counter()
    for kind, rows in documents.items():
        await bulk(other, kind, rows)
    return time.perf_counter() - began


async def bulk(db: Database, kind: str, rows: list[dict[str, Any]]) -> None:
    """Write documents in bulks."""
    for start in range(0, len(rows), _BATCH):
        batch = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows[start : start + _BATCH]]
        await db[kind].bulk_write(batch, ordered=False)


def _subscriptions() -> list[str]:
    return [subscription.name for subscription in SERVICE.subscriptions]
