"""Deliveries a second, each beside a floor of the same run, and the median of the ratios of its rounds.

The floor of a channel is the channel alone before its peer, beside which stands the whole post with all its looks and
notes; that of the inbox are the bare writes (bench/inbox.py).

`python -m bench.channels [--letters N] [--rounds N]`. Peers are processes of their own on loopback (aiosmtpd,
uvicorn; the SMS outbox writes to the same mongod); the database is a real mongod with journaled majority writes. One
letter goes to each of N recipients.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import nats

from bench.inbox import measured as inbox
from services.notify.adapters.channels.courier import WINDOW
from services.notify.adapters.channels.http import Poster
from services.notify.adapters.channels.mail import MailChannel, server_of
from services.notify.adapters.channels.port import Channel, ChannelName, Delivered, Delivery
from services.notify.adapters.channels.short_messages import PREFIX
from services.notify.adapters.channels.webhook import WebhookChannel
from shared.embedded import EmbeddedStack
from shared.sms.mongo import OUTBOX_COLLECTION, MongoOutbox
from shared.sms.outbox import OutboxGateway
from shared.store import Store
from shared.telemetry import configure
from tests.support.channels import MATTERS, SECRET, SENDER, TEXTS, HookPeer, MailPeer, mail_server
from tests.support.gateways import noon, served
from tests.support.live import open_bus
from tests.support.posting import Post, sms_channel

MEASURED: tuple[ChannelName, ...] = ("email", "webhook", "sms")
_PEER = "--peer"


async def _serve(kind: str) -> None:
    """Be a peer that takes everything."""
    async with mail_server(MailPeer()) if kind == "email" else served(HookPeer()) as port:
        print(port, flush=True)
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _peer(kind: str) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.channels", _PEER, kind, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _channel(name: ChannelName, store: Store) -> AsyncIterator[tuple[Channel, str]]:
    """Open a channel before its peer; yields it and where its letters go."""
    if name == "sms":
        yield _outbox(store), "C7"
        return
    async with _peer(name) as port, contextlib.AsyncExitStack() as stack:
        if name == "email":
            yield MailChannel(server_of(f"smtp://127.0.0.1:{port}"), SENDER, TEXTS, noon), "officer@example.cn"
            return
        poster = Poster()
        stack.push_async_callback(poster.aclose)
        yield WebhookChannel(poster, TEXTS, noon), f"http://127.0.0.1:{port}/alerts"


def _outbox(store: Store) -> Channel:
    outbox = MongoOutbox(store.db[PREFIX + OUTBOX_COLLECTION])
    return sms_channel(store, OutboxGateway(outbox, noon), noon, lambda: 1)


async def _alone(name: ChannelName, channel: Channel, to: str, count: int, tag: str) -> None:
    """Hand letters to a channel, as many at a time as a courier does."""
    left = iter(range(count))

    async def work() -> None:
        for n in left:
            delivery = Delivery(f"{tag}-{n}", name, to, MATTERS, SECRET)
            assert isinstance(await channel.deliver(delivery), Delivered)

    await asyncio.gather(*(work() for _ in range(WINDOW)))


async def _post(
    name: ChannelName, channel: Channel, to: str, count: int, store: Store
) -> Callable[[], Awaitable[None]]:
    """Return what carries one letter to each of so many recipients; raising the alerts is not what is timed."""
    post = Post(store, {name: _outbox(store) if name == "sms" else channel})
    await post.prepare()
    for n in range(count):
        if name == "webhook":
            await post.hook("webhook", url=to, name=f"h{n}")
        else:
            wishes = {"sms": ["act"] if name == "sms" else [], "email": ["act"] if name == "email" else []}
            await post.officer(f"u{n}", wishes=wishes, email=to if name == "email" else None)
    await post.alert("a1", "office:350622" if name == "webhook" else "to:C7")

    async def carried() -> None:
        await post.sort()
        while await post.couriers[name].round():
            pass
        assert post.couriers[name].counts["sent"] == count

    return carried


async def _letters(name: ChannelName, store: Store, count: int, rounds: int) -> list[tuple[float, float]]:
    """Return for each round how many letters a second the channel alone hands over, and how many the whole post."""
    found = []
    async with _channel(name, store) as (channel, to):
        for n in range(rounds):
            alone = await _rate(count, partial(_alone, name, channel, to, count, f"{name}{n}"))
            found.append((alone, await _rate(count, await _post(name, channel, to, count, store))))
    return found


async def _rate(count: int, work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return count / (time.perf_counter() - began)


def _say(name: str, floor: str, pairs: list[tuple[float, float]]) -> None:
    bare, whole = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(done / most for most, done in pairs)
    print(f"{name:8} {whole:6.0f}/s   {ratio:4.0%} of {floor} ({bare:.0f}/s)", flush=True)


async def _run(chosen: argparse.Namespace, stack: EmbeddedStack, store: Store) -> None:
    count, rounds = chosen.letters, chosen.rounds
    print(f"{count} deliveries a round, medians of {rounds}, load {os.getloadavg()[0]:.1f}", flush=True)
    client = await nats.connect(stack.nats_url)
    try:
        bus = await open_bus(client)
        pairs = [await inbox(stack.mongo_url, bus, count, turn) for turn in range(rounds)]
    finally:
        await client.close()
    _say("inbox", "the bare writes", pairs)
    for name in MEASURED:
        _say(name, "the channel alone", await _letters(name, store, count, rounds))


def main() -> None:
    """Run the bench."""
    if sys.argv[1:2] == [_PEER]:
        asyncio.run(_serve(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    configure("bench", "json", "error")
    with tempfile.TemporaryDirectory() as directory, EmbeddedStack(Path(directory)) as stack:
        asyncio.run(_measured(chosen, stack))


async def _measured(chosen: argparse.Namespace, stack: EmbeddedStack) -> None:
    store = Store(stack.mongo_url, "bench_notify")
    try:
        await _run(chosen, stack, store)
    finally:
        store.close()


if __name__ == "__main__":
    main()
