"""What the watchdog looks at: broker, streams, consumers, store, publishers, adapters, keys."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from shared.runner.consumer import Consumer, Lane
from shared.runner.core import Service
from shared.runner.marks import CARDS, Mark, end_of, keep, kept, marked, stands
from shared.runner.publisher import Published
from shared.runner.reconciling import Standing
from shared.runner.topology import STREAMS
from shared.runner.watchdog import ConsumerSeen, Seen
from shared.store import Store, StoreError, refused

PATIENCE_S = 2.0
_AWAY = (TimeoutError, nats.errors.Error, JetStreamError, OSError)
Probe = Callable[[], Awaitable[bool]]


@dataclass
class Look:
    """Looks at everything that a service process needs.

    Args:
        client, js: Asked for at each look: they are there once the broker was reached.
        started: Tells whether the start is over. Before, it is still putting right what is lost, and owns the marks.
        ended: Names the error that ended an adapter.
        probes: What must be readable, by name.
    """

    service: Service
    store: Store
    client: Callable[[], Client | None]
    js: Callable[[], JetStreamContext]
    consumers: Sequence[Consumer]
    published: Published
    started: Callable[[], bool]
    ended: Callable[[], str]
    probes: dict[str, Probe] = field(default_factory=dict)
    _marks: dict[str, Mark] | None = None

    async def __call__(self) -> Seen:
        """Return what is so now, within a few seconds."""
        client = self.client()
        if not self.started():
            return Seen(closed=client is not None and client.is_closed, ended=self.ended())
        fault = await self._store_fault(self._read_marks())
        broker = await self._at_the_broker(client)
        fault = fault or await self._store_fault(keep(self.store, (self._marks or {}).values()))
        streams, consumers, unreadable = broker or ({}, {}, ())
        waiting = self.published.waiting.values()
        return Seen(
            closed=client is not None and client.is_closed,
            broker=broker is not None,
            store=not fault,
            refused=fault == "refused",
            streams=streams,
            consumers=consumers,
            publishing_s=time.monotonic() - min(waiting, default=time.monotonic()),
            ended=self.ended(),
            unreadable=unreadable,
        )

    async def _read_marks(self) -> None:
        """Read what only our user may, a ping is answered to anybody; begin with what the start found, or set."""
        found = await kept(self.store)
        if self._marks is None:
            self._marks = {mark.stream: mark for mark in found}

    async def _store_fault(self, work: Coroutine[Any, Any, None]) -> Literal["", "silent", "refused"]:
        """Return why the store did not do something in time; empty if it did."""
        try:
            await asyncio.wait_for(work, PATIENCE_S)
        except TimeoutError:
            return "silent"
        except StoreError as error:
            return "refused" if refused(error) else "silent"
        return ""

    async def _at_the_broker(
        self, client: Client | None
    ) -> tuple[dict[str, frozenset[str]], dict[str, ConsumerSeen], tuple[str, ...]] | None:
        """Return what the broker says; None where it says nothing."""
        if client is None or not client.is_connected:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                await client.flush()
                streams = await asyncio.gather(*(self._stream(name) for name in self._streams()))
                lanes = await asyncio.gather(*(self._consumer(lane) for lane in self._lanes()))
                unreadable = [name for name, readable in sorted(self.probes.items()) if not await readable()]
        except _AWAY:
            return None
        return dict(streams), dict(lanes), tuple(unreadable)

    def _streams(self) -> list[str]:
        reads_intake = any(s.intake for s in self.service.subscriptions)
        names = [str(stream.name) for stream in STREAMS if stream.name != "INTAKE" or reads_intake]
        return [*names, *CARDS] if reads_intake else names

    async def _stream(self, name: str) -> tuple[str, frozenset[str]]:
        wrong = {"full"} if name in self.published.full else set[str]()
        try:
            await (self._end_stands(name) if name in marked(self.service) else self.js().stream_info(name))
        except NotFoundError:
            wrong.add("gone")
        except _EndLostError:
            wrong.add("end_lost")
        return name, frozenset(wrong)

    async def _end_stands(self, name: str) -> None:
        """Look whether a stream still holds what it is known to hold, and set its mark at its end."""
        # The end is looked up before the mark: a loss in between is found now or at the next look, never passed over.
        end, known = await end_of(self.js(), name), (self._marks or {}).get(name)
        own = self.published.last.get(name)
        if name in self.published.lost:
            raise _EndLostError
        for mark in (known, own):
            if mark is not None and not await stands(self.js(), mark):
                raise _EndLostError
        if end is not None and self._marks is not None:
            self._marks[name] = end

    def _lanes(self) -> Iterator[Lane]:
        for consumer in self.consumers:
            yield from (lane for lane in consumer.lanes.values() if not lane.idle)

    async def _consumer(self, lane: Lane) -> tuple[str, ConsumerSeen]:
        place = lane.place
        try:
            # The consumer is asked first: its stream only grows meanwhile.
            info = await self.js().consumer_info(place.stream, place.durable)
            last = (await self.js().stream_info(place.stream)).state.last_seq
        except NotFoundError:
            return place.durable, ConsumerSeen(there=False, stopped=not lane.moving)
        floor = info.ack_floor.stream_seq if info.ack_floor else 0
        delivered = info.delivered.stream_seq if info.delivered else 0
        return place.durable, ConsumerSeen(
            ahead=Standing(place.durable, place.stream, floor, delivered).ahead_of(last),
            behind=(info.num_pending or 0) + (info.num_ack_pending or 0),
            standing=(floor, delivered, lane.runner.progress.commits),
            stopped=not lane.moving,
        )


class _EndLostError(Exception):
    """A stream does not hold what it held."""
