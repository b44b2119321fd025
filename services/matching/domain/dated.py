"""Values by the day from which they hold: what was in force on a day is found again whenever that day is replayed."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class Dated(Generic[V]):
    """Values in order of the day from which they hold."""

    entries: tuple[tuple[date, V], ...]

    def since(self, day: date) -> tuple[date, V] | None:
        """Return the entry in force on a day with its first day; None before the first."""
        return next((entry for entry in reversed(self.entries) if entry[0] <= day), None)

    def on(self, day: date) -> V | None:
        """Return the value in force on a day; None before the first."""
        entry = self.since(day)
        return entry[1] if entry else None

    def at_latest(self, day: date) -> V:
        """Return the value in force on a day; the first one also holds before its day."""
        return self.on(day) or self.entries[0][1]
