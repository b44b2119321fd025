"""The exact best k out of rows of which only an upper bound of the score is known.

Threshold algorithm (Fagin, Lotem, Naor 2003, sec. 4): candidates come by bound, best first; each is judged exactly;
once the k-th best found is better than the next bound, nobody who is left can be among the best k.
"""

from bisect import insort
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

P = TypeVar("P")
Key = tuple[int, int, str]  # score negated, tie, id: smaller is better


@dataclass
class Best(Generic[P]):
    """The best k so far, in order.

    Args:
        judge: The exact key of an id and what goes with it; None if it is not eligible.
        asked: How many were judged, which is what an index is there to keep small.
    """

    k: int
    judge: Callable[[str], tuple[Key, P] | None]
    asked: int = 0
    found: list[tuple[Key, P]] = field(default_factory=list)

    @property
    def threshold(self) -> int:
        """The score below which nobody is among the best any more."""
        return -self.found[-1][0][0] if len(self.found) == self.k else -1

    def takes(self, bound: Key) -> bool:
        """Tell whether who has at best this key could still be among the best."""
        return len(self.found) < self.k or bound < self.found[-1][0]

    def offer(self, id_: str) -> None:
        """Judge an id and keep it if it is among the best so far."""
        self.asked += 1
        judged = self.judge(id_)
        if judged is not None and self.takes(judged[0]):
            insort(self.found, judged)  # no two keys are the same: an id is in one
            del self.found[self.k :]

    def offer_all(self, ids: Iterable[str]) -> None:
        """Judge ids about which nothing is known beforehand."""
        for id_ in ids:
            self.offer(id_)

    @property
    def in_order(self) -> list[P]:
        """What was found, best first."""
        return [found for _, found in self.found]


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates of an index.

    Args:
        ids: By number of the row.
        row: Number of the row of each candidate.
        bound: What it can score at most. tie: what decides among equal scores before the id does.
    """

    ids: Sequence[str]
    row: NDArray[np.int64]
    bound: NDArray[np.int64]
    tie: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bound)

    def keys(self, chosen: NDArray[np.int64]) -> list[Key]:
        """Return the best keys that some candidates can have, in order."""
        bounds, ties, rows = (-self.bound.take(chosen)).tolist(), self.tie.take(chosen).tolist(), self.row.take(chosen)
        return sorted(zip(bounds, ties, map(self.ids.__getitem__, rows.tolist()), strict=True))

    def ranked(self, some: int) -> Iterator[Key]:
        """Yield all candidates, best bound first, sorting only as many as are asked for."""
        left = np.arange(len(self))
        while len(left):
            chosen = self._first(left, some)
            yield from self.keys(left[chosen])
            left, some = left[~chosen], 4 * some

    def _first(self, left: NDArray[np.int64], some: int) -> NDArray[np.bool_]:
        """Return which of those left come first: at least so many, with everyone who ties with the last of them."""
        if len(left) <= some:
            return np.ones(len(left), np.bool_)
        bound, tie = self.bound[left], self.tie[left]
        worst = np.partition(bound, len(left) - some)[len(left) - some]
        above, level = bound > worst, bound == worst
        need = some - int(np.count_nonzero(above))
        latest = np.partition(tie[level], need - 1)[need - 1]
        chosen: NDArray[np.bool_] = above | (level & (tie <= latest))
        return chosen


def search(best: Best[P], pool: Pool, skip: Container[str]) -> None:
    """Judge candidates of a pool, but for some ids, until nobody who is left can be among the best."""
    for key in pool.ranked(2 * best.k):
        if not best.takes(key):
            return
        if key[2] not in skip:
            best.offer(key[2])
