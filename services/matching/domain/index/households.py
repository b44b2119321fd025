"""Which households have somebody at work, by everybody's own state."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.index.words import EMPTY, Words
from services.matching.domain.seeker import Seeker


class BusyHouseholds:
    """How many people of each household have work."""

    def __init__(self) -> None:
        self._words = Words()
        self._at_work: dict[str, int] = {}  # number of the household of each person who has work
        self._counts = np.zeros(16, np.int64)

    def number(self, household: str) -> int:
        """Return the number of a household, `EMPTY` where none is named."""
        number = self._words.number(household)
        if number >= len(self._counts):
            self._counts = np.concatenate([self._counts, np.zeros(number, np.int64)])
        return number

    def put(self, id_: str, state: Seeker | None) -> None:
        """Take the state that a person has now; None: it is gone."""
        before = self._at_work.pop(id_, EMPTY)
        self._counts[before] -= 1
        if state is not None and state.employments:
            number = self._at_work[id_] = self.number(state.household)
            self._counts[number] += 1

    def idle(self, changed: Iterable[str]) -> Callable[[NDArray[np.int32]], NDArray[np.bool_]]:
        """Return what tells by number if nobody of a household has work, or only people who have changed since."""
        left = [number for id_ in changed if (number := self._at_work.get(id_, EMPTY))]
        counts = self._counts
        if left:
            counts = counts.copy()
            np.subtract.at(counts, left, 1)
        return lambda numbers: (counts.take(numbers) <= 0) & (numbers != EMPTY)
