"""Before registry serves: whoever was erased stays erased, also in a database that was restored from before that.

What is erased is on record in `EVENTS`, which keeps it for ever; a tombstone that lacks an event has it applied again.
"""

import asyncio
from functools import partial

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError

from services.registry.adapters.vault import Vault
from shared.events.ops import ErasureLifted, ErasureRequested
from shared.runner.app import Context
from shared.runner.core import Message
from shared.runner.reading import of_subject
from shared.runner.wire import recorded
from shared.store import patiently, pause
from shared.telemetry import logger

_TOPICS = (ErasureRequested.topic, ErasureLifted.topic)


async def run(context: Context) -> None:
    """Apply the erasures on record that the vault does not know; wait for the broker as long as that takes."""
    attempt, vault = 0, Vault(context)
    while True:
        try:
            messages = await on_record(context.js)
            break
        except (TimeoutError, nats.errors.Error, APIError) as error:
            attempt += 1
            context.health.publish_failed(error, attempt)
            await asyncio.sleep(pause(attempt))
    again = 0
    for message in messages:
        again += bool(await patiently(partial(vault.erase_again, message), context.health.store_failed))
    if again:
        logger().warning("vault.erased_again", count=again)


async def on_record(js: JetStreamContext) -> list[Message]:
    """Return every erasure and every lifting on record, in their order; raises broker errors."""
    found: list[tuple[int, Message]] = []
    for topic in _TOPICS:
        async for stored in of_subject(js, "EVENTS", f"bangfu.{topic}.>"):
            message = recorded(None, stored.data, stored.position).message
            found += [(stored.position, message)] if message is not None else []
    return [message for _, message in sorted(found, key=lambda each: each[0])]
