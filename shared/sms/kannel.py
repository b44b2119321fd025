"""A gateway that takes messages by HTTP, as Kannel's `sendsms` does (Kannel 1.4.5 user's guide, chapters 6 and 9).

Our own id travels in the address that the gateway calls with receipts, so no answer has to be understood for them.
Connections are not kept: an idle one that the gateway closes as we write would look like an unknown answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Self
from urllib.parse import urlencode

import httpx2

from shared.sms.gateway import Accepted, GatewayUnavailable, Rejected, SendResult, Throttled, UnknownAnswerError
from shared.sms.inbox import Inbox
from shared.store import StoreError

DLR_MASK: Final = 1 | 2 | 16  # delivered, failed, refused by the SMSC; not: on its way
_UCS2: Final = "2"
_TAKEN: Final = frozenset({200, 202})
_BUSY: Final = frozenset({429, 503})
_AT_FAULT: Final = frozenset({401, 403, 404, 405})  # our settings: nothing was sent, and nothing will be until changed
# What fails before a byte of the request is out.
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where a gateway takes messages.

    Args:
        url: Without a query and without a password.
        callback: Where it calls us with receipts: the secret address; None if it cannot.
        method: `get` as Kannel wants it, `post` for those who take the same fields as a form.
    """

    name: str
    url: str
    username: str
    password: str = field(repr=False)
    source: str = ""
    callback: str | None = field(default=None, repr=False)
    method: Literal["get", "post"] = "get"
    connect_s: float = 5.0
    answer_s: float = 25.0


class HttpGateway:
    """An `SmsGateway` over HTTP."""

    def __init__(self, address: HttpAddress, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        self._at, self._inbox, self._clock = address, inbox, clock
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(address.answer_s, connect=address.connect_s),
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Ask the gateway to send (`SmsGateway`)."""
        await self._note(message_id)
        fields = self._fields(message_id, to, text)
        try:
            if self._at.method == "get":
                answer = await self._client.get(self._at.url, params=fields)
            else:
                answer = await self._client.post(self._at.url, data=fields)
        except _NOT_SENT:
            raise GatewayUnavailable(f"{self._at.name} is not reached") from None
        except httpx2.HTTPError:
            raise UnknownAnswerError(f"{self._at.name} did not answer") from None
        return self._result(answer.status_code)

    async def _note(self, message_id: str) -> None:
        try:
            await self._inbox.log.note(self._at.name, [message_id], message_id, 1, self._clock())
        except StoreError as error:
            raise GatewayUnavailable(type(error).__name__) from None

    def _fields(self, message_id: str, to: str, text: str) -> dict[str, str]:
        fields = {
            "username": self._at.username,
            "password": self._at.password,
            "to": to,
            "text": text,
            "coding": _UCS2,
            "charset": "UTF-8",
        }
        if self._at.source:
            fields["from"] = self._at.source
        if self._at.callback:
            called = urlencode({"gateway": self._at.name, "id": message_id})
            # Kannel writes the kind of receipt and the network's words in the place of these, encoded.
            fields |= {"dlr-mask": str(DLR_MASK), "dlr-url": f"{self._at.callback}/receipt?{called}&status=%d&said=%A"}
        return fields

    def _result(self, status: int) -> SendResult:
        if status in _TAKEN:
            return Accepted()
        if status in _BUSY:
            raise Throttled(f"{self._at.name} asked to come again later")
        if status in _AT_FAULT or 300 <= status < 400:  # noqa: PLR2004 - a redirect is not followed
            raise GatewayUnavailable(
                f"{self._at.name} refuses us with {status}: look at its address, user and password"
            )
        if 400 <= status < 500:  # noqa: PLR2004 - the other mistakes are the message's
            return Rejected("refused")
        raise UnknownAnswerError(f"{self._at.name} failed with {status}")
