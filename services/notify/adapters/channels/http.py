"""One POST to a robot or a webhook: no redirect is followed, no answer is read beyond a few kilobytes.

Connections are not kept: an idle one that the peer closes as we write would look like an unknown answer.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx2

from services.notify.adapters.channels.port import ChannelUnavailable
from shared.sms.gateway import UnknownAnswerError

ANSWER_S: Final = 15.0
_ANSWER_BYTES: Final = 16_384
# What fails before a byte of the request is out.
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Poster:
    """Posts bytes."""

    def __init__(self, answer_s: float = ANSWER_S) -> None:
        self._answer_s = answer_s
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(answer_s, connect=5.0),
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return the status and the beginning of the answer.

        Raises:
            ChannelUnavailable: Not a byte was sent.
            UnknownAnswerError: The answer did not come. No error says where: a URL is a secret.
        """
        try:
            async with (
                asyncio.timeout(2 * self._answer_s),  # however slowly it drips
                self._client.stream("POST", url, content=body, headers=dict(headers)) as answer,
            ):
                return answer.status_code, await _beginning(answer)
        except (*_NOT_SENT, httpx2.InvalidURL):
            raise ChannelUnavailable("not_reached") from None
        except (httpx2.HTTPError, TimeoutError):
            raise UnknownAnswerError("no_answer") from None


async def _beginning(answer: httpx2.Response) -> bytes:
    read = b""
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) >= _ANSWER_BYTES:
            break
    return read[:_ANSWER_BYTES]
