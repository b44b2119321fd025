"""Aggregates as they are, or as they stood when a day was closed: then folded again from what `EVENTS` holds.

An event carries the open day on which the fact behind it became known, so that what was known by a day is what carries
no later one. Nothing is kept for it; the cost is that of reading the stream.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import aclosing
from datetime import date
from functools import cache
from typing import Any

from shared.errors import BangfuError
from shared.ops.clocks import Clocks
from shared.ops.looking import looking
from shared.ops.reading import states
from shared.ops.recordings import recordings
from shared.ops.running import find_services
from shared.runner.core import Aggregate, Message, Service
from shared.settings import Settings
from shared.store import Row


def kept(
    aggregate: Aggregate[Any], seen: Clocks, *, ids: Collection[str] | None = None, tag: str = ""
) -> dict[str, Any]:
    """Return the states of a kind by id, in order of their ids, as they are or as they were known by a day.

    Args:
        aggregate: The kind, of any service.
        seen: Only `known_at` counts here.
        ids: Only these.
        tag: Only those that bear it.

    Raises:
        ConfigurationError: Nothing runs here.
    """
    if seen.known_at is None:
        query: Row = {} if ids is None else {"_id": {"$in": sorted(ids)}}
        return states(_keeper(aggregate), aggregate, query | ({"tags": tag} if tag else {}))
    return folded(aggregate, _recorded(_keeper(aggregate), aggregate.kind, seen.known_at), ids=ids, tag=tag)


def folded(
    aggregate: Aggregate[Any], messages: Iterable[Message], *, ids: Collection[str] | None = None, tag: str = ""
) -> dict[str, Any]:
    """Return what events, in order, make of the aggregates of a kind. Pure."""
    found: dict[str, Any] = {}
    for message in messages:
        for id_ in aggregate.concerns(message):
            if ids is None or id_ in ids:
                state = found[id_] if id_ in found else aggregate.initial(id_)
                found[id_] = aggregate.evolve(state, message)
    return {
        id_: state
        for id_, state in sorted(found.items())
        if aggregate.keep(state) and (not tag or tag in aggregate.tags(state))
    }


def _keeper(aggregate: Aggregate[Any]) -> str:
    """Return the service that keeps this very kind; others may keep kinds of the same name."""
    return next(service.name for service in find_services() if any(one is aggregate for one in service.aggregates))


@cache
def _recorded(keeper: str, kind: str, known_at: date) -> Sequence[Message]:
    return asyncio.run(_read(keeper, kind, known_at))


async def _read(keeper: str, kind: str, known_at: date) -> list[Message]:
    """Return the events that aggregates of a kind may fold, known by a day, in stream order."""
    found = []
    async with looking(Settings()) as view:
        sources, topics = _heard(view.services, keeper, kind)
        async with aclosing(recordings(view.js, sources, topics)) as every:
            async for recording in every:
                if recording.message is None:
                    raise BangfuError(f"EVENTS, sequence {recording.position}: this version cannot read the event")
                if recording.message.known_on <= known_at:
                    found.append(recording.message)
    return found


def _heard(services: Iterable[Service], keeper: str, kind: str) -> tuple[set[str], set[str]]:
    """Return who says, and in which events, what the aggregates of a kind fold."""
    heard = {
        event
        for service in services
        for subscription in service.subscriptions
        if service.name == keeper and any(aggregate.kind == kind for aggregate in subscription.aggregates)
        for event in (*subscription.listens, *subscription.emits)
    }
    speakers = {
        f"/bangfu/{service.name}"
        for service in services
        for subscription in service.subscriptions
        if heard & set(subscription.emits)
    }
    return speakers, {event.topic for event in heard}
