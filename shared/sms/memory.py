"""What is remembered without a database: twins of the stores of sender, outbox and gateways, for one process's life."""

from datetime import datetime

from shared.sms.gateway import Report
from shared.sms.heard import Fate, Part, by_time, fate_of, heard, noted
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


class MemoryHeardLog:
    """A `HeardLog` in dictionaries."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], Part] = {}
        self._own: dict[tuple[str, str], set[str]] = {}
        self._fates: dict[tuple[str, str], Fate] = {}
        self._untold: set[tuple[str, str]] = set()

    async def prepare(self) -> None:
        """Nothing to make."""

    async def note(self, gateway: str, references: list[str], message_id: str, parts: int, now: datetime) -> None:
        """Keep whose the references are."""
        for reference in references:
            part = self._parts.get((gateway, reference), Part(gateway, reference))
            self._parts[gateway, reference] = noted(part, message_id, parts, now)
            if part.message_id not in (None, message_id):
                self._own[gateway, str(part.message_id)].discard(reference)
            self._own.setdefault((gateway, message_id), set()).add(reference)
        self._settle(gateway, message_id)

    async def hear(self, gateway: str, report: Report) -> bool:
        """Keep the first final report of a reference."""
        part = heard(self._parts.get((gateway, report.reference), Part(gateway, report.reference)), report)
        self._parts[gateway, report.reference] = part
        if part.message_id is not None:
            self._settle(gateway, part.message_id)
        return part.message_id is not None

    async def untold(self, limit: int) -> list[Fate]:
        """Return what is not told yet."""
        return [self._fates[key] for key in sorted(self._untold)[:limit]]

    async def told(self, fates: list[Fate]) -> None:
        """Take them off."""
        self._untold -= {(fate.message_id, fate.status) for fate in fates}

    async def unknown(self, before: datetime) -> int:
        """Count what is nobody's."""
        ats = [part.at for part in self._parts.values() if part.message_id is None and part.at is not None]
        return sum(datetime.fromisoformat(at) < before for at in ats)

    def _settle(self, gateway: str, message_id: str) -> None:
        own = [self._parts[gateway, reference] for reference in self._own[gateway, message_id]]
        fate = fate_of(by_time(own))
        if fate is not None and (key := (fate.message_id, fate.status)) not in self._fates:
            self._fates[key] = fate
            self._untold.add(key)
