"""Until when nothing is due, so that most closing days need not be asked of the store."""

from collections.abc import Iterable
from datetime import date, timedelta

from shared.store import Row, Store


class Calm:
    """By kind, the last day by which nothing is due, as far as the one owner of a chain knows."""

    def __init__(self, partition: int | None, store: Store) -> None:
        self._partition, self._store = partition, store
        self._until: dict[str, date] = {}

    def forget(self) -> None:
        """Know nothing: somebody else may have written."""
        self._until = {}

    async def due(self, kind: str, by: date, limit: int) -> list[Row]:
        """Return what is due by a day, earliest first; the store is asked only where something may be."""
        if by <= self._until.get(kind, date.min):
            return []
        found = await self._store.due(kind, self._partition, by, limit)
        if not found:
            after = await self._store.due(kind, self._partition, date.max, 1)
            self._until[kind] = _before(after[0]["due_on"]) if after else date.max
        return found

    def wrote(self, documents: Iterable[tuple[str, Row | None]]) -> None:
        """Note what a commit wrote, by kind: it may be due earlier than what was known."""
        for kind, document in documents:
            if document is not None and "due_on" in document and kind in self._until:
                self._until[kind] = min(self._until[kind], _before(document["due_on"]))


def _before(day: str) -> date:
    return date.fromisoformat(day) - timedelta(days=1)
