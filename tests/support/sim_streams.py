"""Streams and durable consumers in memory, as far as the project uses JetStream: positions, ids, floors, pins.

What it claims is held against a real nats-server by tests/contract/test_broker_contract.py.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

WINDOW_S = 120.0


def error(code: int, err_code: int, description: str) -> dict[str, Any]:
    """Return an answer of the server that refuses."""
    return {"error": {"code": code, "err_code": err_code, "description": description}}


@cache
def passes(subject: str, filters: frozenset[str]) -> bool:
    """Tell whether a subject passes one of the filters, which end in `>` and hold a `*` at most just before it."""
    tokens = subject.split(".")
    for length in range(1, len(tokens)):
        stem = tokens[:length]
        if ".".join([*stem, ">"]) in filters or ".".join([*stem[:-1], "*", ">"]) in filters:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Stored:
    """One message of a stream."""

    sequence: int
    subject: str
    headers: dict[str, str]
    data: bytes
    at: float


@dataclass
class SimStream:
    """A stream: messages with positions, and the ids of a window."""

    config: dict[str, Any]
    first: int = 1
    messages: list[Stored] = field(default_factory=list)
    known: dict[str, tuple[float, int]] = field(default_factory=dict)
    batches: dict[str, list[tuple[str, dict[str, str], bytes]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.config["name"])

    @property
    def last(self) -> int:
        """Return the position of the last message ever stored."""
        return self.first + len(self.messages) - 1

    def at(self, sequence: int) -> Stored:
        """Return the message at a position."""
        return self.messages[sequence - self.first]

    def duplicate(self, id_: str | None, now: float) -> int | None:
        """Return where an id was stored within the window."""
        found = self.known.get(id_ or "")
        window = float(self.config.get("duplicate_window", WINDOW_S * 1e9)) / 1e9
        return found[1] if found and now - found[0] < window else None

    def append(self, subject: str, headers: dict[str, str], data: bytes, now: float) -> int:
        """Store a message at the end."""
        kept = {k: v for k, v in headers.items() if not k.startswith(("Nats-Batch", "Nats-Expected"))}
        self.messages.append(Stored(self.last + 1, subject, kept, data, now))
        if id_ := headers.get("Nats-Msg-Id"):
            self.known[id_] = (now, self.last)
        return self.last

    def cut(self, count: int) -> list[Stored]:
        """Lose the last messages, as a broker does whose disk had not kept them."""
        lost = self.messages[len(self.messages) - count :] if count else []
        self.messages = self.messages[: len(self.messages) - count]
        self.known = {id_: (at, n) for id_, (at, n) in self.known.items() if n <= self.last}
        return lost


@dataclass(eq=False)
class Pull:
    """An outstanding request for messages."""

    client: Any
    inbox: str
    left: int
    ends: float
    heartbeat_s: float
    pin: str | None
    sign: float
    open: bool = True


@dataclass
class SimConsumer:
    """A durable consumer with explicit acknowledgements, pinned to one client at a time."""

    stream: SimStream
    config: dict[str, Any]
    later: Callable[[float, Callable[[], None]], Any]
    now: Callable[[], float]
    floor: int = 0
    delivered: int = 0
    count: int = 0
    matching: list[int] = field(default_factory=list)
    pending: dict[int, float] = field(default_factory=dict)
    again: list[int] = field(default_factory=list)
    waiting: list[Pull] = field(default_factory=list)
    pin: str | None = None
    pinned_until: float = 0.0
    pins: int = 0
    _alarm: bool = False

    def __post_init__(self) -> None:
        self.filters = frozenset(self.config["filter_subjects"])
        self.matching = [m.sequence for m in self.stream.messages if passes(m.subject, self.filters)]

    @property
    def name(self) -> str:
        """Return its durable name."""
        return str(self.config["durable_name"])

    @property
    def left(self) -> int:
        """Return how many messages were never delivered since the last reset."""
        return len(self.matching) - bisect_right(self.matching, self.delivered)

    def seen(self, message: Stored) -> None:
        """Hear of a new message."""
        if passes(message.subject, self.filters):
            self.matching.append(message.sequence)
            if self.waiting:
                self.serve()

    def ack(self, sequence: int) -> None:
        """Take an acknowledgement; the floor rises to just below the first message that lacks one."""
        self.pending.pop(sequence, None)
        self.again = [n for n in self.again if n != sequence]
        self.floor = max(self.floor, min(self.pending) - 1 if self.pending else self.delivered)
        if self.waiting:
            self.serve()

    def reset(self) -> None:
        """Have everything above the floor delivered again."""
        self.pending, self.again, self.delivered, self.count = {}, [], self.floor, 0
        self.serve()

    def pull(self, request: Pull) -> None:
        """Take a request for messages."""
        if request.pin is not None and self._pinned() not in (None, request.pin):
            request.client.status(request.inbox, "423")
            return
        self.waiting.append(request)
        if request.pin is not None:
            self._prolong()
        self.later(request.ends - self.now(), lambda: self._expire(request))
        self._beat(request)
        self.serve()

    def unpin(self) -> None:
        """Let go of the owner."""
        self.pin = None
        self.serve()

    def gone(self, client: Any) -> None:
        """Forget the requests of a client that is gone."""
        for request in [w for w in self.waiting if w.client is client]:
            self._close(request)

    def serve(self) -> None:
        """Deliver what can be delivered."""
        while self.again or self.left:
            if len(self.pending) >= int(self.config.get("max_ack_pending", 2_000)):
                return
            request = self._owner()
            if request is None:
                return
            self._deliver(request)

    def _owner(self) -> Pull | None:
        """Return the request that may have the next message; without an owner the first one becomes it."""
        pin = self._pinned()
        for request in [w for w in self.waiting if w.pin not in {None, pin}]:
            self._close(request)
            request.client.status(request.inbox, "423")
        for request in self.waiting:
            if pin is None:
                self.pins += 1
                self.pin = request.pin = f"pin-{self.pins}"
                return request
            if request.pin == pin:
                return request
        if self.waiting and not self._alarm:
            self._alarm = True
            self.later(max(self.pinned_until - self.now(), 0) + 0.001, self._alarmed)
        return None

    def _alarmed(self) -> None:
        self._alarm = False
        self.serve()

    def _deliver(self, request: Pull) -> None:
        if self.again:
            sequence = self.again.pop(0)
        else:
            sequence = self.matching[bisect_right(self.matching, self.delivered)]
            self.delivered = sequence
        self._prolong()
        self.count += 1
        wait = float(self.config.get("ack_wait", 60e9)) / 1e9
        self.pending[sequence] = self.now() + wait
        self.later(wait + 0.001, lambda: self._redeliver(sequence))
        message = self.stream.at(sequence)
        reply = f"$JS.ACK.{self.stream.name}.{self.name}.1.{sequence}.{self.count}.0.{self.left}"
        request.left -= 1
        request.sign = self.now()
        request.client.deliver(
            request.inbox, message.subject, message.headers | {"Nats-Pin-Id": str(self.pin)}, message.data, reply
        )
        if not request.left:
            self._close(request)

    def _redeliver(self, sequence: int) -> None:
        if self.pending.get(sequence, self.now() + 1) <= self.now() and sequence not in self.again:
            self.again.append(sequence)
            self.serve()

    def _pinned(self) -> str | None:
        if self.pin is not None and self.now() > self.pinned_until:
            self.pin = None
        return self.pin

    def _prolong(self) -> None:
        self.pinned_until = self.now() + float(self.config.get("priority_timeout", 2e9)) / 1e9

    def _expire(self, request: Pull) -> None:
        if request.open:
            self._close(request)
            request.client.status(request.inbox, "408")

    def _beat(self, request: Pull) -> None:
        if not request.open or not request.heartbeat_s:
            return
        quiet = self.now() - request.sign
        if quiet >= request.heartbeat_s - 1e-6:
            request.sign, quiet = self.now(), 0.0
            request.client.status(request.inbox, "100")
        self.later(request.heartbeat_s - quiet, lambda: self._beat(request))

    def _close(self, request: Pull) -> None:
        request.open = False
        self.waiting.remove(request)


def loop_time() -> float:
    """Return the time of the running loop."""
    return asyncio.get_running_loop().time()


def loop_later(seconds: float, work: Callable[[], None]) -> Any:
    """Have the running loop do something later."""
    return asyncio.get_running_loop().call_later(seconds, work)
