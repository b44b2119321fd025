"""Who of a service's processes is there, and which of them holds which consumer. Pure: no clock, no store.

Each process has a ticket, a number that nobody had before, and counts beats. Whoever looks often enough without
hearing a new beat takes a process for dead; looks are counted and not seconds, so that neither a clock that jumps nor
a process that stood still itself declares anybody dead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SILENT_LOOKS = 8


@dataclass
class Attendance:
    """What one process has heard of the others.

    Args:
        patience: So many looks in a row without a new beat mean that a process is dead.
    """

    patience: int = SILENT_LOOKS
    _heard: dict[int, tuple[int, int]] = field(default_factory=dict)

    def look(self, beats: Mapping[int, int]) -> list[int]:
        """Note the beats of all tickets; return those that were silent for too long, in order."""
        noted = {}
        for ticket, beat in beats.items():
            before, silent = self._heard.get(ticket, (None, 0))
            noted[ticket] = (beat, silent + 1 if beat == before else 0)
        self._heard = noted
        return sorted(ticket for ticket, (_, silent) in noted.items() if silent >= self.patience)


def holder(number: int, members: Sequence[int]) -> int | None:
    """Return the ticket that holds a partition: in turn, so that shares differ by one at most; None without members.

    What is not partitioned is number 0 and stays with the oldest: who joins takes nothing from it.
    """
    oldest_first = sorted(members)
    return oldest_first[number % len(oldest_first)] if oldest_first else None
