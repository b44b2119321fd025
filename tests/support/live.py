"""Parts of a running registry: streams, a database, runners fed by hand or by the broker."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from services.registry.domain.door import IntakeDoor
from services.registry.service import SERVICE
from services.registry.subscribers import REGISTRY
from shared.embedded import EmbeddedNats
from shared.runner.batch import Input
from shared.runner.consumer import Consumer, Lane
from shared.runner.core import Service, Subscription
from shared.runner.publisher import Publisher
from shared.runner.runner import Runner
from shared.runner.topology import provision
from shared.runner.wire import admitted
from shared.store import Store
from tests.support.facts import KEYS, Offer

PATIENCE_S = 30.0


@dataclass
class Bus:
    """A connection, its JetStream, and what the publisher said went wrong."""

    client: Client
    js: JetStreamContext
    failures: list[str] = field(default_factory=list)

    def publisher(self) -> Publisher:
        """Return a publisher on this connection."""
        return Publisher(self.client, self.js, lambda error, _: self.failures.append(type(error).__name__))

    async def offer(self, *offers: Offer) -> None:
        """Publish facts on the intake."""
        for each in offers:
            await self.js.publish(each.subject, each.body, stream="INTAKE")

    async def stored(self, stream: str) -> list[tuple[str, bytes]]:
        """Return subject and bytes of everything in a stream, in order."""
        info = await self.js.stream_info(stream)
        found = []
        for sequence in range(info.state.first_seq, info.state.last_seq + 1):
            message = await self.js.get_msg(stream, sequence)
            found.append((str(message.subject), message.data or b""))
        return found

    async def count(self, stream: str) -> int:
        """Return how many messages a stream holds."""
        return (await self.js.stream_info(stream)).state.messages


async def reborn(broker: EmbeddedNats, bus: Bus, change: Callable[[Path], object]) -> None:
    """Kill the broker, change its JetStream directory and start it again."""

    async def answers() -> bool:
        try:
            async with asyncio.timeout(0.3):  # what was sent into the dead connection is never answered
                await bus.js.account_info()
        except (TimeoutError, nats.errors.Error):
            return False
        return True

    broker.kill9()
    change(broker.directory / "jetstream")
    broker.start()
    await until(answers)


async def open_bus(client: Client) -> Bus:
    """Return the streams of a deployment on a connection; those that are missing are made."""
    js = client.jetstream()
    assert await provision(js) == []
    return Bus(client, js)


async def open_store(url: str, database: str, service: Service = SERVICE) -> Store:
    """Return a service's database, ready for its runners."""
    store = Store(url, database)
    kinds = {aggregate.kind: aggregate.indexes for aggregate in service.aggregates} | {"waiting": ()}
    await store.prepare(kinds, [subscription.name for subscription in service.subscriptions])
    return store


def runner(store: Store, bus: Bus, subscription: Subscription = REGISTRY, **options: Any) -> Runner:
    """Return a runner of registry, or of another subscription."""
    service = SERVICE if subscription is REGISTRY else Service(subscription.name, "", (subscription,))
    return Runner(service, subscription, store, bus.publisher(), **options)


def inputs(offers: Sequence[Offer], first: int = 1) -> list[Input]:
    """Return facts as they come off the intake, at positions from `first` on."""
    door = IntakeDoor(KEYS)
    return [admitted(door, each.subject, None, each.body, n) for n, each in enumerate(offers, first)]


async def handled(running: Runner, batch: Sequence[Input]) -> None:
    """Have a batch handled and acknowledged."""

    async def done(_: int) -> None:
        return

    await running.handle(batch, done)


async def run_in_batches(running: Runner, offers: Sequence[Offer], size: int) -> None:
    """Start a runner and have facts handled in batches of a size."""
    await running.start()
    every = inputs(offers)
    for start in range(0, len(every), size):
        await handled(running, every[start : start + size])


@dataclass
class Member:
    """One process's share of registry's consumer: lane, pull loop and runner."""

    consumer: Consumer
    lane: Lane
    task: "asyncio.Task[None]"
    batches: list[int]

    async def stop(self) -> None:
        """Stop at once, as a process that is told to."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        if self.lane.puller is not None:
            await self.lane.puller.unsubscribe()


def member(store: Store, bus: Bus, subscription: Subscription = REGISTRY, **options: Any) -> Member:
    """Start registry's consumer on a connection, as the app does it."""
    batches: list[int] = []
    door = subscription.intake.door(KEYS) if subscription.intake else None
    consumer = Consumer(
        subscription, door, lambda place: runner(store, bus, subscription, partition=place.partition, **options)
    )
    (lane,) = consumer.open_lanes()

    async def consume(batch: list[Msg]) -> None:
        batches.append(len(batch))
        await asyncio.gather(consumer.handle(batch), return_exceptions=True)  # FastStream swallows what is raised too

    task = asyncio.get_running_loop().create_task(consumer.run(lane, bus.client, bus.js, consume))
    return Member(consumer, lane, task, batches)


async def until(condition: Callable[[], Any], *, within_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds; it may be a coroutine function."""
    async with asyncio.timeout(within_s):
        while True:
            holds = condition()
            if asyncio.iscoroutine(holds):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(0.01)
