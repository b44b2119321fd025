"""Under a FastStream batch subscriber: one loop a durable consumer, each with its puller and its runner."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError

from shared.runner.core import Door, Subscription
from shared.runner.crash import crash_point
from shared.runner.fold import Input
from shared.runner.puller import Puller
from shared.runner.runner import Runner
from shared.runner.topology import ConsumerPlace, ensure_consumer, places
from shared.runner.wire import admitted, recorded
from shared.store import pause
from shared.telemetry import logger

STUCK_S = 30.0
_BROKER_ERRORS = (nats.errors.Error, JetStreamError, asyncio.TimeoutError, OSError)


@dataclass
class Lane:
    """One durable consumer of a subscription: where it stands, who pulls, who runs."""

    place: ConsumerPlace
    runner: Runner
    puller: Puller | None = None
    finished: bool = False
    failures: int = 0

    @property
    def moving(self) -> bool:
        """Tell whether messages flow, or would flow if there were any."""
        healthy = bool(self.puller and self.puller.healthy) and not self.failures
        return healthy and not self.runner.progress.stuck(STUCK_S)


@dataclass
class Consumer:
    """All lanes of one subscription in this process.

    Args:
        runner_of: Makes the runner of a place.
        sole: No other process of this service runs.
    """

    subscription: Subscription
    door: Door | None
    runner_of: Callable[[ConsumerPlace], Runner]
    sole: bool = False
    lanes: dict[str, Lane] = field(default_factory=dict)

    def open_lanes(self) -> Sequence[Lane]:
        """Make the lanes; nothing runs yet."""
        for place in places(self.subscription):
            self.lanes[place.durable] = Lane(place, self.runner_of(place))
        return list(self.lanes.values())

    async def run(
        self, lane: Lane, client: Client, js: JetStreamContext, consume: Callable[[list[Msg]], Awaitable[object]]
    ) -> None:
        """Pull and hand on until cancelled; whatever the broker does is waited out."""
        await lane.runner.start()
        lane.puller = Puller(client, js, lane.place, sole=self.sole)
        log = logger().bind(consumer=lane.place.durable)
        provisioned = False
        while True:
            try:
                if not provisioned or not lane.puller.healthy:
                    await ensure_consumer(client, lane.place)
                    provisioned = True
                batch = await lane.puller.fetch()
            except _BROKER_ERRORS as error:
                lane.puller.healthy = False
                log.warning("broker.unavailable", error=type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            if batch:
                await self._hand_on(lane, lane.puller, batch, consume)

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
        position = message.metadata.sequence.stream
        if self.door is not None:
            return admitted(self.door, message.subject, message.headers, message.data, position)
        return recorded(message.headers, message.data, position)
