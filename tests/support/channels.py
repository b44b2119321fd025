"""Peers of the channels, and a channel of each kind before them: what a letter does there, seen from the other side."""

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

import orjson
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from services.notify.adapters.channels.http import Poster
from services.notify.adapters.channels.mail import MailChannel, server_of
from services.notify.adapters.channels.port import Channel, ChannelName, Delivery, Matter
from services.notify.adapters.channels.robots import DingtalkChannel, WecomChannel
from services.notify.adapters.channels.short_messages import SmsChannel
from services.notify.adapters.channels.texts import Texts
from services.notify.adapters.channels.webhook import WebhookChannel
from shared.sms.gateway import GatewayUnavailable, Rejected
from shared.sms.memory import MemorySendingLog
from tests.support.gateways import free_port, noon, served
from tests.support.sending import NUMBER, Gateway

TEXTS = Texts("https://desk.example.cn")
SECRET = "a secret of the receiver"
SENDER, OFFICER = "alerts@bangfu.example.cn", "officer@county.example.cn"
MATTERS = (
    Matter("n-1", "a-1", "plan_missing", "act", date(2018, 3, 1)),
    Matter("n-2", "a-2", "hire_confirmed", "know", date(2018, 3, 1)),
)


@dataclass
class MailPeer:
    """A mail server; `answers` are replies to DATA, or what to do before it answers."""

    answers: list[Any] = field(default_factory=list)
    arrived: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    def let_in(self, *asked: Any) -> AuthResult:
        """Note who logs in; everybody may."""
        said = asked[-1]
        self.logins.append((said.login, said.password))
        return AuthResult(success=True)

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "refuse_before":
            return "451 later"
        message: Any = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.arrived += [message] if answer in ("250 OK", "cut") else []
        if answer == "cut":
            assert server.transport is not None
            server.transport.close()
        return str(answer)


@asynccontextmanager
async def mail_server(
    peer: MailPeer, *, tls: ssl.SSLContext | None = None, from_the_start: bool = False
) -> AsyncIterator[int]:
    """Serve SMTP on loopback; yields its port. With `tls` nothing is taken before STARTTLS, or it is TLS at once."""
    loop = asyncio.get_running_loop()
    demanded = tls if not from_the_start else None

    def session() -> SMTP:
        return SMTP(
            peer, hostname="peer", loop=loop, tls_context=demanded, require_starttls=demanded is not None,
            authenticator=peer.let_in, auth_require_tls=not from_the_start,
        )  # fmt: skip

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=tls if from_the_start else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Request:
    """What came over the wire."""

    query: bytes
    headers: dict[str, str]
    body: bytes


@dataclass
class HookPeer:
    """A receiver of hooks; `answers` are statuses or bodies, or what to do; then everything is taken."""

    taken: Any = 204
    answers: list[Any] = field(default_factory=list)
    arrived: list[Request] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            piece = await receive()
            body += piece.get("body", b"")
            if not piece.get("more_body"):
                break
        answer = self.answers.pop(0) if self.answers else self.taken
        if answer != 429:
            headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
            self.arrived.append(Request(scope["query_string"], headers, body))
        if callable(answer):
            await answer()
            answer = self.taken
        status, said = (answer, b"") if isinstance(answer, int) else (200, orjson.dumps(answer))
        location = [(b"location", b"http://127.0.0.1:1/elsewhere")] if status == 302 else []
        await send({"type": "http.response.start", "status": status, "headers": location})
        await send({"type": "http.response.body", "body": said})


@dataclass
class Case:
    """A channel, what its peer got, and the answers of the peer that mean what the port speaks of.

    Args:
        letters: Returns the id of each letter that arrived, as the peer can tell; None where it cannot.
    """

    name: ChannelName
    channel: Channel
    to: str
    answers: list[Any]
    letters: Callable[[], list[str | None]]
    texts: Callable[[], list[str]]
    refused: Any
    later: Any
    unheard: Any

    def delivery(self, id_: str = "d-1", **changed: Any) -> Delivery:
        return Delivery(id_, self.name, self.to, **({"matters": MATTERS, "secret": SECRET} | changed))


