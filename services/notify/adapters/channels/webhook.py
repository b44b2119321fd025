"""Letters to another system: JSON over HTTPS, signed, so that the receiver knows who sent it, and when.

Headers: `Bangfu-Webhook-Id` (the same for every repeat: whoever has seen it answers 2xx and does nothing),
`Bangfu-Webhook-Timestamp` (seconds since 1970; refuse what is older than five minutes), `Bangfu-Webhook-Signature`
(versions apart by blanks; `v1=` and the HMAC-SHA-256, RFC 2104, of `<timestamp>.<body>` in hex; take one you know).
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Final

import orjson

from services.notify.adapters.channels.http import Poster
from services.notify.adapters.channels.port import ChannelUnavailable, Delivered, Delivery, Refused
from services.notify.adapters.channels.texts import Texts, by_kind
from shared.sms.gateway import UnknownAnswerError

ID, TIMESTAMP, SIGNATURE = "Bangfu-Webhook-Id", "Bangfu-Webhook-Timestamp", "Bangfu-Webhook-Signature"

_LATER: Final = frozenset({401, 403, 404, 405, 408, 425, 429})  # the receiver's settings, or ours: others may mend them
_REDIRECTED, _FAULT, _BROKEN = 300, 400, 500


class WebhookChannel:
    """A `Channel`."""

    repeats = True

    def __init__(self, poster: Poster, texts: Texts, clock: Callable[[], datetime]) -> None:
        self._poster, self._texts, self._clock = poster, texts, clock

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        """Post the letter."""
        body, timestamp = self.body(delivery), str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "bangfu-notify",
            ID: delivery.id,
            TIMESTAMP: timestamp,
            SIGNATURE: signature(delivery.secret, timestamp, body),
        }
        status, _ = await self._poster.post(delivery.to, body, headers)
        return _result(status)

    def body(self, delivery: Delivery) -> bytes:
        """Return what is posted: the same bytes for the same letter."""
        alerts = [
            {
                "id": matter.notice_id,
                "alert_id": matter.alert_id,
                "kind": matter.kind,
                "urgency": matter.urgency,
                "raised_on": matter.raised_on.isoformat(),
            }
            for matter in delivery.matters
        ]
        counts = dict(by_kind(delivery.matters))
        said = {"id": delivery.id, "type": "alerts" if alerts else "trial", "counts": counts, "alerts": alerts}
        return orjson.dumps(said | {"link": self._texts.link})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signatures of a body, one for each version there is."""
    return f"v1={hmac.digest(secret.encode(), timestamp.encode() + b'.' + body, 'sha256').hex()}"


def _result(status: int) -> Delivered | Refused:
    if status < _REDIRECTED:
        return Delivered(str(status))
    if status < _FAULT:
        return Refused(f"redirect_{status}")
    if status in _LATER:
        raise ChannelUnavailable(f"http_{status}")
    if status < _BROKEN:
        return Refused(f"http_{status}")
    raise UnknownAnswerError(f"http_{status}")
