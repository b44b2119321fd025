"""Numbers of employers and skills as tables, in the order of the words that a shelf's column names them by."""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.index.words import Words
from services.matching.domain.skill import Skill
from services.matching.domain.stability import Stability

S = TypeVar("S")
Table = NDArray[np.int64]  # a row a number, a column a word


class Aligned(Generic[S]):
    """The numbers of every aggregate of a kind, as a table for each who asks.

    Args:
        initial: The state of what nobody has heard of.
        numbers: What is kept of a state.
    """

    def __init__(self, states: Mapping[str, S], initial: S, numbers: Callable[[S], tuple[int, ...]]) -> None:
        self.numbers = numbers
        self._known = {id_: numbers(state) for id_, state in states.items()}
        self._initial = numbers(initial)
        self._tables: WeakKeyDictionary[Words, tuple[Table, int]] = WeakKeyDictionary()

    def put(self, id_: str, state: S | None) -> None:
        """Take the state that an aggregate has now; None: it is gone."""
        now = self._initial if state is None else self.numbers(state)
        self._known[id_] = now
        for words, (table, filled) in self._tables.items():
            if 0 < (at := words.known(id_)) < filled:
                table[:, at] = now

    def table(self, words: Words, newer: Iterable[tuple[str, S]]) -> Table:
        """Return the numbers of each word; those of words that nobody has heard of are the initial ones.

        Args:
            words: Whose numbers the columns are.
            newer: States that are not committed yet.
        """
        table = self._filled(words)
        laid_over = [(at, self.numbers(state)) for id_, state in newer if (at := words.known(id_))]
        if laid_over:
            table = table.copy()
            for at, now in laid_over:
                table[:, at] = now
        return table[:, : len(words)]

    def _filled(self, words: Words) -> Table:
        table, filled = self._tables.get(words, (np.zeros((len(self._initial), 0), np.int64), 0))
        if filled == len(words):
            return table
        if table.shape[1] < len(words):
            wider = np.zeros((len(self._initial), 2 * len(words)), np.int64)  # twice: not every new word makes one
            wider[:, :filled] = table[:, :filled]
            table = wider
        for word, at in words.since(filled):
            table[:, at] = self._known.get(word, self._initial)
        self._tables[words] = table, len(words)
        return table


class SkillTable(Aligned[Skill]):
    """How often each skill is named."""

    def __init__(self, states: Mapping[str, Skill]) -> None:
        super().__init__(states, Skill(), lambda state: (state.named,))


class EmployerTable(Aligned[Stability]):
    """Of each employer how many employments began, how many lasted, and first and last day of the latest block."""

    def __init__(self, states: Mapping[str, Stability]) -> None:
        super().__init__(states, Stability(), _numbers)


def _numbers(state: Stability) -> tuple[int, ...]:
    first, last = state.blocks[-1] if state.blocks else (None, None)
    return state.begun, state.lasted, first.toordinal() if first else 0, last.toordinal() if last else 0
