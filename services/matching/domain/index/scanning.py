"""What is done with the rows of shelves: rules leave rows out, terms bound the score of those that are left."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.index.best import Best, Pool, search
from services.matching.domain.index.shelf import Columns, Shelf, Table
from services.matching.domain.index.shelves import Shelves

P = TypeVar("P")
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Mask = NDArray[np.bool_]

NO_LEAST = -(2**31)
_AT_ONCE = 16_384  # rows whose comparisons stay in the processor's cache
_SMALL = 512  # rows that sooner are copied than looked at where they are
_FEW = 2_000  # rows that are sooner scored at once than in two steps
_ENOUGH = 4  # times as many as are wanted: so many are likely to tell what the best score
_NOBODY: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table, by number; a column of them is read when it is asked for."""

    cells: Columns
    at: Ints

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, column: int) -> Small:
        values: Small = self.cells[column].take(self.at)
        return values

    def columns(self, several: range) -> Columns:
        """Return neighbouring columns: width by rows."""
        return self.cells[several.start : several.stop].take(self.at, axis=1)

    def those(self, chosen: Mask) -> "Rows":
        """Return some of them."""
        return Rows(self.cells, self.at[chosen])


Rule = Callable[[Rows], Mask]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the score.

    Args:
        most: What it can come to at most for any row.
        of: What it can come to at most for each of some rows, or for any of them.
        some: Quickly, for which rows it can come to anything; None: nobody knows before counting.
    """

    most: int
    of: Callable[[Rows], Ints | int]
    some: Rule | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks of an index: rules and bounds, each true for at least every row that the law lets through.

    Args:
        least: What each of the first columns has to come to, `NO_LEAST` if it does not matter, one below the other.
            All rows are looked at, so this is for what leaves out most.
        near: Whether a row of a located shelf is near enough; None: who asks has no spot.
        rules: What leaves out some of the rows that are left. late: what leaves out few of them.
        first, first_most: What the first term comes to at most, of some rows and of any; where it is most, or else
            anything, is looked first.
        terms: The others, what tells most in front; with the first their sum is at least the score.
        tie: Of each row what decides among equal scores, no more than the law's.
    """

    least: Small
    near: Rule | None
    rules: Sequence[Rule]
    late: Sequence[Rule]
    first_most: int
    first: Callable[[Rows], Ints]
    terms: Sequence[Term]
    tie: Callable[[Rows], Ints]

    def fitting(self, table: Table, shelves: Iterable[Shelf]) -> Rows:
        """Return the rows of shelves that no rule leaves out but perhaps a late one."""
        near = list(shelves)
        by_county = self._reaching(table.cells, [shelf for shelf in near if not shelf.located])
        located = Rows(table.cells, self._reaching(table.cells, [shelf for shelf in near if shelf.located]))
        if self.near is not None and len(located):
            located = located.those(self.near(located))
        rows = Rows(table.cells, np.concatenate([by_county, located.at]))
        holding = _holding(rows, self.rules)
        return rows if holding is None else rows.those(holding)

    def _reaching(self, cells: Columns, shelves: list[Shelf]) -> Ints:
        """Return the rows of some shelves that come to the least; small shelves are looked at together."""
        asked, found, small = cells[: len(self.least)], [_NOBODY], [_NOBODY]
        for shelf in shelves:
            end = shelf.first + shelf.size
            if shelf.size < _SMALL:
                small.append(np.arange(shelf.first, end))
                continue
            for start in range(shelf.first, end, _AT_ONCE):
                reach = np.logical_and.reduce(asked[:, start : min(end, start + _AT_ONCE)] >= self.least)
                found.append(np.flatnonzero(reach) + start)
        together = np.concatenate(small)
        if len(together):
            found.append(together[np.logical_and.reduce(asked.take(together, axis=1) >= self.least)])
        return np.concatenate(found)

    def bounds(self, rows: Rows, first: Ints, floor: int) -> tuple[Rows, Ints]:
        """Return the rows that can reach a score, and their bounds; `first` is the first term of each."""
        bounds, left = first, sum(term.most for term in self.terms)
        for number, term in enumerate(self.terms):
            if floor > 0 and term.some is not None:
                enough = bounds + left - term.most * ~term.some(rows) >= floor
                rows, bounds = rows.those(enough), bounds[enough]
            bounds, left = bounds + term.of(rows), left - term.most
            if floor > 0 and number == 0:  # to take rows costs more than another term that tells less
                enough = bounds + left >= floor
                rows, bounds = rows.those(enough), bounds[enough]
        late = _holding(rows, self.late)
        return (rows, bounds) if late is None else (rows.those(late), bounds[late])


def look_for(best: Best[P], query: Query, shelves: Shelves, near: Iterable[Shelf], skip: Container[str]) -> None:
    """Find the best of all rows of some shelves: first those with most of the first term, then who can still win."""
    rows = query.fitting(shelves.table, near)
    first = query.first(rows)
    for chosen in _in_turn(first, query.first_most, best.k):
        found, bounds = query.bounds(rows.those(chosen), first[chosen], best.threshold)
        if len(found):
            search(best, Pool(shelves.table.ids, found.at, bounds, query.tie(found)), skip)


def _in_turn(first: Ints, most: int, wanted: int) -> Iterator[Mask]:
    """Yield which rows to look at first and which then; few are looked at together."""
    if len(first) <= _FEW:
        yield np.ones(len(first), np.bool_)
        return
    strong = first == most
    if np.count_nonzero(strong) < _ENOUGH * wanted:
        strong = first > 0
    yield strong
    yield ~strong


def _holding(rows: Rows, rules: Sequence[Rule]) -> Mask | None:
    """Return for which rows all rules hold; None: there are no rules or no rows."""
    if not rules or not len(rows):
        return None
    holding = rules[0](rows)
    for rule in rules[1:]:
        holding &= rule(rows)
    return holding