@asynccontextmanager
async def case_of(name: ChannelName, clock: Callable[[], datetime] = noon) -> AsyncIterator[Case]:
    """Open a channel before a peer of its kind."""
    async with AsyncExitStack() as stack:
        if name == "email":
            yield await _email(stack, clock)
        elif name == "sms":
            yield _sms(clock)
        else:
            yield await _hook(name, stack, clock)


async def _email(stack: AsyncExitStack, clock: Callable[[], datetime]) -> Case:
    peer = MailPeer()
    port = await stack.enter_async_context(mail_server(peer))
    return Case(
        "email",
        MailChannel(server_of(f"smtp://127.0.0.1:{port}"), SENDER, TEXTS, clock),
        OFFICER,
        peer.answers,
        lambda: [str(each["Message-ID"]).partition("@")[0][1:] for each in peer.arrived],
        lambda: [f"{each['Subject']}\n{each.get_content()}" for each in peer.arrived],
        "554 no",
        "refuse_before",
        "cut",
    )


async def _hook(name: ChannelName, stack: AsyncExitStack, clock: Callable[[], datetime]) -> Case:
    peer = HookPeer(204 if name == "webhook" else {"errcode": 0, "errmsg": "ok"})
    port = await stack.enter_async_context(served(peer))
    poster = Poster(answer_s=1.0)
    stack.push_async_callback(poster.aclose)
    made: dict[str, Channel] = {
        "wecom": WecomChannel(poster, TEXTS),
        "dingtalk": DingtalkChannel(poster, TEXTS, clock),
        "webhook": WebhookChannel(poster, TEXTS, clock),
    }
    busy = {"wecom": {"errcode": 45009}, "dingtalk": {"errcode": 130101}}
    return Case(
        name,
        made[name],
        f"http://127.0.0.1:{port}/robot/send?access_token=t&key=k",
        peer.answers,
        lambda: [each.headers.get("bangfu-webhook-id") for each in peer.arrived],
        lambda: [_checked(name, each) for each in peer.arrived],
        422 if name == "webhook" else {"errcode": 300001},
        429 if name == "webhook" else busy[name],
        500,
    )


def _sms(clock: Callable[[], datetime]) -> Case:
    gateway, log, texts = Gateway(), MemorySendingLog(), list[str]()

    async def phone_of(_: str) -> str:
        return NUMBER

    class Recording:
        async def send(self, message_id: str, to: str, text: str) -> Any:
            gateway.answers = {message_id: answers.pop(0)} if answers else {}
            result = await gateway.send(message_id, to, text)
            texts.append(text)
            return result

    answers: list[Any] = []
    channel = SmsChannel(
        Recording(), log, phone_of=phone_of, texts=TEXTS, signature="帮扶就业", clock=clock, term=lambda: 1
    )
    return Case(
        "sms", channel, "C7", answers, lambda: list(gateway.handed), lambda: texts,
        Rejected("blacklisted"), GatewayUnavailable("503"), ConnectionResetError("no answer"),
    )  # fmt: skip


def _checked(name: str, request: Request) -> str:
    """Return the text of a request, once its signature is verified with nothing of ours."""
    if name == "webhook":
        signed = f"{request.headers['bangfu-webhook-timestamp']}.".encode() + request.body
        expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert f"v1={expected}" in request.headers["bangfu-webhook-signature"].split(" ")
        return request.body.decode()
    if name == "dingtalk":
        query = {key: values[0] for key, values in parse_qs(request.query.decode()).items()}
        said = f"{query['timestamp']}\n{SECRET}".encode()
        expected_sign = base64.b64encode(hmac.new(SECRET.encode(), said, hashlib.sha256).digest())
        assert unquote_to_bytes(request.query.rpartition(b"sign=")[2]) == expected_sign
    body: dict[str, Any] = orjson.loads(request.body)
    assert body["msgtype"] == "text"
    return str(body["text"]["content"])


def nobody(name: ChannelName) -> str:
    """Return where nobody listens."""
    return f"http://127.0.0.1:{free_port()}/?access_token=t&key=k" if name != "email" else OFFICER
