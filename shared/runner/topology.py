"""Streams, buckets and consumers, declared once and checked for drift.

Services never let the framework declare a stream: at start it would overwrite the configuration it finds.
"""

import json
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import KeyValueConfig, StorageType, StreamConfig
from nats.js.errors import APIError, BucketNotFoundError, NotFoundError

from shared.catalog import PARTITIONS, filter_of
from shared.runner.core import Subscription

DAY_S = 24 * 3600
CONTACTS = "contacts"
NAK_FREE = -1  # a message is delivered until it is acknowledged; what cannot be handled is recorded and acknowledged

STREAMS = (
    StreamConfig(
        name="INTAKE",
        description="what upstream publishes; holds personal data, read by registry only",
        subjects=["intake.>"],
        storage=StorageType.FILE,
        max_age=30 * DAY_S,
        duplicate_window=120,
    ),
    StreamConfig(
        name="EVENTS",
        description="what happened; for ever, no personal identifier",
        subjects=["bangfu.>"],
        storage=StorageType.FILE,
        duplicate_window=120,
        deny_delete=True,
        deny_purge=True,
        allow_atomic=True,
        allow_direct=True,
    ),
    StreamConfig(
        name="OUTCOMES",
        description="what became of each fact, for its publisher",
        subjects=["outcome.>"],
        storage=StorageType.FILE,
        max_age=30 * DAY_S,
        duplicate_window=120,
        allow_atomic=True,
        allow_direct=True,
    ),
    StreamConfig(
        name="TIMERS",
        description="message schedules and what they fire",
        subjects=["timers.>"],
        storage=StorageType.FILE,
        max_age=7 * DAY_S,
        duplicate_window=120,
        allow_msg_schedules=True,
        allow_msg_ttl=True,
    ),
)
_CHECKED = ("subjects", "max_age", "deny_delete", "deny_purge", "allow_atomic", "storage", "allow_msg_schedules")


@dataclass(frozen=True)
class ConsumerPlace:
    """One durable consumer: its name, its stream, and the partition it stands for (None: all of them)."""

    durable: str
    stream: str
    filters: tuple[str, ...]
    partition: int | None


def places(subscription: Subscription) -> list[ConsumerPlace]:
    """Return the durable consumers of a subscription."""
    if subscription.intake is not None:
        return [ConsumerPlace(subscription.name, "INTAKE", ("intake.>",), None)]
    if not subscription.partitioned:
        filters = tuple(filter_of(e, 0 if e.partition == "*" else None) for e in subscription.listens)
        return [ConsumerPlace(subscription.name, "EVENTS", filters, None)]
    return [
        ConsumerPlace(f"{subscription.name}-p{k}", "EVENTS", tuple(filter_of(e, k) for e in subscription.listens), k)
        for k in range(PARTITIONS)
    ]


async def provision(js: JetStreamContext, *, intake: bool = True) -> list[str]:
    """Create what is missing; return what differs from the declaration, which is never overwritten.

    A service that reads no intake (`intake=False`) must create neither the intake (after a loss, registry makes it
    anew from the position it knows) nor the bucket of contact cards (which registry fills).
    """
    drift = []
    for wanted in STREAMS:
        if wanted.name == "INTAKE" and not intake:
            continue
        try:
            found = (await js.stream_info(str(wanted.name))).config
        except NotFoundError:
            await js.add_stream(wanted)
            continue
        drift += [
            f"{wanted.name}.{name}"
            for name in _CHECKED
            if (getattr(wanted, name) or None) != (getattr(found, name) or None)
        ]
    if not intake:
        return drift
    try:
        await js.key_value(CONTACTS)
    except BucketNotFoundError:
        await js.create_key_value(KeyValueConfig(bucket=CONTACTS, history=1, storage=StorageType.FILE))
    return drift


async def ensure_consumer(client: Client, place: ConsumerPlace, *, pin_timeout_s: float = 2.0) -> None:
    """Create or update a durable consumer that is pinned to one live client at a time.

    Raises:
        APIError: The server refused it.
    """
    config: dict[str, Any] = {
        "name": place.durable,
        "durable_name": place.durable,
        "filter_subjects": list(place.filters),
        "ack_policy": "explicit",
        "ack_wait": int(60e9),
        "max_deliver": NAK_FREE,
        "max_ack_pending": 2_000,
        "deliver_policy": "all",
        "priority_groups": [GROUP],
        "priority_policy": "pinned_client",
        "priority_timeout": int(pin_timeout_s * 1e9),
    }
    request = {"stream_name": place.stream, "action": "", "config": config}
    subject = f"$JS.API.CONSUMER.CREATE.{place.stream}.{place.durable}"
    answer = json.loads((await client.request(subject, json.dumps(request).encode(), timeout=5)).data)
    if "error" in answer:
        raise APIError.from_error(answer["error"])


GROUP = "owner"
