"""Publishing a batch: atomic where the broker allows it, one by one where part of it is already there."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import APIError
from nats.js.errors import Error as JetStreamError

from shared.runner.crash import crash_point
from shared.runner.wire import CONTENT_TYPE
from shared.store import pause

ATOMIC_LIMIT = 1_000
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as the journal keeps it: the same id, subject and bytes at every attempt."""

    stream: str
    id: str
    subject: str
    body: bytes


class Publisher:
    """Publishes journal entries in order, until the broker has stored each of them."""

    def __init__(self, client: Client, js: JetStreamContext, failed: Callable[[Exception, int], None]) -> None:
        self._client, self._js, self._failed = client, js, failed

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Store entries; a repetition is told apart by `Nats-Msg-Id`, or else by the consumers' inbox."""
        for _, group in groupby(entries, key=lambda entry: entry.stream):
            same_stream = list(group)
            for start in range(0, len(same_stream), ATOMIC_LIMIT):
                chunk = same_stream[start : start + ATOMIC_LIMIT]
                await self._until_stored(chunk)

    async def _until_stored(self, chunk: list[Entry]) -> None:
        attempt = 0
        store: Callable[[list[Entry]], Awaitable[None]] = self._atomically if len(chunk) > 1 else self._one_by_one
        while True:
            try:
                return await store(chunk)
            except APIError as error:
                # Part of the batch is stored already (a crash came between), or batches are off: ids tell the rest.
                store = self._one_by_one
                attempt += 1
                self._failed(error, attempt)
            except (TimeoutError, nats.errors.Error, JetStreamError, OSError) as error:
                attempt += 1
                self._failed(error, attempt)
            if attempt > 1:
                await asyncio.sleep(pause(attempt, 0.05))

    async def _atomically(self, chunk: list[Entry]) -> None:
        batch, last = secrets.token_hex(16), len(chunk)
        for number, entry in enumerate(chunk, 1):
            headers = _headers(entry) | {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            if number == last:
                crash_point("mid_publish")
                headers["Nats-Batch-Commit"] = "1"
            if number in (1, last):
                answer = await self._client.request(entry.subject, entry.body, headers=headers, timeout=_TIMEOUT_S)
                _raise_refusal(answer.data)
            else:
                await self._client.publish(entry.subject, entry.body, headers=headers)

    async def _one_by_one(self, chunk: list[Entry]) -> None:
        for entry in chunk:
            await self._js.publish(
                entry.subject, entry.body, headers=_headers(entry), timeout=_TIMEOUT_S, stream=entry.stream
            )


def _headers(entry: Entry) -> dict[str, str]:
    return {"Nats-Msg-Id": entry.id, "Content-Type": CONTENT_TYPE}


def _raise_refusal(answer: bytes) -> None:
    if answer and "error" in (parsed := json.loads(answer)):
        raise APIError.from_error(parsed["error"])
