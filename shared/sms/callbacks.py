"""What HTTP gateways call: receipts and incoming texts, under a secret path, from known addresses only.

An ASGI app of its own, on a port of its own. It answers 204 once what it was told is kept or published, 503 while it
cannot be, 4xx to what is wrong; it says and logs nothing of what was in a call.
"""

import hmac
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final
from urllib.parse import parse_qsl

from shared.errors import Unavailable
from shared.sms.gateway import FinalStatus, Reply, Report
from shared.sms.inbox import Inbox
from shared.sms.sending import instant
from shared.store import StoreError
from shared.telemetry import logger

_UCS2: Final = "2"
BODY_MAX: Final = 64 * 1024
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_WORD = re.compile(r"\bstat:([A-Z]{4,7})\b")
# Kannel's kinds of receipt; 4 (buffered) and 8 (taken by the SMSC) are on the way.
_KINDS: Final[Mapping[str, FinalStatus | None]] = {
    "1": "delivered",
    "2": "undelivered",
    "4": None,
    "8": None,
    "16": "undelivered",
}

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Network = IPv4Network | IPv6Network


class _BadCallError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Callbacks:
    """The app.

    Args:
        path: The secret part of the address, `/` and at least 16 characters; `/receipt` and `/text` stand under it.
        callers: Networks that gateways call from; the address is the connection's own, no header is believed.
        gateways: Names of gateways that may be named in a call.

    `counts` says how often what was called: `receipt`, `text`, or why a call was refused.
    """

    def __init__(
        self,
        inbox: Inbox,
        path: str,
        callers: Sequence[Network],
        gateways: Sequence[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._inbox, self._path, self._callers, self._clock = inbox, path.encode(), callers, clock
        self._gateways = frozenset(gateways)
        self.counts: Counter[str] = Counter()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a call."""
        if scope["type"] != "http":
            return
        try:
            name = self._known(scope)
            fields = await _fields(scope, receive)
            await (self._receipt(fields) if name == "receipt" else self._text(fields))
            status, reason = 204, name
        except _BadCallError as error:
            status, reason = error.status, error.reason
        except (StoreError, Unavailable):
            status, reason = 503, "unavailable"
        self.counts[reason] += 1
        if status != 204:  # noqa: PLR2004
            logger().warning("sms.callback_refused", code=reason, count=self.counts[reason])
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def _known(self, scope: Mapping[str, Any]) -> str:
        """Return what is called; who is not expected learns nothing, not even that there is something to call."""
        caller = scope.get("client")
        if caller is None or not any(ip_address(caller[0]) in network for network in self._callers):
            raise _BadCallError(404, "caller_unknown")
        path, _, name = scope["path"].rpartition("/")
        if not hmac.compare_digest(path.encode(), self._path) or name not in ("receipt", "text"):
            raise _BadCallError(404, "path_unknown")
        if scope["method"] not in ("GET", "POST"):
            raise _BadCallError(405, "method")
        return str(name)

    async def _receipt(self, fields: Mapping[str, str]) -> None:
        message_id, gateway, kind = (fields.get(name, "") for name in ("id", "gateway", "status"))
        if not _MESSAGE_ID.fullmatch(message_id) or gateway not in self._gateways or kind not in _KINDS:
            raise _BadCallError(400, "bad_receipt")
        status, word = _KINDS[kind], _WORD.search(fields.get("said", ""))
        if status == "undelivered" and word is not None and word[1] == "EXPIRED":
            status = "expired"
        await self._inbox.report(gateway, Report(message_id, status, instant(self._clock())))

    async def _text(self, fields: Mapping[str, str]) -> None:
        sender, to, text = (fields.get(name, "") for name in ("from", "to", "text"))
        if not _NUMBER.fullmatch(sender) or (to and not _NUMBER.fullmatch(to)) or "text" not in fields:
            raise _BadCallError(400, "bad_text")
        given, at = fields.get("id", ""), fields.get("at", "")
        if not _ID.fullmatch(given) or not re.fullmatch(r"[0-9]{9,10}", at):
            raise _BadCallError(400, "bad_text")
        # The gateway's own id and time, so that a call that is made twice is one fact.
        fact_id = f"sms-{sha256(f'{given}|{at}'.encode()).hexdigest()[:24]}"
        received_at = instant(datetime.fromtimestamp(int(at), UTC))
        said = _read(text, fields.get("coding", ""))
        await self._inbox.reply(Reply(fact_id, sender, said, received_at, to or None))


async def _fields(scope: Mapping[str, Any], receive: Receive) -> dict[str, str]:
    query: bytes = scope["query_string"]
    if scope["method"] == "POST":
        query = await _body(receive)
    try:
        # One character an octet: which alphabet a text is in is said beside it.
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=20, encoding="latin-1")
    except ValueError:
        raise _BadCallError(400, "unreadable") from None
    return dict(pairs)


def _read(text: str, coding: str) -> str:
    """Return a text of octets as it was meant: Kannel hands UCS-2 on as it came."""
    return text.encode("latin-1").decode("utf-16-be" if coding == _UCS2 else "utf-8", "replace")


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
        if len(body) > BODY_MAX:
            raise _BadCallError(413, "too_large")
    return body
