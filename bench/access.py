"""What the closed bus costs: the same messages through an open server and one with keys, rights and a sealed disk.

`python -m bench.access`: pairs in turn, so that what else the machine does meets both alike; medians, and their ratio.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
from nats.aio.client import Client

from shared.embedded import EmbeddedNats
from shared.runner.publisher import Entry, Publisher
from shared.runner.reading import stored
from shared.runner.topology import provision
from tests.support.closed import closed_bus

PAIRS, FACTS, EVENTS = 5, 1_000, 4_000
_BODY = b"x" * 600
Work = Callable[[Client], Awaitable[int]]


async def offered(client: Client) -> int:
    """Publish facts as a source does, some hundreds under way."""
    js, waiting = client.jetstream(), []
    for _ in range(FACTS):
        waiting.append(await js.publish_async("intake.yunxiao-hr.visit.recorded", _BODY, stream="INTAKE"))
        if len(waiting) == 500:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    return FACTS


async def recorded(client: Client) -> int:
    """Publish events as a service does, in atomic batches."""
    publisher = Publisher(client, client.jetstream(), lambda *_: None)
    run = time.monotonic_ns()
    for first in range(0, EVENTS, 500):
        subject = "bangfu.visit.recorded.3.p1"
        await publisher.publish([Entry("EVENTS", f"{run}-{n}", subject, _BODY) for n in range(first, first + 500)])
    return EVENTS


async def read(client: Client) -> int:
    """Read the newest events again."""
    js = client.jetstream()
    last = (await js.stream_info("EVENTS")).state.last_seq
    return sum([1 async for _ in stored(js, "EVENTS", last, after=last - EVENTS)])


async def timed(work: Work, client: Client) -> float:
    """Return how many a second."""
    began = time.perf_counter()
    count = await work(client)
    return count / (time.perf_counter() - began)


async def compared(directory: Path) -> list[str]:
    """Return a line for each kind of work."""
    plain = EmbeddedNats(directory / "open").start()
    closed = closed_bus(directory / "closed", "yunxiao-hr")
    await closed.provisioned()
    open_client = await nats.connect(plain.url)
    await provision(open_client.jetstream())
    rows = []
    for work, who in ((offered, "source-yunxiao-hr"), (recorded, "registry"), (read, "registry")):
        async with closed.entered(who) as client:
            await timed(work, open_client)
            await timed(work, client)
            pairs = [(await timed(work, open_client), await timed(work, client)) for _ in range(PAIRS)]
        open_rate, closed_rate = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in pairs)
        rows.append(
            f"{work.__name__}: open {open_rate:,.0f}/s, closed {closed_rate:,.0f}/s, ratio of pairs {ratio:.2f}"
        )
    await open_client.close()
    plain.stop()
    closed.server.stop()
    return rows


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bangfu-bench-") as place:
        sys.stdout.write("\n".join(asyncio.run(compared(Path(place)))) + "\n")
