"""Segments a second through SMPP on loopback: the gateway alone, and the sender of matching with all its writes.

`python -m bench.sms [--messages N] [--window N] [--windows N ...] [--rounds N] [--gateway]`. The peer is a process of
its own (smpp34's server) that sends a receipt for every part; the database is a real mongod with journaled majority
writes.
"""

import argparse
import asyncio
import contextlib
import functools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import smpp34

from bench.sms_look import judge, number_of, stored
from services.matching.views import QUEUE_PAGE
from shared.embedded import EmbeddedMongo
from shared.events.envelope import Envelope
from shared.runner.replicas import LEASES
from shared.sms.binding import SmppAddress
from shared.sms.failover import Failover, Line
from shared.sms.gateway import Accepted, SmsGateway
from shared.sms.heard_stores import FATES_COLLECTION, PARTS_COLLECTION, MongoHeardLog
from shared.sms.inbox import Inbox
from shared.sms.memory import MemoryHeardLog, MemorySendingLog
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.sms.sender import Admits, Outgoing, Sender, admit_all
from shared.sms.smpp import SmppGateway
from shared.sms.text import segments
from shared.sms.usage import USAGE_COLLECTION, Allowance, MemoryUsageLog, MongoUsageLog
from shared.store import Store

NUMBER = "+8613812345678"
TEXT = "【帮扶就业】岗位推荐：云霄县莆美镇，电子厂普工，月工资4500-6000元。请于3月8日前回复：Y接受，N不接受，T退订"
LONG = "【帮扶就业】" + "岗位推荐：云霄县莆美镇，电子厂普工，包吃住，长期有效。" * 5
_PEER = "--peer"


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a bench


async def _serve(port: int) -> None:
    """Be the peer: accept everything, and send a receipt for it."""
    server = smpp34.Server("127.0.0.1", port, system_id="BENCH", inbound_capacity=10_000)
    await server.start()
    esmes: dict[str, Any] = {}
    tasks: set[asyncio.Task[Any]] = set()
    print("ready", flush=True)
    count = 0
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            esmes[event.session_id] = event
        elif isinstance(event, smpp34.SubmitSmEvent):
            count += 1
            event.accept(f"b{count}")
            said = f"id:b{count} sub:001 dlvrd:001 stat:DELIVRD err:000 text:".encode()
            task = asyncio.ensure_future(
                esmes[event.session_id].deliver_sm("1069", said, source_addr=event.destination_addr, esm_class=4)
            )
            tasks.add(task)
            task.add_done_callback(tasks.discard)


@contextlib.asynccontextmanager
async def _peer() -> AsyncIterator[int]:
    port = 27_750 + os.getpid() % 1_000
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.sms", _PEER, str(port), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield port
    finally:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _gateway(port: int, inbox: Inbox, window: int) -> AsyncIterator[SmppGateway]:
    gateway = SmppGateway(SmppAddress("bench", "127.0.0.1", port, "bench", "bench", "1069", window=window), inbox, _now)
    tasks = [asyncio.create_task(gateway.run()), asyncio.create_task(inbox.run())]
    while not gateway.bound:  # noqa: ASYNC110 - a bench
        await asyncio.sleep(0.01)
    try:
        yield gateway
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _swallow(_: str, __: Envelope) -> None:
    """Be a broker that costs nothing."""


async def _window(gateway: SmsGateway, texts: list[str], window: int, tag: str) -> None:
    """Send so many at a time."""
    left = iter(enumerate(texts))

    async def work() -> None:
        for n, text in left:
            assert await gateway.send(f"{tag}-{n}", NUMBER, text) == Accepted()

    await asyncio.gather(*(work() for _ in range(window)))


async def _sender(
    gateway: SmsGateway, log: Any, texts: list[str], tag: str, window: int, *, admits: Admits = admit_all
) -> None:
    """Send as matching does: note, send, note, publish, note; a page of the queue at a time."""
    page = QUEUE_PAGE
    waiting = [Outgoing(f"{tag}-{n}", f"p{n}", text) for n, text in enumerate(texts)]

    async def queued() -> list[Outgoing]:
        return waiting[:page]

    async def phone_of(person_id: str) -> str:
        return number_of(person_id)

    sender = Sender(
        gateway=gateway,
        log=log,
        queued=queued,
        phone_of=phone_of,
        publish=_swallow,
        clock=_now,
        window=window,
        admits=admits,
    )
    await sender.recover()
    while waiting:
        assert await sender.send_queued() == len(waiting[:page])
        del waiting[:page]


