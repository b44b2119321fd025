"""Letters a second: each channel alone before its peer (the floor), and the whole post with all its looks and notes.

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
from pathlib import Path

from services.notify.adapters.channels.courier import WINDOW
from services.notify.adapters.channels.http import Poster
from services.notify.adapters.channels.mail import MailChannel, server_of
from services.notify.adapters.channels.port import Channel, ChannelName, Delivered, Delivery
from services.notify.adapters.channels.short_messages import PREFIX
from services.notify.adapters.channels.webhook import WebhookChannel
from shared.embedded import EmbeddedMongo
from shared.sms.mongo import OUTBOX_COLLECTION, MongoOutbox
from shared.sms.outbox import OutboxGateway
from shared.store import Store
from tests.support.channels import MATTERS, SECRET, SENDER, TEXTS, HookPeer, MailPeer, mail_server
from tests.support.gateways import noon, served
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


async def _run(chosen: argparse.Namespace, store: Store) -> None:
    count = chosen.letters
    print(f"{count} letters a round, median of {chosen.rounds}, load {os.getloadavg()[0]:.1f}", flush=True)
    for name in MEASURED:
        async with _channel(name, store) as (channel, to):
            floor, whole = [], []
            for n in range(chosen.rounds):
                began = time.perf_counter()
                await _alone(name, channel, to, count, f"{name}{n}")
                floor.append(count / (time.perf_counter() - began))
                carried = await _post(name, channel, to, count, store)
                began = time.perf_counter()
                await carried()
                whole.append(count / (time.perf_counter() - began))
        alone, all_ = statistics.median(floor), statistics.median(whole)
        print(f"{name:8} alone {alone:6.0f}/s   the whole post {all_:6.0f}/s   {all_ / alone:4.0%}", flush=True)


def main() -> None:
    """Run the bench."""
    if sys.argv[1:2] == [_PEER]:
        asyncio.run(_serve(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        mongo = EmbeddedMongo(Path(directory))
        mongo.start()
        try:
            asyncio.run(_measured(chosen, mongo.url))
        finally:
            mongo.stop()


async def _measured(chosen: argparse.Namespace, url: str) -> None:
    store = Store(url, "bench_notify")
    try:
        await _run(chosen, store)
    finally:
        store.close()


if __name__ == "__main__":
    main()
