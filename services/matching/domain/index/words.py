"""Words as small numbers, so that columns of integers can hold them."""

from collections.abc import Iterable

EMPTY, ANY = 0, 1  # no word; more words than there are slots, which may be any


class Words:
    """Numbers of words in the order in which they were first seen; a word keeps its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": EMPTY}

    def __len__(self) -> int:
        return len(self._numbers) + 1

    def number(self, word: str) -> int:
        """Return the number of a word, a new one if it was never seen."""
        return self._numbers.setdefault(word, len(self._numbers) + 1 if word else EMPTY)

    def known(self, word: str) -> int:
        """Return the number of a word, `EMPTY` if nobody has it."""
        return self._numbers.get(word, EMPTY)

    def slots(self, words: Iterable[str], places: int) -> tuple[int, ...]:
        """Return the numbers of different words in so many slots; `ANY` first where they do not fit."""
        numbers = [self.number(word) for word in dict.fromkeys(words) if word]
        if len(numbers) > places:
            numbers = [ANY]
        return (*numbers, *(EMPTY,) * (places - len(numbers)))
