"""Group robots of WeCom and DingTalk: counts and a link, because whoever is in the group reads along.

Both take JSON and answer 200 with an `errcode`; both allow 20 messages a minute, and DingTalk is deaf for ten minutes
to who sends more. WeCom: `text` of at most 2,048 bytes of UTF-8, https://developer.work.weixin.qq.com/document/path/91770.
DingTalk: a message of at most 20,000 bytes; signed in the URL, https://open.dingtalk.com/document/robots/.
"""

import base64
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from services.notify.adapters.channels.http import Poster
from services.notify.adapters.channels.port import ChannelUnavailable, Delivered, Delivery, Refused
from services.notify.adapters.channels.texts import Texts
from shared.sms.gateway import UnknownAnswerError

WECOM_BYTES: Final = 2_048
DINGTALK_BYTES: Final = 18_000  # of 20,000, which count what is around the text
SPACING_S: Final = 4.0  # 15 messages a minute

_OK, _BROKEN = 200, 500
_WECOM_BUSY: Final = frozenset({-1, 45009})
_DINGTALK_BUSY: Final = frozenset({-1, 130101})
_MINUTE_S, _TEN_MINUTES_S = 60.0, 600.0
_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "bangfu-notify"}


class WecomChannel:
    """A `Channel` to robots of WeCom (企业微信)."""

    repeats = True

    def __init__(self, poster: Poster, texts: Texts) -> None:
        self._poster, self._texts = poster, texts

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        """Say it in the group."""
        said = {"msgtype": "text", "text": {"content": self._texts.group(delivery, WECOM_BYTES)}}
        answer = await self._poster.post(delivery.to, orjson.dumps(said), _HEADERS)
        return _result(*answer, busy=_WECOM_BUSY, after_s=_MINUTE_S)


class DingtalkChannel:
    """A `Channel` to robots of DingTalk (钉钉)."""

    repeats = True

    def __init__(self, poster: Poster, texts: Texts, clock: Callable[[], datetime]) -> None:
        self._poster, self._texts, self._clock = poster, texts, clock

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        """Say it in the group."""
        said = {"msgtype": "text", "text": {"content": self._texts.group(delivery, DINGTALK_BYTES)}}
        url = signed_url(delivery.to, delivery.secret, self._clock())
        answer = await self._poster.post(url, orjson.dumps(said), _HEADERS)
        return _result(*answer, busy=_DINGTALK_BUSY, after_s=_TEN_MINUTES_S)


def signed_url(url: str, secret: str, moment: datetime) -> str:
    """Return a URL with its signature: HMAC-SHA-256 of milliseconds, line feed, secret; in Base64."""
    timestamp = str(int(moment.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return f"{url}&{urlencode({'timestamp': timestamp, 'sign': base64.b64encode(digest).decode()})}"


def _result(status: int, body: bytes, *, busy: frozenset[int], after_s: float) -> Delivered | Refused:
    if status >= _BROKEN:
        raise UnknownAnswerError(f"http_{status}")
    if status != _OK:
        raise ChannelUnavailable(f"http_{status}", after_s)
    code = _errcode(body)
    if code == 0:
        return Delivered("0")
    if code in busy:
        raise ChannelUnavailable(f"errcode_{code}", after_s)
    return Refused(f"errcode_{code}")


def _errcode(body: bytes) -> int:
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnknownAnswerError("unreadable") from None
    code = said.get("errcode") if isinstance(said, dict) else None
    if not isinstance(code, int):
        raise UnknownAnswerError("unreadable")
    return code
