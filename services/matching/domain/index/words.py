"""Words as small numbers, so that columns of integers can hold them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.occupation import DIGITS_OF_LEVEL, LEVELS, code_of

EMPTY, ANY = 0, 1  # no word; more words than there are slots, which may be any
_TABLES = 1_000  # of occupations that are kept at once


class Words:
    """Numbers of words in the order in which they were first seen; a word keeps its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers) + 2

    def since(self, number: int) -> Iterator[tuple[str, int]]:
        """Return the words from a number on, with their numbers."""
        return islice(self._numbers.items(), max(0, number - 2), None)

    def number(self, word: str) -> int:
        """Return the number of a word, a new one if it was never seen."""
        if not word:
            return EMPTY
        return self._numbers.get(word) or self._new(word)

    def known(self, word: str) -> int:
        """Return the number of a word, `EMPTY` if nobody has it."""
        return self._numbers.get(word, EMPTY)

    def slots(self, words: Iterable[str], places: int) -> tuple[int, ...]:
        """Return the numbers of different words in so many slots; `ANY` alone where they do not fit."""
        numbers = [self.number(word) for word in dict.fromkeys(words) if word]
        if len(numbers) > places:
            numbers = [ANY]
        return (*numbers, *(EMPTY,) * (places - len(numbers)))

    def table(self, values: Iterable[tuple[str, int]], of_any: int = 0) -> NDArray[np.int64]:
        """Return a table by number: nought but for some words, and for `ANY`."""
        table = np.zeros(len(self), np.int64)
        for word, value in values:
            table[self.known(word)] = value
        table[EMPTY], table[ANY] = 0, of_any
        return table

    def _new(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self))


class Occupations(Words):
    """Words that may be codes of a classification, found by what they begin with."""

    def __init__(self) -> None:
        super().__init__()
        self._by_code: dict[str, list[int]] = defaultdict(list)
        self._by_beginning: dict[str, list[int]] = defaultdict(list)
        self._tables: dict[str, NDArray[np.int64]] = {}

    def related(self, occupations: Iterable[str]) -> NDArray[np.int64]:
        """Return a table by number: how many levels each word shares with the closest of some occupations."""
        tables = [self._table_of(occupation) for occupation in dict.fromkeys(occupations)]
        if not tables:
            return self.table((), of_any=LEVELS)
        return tables[0] if len(tables) == 1 else np.maximum.reduce(tables)

    def _table_of(self, occupation: str) -> NDArray[np.int64]:
        """Return the table of one occupation, from before if there are no new words and not too many tables."""
        found = self._tables.get(occupation)
        if found is None:
            if len(self._tables) == _TABLES:
                self._tables.clear()
            found = self._tables[occupation] = self._made(occupation)
        return found

    def _made(self, occupation: str) -> NDArray[np.int64]:
        table, code = np.zeros(len(self), np.int64), code_of(occupation)
        for level, digits in enumerate(DIGITS_OF_LEVEL, 1):
            if len(code) >= digits:
                table[self._by_beginning.get(code[:digits], [])] = min(level, LEVELS - 1)
        if code:
            table[self._by_code.get(code, [])] = LEVELS
        table[self.known(occupation)] = LEVELS
        table[EMPTY], table[ANY] = 0, LEVELS
        return table

    def _new(self, word: str) -> int:
        number, code = super()._new(word), code_of(word)
        self._tables.clear()
        if code:
            self._by_code[code].append(number)
            for digits in DIGITS_OF_LEVEL:
                if len(code) >= digits:
                    self._by_beginning[code[:digits]].append(number)
        return number
