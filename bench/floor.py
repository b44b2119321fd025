"""The floor: the least a consumer can do and still write and say the same. No parsing, no deciding, no retrying.

Fetch a batch; write its documents, which lie ready, in one transaction; publish as many messages of the same sizes in
one atomic batch; acknowledge.
"""

import asyncio
import json
from collections import deque
from itertools import groupby
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from nats.aio.client import Client
from nats.aio.msg import Msg
from pymongo import DeleteMany, ReplaceOne, WriteConcern
from pymongo.read_concern import ReadConcern

from bench.plan import Lane, Step
from shared.runner.publisher import Entry

_MAJORITY = WriteConcern("majority", j=True)


async def run(client: Client, mongo_url: str, database: str, lanes: list[Lane]) -> None:
    """Take every lane through its steps, all lanes side by side."""
    mongo: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url, w="majority", journal=True)
    await asyncio.gather(*(_lane(client, mongo[database], lane) for lane in lanes))


async def prepare(mongo_url: str, database: str, lanes: list[Lane]) -> None:
    """Create the collections; transactions want them to be there."""
    db = AsyncIOMotorClient[dict[str, Any]](mongo_url)[database]
    kinds = {kind for lane in lanes for step in lane.steps for kind in (*step.states, *step.gone)}
    names = {f"{what}_{lane.subscription}" for lane in lanes for what in ("inbox", "journal")}
    for name in sorted(kinds | names):
        await db.create_collection(name)


async def _lane(client: Client, db: AsyncIOMotorDatabase[dict[str, Any]], lane: Lane) -> None:
    fetch = await _fetcher(client, lane)
    for step in lane.steps:
        batch = await fetch(step.fetch)
        await _write(db, lane.subscription, step)
        for _, group in groupby(step.entries, key=lambda entry: entry.stream):
            entries = list(group)
            for start in range(0, len(entries), 1_000):
                await _publish(client, entries[start : start + 1_000])
        for message in batch:
            await client.publish(message.reply, b"+ACK")


async def _fetcher(client: Client, lane: Lane) -> Any:
    config = {
        "name": lane.durable,
        "durable_name": lane.durable,
        "filter_subjects": list(lane.filters),
        "ack_policy": "explicit",
        "ack_wait": int(60e9),
        "max_ack_pending": 2_000,
        "deliver_policy": "all",
    }
    body = json.dumps({"stream_name": lane.stream, "action": "", "config": config}).encode()
    await client.request(f"$JS.API.CONSUMER.CREATE.{lane.stream}.{lane.durable}", body, timeout=5)
    inbox, buffer, enough = client.new_inbox(), deque[Msg](), asyncio.Event()
    wanted = 0

    async def take(message: Msg) -> None:
        buffer.append(message)
        if len(buffer) >= wanted:
            enough.set()

    await client.subscribe(inbox, cb=take)

    async def fetch(count: int) -> list[Msg]:
        nonlocal wanted
        if not count:
            return []
        wanted = count
        enough.clear()
        request = json.dumps({"batch": count, "expires": int(60e9)}).encode()
        await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{lane.stream}.{lane.durable}", request, reply=inbox)
        await enough.wait()
        return [buffer.popleft() for _ in range(count)]

    return fetch


async def _write(db: AsyncIOMotorDatabase[dict[str, Any]], subscription: str, step: Step) -> None:
    async with await db.client.start_session() as session:  # noqa: SIM117 - the second needs the first
        async with session.start_transaction(ReadConcern("snapshot"), _MAJORITY):
            if step.inbox:
                await db[f"inbox_{subscription}"].insert_many(step.inbox, ordered=False, session=session)
            for kind in sorted({*step.states, *step.gone}):
                operations: list[Any] = [
                    ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in step.states.get(kind, ())
                ]
                if kind in step.gone:
                    operations.append(DeleteMany({"_id": {"$in": step.gone[kind]}}))
                await db[kind].bulk_write(operations, ordered=False, session=session)
            if step.journal is not None:
                await db[f"journal_{subscription}"].insert_one(step.journal, session=session)


async def _publish(client: Client, entries: list[Entry]) -> None:
    batch, last = entries[0].id, len(entries)
    for number, entry in enumerate(entries, 1):
        headers = {
            "Nats-Msg-Id": f"z{entry.id[1:]}",  # the very id may be in the stream already
            "Content-Type": "application/cloudevents+json; charset=UTF-8",
            "Nats-Batch-Id": batch,
            "Nats-Batch-Sequence": str(number),
        }
        if last == 1:
            del headers["Nats-Batch-Id"], headers["Nats-Batch-Sequence"]
        elif number == last:
            headers["Nats-Batch-Commit"] = "1"
        if number in (1, last):
            answer = await client.request(entry.subject, entry.body, headers=headers, timeout=10)
            assert b"error" not in answer.data, answer.data
        else:
            await client.publish(entry.subject, entry.body, headers=headers)
