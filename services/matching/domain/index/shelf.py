"""A structure of arrays: one integer column a property, and in each column the rows of a shelf side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.int32]
Row = tuple[int, ...]

CLIP = 2**31 - 1  # what is more than a column holds; every use of such a column says what that bounds
LEAST = 16  # rows that a shelf has room for


@dataclass(slots=True)
class Shelf:
    """The rows of one place: so many from a first one on, with room for some more.

    Args:
        county: County of all rows.
        located: Whether rows have a spot, so that distance decides and not the county.
    """

    county: str
    located: bool
    first: int = 0
    room: int = 0
    size: int = 0

    def __len__(self) -> int:
        return self.size


class Table:
    """The columns of all shelves.

    Args:
        width: How many columns a row has.
    """

    def __init__(self, width: int) -> None:
        self.cells: Columns = np.zeros((width, 0), np.int32)
        self.ids: list[str] = []
        self._free: list[tuple[int, int]] = []  # first row and number of rows of what shelves gave back

    def extend(self, shelf: Shelf, ids: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows behind the last of a shelf."""
        if shelf.size + len(ids) > shelf.room:
            self._move(shelf, max(LEAST, shelf.size + len(ids), 3 * shelf.size // 2))
        start = shelf.first + shelf.size
        self.cells[:, start : start + len(ids)] = np.array(rows, np.int32).T
        self.ids[start : start + len(ids)] = ids
        shelf.size += len(ids)

    def replace(self, shelf: Shelf, at: int, row: Row) -> None:
        """Change a row of a shelf in its place."""
        self.cells[:, shelf.first + at] = row

    def remove(self, shelf: Shelf, at: int) -> str | None:
        """Take a row out; the last one fills the gap: return its id, None if the last one was taken."""
        shelf.size -= 1
        gap, last = shelf.first + at, shelf.first + shelf.size
        moved = self.ids[last]
        self.cells[:, gap] = self.cells[:, last]
        self.ids[gap], self.ids[last] = moved, ""
        if LEAST < 4 * shelf.size < shelf.room:
            self._free.append((shelf.first + 2 * shelf.size, shelf.room - 2 * shelf.size))
            shelf.room = 2 * shelf.size
        return moved if gap != last else None

    def reserve(self, rows: int) -> None:
        """Make room for so many rows more than all shelves have room for."""
        width, before = self.cells.shape
        cells = np.zeros((width, before + rows), np.int32)
        cells[:, :before] = self.cells
        self.cells = cells
        self.ids.extend([""] * rows)
        self._free.append((before, rows))

    def _move(self, shelf: Shelf, room: int) -> None:
        first, before, size = self._found(room), shelf.first, shelf.size
        self.cells[:, first : first + size] = self.cells[:, before : before + size]
        self.ids[first : first + size] = self.ids[before : before + size]
        if shelf.room:
            self._free.append((before, shelf.room))
        shelf.first, shelf.room = first, room

    def _found(self, room: int) -> int:
        """Return the first row of so many that no shelf has."""
        number = self._fitting(room)
        if number is None:
            self._free = _joined(self._free)
            number = self._fitting(room)
        if number is None:
            self.reserve(max(room, len(self.ids) // 4))
            number = len(self._free) - 1
        first, rows = self._free.pop(number)
        if rows > room:
            self._free.append((first + room, rows - room))
        return first

    def _fitting(self, room: int) -> int | None:
        return next((number for number, (_, rows) in enumerate(self._free) if rows >= room), None)


def _joined(free: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return free rows with neighbours as one."""
    joined: list[tuple[int, int]] = []
    for first, rows in sorted(free):
        before = joined[-1] if joined else (-1, 0)
        if before[0] + before[1] == first:
            joined[-1] = before[0], before[1] + rows
        else:
            joined.append((first, rows))
    return joined
