"""Journal chains on their way back into the streams: what is lost goes out again, no effect before its cause."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import nats.errors
import orjson
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.runner.core import Service
from shared.runner.journal import entries_in
from shared.runner.publisher import Entry, Publisher
from shared.runner.reading import stored
from shared.runner.reconciling import Chain, Held, ready
from shared.store import Row, Store
from shared.telemetry import logger

CAUSE_S, AT_MOST_S = 20.0, 600.0  # so long a cause is waited for: while nothing comes, and while something does
_SILENCE_S, _PAUSE_S = 10.0, 0.5


class BrokerSilentError(nats.errors.Error):
    """The broker did not give a stream to its end."""


@dataclass(frozen=True)
class Head:
    """The last document of a journal chain that was published when somebody looked."""

    subscription: str
    chain: str
    number: int


@dataclass
class Line:
    """A chain that is read from its journal; `lost` is what is to go out next."""

    chain: Chain
    journals: AsyncIterator[Row]
    lost: list[Entry] = field(default_factory=list)
    over: bool = False

    async def waiting(self) -> bool:
        """Read on to the next document of which something is lost; tell whether there is one."""
        while not self.lost and not self.over:
            row = await anext(self.journals, None)
            self.over = row is None
            self.lost = self.chain.lost(entries_in(row)) if row is not None else []
        return bool(self.lost)


def lines_of(service: Service, store: Store, heads: Sequence[Head], streams: dict[str, Held]) -> list[Line]:
    """Return a service's chains, each at its beginning."""
    origins = {subscription.name for subscription in service.subscriptions if subscription.intake is not None}
    return [
        Line(Chain(head.chain, streams, origin=head.subscription in origins), _journals(store, head)) for head in heads
    ]


async def compare(lines: Sequence[Line]) -> None:
    """Read all lines to their ends, only to count what is lost."""
    for line in lines:
        while await line.waiting():
            line.lost = []


async def publish_lost(
    lines: Sequence[Line],
    streams: dict[str, Held],
    publisher: Publisher,
    heard: Callable[[], Awaitable[bool]] | None = None,
) -> None:
    """Publish what the lines have lost, each in its own order and no effect before its cause.

    `heard` waits a little and tells whether something new came into `EVENTS`; without it, nobody else brings causes.
    """
    patience, limit = time.monotonic() + CAUSE_S, time.monotonic() + AT_MOST_S
    while waiting := [line for line in lines if await line.waiting()]:
        sent = sum([await _sent(line, streams, publisher) for line in waiting])
        came = not sent and heard is not None and await heard()
        if not sent and not came and (heard is None or time.monotonic() > min(patience, limit)):
            # Nobody has the cause: it was not ours, or its service does not run.
            logger().warning("refill.cause_missing", chain=waiting[0].chain.name)
            sent = await _sent(waiting[0], streams, publisher, anyway=True)
        if sent or came:
            patience = time.monotonic() + CAUSE_S


async def _sent(line: Line, streams: dict[str, Held], publisher: Publisher, *, anyway: bool = False) -> int:
    """Publish what may go out of the document in hand; return how many entries that were."""
    found = ready(line.lost, streams["EVENTS"].ids, origin=line.chain.origin) or line.lost[: int(anyway)]
    await publisher.publish(found)
    line.lost = line.lost[len(found) :]
    for entry in found:
        streams[entry.stream].ids.add(entry.id)
    return len(found)


async def held(js: JetStreamContext, stream: str, after: int = 0) -> Held:
    """Read the ids of everything that a stream holds behind a position; a stream that is missing holds nothing.

    Raises:
        BrokerSilentError: It stopped in the middle; look again.
    """
    try:
        info = await js.stream_info(stream)
    except NotFoundError:
        return Held()
    state, ids, position = info.state, set[str](), after
    if state.messages and state.last_seq > after:
        try:
            async for message in stored(js, stream, state.last_seq, after=after, silence_s=_SILENCE_S):
                ids.add(message.headers.get("Nats-Msg-Id", ""))
                position = message.position
        except nats.errors.TimeoutError:
            raise BrokerSilentError(
                f"{stream} gives nothing after {position} although it ends at {state.last_seq}"
            ) from None
    return Held(ids, state.last_seq, forgot=state.first_seq > 1)


async def more(js: JetStreamContext, stream: str, streams: dict[str, Held]) -> bool:
    """Wait a little, then take in what came into a stream meanwhile; tell whether anything did."""
    await asyncio.sleep(_PAUSE_S)
    known = streams[stream]
    now = await held(js, stream, known.last)
    grown = not now.ids <= known.ids
    known.ids.update(now.ids)
    streams[stream] = Held(known.ids, now.last, forgot=known.forgot)
    return grown


def key_of(body: bytes, position: int) -> str:
    """Return the key of a message of `EVENTS` in an inbox, by its own envelope; one that has none stands for itself."""
    try:
        said = orjson.loads(body)
        return f"{said['source']}|{said['id']}"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return f"EVENTS#{position}"


async def _journals(store: Store, head: Head) -> AsyncIterator[Row]:
    query = {"chain": head.chain, "number": {"$lte": head.number}}
    async for row in store.db[f"journal_{head.subscription}"].find(query).sort("number", 1):
        yield row
