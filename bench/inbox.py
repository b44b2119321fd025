"""Alerts into inboxes a second: events folded, committed with what the channels get, and published as notify's process
does it; and the floor, the bare writes: the very same rows inserted in as many transactions of the same mongod.

A part of `python -m bench.channels`. Each event is another matter, so that each raises an alert.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Any, Final

from pymongo import WriteConcern

from services.notify.adapters.channels.outbox import DELIVERIES, Outbox
from services.notify.domain.alert import ALERT
from services.notify.service import RULES, SERVICE
from services.notify.subscribers import subscription
from shared.events.alerts import FactRejected
from shared.runner.batch import Input
from shared.runner.core import Message
from shared.store import Row, Session, Store
from tests.support.live import Bus, handled, open_store, runner

BATCH: Final = 100
_NOTIFY: Final = subscription(RULES)
_WRITTEN: Final = (ALERT.kind, DELIVERIES, f"inbox_{_NOTIFY.name}", f"journal_{_NOTIFY.name}")
_PARTITION: Final = 3
_DAY: Final = date(2018, 3, 5)
_DURABLE: Final = WriteConcern("majority", j=True)


async def measured(url: str, bus: Bus, count: int, turn: int) -> tuple[float, float]:
    """Return how many alerts a second are written bare, and how many come into their inboxes."""
    async with _database(url, f"bench_inbox_{turn}") as store:
        whole = await _raised(store, bus, count, turn)
        assert await store.db[ALERT.kind].count_documents({}) == count
        assert await store.db[DELIVERIES].count_documents({}) == count
        return await _written(store, count), whole


@asynccontextmanager
async def _database(url: str, name: str) -> AsyncIterator[Store]:
    store = await open_store(url, name, SERVICE)
    try:
        yield store
    finally:
        await store.db.client.drop_database(name)
        store.close()


async def _raised(store: Store, bus: Bus, count: int, turn: int) -> float:
    running = runner(store, bus, _NOTIFY, partition=_PARTITION, companions=(Outbox(store.db),))
    await running.start()
    inputs = [_refused(f"{turn}-{number}", number) for number in range(1, count + 1)]
    began = time.perf_counter()
    for first in range(0, count, BATCH):
        await handled(running, inputs[first : first + BATCH])
    return count / (time.perf_counter() - began)


def _refused(name: str, number: int) -> Input:
    event = FactRejected(source=f"source-{name}", fact="premium.paid", code="unknown_person", county="350622")
    message = Message(f"m-{name}", "registry", event, number, _DAY, "c", None, _PARTITION)
    return Input(message.id, number, message=message)


async def _written(store: Store, count: int) -> float:
    """Insert what was written once more, elsewhere."""
    transactions = -(-count // BATCH)
    shares: list[dict[str, list[Row]]] = [{} for _ in range(transactions)]
    for name in _WRITTEN:
        rows = [row async for row in store.db[name].find({})]
        await store.db.create_collection(f"bare_{name}")
        for turn, share in enumerate(shares):
            share[f"bare_{name}"] = rows[turn::transactions]
    began = time.perf_counter()
    async with await store.db.client.start_session() as session:
        for share in shares:
            await session.with_transaction(partial(_insert, store.db, share), write_concern=_DURABLE)
    return count / (time.perf_counter() - began)


async def _insert(db: Any, share: dict[str, list[Row]], session: Session) -> None:
    for name, rows in share.items():
        if rows:
            await db[name].insert_many(rows, ordered=False, session=session)
