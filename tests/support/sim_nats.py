"""A client of the in-memory broker with nats-py's face; the real JetStream context runs on it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import BucketNotFoundError

from tests.support.sim_broker import SimBroker
from tests.support.sim_process import KilledError, Process
from tests.support.sim_streams import loop_later, loop_time

Callback = Callable[[Msg], Awaitable[None]]


@dataclass
class SimSubscription:
    """Somebody listens on a subject."""

    client: "SimClient"
    subject: str

    async def unsubscribe(self) -> None:
        """Stop listening."""
        self.client.listening.pop(self.subject, None)
        for consumer in self.client.broker.consumers.values():
            for request in [w for w in consumer.waiting if w.inbox == self.subject]:
                consumer._close(request)


class SimClient:
    """One connection: what it sends arrives in order, and what it is sent too, unless the connection breaks."""

    def __init__(self, broker: SimBroker, process: Process | None = None, name: str = "client") -> None:
        self.broker, self.process, self.name = broker, process, name
        self.listening: dict[str, Callback] = {}
        self._inboxes = 0
        self._arrived = 0.0
        self._epoch = 0
        self._outgoing: list[tuple[str, bytes, str, dict[str, str]]] = []
        if process is not None:
            process.at_death.append(self._die)

    def jetstream(self) -> JetStreamContext:
        """Return the JetStream context of this connection."""
        return SimJetStream(self)

    def new_inbox(self) -> str:
        """Return a subject of one's own."""
        self._inboxes += 1
        return f"_INBOX.{self.name}.{self._inboxes}"

    async def subscribe(self, subject: str, cb: Callback) -> SimSubscription:
        """Listen on a subject."""
        if self.process is not None:
            await self.process.going()
        self.listening[subject] = cb
        return SimSubscription(self, subject)

    async def publish(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Send without an answer; it is on its way when this returns, and nobody hears if it is lost."""
        sent = (subject, payload, reply, dict(headers or {}))
        if self.process is None:
            self.broker.publish(self, *sent)
            return
        await self.process.going()
        self._outgoing.append(sent)
        loop_later(self.process.chance.between(0.0001, 0.001), self._flush)

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        timeout: float = 5.0,  # noqa: ASYNC109 - nats-py's signature
        headers: dict[str, str] | None = None,
    ) -> Msg:
        """Send and wait for the answer.

        Raises:
            nats.errors.Error, TimeoutError: It did not come; nobody knows what the server did.
        """
        if self.process is None:
            return self._said(self.broker.answer(subject, payload, dict(headers or {})))
        said = await self.process.call(lambda: self._asked(subject, payload, dict(headers or {})))
        if said is None:
            await asyncio.sleep(timeout)
            raise nats.errors.TimeoutError
        return self._said(said)

    async def flush(self, timeout: float = 10) -> None:  # noqa: ASYNC109 - nats-py's signature
        """Wait until the server has read everything."""
        del timeout
        if self.process is not None:
            await self.process.call(self._flush)

    def deliver(self, inbox: str, subject: str, headers: dict[str, str], data: bytes, reply: str) -> None:
        """Have a message arrive here, behind what was sent before."""
        chance = self.broker.chance
        if self.process is None:
            loop_later(0, lambda: self._arrive(0, inbox, Msg(self, subject, reply, data, headers)))  # type: ignore[arg-type]
            return
        self._arrived = max(self._arrived + 1e-5, loop_time() + chance.between(0.0002, 0.003))
        epoch, message = self._epoch, Msg(self, subject, reply, data, headers)  # type: ignore[arg-type]
        loop_later(self._arrived - loop_time(), lambda: self._arrive(epoch, inbox, message))

    def status(self, inbox: str, code: str) -> None:
        """Have a status message arrive here."""
        self.deliver(inbox, inbox, {"Status": code}, b"", "")

    def disconnect(self) -> None:
        """Lose the connection: what is on its way to either side is gone; a new one is there at once."""
        self._epoch += 1
        self._outgoing = []
        self.broker.disconnect(self)

    def _asked(self, subject: str, payload: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]] | None:
        """Return the server's answer, None if request or answer is lost."""
        self._flush()
        chance, storing = self.broker.chance, not subject.startswith("$")
        if loop_time() < self.broker.away_until:
            raise nats.errors.NoServersError
        if storing and chance.strikes("publish_lost"):
            return None
        said = self.broker.answer(subject, payload, headers)
        if storing and chance.strikes("publish_answer_lost"):
            return None
        return None if not storing and chance.strikes("request_lost") else said

    def _flush(self) -> None:
        sent, self._outgoing = self._outgoing, []
        for subject, payload, reply, headers in sent:
            if loop_time() < self.broker.away_until:
                continue
            if subject.startswith("$JS.ACK.") and self.broker.chance.strikes("ack_lost"):
                continue
            self.broker.publish(self, subject, payload, reply, headers)

    def _arrive(self, epoch: int, inbox: str, message: Msg) -> None:
        heard = self.listening.get(inbox)
        if heard is None or epoch != self._epoch or (self.process is not None and self.process.dead):
            return
        if self.process is None:
            asyncio.get_running_loop().create_task(heard(message))
        else:
            self.process.spawn(self._heard(heard, message)) if not self.process._going.is_set() else _run(
                heard(message)
            )

    async def _heard(self, heard: Callback, message: Msg) -> None:
        try:
            await self.process.going()  # type: ignore[union-attr]
        except KilledError:
            return
        await heard(message)

    def _said(self, said: tuple[bytes, dict[str, str]]) -> Msg:
        return Msg(self, data=said[0], headers=said[1] or None)  # type: ignore[arg-type]

    def _die(self) -> None:
        if self.broker.chance.dice.random() < 0.5:
            self._flush()
        self._outgoing = []
        self.listening = {}
        loop_later(0.01, lambda: self.broker.disconnect(self))


class SimJetStream(JetStreamContext):
    """The real context; only what changes the headers it is given, and buckets, are not the real ones."""

    async def publish(self, subject: str, payload: bytes = b"", **options: Any) -> Any:
        """Publish with the given headers left as they are."""
        options["headers"] = dict(options.get("headers") or {})
        return await super().publish(subject, payload, **options)

    async def key_value(self, bucket: str) -> Any:
        """There are no buckets here."""
        raise BucketNotFoundError(bucket)


def _run(work: Any) -> None:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise TypeError("a callback that waits")


def stream_config(wanted: Any) -> dict[str, Any]:
    """Return a stream's configuration as it stands on the wire."""
    found: dict[str, Any] = json.loads(json.dumps(wanted.as_dict(), default=str))
    return found
