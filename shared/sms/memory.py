"""The sender's memory and the outbox without a database: the twins of `shared.sms.mongo` for one process's life."""

from shared.sms.outbox import OutboxRow
from shared.sms.sending import NotOwnerError, Outcome


class MemorySendingLog:
    """A `SendingLog` in dictionaries."""

    def __init__(self) -> None:
        self._sending: dict[str, int] = {}
        self._term = 0
        self._outcomes: dict[str, Outcome] = {}
        self._unpublished: set[str] = set()

    async def prepare(self) -> None:
        """Nothing to make."""

    async def own(self, term: int) -> None:
        """Remember the latest term."""
        if term < self._term:
            raise NotOwnerError(str(term))
        self._term = term

    async def begin(self, message_id: str, term: int) -> bool:
        """Take the message if nobody ever did."""
        if term != self._term:
            raise NotOwnerError(str(term))
        if message_id in self._sending or message_id in self._outcomes:
            return False
        self._sending[message_id] = term
        return True

    async def begin_many(self, message_ids: list[str], term: int) -> set[str]:
        """Take those that nobody ever did."""
        return {message_id for message_id in message_ids if await self.begin(message_id, term)}

    async def release(self, message_id: str) -> None:
        """Forget it, unless it ended meanwhile."""
        self._sending.pop(message_id, None)

    async def finish(self, outcome: Outcome) -> bool:
        """Keep the outcome of what is being sent."""
        if outcome.message_id not in self._sending:
            return False
        del self._sending[outcome.message_id]
        self._outcomes[outcome.message_id] = outcome
        self._unpublished.add(outcome.message_id)
        return True

    async def give_up(self, at: str, term: int) -> int:
        """End everything that is being sent since this term or an earlier one."""
        lost = sorted(message_id for message_id, since in self._sending.items() if since <= term)
        for message_id in lost:
            await self.finish(Outcome(message_id, "unconfirmed", at))
        return len(lost)

    async def unpublished(self, limit: int) -> list[Outcome]:
        """Return what is marked unpublished."""
        return [self._outcomes[message_id] for message_id in sorted(self._unpublished)[:limit]]

    async def mark_published(self, message_id: str) -> None:
        """Take the mark away."""
        self._unpublished.discard(message_id)

    async def tell_again(self, message_id: str) -> None:
        """Mark it unpublished if it ended."""
        if message_id in self._outcomes:
            self._unpublished.add(message_id)


class MemoryOutbox:
    """An `OutboxStore` in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[str, OutboxRow] = {}

    async def add(self, row: OutboxRow) -> None:
        """Keep the first row of each message."""
        self._rows.setdefault(row.message_id, row)

    async def latest(self, limit: int) -> list[OutboxRow]:
        """Return the end of the outbox."""
        rows = sorted(self._rows.values(), key=lambda row: (row.at, row.message_id))
        return rows[-limit:]
