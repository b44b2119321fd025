"""Publishing facts as upstream does, and hearing what became of each."""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import nats.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DeliverPolicy, PubAck
from nats.js.errors import APIError
from nats.js.errors import Error as JetStreamError

from shared.access.connection import Bus, connect
from shared.access.principals import CREATE_ON_OUTCOMES, INTAKE_INFO
from shared.errors import BangfuError
from shared.events.contract import TYPE_PREFIX
from shared.events.people import RosterSnapshot
from shared.ops.rights import Rights, rights_of
from shared.ops.words import say

WINDOW = 2_000  # some batches of registry, so that it never waits for a publisher who waits for it
PATIENCE_S = 30.0
_COMPARING_S = 900.0
"""How long the part that completes a roster snapshot may take: the whole county is compared before it is answered."""
_STORED_S = 10.0
_INTAKE = "INTAKE"
_PUBLISHED_AT_ONCE = 100
_Said = asyncio.Future[dict[str, str]]


def _unheard(_: int) -> None:
    """Nobody listens."""


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
        raise BangfuError(
            say(
                f"第 {number} 行：不是带 source、type、id 的 CloudEvent（JSON）",
                f"line {number}: not a CloudEvent in JSON with source, type and id",
            )
        ) from None
    if not all(isinstance(part, str) and part and not set(part) & set(" *>\t") for part in (source, kind)):
        raise BangfuError(
            say(
                f"第 {number} 行：source 和 type 不含空格、* 和 >",
                f"line {number}: source and type are words without blanks, * or >",
            )
        )
    fact = str(kind).removeprefix(TYPE_PREFIX).rpartition(".v")[0] or str(kind)
    return Offered(number, source, fact, str(id_), line)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A fact that is out: what the broker answers, or why it could not be sent, and what registry says."""

    fact: Offered
    stored: asyncio.Future[PubAck]
    said: _Said

    @property
    def known(self) -> bool:
        """Tell whether there is nothing left to wait for."""
        return self.stored.done() and self.said.done()


@dataclass
class Publisher:
    """A publisher's connection: sends facts in order and listens to their outcomes.

    Args:
        rights: What it may do; None where the broker asks nobody who he is.
    """

    client: Client
    js: JetStreamContext
    rights: Rights | None = None
    _named: dict[tuple[str, str], deque[_Said]] = field(default_factory=dict)
    _placed: dict[tuple[str, str], _Said] = field(default_factory=dict)

    async def intake(self) -> str:
        """Return what tells this intake from one that was made anew after a loss; raises broker errors."""
        where = INTAKE_INFO if self.rights and self.rights.upstream else f"$JS.API.STREAM.INFO.{_INTAKE}"
        said = orjson.loads((await self.client.request(where, b"", timeout=5)).data)
        if "error" in said:
            raise APIError.from_error(said["error"])
        return str(said["created"])

    async def publish(self, facts: Sequence[Offered], progress: Callable[[int], None]) -> list[Outcome]:
        """Publish facts in order, wait for each outcome; `progress` is told how many there are.

        Raises:
            BangfuError: This key may not publish some of them, then none is; or registry gave no answer in time, then
                they are safe in the intake all the same.
        """
        self._demand(facts)
        outcomes: list[Outcome] = []
        async for outcome in self.outcomes(facts):
            outcomes.append(outcome)
            if len(outcomes) % _PUBLISHED_AT_ONCE == 0:
                progress(len(outcomes))
        progress(len(outcomes))
        return outcomes

    async def outcomes(
        self, facts: Iterable[Offered], sent: Callable[[int], None] = _unheard
    ) -> AsyncIterator[Outcome]:
        """Publish facts in order and yield their outcomes in the same order, at most `WINDOW` of them being awaited.

        `sent` is told how many are published. Facts may come from a generator: it is asked as they go out.

        Raises:
            BangfuError: As `publish`; those before the first that this key may not publish are.
        """
        waiting: deque[_Sent] = deque()
        number = 0
        for number, fact in enumerate(facts, 1):
            waiting.append(await self._send(fact))
            if number % _PUBLISHED_AT_ONCE == 0:
                sent(number)
                await asyncio.sleep(0)  # a publication alone would not let the connection write and read
                while waiting and (len(waiting) > WINDOW or waiting[0].known):
                    yield await self._outcome(waiting.popleft())
        sent(number)
        while waiting:
            yield await self._outcome(waiting.popleft())

    async def _send(self, fact: Offered) -> _Sent:
        """Publish one fact; whether it is stored, and whether the broker had it already, is known later."""
        self._demand((fact,))
        said: _Said = asyncio.get_running_loop().create_future()
        self._named.setdefault((fact.source, fact.id), deque()).append(said)
        digest = hashlib.sha256(fact.body).hexdigest()[:16]
        headers = {"Nats-Msg-Id": f"{fact.source}|{fact.id}|{digest}", "Content-Type": "application/cloudevents+json"}
        try:
            stored = await self.js.publish_async(fact.subject, fact.body, headers=headers, stream="INTAKE")
        except nats.errors.Error as error:
            stored = asyncio.get_running_loop().create_future()
            stored.set_exception(error)
        sent = _Sent(fact, stored, said)
        stored.add_done_callback(lambda _: self._answered(sent))
        return sent

    def _demand(self, facts: Iterable[Offered]) -> None:
        """What the broker refuses it does not answer: it would look like a registry that is not running."""
        if self.rights is not None:
            self.rights.demand((fact.source, fact.fact) for fact in facts)

    def _answered(self, sent: _Sent) -> None:
        """Registry hears of nothing that the broker did not store, or had already: no outcome is to be waited for."""
        if sent.stored.cancelled() or sent.stored.exception() or sent.stored.result().duplicate:
            waiting = self._named.get((sent.fact.source, sent.fact.id), deque())
            if sent.said in waiting:
                waiting.remove(sent.said)
            sent.said.cancel()

    async def _outcome(self, sent: _Sent) -> Outcome:
        fact = sent.fact
        try:
            stored = sent.stored.result() if sent.stored.done() else await asyncio.wait_for(sent.stored, _STORED_S)
        except (TimeoutError, nats.errors.Error, JetStreamError) as error:
            return Outcome(fact, "rejected", "not_stored", hint=_why(error))
        if stored.duplicate:
            return Outcome(fact, "duplicate")
        # A message too broken to have an id is judged under its place in the stream.
        place = (fact.source, f"INTAKE#{stored.seq}")
        placed = self._placed.setdefault(place, asyncio.get_running_loop().create_future())
        said = sent.said if sent.said.done() else await self._first({sent.said, placed}, fact)
        self._placed.pop(place, None)
        return _outcome(fact, said.result())

    async def _first(self, saying: set[_Said], fact: Offered) -> _Said:
        patience_s = _COMPARING_S if fact.fact == RosterSnapshot.topic else PATIENCE_S
        done, _ = await asyncio.wait(saying, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise BangfuError(
                say(
                    f"{patience_s:.0f} 秒内没有结果：registry 没有运行或积压（bangfu status）；"
                    "事实已存下，会得到处理，再发布一次也无妨",
                    f"no outcome within {patience_s:.0f} s: registry is not running or far behind (`bangfu status`); "
                    "the facts are stored and will be judged, publishing them again does no harm",
                )
            )
        return done.pop()

    async def take(self, message: Msg) -> None:
        """Hear an outcome: of facts with the same id, the first that is judged is the one that was published first."""
        said = orjson.loads(message.data)["data"]
        key = (said["source"], said["fact_id"])
        if key[1].startswith("INTAKE#"):
            placed = self._placed.setdefault(key, asyncio.get_running_loop().create_future())
            if not placed.done():
                placed.set_result(said)
        elif waiting := self._named.get(key):
            waiting.popleft().set_result(said)
            if not waiting:
                del self._named[key]


@asynccontextmanager
async def publisher(bus: Bus | str) -> AsyncIterator[Publisher]:
    """Connect as a publisher.

    Whoever may have a consumer reads `OUTCOMES`, and misses nothing when the connection breaks; who may only listen,
    as every source of a deployment, hears what is said while it is connected.

    Raises:
        BangfuError: The key may publish nothing.
    """
    client = await connect(
        Bus(bus) if isinstance(bus, str) else bus, max_reconnect_attempts=-1, reconnect_time_wait=0.1, connect_timeout=5
    )
    try:
        rights = await rights_of(client) if isinstance(bus, Bus) and bus.seed else None
        connected = Publisher(client, client.jetstream(), rights)
        await _listening(connected)
        yield connected
    finally:
        await client.close()


async def _listening(connected: Publisher) -> None:
    """Begin to hear outcomes, in whichever way one may."""
    rights = connected.rights
    if rights is None or CREATE_ON_OUTCOMES in rights.publish:
        await connected.js.subscribe(
            "outcome.>", stream="OUTCOMES", ordered_consumer=True, deliver_policy=DeliverPolicy.NEW, cb=connected.take
        )
        return
    for subject in rights.subscribe:
        if subject.startswith("outcome."):
            await connected.client.subscribe(subject, cb=connected.take)
    await connected.client.flush()


def _outcome(fact: Offered, said: dict[str, str]) -> Outcome:
    fields = {name: said.get(name) or "" for name in ("code", "path", "hint", "waiting_for")}
    return Outcome(fact, said["outcome"], **fields)


def _why(error: BaseException) -> str:
    if isinstance(error, nats.errors.MaxPayloadError):
        return "the fact is larger than the broker takes"
    return type(error).__name__
