"""The port to whoever carries short messages: an outbox on a laptop, a provider in a county."""

from dataclasses import dataclass
from typing import Protocol

from shared.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway took the message and will carry it."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The gateway will not carry the message.

    Args:
        reason: Its code for why (`blacklisted`, `bad_signature`); never the number or the text.
    """

    reason: str


SendResult = Accepted | Rejected


class GatewayUnavailable(Unavailable):
    """Nothing was sent: no connection, or the gateway said to come back later. Safe to try again."""


class SmsGateway(Protocol):
    """Carries one message at a time."""

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Hand over one message.

        Args:
            message_id: Our id, 1 to 64 characters of A-Z, a-z, 0-9, `_`, `-`; receipts name it.
            to: Number in E.164.
            text: Whole text with its signature.

        Raises:
            GatewayUnavailable: Nothing was sent.
            Exception: Anything else means that nobody knows whether it was sent, so it is never sent again.
        """
