"""The pull loop under FastStream's batch subscriber.

FastStream 0.7.8 waits for a full batch, stalls on orphaned requests (nats.py issue 986) and spins when a consumer is
gone. This one has a single long pull request outstanding, returns as soon as a message is there, notices a dead
request by its missing heartbeat, backs off, and owns its consumer: pinned to one client, reset to its acknowledgement
floor at takeover and whenever a delivery is missing, so that nothing is handled out of order after a crash.
"""

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext

from shared.runner.crash import crash_point
from shared.runner.topology import GROUP, ConsumerPlace

_HEARTBEAT, _WRONG_PIN = "100", "423"
_ORPHANED_S, _LOOK_AGAIN_S = 3.0, 10.0
_GONE = {"400", "409", "503"}
_FILL_S = 0.05


@dataclass
class Puller:
    """Fetches batches of one durable consumer.

    Args:
        sole: Nobody else may own the consumer, so a pin that is found is taken at once.
        batch: Most messages a fetch returns. expires_s: Life of one pull request. heartbeat_s: Idle heartbeat.
    """

    client: Client
    js: JetStreamContext
    place: ConsumerPlace
    sole: bool = False
    batch: int = 500
    expires_s: float = 10.0  # a request renews the pin, so it has to be shorter than the pin's life
    heartbeat_s: float = 2.0
    healthy: bool = False
    failures: int = 0
    pin: str | None = None
    _inbox: str = ""
    _subscription: Subscription | None = None
    _buffer: deque[Msg] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _outstanding: int = 0
    _request_ends: float = 0.0
    _last_sign: float = 0.0
    _handing_on: bool = False
    _look_at: float = 0.0
    _delivered: int = 0

    async def fetch(self) -> list[Msg]:
        """Return what is there, at most a batch; an empty list means nothing yet.

        Raises:
            nats.errors.Error: The broker is away; call again after a pause.
        """
        if self._subscription is None:
            await self._open()
        if self._handing_on:
            # While the last batch was handled nobody listened, so the silence says nothing about the request.
            self._last_sign, self._handing_on = time.monotonic(), False
        if not self._buffer and not await self._wait():
            return []
        await self._fill()
        taken = await self._drain()
        if len(taken) == self.batch and self._subscription is not None and self._outstanding <= 0:
            await self._request()  # there is surely more: it comes in while this batch waits for the store
        return taken

    async def unsubscribe(self) -> None:
        """Stop listening; FastStream calls this when the subscriber stops."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            try:
                await subscription.unsubscribe()
            except nats.errors.Error:
                self.healthy = False

    async def vacant(self) -> bool:
        """Tell whether no client owns the consumer."""
        return not _pins(await self._info())

    async def let_go(self) -> None:
        """Leave the consumer to whoever holds it next; raises broker errors."""
        await self.unsubscribe()
        if self.pin is not None and self.pin in _pins(await self._info()):
            await self._unpin()

    async def _open(self) -> None:
        """Listen on a new inbox; what was delivered to an old one is lost, so an owner starts at the ack floor."""
        if self.sole and not self._inbox:
            await self._unpin()
        if self.pin is not None or (self.sole and not self._inbox):
            await self._reset()
        self._buffer, self._arrived, self._outstanding, self._delivered = deque(), asyncio.Event(), 0, 0
        buffer, arrived = self._buffer, self._arrived

        async def take(message: Msg) -> None:
            buffer.append(message)
            arrived.set()

        self._inbox = self.client.new_inbox()
        self._subscription = await self.client.subscribe(self._inbox, cb=take)
        self._last_sign = time.monotonic()
        self._look_at = self._last_sign + _ORPHANED_S

    async def _wait(self) -> bool:
        """Ask for more if nothing is asked for; tell whether a message came within a second."""
        if self._outstanding <= 0:
            await self._request()
        self._arrived.clear()
        if self._buffer:
            return True
        try:
            await asyncio.wait_for(self._arrived.wait(), min(1.0, self.heartbeat_s))
        except TimeoutError:
            now = time.monotonic()
            if now > self._request_ends + 1 or now - self._last_sign > 2 * self.heartbeat_s + 1:
                self.healthy = False
                await self.unsubscribe()
            elif now > self._look_at:
                await self._adopt(now)
            return False
        return True

    async def _fill(self) -> None:
        """Let a batch fill up while the broker is still sending what waits: a transaction costs the same for one."""
        until = time.monotonic() + _FILL_S
        while 0 < len(self._buffer) < self._outstanding and _more(self._buffer[-1]):
            if time.monotonic() > until:
                return
            await asyncio.sleep(_FILL_S / 50)  # an event would wake it for each message

    async def _adopt(self, now: float) -> None:
        """Take up what a dead owner left unacknowledged; the broker itself would offer it after `ack_wait` only."""
        self._look_at = now + _LOOK_AGAIN_S
        info = await self._info()
        if info.get("num_ack_pending") and not _pins(info):
            await self.unsubscribe()
            await self._reset()

    async def _info(self) -> dict[str, Any]:
        subject = f"$JS.API.CONSUMER.INFO.{self.place.stream}.{self.place.durable}"
        found: dict[str, Any] = json.loads((await self.client.request(subject, b"", timeout=5)).data)
        return found

    async def _unpin(self) -> None:
        subject = f"$JS.API.CONSUMER.UNPIN.{self.place.stream}.{self.place.durable}"
        await self.client.request(subject, json.dumps({"group": GROUP}).encode(), timeout=5)

    async def _reset(self) -> None:
        """Have everything delivered again that is not acknowledged, in order."""
        await self.client.flush()
        await self.js.reset_consumer(self.place.stream, self.place.durable)
        crash_point("after_takeover")

    async def _request(self) -> None:
        request: dict[str, object] = {
            "batch": self.batch,
            "expires": int(self.expires_s * 1e9),
            "idle_heartbeat": int(self.heartbeat_s * 1e9),
            "group": GROUP,
        }
        if self.pin:
            request["id"] = self.pin
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.place.stream}.{self.place.durable}"
        await self.client.publish(subject, json.dumps(request).encode(), reply=self._inbox)
        self._outstanding, self._last_sign = self.batch, time.monotonic()
        self._request_ends = self._last_sign + self.expires_s

    async def _drain(self) -> list[Msg]:
        self._last_sign = time.monotonic()
        taken: list[Msg] = []
        while self._buffer and len(taken) < self.batch:
            message = self._buffer.popleft()
            headers = message.headers or {}
            status = headers.get("Status") if not message.data and message.subject == self._inbox else None
            if status is not None:
                if await self._heard(status):
                    break
                continue
            pin = headers.get("Nats-Pin-Id")
            if pin and pin != self.pin:
                await self._take_over(pin)
                return []
            if not self._follows(message):
                await self.unsubscribe()
                break
            self._outstanding -= 1
            taken.append(message)
        if taken:
            self.healthy, self.failures, self._handing_on = True, 0, True
        return taken

    def _follows(self, message: Msg) -> bool:
        """Tell whether nothing was delivered elsewhere since the last message, as ordered consumers look at it."""
        number = message.metadata.sequence.consumer
        follows = self._delivered in {0, number - 1}
        self._delivered = number
        return follows

    async def _heard(self, status: str) -> bool:
        """Deal with a status message; tell whether the request is lost and listening starts anew."""
        if status == _HEARTBEAT:
            self.healthy = True
            return False
        self._outstanding = 0
        if status == _WRONG_PIN:
            self.pin = None
        if status not in _GONE:
            self.healthy = True
            return False
        self.healthy = False
        self.failures += 1
        await asyncio.sleep(min(0.1 * 2 ** min(self.failures, 6), 5.0))
        await self.unsubscribe()
        return True

    async def _take_over(self, pin: str) -> None:
        """Own the consumer: what was delivered so far came in no order, so listening starts anew at the ack floor."""
        self.pin = pin
        await self.unsubscribe()


def _pins(info: dict[str, Any]) -> set[str]:
    """Return the pins of the clients that own a consumer: one or none."""
    return {group["pinned_client_id"] for group in info.get("priority_groups", ()) if group.get("pinned_client_id")}


def _more(message: Msg) -> bool:
    """Tell whether the broker had more for the consumer when it sent a message; of a status it is not known."""
    return bool(message.reply) and message.metadata.num_pending > 0
