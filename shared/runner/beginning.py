"""What a service does before its consumers run: streams are there, and hold what the journals say."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import nats.errors

from shared.runner.publisher import Publisher
from shared.runner.refill import at_start as refill_at_start
from shared.runner.refill import resume_intake
from shared.runner.topology import provision
from shared.store import patiently, pause
from shared.telemetry import logger

if TYPE_CHECKING:
    from shared.runner.app import Context

T = TypeVar("T")


async def provisioned(context: "Context") -> list[str]:
    """Create the streams and fill them again where the broker lost something; return what drifted."""
    service, store = context.service, context.store
    reads_intake = any(subscription.intake for subscription in service.subscriptions)
    room = context.settings.stream_max_bytes
    await _persistently(context, lambda: resume_intake(context.js, service, store))
    drift = await _persistently(context, lambda: provision(context.js, intake=reads_intake, max_bytes=room))
    if drift:
        logger().error("topology.drifted", drift=", ".join(drift))
    publisher = Publisher(context.client, context.js, context.health.publish_failed)
    await _persistently(context, lambda: refill_at_start(context.client, context.js, service, store, publisher))
    return drift


async def _persistently(context: "Context", work: Callable[[], Awaitable[T]]) -> T:
    """Do work that broker and store may interrupt, for as long as it takes."""
    attempt = 0
    while True:
        try:
            return await patiently(work, context.health.store_failed)
        except (TimeoutError, nats.errors.Error) as error:
            attempt += 1
            context.health.publish_failed(error, attempt)
            await asyncio.sleep(pause(attempt))