async def _looked(gateway: SmsGateway, log: Any, texts: list[str], window: int, tag: str, *, store: Store) -> None:
    """The same with the last look before each message; storing what is looked at is not what is timed."""
    await _sender(gateway, log, texts, tag, window, admits=(await judge(store, _now)).admits)


async def _all(gateway: SmsGateway, log: Any, texts: list[str], window: int, tag: str) -> None:
    await _sender(gateway, log, texts, tag, window)


async def _timed(work: Callable[[str], Awaitable[None]], count: int, rounds: int, name: str) -> None:
    rates = []
    for n in range(rounds):
        began, cpu = time.perf_counter(), time.process_time()
        await work(f"{name.replace(' ', '')}{n}")
        rates.append((count / (time.perf_counter() - began), (time.process_time() - cpu) / count * 1e6))
    rate, cost = (statistics.median(each) for each in zip(*rates, strict=True))
    low, high = min(r for r, _ in rates), max(r for r, _ in rates)
    print(f"{name:58} {rate:8.0f} segments/s ({low:.0f} to {high:.0f}) {cost:6.0f} us of our processor", flush=True)


async def _run(chosen: argparse.Namespace, store: Store) -> None:
    texts, long = [TEXT] * chosen.messages, [LONG] * (chosen.messages // segments(LONG))
    heard = MongoHeardLog(store.db[PARTS_COLLECTION], store.db[FATES_COLLECTION])
    log = MongoSendingLog(store.db[SENDING_COLLECTION], store.db[LEASES])
    await heard.prepare()
    await log.prepare()
    usage = MongoUsageLog(store.db[USAGE_COLLECTION])
    count, window, rounds = sum(map(segments, texts)), chosen.window, chosen.rounds
    print(f"{count} segments a round, median of {rounds}, window {window}, load {os.getloadavg()[0]:.1f}", flush=True)
    async with _peer() as port:
        async with _gateway(port, Inbox(MemoryHeardLog(), _swallow), window) as gateway:
            await _timed(lambda tag: _window(gateway, texts, window, tag), count, rounds, "gateway, in memory")
            parts = len(long) * segments(LONG)
            await _timed(
                lambda tag: _window(gateway, long, window, tag), parts, rounds, "gateway, in memory, long texts"
            )
        if chosen.gateway:
            return
        async with _gateway(port, Inbox(heard, _swallow), window) as gateway:
            await _timed(
                lambda tag: _window(gateway, texts, window, tag), count, rounds, "gateway, references in MongoDB"
            )
            await _timed(
                lambda tag: _window(gateway, long, window, tag),
                parts,
                rounds,
                "gateway, references in MongoDB, long texts",
            )
            free = Failover([Line("bench", gateway)], MemoryUsageLog(), _now)
            counted = Failover([Line("bench", gateway)], Allowance(usage), _now)
            await _timed(
                lambda tag: _window(counted, texts, window, tag),
                count,
                rounds,
                "the same behind failover, counted in MongoDB",
            )
            memory = MemorySendingLog()
            await _timed(
                lambda tag: _sender(free, memory, texts, tag, window), count, rounds, "sender, log and count in memory"
            )
            for size in chosen.windows:
                some = texts[: 100 * size]
                name = f"sender, everything in MongoDB, window {size}"
                await _timed(functools.partial(_all, counted, log, some, size), len(some), rounds, name)
            for size in chosen.windows[-2:]:
                name = f"the same, and the last look, window {size}"
                tags = [f"{name.replace(' ', '')}{n}" for n in range(rounds)]
                await stored(store, {f"{tag}-{k}": f"p{k}" for tag in tags for k in range(count)})
                await _timed(functools.partial(_looked, counted, log, texts, size, store=store), count, rounds, name)
    print(f"load at the end {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--window", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--windows", type=int, nargs="+", default=[1, 8, 16, 32, 64], help="of the sender")
    parser.add_argument("--gateway", action="store_true", help="only the gateway, without a database")
    parser.add_argument(_PEER, type=int)
    chosen = parser.parse_args()
    if chosen.peer:
        asyncio.run(_serve(chosen.peer))
        return
    with tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder)).start()
        store = Store(mongo.url, "bench_matching")
        try:
            asyncio.run(_run(chosen, store))
        finally:
            store.close()
            mongo.stop()


if __name__ == "__main__":
    main()
