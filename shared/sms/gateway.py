"""The port to whoever carries short messages: an outbox on a laptop, a provider in a county."""

from dataclasses import dataclass
from typing import Literal, Protocol

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


class Throttled(GatewayUnavailable):
    """Nothing was sent: the gateway wants less at a time. Waiting is right, another gateway is not."""


class UnknownAnswerError(Exception):
    """Nobody knows whether the message went out, whole or in part: it is never sent again."""


FinalStatus = Literal["delivered", "undelivered", "expired"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a gateway says later of what it took (a delivery receipt).

    Args:
        reference: What the gateway calls the message, or the part of one.
        status: None for a state on the way (accepted, buffered), which is not passed on.
        at: When we heard it, RFC 3339.
        detail: The network's code for why, without personal data.
    """

    reference: str
    status: FinalStatus | None
    at: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that came in.

    Args:
        fact_id: The same for the same text told twice, as far as the gateway lets us know; says nothing of the person.
        sender, to: Numbers as the gateway writes them. received_at: RFC 3339.
    """

    fact_id: str
    sender: str
    text: str
    received_at: str
    to: str | None = None


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
