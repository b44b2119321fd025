"""Two of a service share its work; the other goes on when one is killed, and one that wakes up spoils nothing."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import nats
import pytest
from nats.aio.msg import Msg

from services.registry.subscribers import REGISTRY
from shared.embedded import EmbeddedStack
from shared.runner.consumer import Consumer, Lane
from shared.runner.replicas import REPLICAS, Replicas
from shared.store import Store
from tests.integration.test_runner_crash import as_in_a_life_without_faults, deployment, events, process, told
from tests.support.facts import FIRST_CLOSED, KEYS, closing, id_number, offer
from tests.support.live import Bus, runner, until
from tests.support.world import DOOR

pytestmark = pytest.mark.real

FACTS = [closing(FIRST_CLOSED), *(offer("roster.entry", f"r-{n}", id_number=id_number(n)) for n in range(1, 200))]


class Half:
    """One of two processes of registry, in this very process; it can be told to hold its breath in mid batch."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self.replicas, self.bus = Replicas(store, beat_s=0.05), bus
        self.awake, self.in_hand = asyncio.Event(), asyncio.Event()
        self.awake.set()
        self.consumer = Consumer(
            REGISTRY,
            REGISTRY.intake.door(KEYS) if REGISTRY.intake else None,
            lambda _: runner(store, bus),
            self.replicas,
        )
        self.lane: Lane = self.consumer.open_lanes()[0]
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.replicas.join()
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._work())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            await self.awake.wait()
            await self.replicas.beat()

    async def _work(self) -> None:
        await self.consumer.run(self.lane, self.bus.client, self.bus.js, self._consume)

    async def _consume(self, batch: list[Msg]) -> None:
        self.in_hand.set()
        await self.awake.wait()
        await asyncio.gather(self.consumer.handle(batch), return_exceptions=True)


@asynccontextmanager
async def halves(store: Store, bus: Bus) -> AsyncIterator[tuple[Half, Half]]:
    """Start two; the first holds the consumer."""
    async with nats_of(bus) as other:
        first, second = Half(store, bus), Half(store, other)
        await first.start()
        await second.start()
        try:
            yield first, second
        finally:
            await first.stop()
            await second.stop()


@asynccontextmanager
async def nats_of(bus: Bus) -> AsyncIterator[Bus]:
    """Open another connection to the same broker."""
    client = await nats.connect(servers=[server.geturl() for server in bus.client.servers])
    yield Bus(client, client.jetstream())
    await client.close()


def all_told(bus: Bus, count: int) -> Callable[[], object]:
    """Return whether so many events are published and nothing is in flight."""

    async def told_all() -> bool:
        consumer = await bus.js.consumer_info("INTAKE", "registry")
        return await bus.count("EVENTS") >= count and not consumer.num_pending and not consumer.num_ack_pending

    return told_all


async def test_an_owner_that_stood_still_and_wakes_up_after_its_work_was_taken_over_spoils_nothing(
    store: Store, bus: Bus
) -> None:
    wanted = told(FACTS, DOOR)
    async with halves(store, bus) as (sleeper, heir):
        sleeper.awake.clear()
        await bus.offer(*FACTS[:100])
        await until(sleeper.in_hand.is_set)  # a batch is read and not committed
        await until(lambda: heir.replicas.leads is not None)
        await until(all_told(bus, len(told(FACTS[:100], DOOR))))

        sleeper.awake.set()
        await bus.offer(*FACTS[100:])
        await until(all_told(bus, len(wanted)))
        await until(lambda: sleeper.lane.idle)

        assert await events(bus) == wanted
        assert heir.replicas.leads is not None


async def test_a_consumer_that_an_operator_deletes_is_made_again_and_nothing_is_told_twice(
    store: Store, bus: Bus
) -> None:
    wanted = told(FACTS, DOOR)
    async with halves(store, bus) as (_, __):
        await bus.offer(*FACTS[:100])
        await until(all_told(bus, len(told(FACTS[:100], DOOR))))
        await bus.js.delete_consumer("INTAKE", "registry")
        await bus.offer(*FACTS[100:])
        await until(lambda: _counted(bus, len(wanted)))
        await until(all_told(bus, len(wanted)))
        assert await events(bus) == wanted


async def test_who_leaves_in_order_is_followed_at_once(store: Store, bus: Bus) -> None:
    wanted = told(FACTS, DOOR)
    async with halves(store, bus) as (leaving, staying):
        await bus.offer(*FACTS[:100])
        await until(all_told(bus, len(told(FACTS[:100], DOOR))))
        await leaving.stop()
        await leaving.replicas.leave()
        await bus.offer(*FACTS[100:])
        await until(all_told(bus, len(wanted)))
        assert staying.replicas.leads is not None
        assert await events(bus) == wanted


async def test_a_killed_process_is_followed_by_the_one_that_stood_by(
    tmp_path: Path, stack: EmbeddedStack, database_prefix: str
) -> None:
    wanted = told(FACTS)
    async with deployment(tmp_path, stack.mongo_url, database_prefix) as (bus, environment):
        watched = Store(stack.mongo_url, f"{database_prefix}_registry")
        with ExitStack() as running:
            settings = environment | {"BANGFU_BEAT_S": "0.25"}
            pair: dict[int, subprocess.Popen[bytes]] = {}
            for name in ("a", "b"):
                (tmp_path / name).mkdir()
                started = running.enter_context(process(tmp_path / name, settings))
                pair[started.pid] = started
            await until(lambda: _beating(watched, 2))
            await bus.offer(*FACTS[:100])
            await until(lambda: _counted(bus, 30))
            oldest = await watched.db[REPLICAS].find_one({}, sort=[("_id", 1)])
            assert oldest is not None
            os.kill(pair[oldest["pid"]].pid, signal.SIGKILL)
            await bus.offer(*FACTS[100:])
            await until(all_told(bus, len(wanted)))
            assert await _beating(watched, 1)
        watched.close()
        as_in_a_life_without_faults(await events(bus), FACTS)


async def _counted(bus: Bus, count: int) -> bool:
    return await bus.count("EVENTS") >= count


async def _beating(store: Store, count: int) -> bool:
    return await store.db[REPLICAS].count_documents({}) == count
