"""Aggregates as they stood when a day was closed: folded again from what `EVENTS` holds; nothing is kept for it.

An event carries the open day on which the fact behind it became known, so that what was known by a day is what carries
no later one. The cost is that of reading the stream.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import aclosing
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from services.subsidy.clocks import Clocks
from services.subsidy.deciding import open_day
from services.subsidy.domain.ledger import LEDGER, THE_LEDGER
from shared.errors import BangfuError
from shared.ops.looking import looking
from shared.ops.reading import states
from shared.ops.recordings import recordings
from shared.runner.core import Aggregate, Message
from shared.settings import Settings
from shared.store import Row

_SOURCES: Final = ("/bangfu/registry", "/bangfu/subsidy")
_ONE_DAY: Final = timedelta(days=1)


def kept(
    aggregate: Aggregate[Any], seen: Clocks, *, ids: Collection[str] | None = None, tag: str = ""
) -> dict[str, Any]:
    """Return the states of a kind by id, in order of their ids, as they are or as they were known by a day.

    Args:
        aggregate: The kind.
        seen: Only `known_at` counts here.
        ids: Only these.
        tag: Only those that bear it.

    Raises:
        ConfigurationError: Nothing runs here.
    """
    if seen.known_at is None:
        query: Row = {} if ids is None else {"_id": {"$in": sorted(ids)}}
        return states("subsidy", aggregate, query | ({"tags": tag} if tag else {}))
    return folded(aggregate, _recorded(seen.known_at), ids=ids, tag=tag)


def today(seen: Clocks) -> date:
    """Return the day that was open when the clocks look."""
    return open_day() if seen.known_at is None else seen.known_at + _ONE_DAY


def closed(seen: Clocks) -> date:
    """Return the last day that is over and posted when the clocks look, and that they look up to."""
    ledger = kept(LEDGER, seen, ids={THE_LEDGER}).get(THE_LEDGER)
    posted: date = (ledger.posted if ledger else None) or date.min
    return min(posted, seen.as_of or date.max)


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


@cache
def _recorded(known_at: date) -> Sequence[Message]:
    return asyncio.run(_read(known_at))


async def _read(known_at: date) -> list[Message]:
    found = []
    async with looking(Settings()) as view, aclosing(recordings(view.js, _SOURCES)) as every:
        async for recording in every:
            if recording.message is None:
                raise BangfuError(f"EVENTS, sequence {recording.position}: this version cannot read the event")
            if recording.message.known_on <= known_at:
                found.append(recording.message)
    return found
