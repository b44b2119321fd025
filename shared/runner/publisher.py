"""Publishing a batch: atomic where the broker allows it, one by one where part of it is already there.

After the connection was lost, a process first looks whether what it published last is still there: to publish behind a
loss would put later events before earlier ones.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import APIError
from nats.js.errors import Error as JetStreamError

from shared.runner.crash import crash_point
from shared.runner.marks import EndLostError, Mark, fallen
from shared.runner.wire import CONTENT_TYPE
from shared.store import pause

ATOMIC_LIMIT = 1_000
_TIMEOUT_S = 5.0
_FULL = {10077, 10122}  # the stream's own limit; the room that JetStream has in all


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as the journal keeps it: the same id, subject and bytes at every attempt."""

    stream: str
    id: str
    subject: str
    body: bytes


@dataclass
class Published:
    """What a process knows of its own publishing: one for all its publishers.

    Args:
        last: The last message that each stream stored. lost: streams that do not hold it any more.
        waiting: Since when each publisher has been trying, on the monotonic clock. full: streams that refused for room.
    """

    last: dict[str, Mark] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    waiting: dict[int, float] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)


class Publisher:
    """Publishes journal entries in order, until the broker has stored each of them.

    Args:
        failed: Hears of each attempt that failed.
        published: What the process knows of its publishing; without it nothing is looked after.
    """

    def __init__(
        self,
        client: Client,
        js: JetStreamContext,
        failed: Callable[[Exception, int], None],
        published: Published | None = None,
    ) -> None:
        self._client, self._js, self._failed, self._published = client, js, failed, published
        self._connection = client.stats["reconnects"] if published else 0

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Store entries; a repetition is told apart by `Nats-Msg-Id`, or else by the consumers' inbox."""
        for _, group in groupby(entries, key=lambda entry: entry.stream):
            same_stream = list(group)
            for start in range(0, len(same_stream), ATOMIC_LIMIT):
                chunk = same_stream[start : start + ATOMIC_LIMIT]
                await self._until_stored(chunk)

    async def _until_stored(self, chunk: list[Entry]) -> None:
        if self._published is None:
            return await self._try_on(chunk)
        self._published.waiting[id(self)] = time.monotonic()
        try:
            await self._try_on(chunk)
        finally:
            del self._published.waiting[id(self)]

    async def _try_on(self, chunk: list[Entry]) -> None:
        attempt = 0
        store: Callable[[list[Entry]], Awaitable[int]] = self._atomically if len(chunk) > 1 else self._one_by_one
        while True:
            try:
                await self._look_back()
                position = await store(chunk)
                await self._look_back()  # the client sends what was in hand again by itself, behind a loss too
                self._stored(chunk[-1], position)
            except APIError as error:
                # Part of the batch is stored already (a crash came between), or batches are off: ids tell the rest.
                store = self._one_by_one
                attempt += 1
                self._not_stored(chunk, error, attempt)
            except (TimeoutError, EndLostError, nats.errors.Error, JetStreamError, OSError) as error:
                attempt += 1
                self._not_stored(chunk, error, attempt)
            else:
                return
            if attempt > 1:
                await asyncio.sleep(pause(attempt, 0.05))

    async def _look_back(self) -> None:
        """After a new connection: see whether what was published last is still there.

        Raises:
            EndLostError: It is not; the process has to start anew and put it right first.
        """
        if self._published is None:
            return
        if not self._client.is_connected:
            raise nats.errors.ConnectionReconnectingError  # the client would keep it and send it before anybody looked
        connection = self._client.stats["reconnects"]
        if connection != self._connection:
            self._published.lost |= set(await fallen(self._js, list(self._published.last.values())))
            self._connection = connection
        if self._published.lost:
            raise EndLostError

    def _stored(self, last: Entry, position: int) -> None:
        if self._published is not None:
            self._published.last[last.stream] = Mark(last.stream, position, last.id)
            self._published.full.discard(last.stream)

    def _not_stored(self, chunk: list[Entry], error: Exception, attempt: int) -> None:
        self._failed(error, attempt)
        if self._published is not None and isinstance(error, APIError) and error.err_code in _FULL:
            self._published.full.add(chunk[0].stream)

    async def _atomically(self, chunk: list[Entry]) -> int:
        """Store all or nothing; return the position of the last."""
        batch, last, said = secrets.token_hex(16), len(chunk), dict[str, Any]()
        for number, entry in enumerate(chunk, 1):
            headers = _headers(entry) | {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            if number == last:
                crash_point("mid_publish")
                headers["Nats-Batch-Commit"] = "1"
            if number in (1, last):
                answer = await self._client.request(entry.subject, entry.body, headers=headers, timeout=_TIMEOUT_S)
                said = _answered(answer.data)
            else:
                await self._client.publish(entry.subject, entry.body, headers=headers)
        return int(said["seq"])

    async def _one_by_one(self, chunk: list[Entry]) -> int:
        """Store one after the other; return the position of the last."""
        position = 0
        for entry in chunk:
            stored = await self._js.publish(
                entry.subject, entry.body, headers=_headers(entry), timeout=_TIMEOUT_S, stream=entry.stream
            )
            position = stored.seq
        return position


def _headers(entry: Entry) -> dict[str, str]:
    kind = "application/json" if entry.stream == "SEALS" else CONTENT_TYPE
    return {"Nats-Msg-Id": entry.id, "Content-Type": kind}


def _answered(answer: bytes) -> dict[str, Any]:
    """Return what the broker acknowledges: nothing for the first of a batch; raises APIError."""
    said: dict[str, Any] = json.loads(answer) if answer else {}
    if "error" in said:
        raise APIError.from_error(said["error"])
    return said
