"""Gateways to test against real peers, and what is heard from them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn

from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.sms.binding import SmppAddress
from shared.sms.inbox import Inbox
from shared.sms.kannel import HttpAddress, HttpGateway
from shared.sms.memory import MemoryHeardLog
from shared.sms.smpp import SmppGateway
from tests.support.sending import NOON
from tests.support.smsc import until

CHINESE = (
    "岗位推荐：云霄县莆美镇，电子厂普工，月工资4500元起，包吃住，离家不到十公里，长期有效。" * 4
    + "请于3月8日前回复：Y接受，N不接受，T退订"
)


def noon() -> Any:
    """Return the moment of all tests."""
    return NOON


@dataclass
class Told:
    """What reached the intake."""

    facts: list[tuple[str, Envelope]] = field(default_factory=list)
    failures: int = 0

    async def publish(self, topic: str, envelope: Envelope) -> None:
        """Be the broker."""
        if self.failures:
            self.failures -= 1
            raise Unavailable("broker")
        self.facts.append((topic, envelope))

    def receipts(self) -> list[tuple[str, str]]:
        """Return message and status of each receipt."""
        return [(e.data["message_id"], e.data["status"]) for topic, e in self.facts if topic == "sms.receipt"]

    def texts(self) -> list[str]:
        """Return the texts that came in."""
        return [e.data["text"] for topic, e in self.facts if topic == "sms.replied"]


def inbox_of(told: Told) -> Inbox:
    """Return an inbox that keeps in memory."""
    return Inbox(MemoryHeardLog(), told.publish)


@asynccontextmanager
async def smpp_gateway(port: int, inbox: Inbox, **options: Any) -> AsyncIterator[SmppGateway]:
    """Return a bound gateway."""
    quick = {"answer_s": 0.5, "pause_s": 0.02, "connect_s": 1.0} | options
    address = SmppAddress("smpp", "127.0.0.1", port, "bangfu", "secret", source="10690000", **quick)
    gateway = SmppGateway(address, inbox, noon)
    running = asyncio.create_task(gateway.run(look_s=0.02))
    telling = asyncio.create_task(inbox.run())
    try:
        await until(lambda: gateway.bound)
        yield gateway
    finally:
        for task in (running, telling):
            task.cancel()
        await asyncio.gather(running, telling, return_exceptions=True)


@dataclass
class HttpPeer:
    """An HTTP gateway as Kannel's sendsms: `answers` are statuses, or what to do; then everything is accepted."""

    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        body = (await receive()).get("body", b"") if scope["method"] == "POST" else b""
        query = body or scope["query_string"]
        self.asked.append({name: values[0] for name, values in parse_qs(query.decode()).items()})
        answer = self.answers.pop(0) if self.answers else 202
        if callable(answer):
            await answer()
            answer = 202
        await send({"type": "http.response.start", "status": answer, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"0: Accepted for delivery"})


@asynccontextmanager
async def served(app: Callable[..., Awaitable[None]]) -> AsyncIterator[int]:
    """Serve an ASGI app on loopback; yields its port."""
    found = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, ws="none"))
    serving = asyncio.create_task(server._serve([found]))
    await until(lambda: server.started)
    try:
        yield found.getsockname()[1]
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving
        found.close()


@asynccontextmanager
async def http_gateway(port: int, inbox: Inbox, **options: Any) -> AsyncIterator[HttpGateway]:
    """Return a gateway."""
    quick = {"answer_s": 0.5, "connect_s": 0.5, "callback": "http://127.0.0.1:1/secret"} | options
    address = HttpAddress("http", f"http://127.0.0.1:{port}/cgi-bin/sendsms", "bangfu", "secret", "10690000", **quick)
    async with HttpGateway(address, inbox, noon) as gateway:
        yield gateway


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def called_back(asked: dict[str, str]) -> dict[str, str]:
    """Return the fields of the address that a gateway is to call."""
    return {name: values[0] for name, values in parse_qs(urlsplit(asked["dlr-url"]).query).items()}
