"""The gateway of a laptop: messages are kept and shown (`bangfu sms tail`), not carried.

The number is masked before it is kept: contact cards and the vault are the only places for the whole one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.identity import mask_phone
from shared.sms.gateway import Accepted, SendResult
from shared.sms.sending import instant
from shared.sms.text import segments


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message as `bangfu sms tail` shows it.

    Args:
        at: When it was handed over, RFC 3339.
        to: Masked number, `138****5678`.
        segments: How many parts a provider would bill.
    """

    message_id: str
    at: str
    to: str
    text: str
    segments: int


class OutboxStore(Protocol):
    """Where the outbox keeps its messages."""

    async def add(self, row: OutboxRow) -> None:
        """Keep a message; one that is there already stays as it is."""

    async def latest(self, limit: int) -> list[OutboxRow]:
        """Return the latest messages, oldest of them first."""


class OutboxGateway:
    """Takes every message (`SmsGateway`)."""

    reaches_phones = False  # so that nothing waits for the morning on a laptop, unless it is told to

    def __init__(self, store: OutboxStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Keep the message with its number masked."""
        row = OutboxRow(message_id, instant(self._clock()), mask_phone(to), text, segments(text))
        await self._store.add(row)
        return Accepted()
