"""Who makes streams and consumers.

Where the bus asks for no key, whoever needs them. Where it does, only the provisioner may: registry holds its key
beside its own, makes the streams, and makes a consumer for any service that asks, as this code declares it. What a
service says names one of its own consumers and nothing else, because who may set up a consumer may have the server
deliver anything to any subject.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from nats.js.errors import Error as JetStreamError

from shared.runner.core import Service
from shared.runner.topology import ConsumerPlace, drift, ensure_consumer, missing, places, provision
from shared.telemetry import logger

_ANSWER_S = 6.0
_LOOK_AGAIN_S = 0.5
_INBOXES = "_INBOX_"


class Hands(Protocol):
    """What makes streams and consumers for one service."""

    async def streams(self, *, intake: bool, max_bytes: int | None) -> list[str]:
        """Return when they are there; say what differs from the declaration."""

    async def ensure(self, place: ConsumerPlace) -> None:
        """Have a consumer as it is declared; raises broker errors."""

    async def renew(self, place: ConsumerPlace) -> None:
        """Have a consumer begin at the beginning of its stream; the inbox drops what it knows."""


@dataclass(frozen=True)
class Own:
    """Makes them itself; the connection may."""

    client: Client
    js: JetStreamContext

    async def streams(self, *, intake: bool, max_bytes: int | None) -> list[str]:
        """As `Hands.streams`."""
        return await provision(self.js, intake=intake, max_bytes=max_bytes)

    async def ensure(self, place: ConsumerPlace) -> None:
        """As `Hands.ensure`; nobody reads on under its former name."""
        await ensure_consumer(self.client, place)
        if place.formerly:
            with suppress(NotFoundError):
                await self.js.delete_consumer(place.stream, place.formerly)

    async def renew(self, place: ConsumerPlace) -> None:
        """As `Hands.renew`."""
        await self.js.delete_consumer(place.stream, place.durable)
        await ensure_consumer(self.client, place)


@dataclass(frozen=True)
class Asked:
    """Has them made by who may; a service that can go on without does."""

    client: Client
    js: JetStreamContext
    service: str

    async def streams(self, *, intake: bool, max_bytes: int | None) -> list[str]:
        """As `Hands.streams`; waits for them."""
        while gone := await missing(self.js, intake=intake):
            logger().warning("streams.missing", reason=", ".join(gone))
            await asyncio.sleep(_LOOK_AGAIN_S)
        return await drift(self.js, intake=intake, max_bytes=max_bytes)

    async def ensure(self, place: ConsumerPlace) -> None:
        """As `Hands.ensure`; nobody is asked for one that is there."""
        try:
            found = (await self.js.consumer_info(place.stream, place.durable)).config
        except NotFoundError:
            found = None
        filters = {*(found.filter_subjects or ()), *filter(None, (found.filter_subject,))} if found else set()
        if filters != set(place.filters):
            await self._ask(place, "ensure")

    async def renew(self, place: ConsumerPlace) -> None:
        """As `Hands.renew`."""
        await self._ask(place, "renew")

    async def _ask(self, place: ConsumerPlace, what: str) -> None:
        wanted = json.dumps({"what": what, "stream": place.stream, "durable": place.durable}).encode()
        answer = json.loads((await self.client.request(f"provision.{self.service}", wanted, timeout=_ANSWER_S)).data)
        if answer.get("error"):
            raise APIError(description=answer["error"])


@dataclass(frozen=True)
class Provisioner:
    """Makes for others what they ask for, one request at a time.

    Args:
        own: On the provisioner's connection.
        services: Everybody who may ask, and what they have declared.
    """

    own: Own
    services: Callable[[], Sequence[Service]]

    async def serve(self) -> None:
        """Answer requests until cancelled."""
        asked: asyncio.Queue[Msg] = asyncio.Queue()
        # Of several processes of registry one answers.
        await self.own.client.subscribe("provision.*", queue="provisioner", cb=asked.put)
        while True:
            message = await asked.get()
            if message.reply.startswith(_INBOXES):  # nowhere else: it is our right that the answer is sent with
                await self._answer(message)

    async def _answer(self, message: Msg) -> None:
        try:
            error = await self._done(message)
        except (TimeoutError, nats.errors.Error, JetStreamError) as failure:
            error = type(failure).__name__
        try:
            await message.respond(json.dumps({"error": error}).encode())
        except nats.errors.Error as failure:
            logger().warning("provision.unanswered", error=type(failure).__name__)

    async def _done(self, message: Msg) -> str:
        """Do what is asked for; return why not, empty if it is done."""
        work, place = self._understood(message.subject.rpartition(".")[2], message.data)
        if work is None or place is None:
            logger().error("provision.refused", service=message.subject.rpartition(".")[2])
            return "no consumer of that service"
        await work(place)
        return ""

    def _understood(
        self, service: str, body: bytes
    ) -> tuple[Callable[[ConsumerPlace], Awaitable[None]] | None, ConsumerPlace | None]:
        try:
            wanted: dict[str, Any] = json.loads(body)
            named = (wanted["stream"], wanted["durable"])
            work = {"ensure": self.own.ensure, "renew": self.own.renew}.get(wanted["what"])
        except (ValueError, TypeError, KeyError):
            return None, None
        of = [s for each in self.services() if each.name == service for s in each.subscriptions]
        return work, next((p for each in of for p in places(each) if (p.stream, p.durable) == named), None)
