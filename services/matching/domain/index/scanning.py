"""What is done with the rows of a shelf: rules leave rows out, terms bound the score of those that are left."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.distance import Spot, full_kilometres, squares
from services.matching.domain.index.best import Best, Pool, search
from services.matching.domain.index.shelf import Columns, Shelf
from services.matching.domain.weights import Weights

P = TypeVar("P")
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rule = Callable[[Shelf], Mask]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows taken from shelves, side by side: so many small shelves cost no more than a large one.

    Args:
        columns: Width by rows.
        home: Whether each is of the county of who asks.
        shelf: Number of the shelf of each among those it was taken from. at: its row there.
    """

    columns: Columns
    home: Mask
    shelf: Ints
    at: Ints

    def __len__(self) -> int:
        return len(self.at)

    def take(self, chosen: Mask) -> "Rows":
        """Return some of them."""
        kept = np.flatnonzero(chosen)
        return Rows(np.take(self.columns, kept, axis=1), self.home[kept], self.shelf[kept], self.at[kept])


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the score.

    Args:
        most: What it can come to at most for any row.
        of: What it can come to at most for each of some rows.
    """

    most: int
    of: Callable[[Rows], Ints]


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks of an index.

    Args:
        county: Where who asks is.
        rules: Each true for at least every row that the rule of the law lets through; all rows are looked at.
        near: The same for distance, of located shelves only and only for the rows that the other rules leave.
        terms: Their sum is at least the score. Rows for which the first one is not nought are judged first.
        tie: Of each row what decides among equal scores, no more than the law's.
    """

    county: str
    rules: Sequence[Rule]
    near: Callable[[Columns, Ints], Mask] | None
    terms: Sequence[Term]
    tie: Callable[[Rows], Ints]

    def fitting(self, shelves: Sequence[Shelf]) -> Rows:
        """Return the rows of shelves that no rule leaves out."""
        chosen = [self._chosen(shelf) for shelf in shelves]
        lengths = [len(rows) for rows in chosen]
        kept = [np.take(shelf.columns, rows, axis=1) for shelf, rows in zip(shelves, chosen, strict=True) if len(rows)]
        return Rows(
            np.concatenate(kept, axis=1) if kept else np.zeros((0, 0), np.int32),
            np.repeat([shelf.county == self.county for shelf in shelves], lengths),
            np.repeat(np.arange(len(shelves)), lengths),
            np.concatenate(chosen) if chosen else np.zeros(0, np.int64),
        )

    def bounds(self, rows: Rows, first: Ints, floor: int) -> tuple[Rows, Ints]:
        """Return the rows that can reach a score, and their bounds; `first` is the first term of each row."""
        bounds, left = first, sum(term.most for term in self.terms[1:])
        for number, term in enumerate(self.terms[1:]):
            bounds, left = bounds + term.of(rows), left - term.most
            if number == 0 and floor > 0:  # the second term tells most; taking rows costs more than another term
                enough = bounds + left >= floor
                rows, bounds = rows.take(enough), bounds[enough]
        return rows, bounds

    def _chosen(self, shelf: Shelf) -> Ints:
        mask = self.rules[0](shelf)
        for rule in self.rules[1:]:
            mask &= rule(shelf)
        rows = np.flatnonzero(mask)
        if shelf.located and self.near is not None and len(rows):
            rows = rows[self.near(shelf.columns, rows)]
        return rows


def look_for(best: Best[P], query: Query, shelves: Iterable[Shelf], skip: Container[str]) -> None:
    """Find the best of all rows of some shelves: first those with the first term, then those that can still win."""
    near = list(shelves)
    rows = query.fitting(near)
    if not len(rows):
        return
    first = query.terms[0].of(rows)
    for wanted in (True, False):
        floor = best.threshold
        if sum(term.most for term in query.terms[0 if wanted else 1 :]) < floor:
            return
        chosen = (first > 0) == wanted
        found, bounds = query.bounds(rows.take(chosen), first[chosen], floor)
        search(best, Pool(near, found.shelf, found.at, bounds, query.tie(found)), skip)


def slots_sum(columns: Columns, slots: range, table: Ints) -> Ints:
    """Return of each row the sum of a table, nought for `EMPTY`, over its slots, which are filled from the first on."""
    total: Ints = table[columns[slots[0]]]
    for slot in slots[1:]:
        if not columns[slot].any():
            break
        total += table[columns[slot]]
    return total


def bit_lengths(values: Ints, most: int) -> Ints:
    """Return of each number how many bits it has, from 1 to so many at most."""
    found: Ints = np.searchsorted(2 ** np.arange(most, dtype=np.int64), values, side="right")
    return np.maximum(found, 1)


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody who asks is; `township` is its number, 0 if no row has it."""

    township: int
    spot: Spot | None


def nearness(rows: Rows, here: Here, weights: Weights, at: tuple[int, int, int, int]) -> Ints:
    """Return what the nearness of rows counts; `at`: columns of township, whether there is a spot, and spot."""
    columns, (township, has_spot, north, east) = rows.columns, at
    counts: Ints = weights.county * rows.home.astype(np.int64)
    if here.spot is not None:
        km = full_kilometres(squares(here.spot, columns[north], columns[east]))
        near = weights.township * np.maximum(0, weights.near_km - km) // weights.near_km
        counts = np.maximum(counts, near * columns[has_spot])
    if here.township:
        counts[columns[township] == here.township] = weights.township
    return counts
