"""What the sender remembers of each message, so that none is sent twice.

`sending` is on disk before the gateway is asked. What is still `sending` after a stop becomes `unconfirmed`: nobody
knows whether it went out, so it never goes out again and an officer is told.

One process at a time owns the log, for a term; later terms have higher numbers. A former owner that wakes up begins
nothing any more, so what its successor did not find `sending` it will never send.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from shared.errors import Unavailable

Status = Literal["accepted", "rejected", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sending a message ended.

    Args:
        at: When, RFC 3339 with an offset; kept as text so that the fact about it is the same however often it is made.
        detail: Why it was rejected: a code, never a number or a text.
    """

    message_id: str
    status: Status
    at: str
    detail: str | None = None


class NotOwnerError(Unavailable):
    """The log has an owner of a later term."""


class SendingLog(Protocol):
    """One row a message, for ever. Every write is on the disks of a majority before it returns."""

    async def prepare(self) -> None:
        """Make what queries need; safe to repeat."""

    async def own(self, term: int) -> None:
        """Make the log ours for a term; raises NotOwnerError if a later one has begun."""

    async def begin(self, message_id: str, term: int) -> bool:
        """Note that a message is about to be sent; False if it ever was before.

        Raises:
            NotOwnerError: The log is not ours any more, and nothing is noted.
        """

    async def release(self, message_id: str) -> None:
        """Forget a message of which nothing was sent."""

    async def finish(self, outcome: Outcome) -> bool:
        """Note how it ended; False if it is not `sending` any more, and then nothing changes."""

    async def give_up(self, at: str, term: int) -> int:
        """Make everything `unconfirmed` that is `sending` since this term or an earlier one; return how many."""

    async def unpublished(self, limit: int) -> list[Outcome]:
        """Return outcomes that are not known to be published, by message id."""

    async def mark_published(self, message_id: str) -> None:
        """Note that the fact about a message's outcome is published."""

    async def tell_again(self, message_id: str) -> None:
        """Note that the fact about a message that ended is lost; nothing changes for one that has not ended."""


def instant(moment: datetime) -> str:
    """Return a moment as facts spell it: RFC 3339 in whole seconds, with its offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment has an offset")
    return moment.isoformat(timespec="seconds")
