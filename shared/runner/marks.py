"""Marks: messages that a stream is known to hold. One that is not there any more says that the broker lost its end.

A stream only grows at its end, and what a broker loses is its end (or all of it). So one look at the last message that
this process knows of tells whether anything up to it is lost, however long the stream is. The marks of a service are
kept in its store: whoever starts next looks at them first, also if the stream has grown past the loss meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.runner.core import Service
from shared.runner.topology import BUCKETS
from shared.store import Store

CARDS = tuple(f"KV_{bucket}" for bucket in BUCKETS)
_MARKS = "marks"


class EndLostError(Exception):
    """A stream lost what this process had published to it: nothing may be published before that stands there again."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A message that a stream held.

    Args:
        position: Its sequence in the stream. id: its `Nats-Msg-Id`; empty in a bucket, which may let go of any entry.
    """

    stream: str
    position: int
    id: str = ""


def marked(service: Service) -> tuple[str, ...]:
    """Return the streams whose end a service looks after: what it publishes to, and the cards that registry writes."""
    return ("EVENTS", "OUTCOMES", *CARDS) if any(s.intake for s in service.subscriptions) else ("EVENTS",)


async def end_of(js: JetStreamContext, stream: str) -> Mark | None:
    """Return the last message of a stream; None where it is empty, or new.

    Raises:
        NotFoundError: The stream is gone.
    """
    state = (await js.stream_info(stream)).state
    if stream in CARDS:
        return Mark(stream, state.last_seq)
    if not state.messages:
        return None
    try:
        return Mark(stream, state.last_seq, await _id_at(js, stream, state.last_seq))
    except NotFoundError:
        return None  # it expired meanwhile


async def stands(js: JetStreamContext, mark: Mark) -> bool:
    """Tell whether a stream still holds a message, or let go of it because it was old."""
    try:
        state = (await js.stream_info(mark.stream)).state
        if mark.stream in CARDS:
            return state.last_seq >= mark.position
        if state.first_seq > mark.position:
            return True
        return await _id_at(js, mark.stream, mark.position) == mark.id
    except NotFoundError:
        return False


async def kept(store: Store) -> list[Mark]:
    """Return the marks that the service set last."""
    return [Mark(row["_id"], row["position"], row["id"]) async for row in store.db[_MARKS].find().sort("_id", 1)]


async def keep(store: Store, marks: Iterable[Mark]) -> None:
    """Set the service's marks."""
    for mark in marks:
        said = {"position": mark.position, "id": mark.id}
        await store.db[_MARKS].update_one({"_id": mark.stream}, {"$set": said}, upsert=True)


async def fallen(js: JetStreamContext, marks: Iterable[Mark]) -> list[str]:
    """Return the streams that lost a mark."""
    return sorted({mark.stream for mark in marks if not await stands(js, mark)})


async def ends(js: JetStreamContext, streams: Iterable[str]) -> list[Mark]:
    """Return the ends of those streams that are there and hold something."""
    found = []
    for stream in streams:
        try:
            mark = await end_of(js, stream)
        except NotFoundError:
            continue
        if mark is not None:
            found.append(mark)
    return found


async def _id_at(js: JetStreamContext, stream: str, position: int) -> str:
    message = await js.get_msg(stream, position, direct=True)
    return str((message.headers or {}).get("Nats-Msg-Id", ""))
