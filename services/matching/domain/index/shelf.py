"""A structure of arrays: one dense integer column a property, the last row fills the gap of one that goes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.int32]
Row = tuple[int, ...]

CLIP = 2**31 - 1  # what is more than a column holds; every use of such a column says what that bounds
_LEAST = 16


class Shelf:
    """The rows of one place.

    Args:
        width: How many columns a row has.
        county: County of all rows.
        located: Whether rows have a spot, so that distance decides and not the county.
    """

    def __init__(self, width: int, county: str, *, located: bool) -> None:
        self.county, self.located = county, located
        self.ids: list[str] = []
        self._cells: Columns = np.zeros((width, _LEAST), np.int32)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def columns(self) -> Columns:
        """The columns as far as they are filled: width by rows. A view, for reading at once."""
        return self._cells[:, : len(self.ids)]

    @property
    def bytes(self) -> int:
        """Memory of the columns."""
        return int(self._cells.nbytes)

    def extend(self, ids: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows behind the last."""
        start, end = len(self.ids), len(self.ids) + len(ids)
        if end > self._cells.shape[1]:
            self._resize(max(end, 3 * self._cells.shape[1] // 2))
        self._cells[:, start:end] = np.array(rows, np.int32).T
        self.ids.extend(ids)

    def replace(self, at: int, row: Row) -> None:
        """Change a row in its place."""
        self._cells[:, at] = row

    def remove(self, at: int) -> str | None:
        """Take a row out; return the id that moved into its place, if one did."""
        last = len(self.ids) - 1
        moved = self.ids.pop()
        if at == last:
            moved_in = None
        else:
            self.ids[at] = moved_in = moved
            self._cells[:, at] = self._cells[:, last]
        if _LEAST < 4 * last < self._cells.shape[1]:
            self._resize(2 * last)
        return moved_in

    def _resize(self, capacity: int) -> None:
        kept = min(len(self.ids), capacity)
        cells = np.zeros((self._cells.shape[0], capacity), np.int32)
        cells[:, :kept] = self._cells[:, :kept]
        self._cells = cells
