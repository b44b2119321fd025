"""Under a FastStream batch subscriber: one loop a durable consumer, each with its puller and its runner."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError

from shared.runner.batch import Input
from shared.runner.core import Door, Subscription
from shared.runner.crash import CHAIN, crash_point
from shared.runner.provisioning import Hands, Own
from shared.runner.puller import Puller
from shared.runner.replicas import Alone, Replicas, Term
from shared.runner.runner import Runner
from shared.runner.topology import ConsumerPlace, places
from shared.runner.traces import link
from shared.runner.wire import admitted, position_of, recorded, stood_for
from shared.store import pause
from shared.telemetry import logger

STUCK_S = 20.0
LOOK_S, LOOKS = 0.2, 50  # so long a former holder that lives may take to finish what it has in hand
T = TypeVar("T")
_BROKER_ERRORS = (nats.errors.Error, JetStreamError, asyncio.TimeoutError, OSError)


@dataclass
class Lane:
    """One durable consumer of a subscription: where it stands, who pulls, who runs.

    Args:
        idle: Another process holds it.
    """

    place: ConsumerPlace
    runner: Runner
    puller: Puller | None = None
    finished: bool = False
    failures: int = 0
    idle: bool = False

    @property
    def number(self) -> int:
        """Return by which number processes share it out."""
        return self.place.partition or 0

    @property
    def moving(self) -> bool:
        """Tell whether messages flow, or would flow if there were any, here or in the process that holds the lane."""
        if self.idle:
            return True
        healthy = bool(self.puller and self.puller.healthy) and not self.failures
        return healthy and not self.runner.progress.stuck(STUCK_S)


@dataclass
class Consumer:
    """All lanes of one subscription in this process.

    Args:
        runner_of: Makes the runner of a place.
        replicas: Which lanes this process is to hold.
        hands: What makes the consumers, once the broker is reached; None: their own connection.
    """

    subscription: Subscription
    door: Door | None
    runner_of: Callable[[ConsumerPlace], Runner]
    replicas: Replicas | Alone = field(default_factory=Alone)
    hands: Callable[[], Hands | None] = lambda: None
    lanes: dict[str, Lane] = field(default_factory=dict)

    def open_lanes(self) -> Sequence[Lane]:
        """Make the lanes; nothing runs yet."""
        for place in places(self.subscription):
            self.lanes[place.durable] = Lane(place, self.runner_of(place))
        return list(self.lanes.values())

    async def run(
        self, lane: Lane, client: Client, js: JetStreamContext, consume: Callable[[list[Msg]], Awaitable[object]]
    ) -> None:
        """Pull and hand on until cancelled, whenever the lane is ours."""
        CHAIN.set(lane.place.durable)
        while True:
            lane.idle = True
            term = await self.replicas.until_held(lane.number)
            lane.idle, lane.failures, lane.puller = False, 0, Puller(client, js, lane.place, sole=True)
            await self._hold(lane, lane.puller, term, consume)

    async def _hold(
        self, lane: Lane, puller: Puller, term: Term, consume: Callable[[list[Msg]], Awaitable[object]]
    ) -> None:
        """Take a lane, work on it for a term, let go of it."""
        await _patiently(puller, lambda: self._take(puller, term))
        await lane.runner.start()
        self.replicas.held.add(lane.place.durable)
        while self.replicas.holds(lane.number, term):
            batch = await _patiently(puller, lambda: self._fetch(puller))
            if batch:
                await self._hand_on(lane, puller, batch, consume)
        self.replicas.held.discard(lane.place.durable)
        await _patiently(puller, puller.let_go)

    async def _take(self, puller: Puller, term: Term) -> None:
        """Wait until a former holder that lives has let go, or has had its time; then it only repeats work."""
        for _ in range(LOOKS):
            if not self.replicas.waits(term) or await puller.vacant():
                return
            await asyncio.sleep(LOOK_S)
        logger().warning("lane.taken", consumer=puller.place.durable)

    async def _fetch(self, puller: Puller) -> list[Msg]:
        """Return a batch; a consumer that is gone, or was never there, is made first."""
        if not puller.healthy:
            hands = self.hands() or Own(puller.client, puller.js)
            await hands.ensure(puller.place)
        return await puller.fetch()

    async def _hand_on(
        self, lane: Lane, puller: Puller, batch: list[Msg], consume: Callable[[list[Msg]], Awaitable[object]]
    ) -> None:
        """Have a batch handled; one that is not finished is pulled again, because nothing may overtake it."""
        lane.finished = False
        await consume(batch)
        lane.failures = 0 if lane.finished else lane.failures + 1
        if lane.failures:
            logger().error("batch.unfinished", consumer=lane.place.durable, attempt=lane.failures)
            await puller.unsubscribe()
            await asyncio.sleep(pause(lane.failures))

    async def handle(self, batch: list[Msg]) -> None:
        """Take one batch of one lane through its runner and acknowledge what is committed and published."""
        lane = self.lanes[batch[0].metadata.consumer]
        inputs = [self._input(message) for message in batch]
        link(item.message.traceparent for item in inputs if item.message)
        acknowledged = 0

        async def done(count: int) -> None:
            nonlocal acknowledged
            for message in batch[acknowledged : acknowledged + count]:
                await message.ack()
                crash_point("mid_ack")
            acknowledged += count
            crash_point("after_ack")

        await lane.runner.handle(inputs, done)
        lane.finished = True

    def _input(self, message: Msg) -> Input:
        position, subject, headers = position_of(message), message.subject, message.headers
        if self.door is not None:
            return stood_for(admitted(self.door, subject, headers, message.data, position), "INTAKE", subject, headers)
        item = recorded(headers, message.data, position, self.subscription.schemas)
        return stood_for(item, "EVENTS", subject, headers)


async def _patiently(puller: Puller, work: Callable[[], Awaitable[T]]) -> T:
    """Do work on the broker; whatever the broker does is waited out."""
    while True:
        try:
            return await work()
        except _BROKER_ERRORS as error:
            puller.healthy = False
            logger().warning("broker.unavailable", consumer=puller.place.durable, error=type(error).__name__)
            await asyncio.sleep(0.5)
