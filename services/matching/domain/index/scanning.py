"""What is done with the rows of a shelf: rules leave rows out, terms bound the score of those that are left."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.distance import Spot, full_kilometres, squares
from services.matching.domain.index.best import Best, Pool, pooled, search
from services.matching.domain.index.shelf import Columns, Shelf
from services.matching.domain.weights import Weights

P = TypeVar("P")
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rule = Callable[[Shelf], Mask]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the score.

    Args:
        most: What it can come to at most for any row.
        of: What it can come to at most for each of some rows of a shelf.
    """

    most: int
    of: Callable[[Shelf, Ints], Ints]


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks of an index.

    Args:
        rules: Each true for at least every row that the rule of the law lets through; all rows are looked at.
        near: The same for distance, of located shelves only and only for the rows that the other rules leave.
        terms: Their sum is at least the score. Rows for which the first one is not nought are judged first.
        tie: Of each row what decides among equal scores, no more than the law's.
    """

    rules: Sequence[Rule]
    near: Callable[[Columns, Ints], Mask] | None
    terms: Sequence[Term]
    tie: Callable[[Columns, Ints], Ints]

    def fitting(self, shelf: Shelf) -> Ints:
        """Return the rows of a shelf that no rule leaves out."""
        mask = self.rules[0](shelf)
        for rule in self.rules[1:]:
            mask &= rule(shelf)
        rows = np.flatnonzero(mask)
        if shelf.located and self.near is not None and len(rows):
            rows = rows[self.near(shelf.columns, rows)]
        return rows

    def bounded(self, shelf: Shelf, rows: Ints, first: Ints, floor: int) -> tuple[Ints, Ints]:
        """Return the rows that can reach a score, and their bounds; `first` is the first term of each row."""
        bounds, left = first, sum(term.most for term in self.terms[1:])
        for term in self.terms[1:]:
            left -= term.most
            bounds = bounds + term.of(shelf, rows)
            if floor > 0:
                enough = bounds + left >= floor
                rows, bounds = rows[enough], bounds[enough]
        return rows, bounds


def look_for(best: Best[P], query: Query, shelves: Iterable[Shelf], skip: Container[str]) -> None:
    """Find the best of all rows of some shelves: first those with the first term, then those that can still win."""
    fitting = [(shelf, rows) for shelf in shelves if len(rows := query.fitting(shelf))]
    firsts = [query.terms[0].of(shelf, rows) for shelf, rows in fitting]
    for wanted in (True, False):
        floor, parts = best.threshold, []
        most = sum(term.most for term in query.terms[0 if wanted else 1 :])
        if most < floor:
            return
        for (shelf, rows), first in zip(fitting, firsts, strict=True):
            chosen = (first > 0) == wanted
            found, bounds = query.bounded(shelf, rows[chosen], first[chosen], floor)
            parts.append((shelf, found, bounds, query.tie(shelf.columns, found)))
        search(best, _pool(parts), skip)


def _pool(parts: list[tuple[Shelf, Ints, Ints, Ints]]) -> Pool:
    return pooled([part for part in parts if len(part[1])])


def slots_sum(columns: Columns, slots: range, rows: Ints, table: Ints) -> Ints:
    """Return of each row the sum of a table over its slots."""
    total = np.zeros(len(rows), np.int64)
    for slot in slots:
        total += table[columns[slot][rows]]
    return total


def bit_lengths(values: Ints, most: int) -> Ints:
    """Return of each number how many bits it has, from 1 to so many at most."""
    found: Ints = np.searchsorted(2 ** np.arange(most, dtype=np.int64), values, side="right")
    return np.maximum(found, 1)


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody who asks is; `township` is its number, 0 if no row has it."""

    county: str
    township: int
    spot: Spot | None


def nearness(shelf: Shelf, rows: Ints, here: Here, weights: Weights, at: tuple[int, int, int, int]) -> Ints:
    """Return what the nearness of some rows counts; `at`: columns of township, whether there is a spot, and spot."""
    columns, otherwise = shelf.columns, weights.county if shelf.county == here.county else 0
    township, has_spot, north, east = at
    counts = np.full(len(rows), otherwise, np.int64)
    if here.spot is not None:
        km = full_kilometres(squares(here.spot, columns[north][rows], columns[east][rows]))
        near = weights.township * np.maximum(0, weights.near_km - km) // weights.near_km
        counts = np.maximum(counts, near * columns[has_spot][rows])
    if here.township:
        counts[columns[township][rows] == here.township] = weights.township
    return counts
