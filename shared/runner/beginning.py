"""What a service does before its consumers run: streams are there, and hold what the journals say."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import nats.errors

from shared.access.connection import Bus, connect, tls_of
from shared.ops.running import find_services
from shared.runner.provisioning import Asked, Own, Provisioner
from shared.runner.publisher import Publisher
from shared.runner.refill import at_start as refill_at_start
from shared.runner.refill import resume_intake
from shared.store import patiently, pause
from shared.telemetry import logger

if TYPE_CHECKING:
    from shared.runner.app import Context

T = TypeVar("T")


async def provisioned(context: "Context") -> list[str]:
    """Create the streams and fill them again where the broker lost something; return what drifted."""
    service, store = context.service, context.store
    reads_intake = any(subscription.intake for subscription in service.subscriptions)
    room, hands = context.settings.stream_max_bytes, context.hands or Own(context.client, context.js)
    if isinstance(hands, Own):
        await _persistently(context, lambda: resume_intake(hands.js, service, store))
    drift = await _persistently(context, lambda: hands.streams(intake=reads_intake, max_bytes=room))
    if drift:
        logger().error("topology.drifted", drift=", ".join(drift))
    publisher = Publisher(context.client, context.js, context.health.publish_failed)
    await _persistently(
        context, lambda: refill_at_start(context.client, context.js, service, store, publisher, hands=hands)
    )
    return drift


async def opened(context: "Context") -> Own | Asked:
    """Return what makes streams and consumers for this process: itself, or whoever has the provisioner's key."""
    settings = context.settings
    if settings.nats_seed is None:
        return Own(context.client, context.js)
    if settings.nats_provisioner_seed is None:
        return Asked(context.client, context.js, context.service.name)
    bus = Bus(str(settings.nats_url), settings.nats_provisioner_seed, tls_of(settings))
    client = await connect(
        bus, error_cb=context.health.broker_error, max_reconnect_attempts=-1, reconnect_time_wait=0.2, ping_interval=5
    )
    return Own(client, client.jetstream())


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


async def provisioning(context: "Context") -> None:
    """Make for other services what they ask for, where this process has the provisioner's key; ends otherwise."""
    hands = context.hands
    if context.settings.nats_provisioner_seed is None or not isinstance(hands, Own):
        return
    try:
        await Provisioner(hands, find_services).serve()
    finally:
        await hands.client.close()
