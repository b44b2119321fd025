"""Streams, buckets and consumers, declared once and checked for drift.

Services never let the framework declare a stream: at start it would overwrite the configuration it finds.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, KeyValueConfig, StorageType, StreamConfig, StreamInfo
from nats.js.errors import APIError, BucketNotFoundError, NotFoundError

from shared.catalog import PARTITIONS, filter_of
from shared.runner.core import Subscription

DAY_S = 24 * 3600
CONTACTS = "contacts"
PAYEES = "payees"
BUCKETS = (CONTACTS, PAYEES)
NAK_FREE = -1  # a message is delivered until it is acknowledged; what cannot be handled is recorded and acknowledged

# What nobody can rewrite or shorten, and what takes a batch whole or not at all.
_FOR_EVER: dict[str, Any] = {
    "storage": StorageType.FILE,
    "duplicate_window": 120,
    "deny_delete": True,
    "deny_purge": True,
    "allow_atomic": True,
    "allow_direct": True,
}
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
        **_FOR_EVER,
    ),
    StreamConfig(
        name="SEALS",
        description="what the sealed chains had come to when each day was closed; for ever",
        subjects=["seals.>"],
        **_FOR_EVER,
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
_ROOM = ("discard", "max_bytes")


@dataclass(frozen=True)
class ConsumerPlace:
    """One durable consumer: its name, its stream, and the partition it stands for (None: all of them).

    Args:
        formerly: The consumer that it takes the place of; empty: none.
    """

    durable: str
    stream: str
    filters: tuple[str, ...]
    partition: int | None
    formerly: str = ""


def places(subscription: Subscription) -> list[ConsumerPlace]:
    """Return the durable consumers of a subscription."""
    if subscription.intake is not None:
        return [ConsumerPlace(subscription.name, "INTAKE", ("intake.>",), None)]
    if not subscription.partitioned:
        filters = tuple(filter_of(e, 0 if e.partition == "*" else None) for e in subscription.listens)
        return [ConsumerPlace(subscription.name, "EVENTS", filters, None, subscription.formerly)]
    return [_place(subscription, k) for k in range(PARTITIONS)]


def _place(subscription: Subscription, partition: int) -> ConsumerPlace:
    durable, formerly = (name and f"{name}-p{partition}" for name in (subscription.name, subscription.formerly))
    filters = tuple(filter_of(event, partition) for event in subscription.listens)
    return ConsumerPlace(durable, "EVENTS", filters, partition, formerly)


def declared(max_bytes: int | None = None) -> tuple[StreamConfig, ...]:
    """Return the streams as they shall be: one that is full refuses what is new, it never lets go of what it holds.

    Args:
        max_bytes: Most that each of them holds; None for as much as the disk.
    """
    bounded = {"discard": DiscardPolicy.NEW, "max_bytes": max_bytes or -1}
    # The broker takes no schedules where it may refuse; the one schedule there weighs nothing and is set at each start.
    return tuple(each if each.allow_msg_schedules else each.evolve(**bounded) for each in STREAMS)


def needed(*, intake: bool, max_bytes: int | None = None) -> list[StreamConfig]:
    """Return the streams that a service needs: all, but the intake only where it reads it."""
    return [wanted for wanted in declared(max_bytes) if intake or wanted.name != "INTAKE"]


async def provision(
    js: JetStreamContext, *, intake: bool = True, max_bytes: int | None = None, fits: bool = True
) -> list[str]:
    """Create what is missing; return what differs from the declaration.

    Only the room of a stream is changed (`fits`), because an operator says how much, and never to less than it holds.
    A service that reads no intake (`intake=False`) must create neither the intake (after a loss, registry makes it
    anew from the position it knows) nor the buckets of cards (which registry fills).
    """
    found = []
    for wanted in needed(intake=intake, max_bytes=max_bytes):
        try:
            info = await js.stream_info(str(wanted.name))
        except NotFoundError:
            await js.add_stream(wanted)
            continue
        found += _differing(wanted, info.config, _CHECKED)
        if fits:
            found += await _fitted(js, wanted, info)
    if not intake:
        return found
    for bucket in BUCKETS:
        try:
            await js.key_value(bucket)
        except BucketNotFoundError:
            await js.create_key_value(KeyValueConfig(bucket=bucket, history=1, storage=StorageType.FILE))
    return found


async def missing(js: JetStreamContext, *, intake: bool) -> list[str]:
    """Return the streams that a service needs and that are not there."""
    gone = []
    for wanted in needed(intake=intake):
        try:
            await js.stream_info(str(wanted.name))
        except NotFoundError:
            gone.append(str(wanted.name))
    return gone


async def drift(js: JetStreamContext, *, intake: bool, max_bytes: int | None = None) -> list[str]:
    """Return what differs from the declaration, and change nothing; the streams are there."""
    found = []
    for wanted in needed(intake=intake, max_bytes=max_bytes):
        info = await js.stream_info(str(wanted.name))
        found += _differing(wanted, info.config, (*_CHECKED, *_ROOM))
    return found


async def _fitted(js: JetStreamContext, wanted: StreamConfig, info: StreamInfo) -> list[str]:
    """Give a stream the room that is declared; return what cannot be, because it would throw something away."""
    differing, limit = _differing(wanted, info.config, _ROOM), wanted.max_bytes or -1
    if not differing or 0 < limit < info.state.bytes:
        return differing
    await js.update_stream(info.config.evolve(discard=wanted.discard, max_bytes=limit))
    return []


def _differing(wanted: StreamConfig, found: StreamConfig, names: Iterable[str]) -> list[str]:
    """Return the settings that differ; 0 and -1 both say that there is no limit."""

    def said(config: StreamConfig, name: str) -> Any:
        value = getattr(config, name)
        return None if not value or value == -1 else value

    return [f"{wanted.name}.{name}" for name in names if said(wanted, name) != said(found, name)]


async def ensure_consumer(client: Client, place: ConsumerPlace, *, pin_timeout_s: float = 30.0) -> None:
    """Create or update a durable consumer that is pinned to one client at a time.

    A request of the owner renews its pin. Who takes over removes the pin of the former owner: that it runs out
    matters only if nobody does.

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
