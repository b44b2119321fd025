"""Publishing facts as upstream does, and hearing what became of each."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import nats
import nats.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DeliverPolicy, PubAck

from shared.errors import BangfuError
from shared.events.contract import TYPE_PREFIX

WINDOW = 500
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Offered:
    """One fact on its way: where it stands in its file, and its bytes."""

    number: int
    source: str
    fact: str
    id: str
    body: bytes

    @property
    def subject(self) -> str:
        """Return where it is published."""
        return f"intake.{self.source}.{self.fact}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one published fact."""

    offered: Offered
    outcome: str
    code: str = ""
    path: str = ""
    hint: str = ""
    waiting_for: str = ""


def offered(number: int, line: bytes) -> Offered:
    """Return the fact in a line of JSON.

    Raises:
        BangfuError: The line is no CloudEvent that could be addressed; the message says what is missing.
    """
    try:
        event = orjson.loads(line)
        source, kind, id_ = event["source"], event["type"], event["id"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BangfuError(f"line {number}: not a CloudEvent in JSON with source, type and id") from None
    if not all(isinstance(part, str) and part and not set(part) & set(" *>\t") for part in (source, kind)):
        raise BangfuError(f"line {number}: source and type are words without blanks, * or >")
    fact = str(kind).removeprefix(TYPE_PREFIX).rpartition(".v")[0] or str(kind)
    return Offered(number, source, fact, str(id_), line)


@dataclass
class Publisher:
    """A publisher's connection: sends facts in order and listens to their outcomes."""

    client: Client
    js: JetStreamContext
    heard: dict[tuple[str, str], asyncio.Future[dict[str, str]]] = field(default_factory=dict)

    async def publish(self, facts: Iterable[Offered], progress: Callable[[int], None]) -> list[Outcome]:
        """Publish facts in order, wait for each outcome.

        Raises:
            BangfuError: Registry gave no answer in time; the facts are safe in the intake all the same.
        """
        outcomes: list[Outcome] = []
        window: list[Offered] = []
        for fact in facts:
            window.append(fact)
            if len(window) == WINDOW:
                outcomes += await self._window(window)
                progress(len(outcomes))
                window = []
        outcomes += await self._window(window)
        progress(len(outcomes))
        return outcomes

    async def _window(self, window: list[Offered]) -> list[Outcome]:
        loop = asyncio.get_running_loop()
        waits = []
        for fact in window:
            future = self.heard.setdefault((fact.source, fact.id), loop.create_future())
            waits.append((fact, future))
        acknowledged = await asyncio.gather(*(self._send(fact) for fact in window), return_exceptions=True)
        outcomes = []
        for (fact, future), stored in zip(waits, acknowledged, strict=True):
            if isinstance(stored, BaseException):
                outcomes.append(Outcome(fact, "rejected", "not_stored", hint=_why(stored)))
            elif stored.duplicate:
                outcomes.append(Outcome(fact, "duplicate"))
            else:
                # A message too broken to have an id is judged under its place in the stream.
                placed = self.heard.setdefault((fact.source, f"INTAKE#{stored.seq}"), loop.create_future())
                outcomes.append(_outcome(fact, await self._answer({future, placed})))
        return outcomes

    async def _send(self, fact: Offered) -> PubAck:
        """Store one fact; the answer tells its place, and whether the broker had it already."""
        digest = hashlib.sha256(fact.body).hexdigest()[:16]
        headers = {"Nats-Msg-Id": f"{fact.source}|{fact.id}|{digest}", "Content-Type": "application/cloudevents+json"}
        return await self.js.publish(fact.subject, fact.body, headers=headers, stream="INTAKE", timeout=10)

    async def _answer(self, futures: set[asyncio.Future[dict[str, str]]]) -> dict[str, str]:
        done, _ = await asyncio.wait(futures, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise BangfuError(
                f"no outcome within {PATIENCE_S:.0f} s: registry is not running or far behind (`bangfu status`); "
                "the facts are stored and will be judged, publishing them again does no harm"
            )
        return done.pop().result()

    async def take(self, message: Msg) -> None:
        """Hear an outcome."""
        said = orjson.loads(message.data)["data"]
        key = (said["source"], said["fact_id"])
        future = self.heard.setdefault(key, asyncio.get_running_loop().create_future())
        if not future.done():
            future.set_result(said)


@asynccontextmanager
async def publisher(nats_url: str) -> AsyncIterator[Publisher]:
    """Connect as a publisher."""
    client = await nats.connect(nats_url, max_reconnect_attempts=-1, connect_timeout=5)
    connected = Publisher(client, client.jetstream())
    await connected.js.subscribe(
        "outcome.>", stream="OUTCOMES", ordered_consumer=True, deliver_policy=DeliverPolicy.NEW, cb=connected.take
    )
    try:
        yield connected
    finally:
        await client.close()


def _outcome(fact: Offered, said: dict[str, str]) -> Outcome:
    fields = {name: said.get(name) or "" for name in ("code", "path", "hint", "waiting_for")}
    return Outcome(fact, said["outcome"], **fields)


def _why(error: BaseException) -> str:
    if isinstance(error, nats.errors.MaxPayloadError):
        return "the fact is larger than the broker takes"
    return type(error).__name__
