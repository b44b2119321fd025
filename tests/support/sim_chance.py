"""Seeded chance: every fault of a run comes from one seed, and is counted when it really happens."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """The dice of one run.

    Args:
        seed: The same seed throws the same dice.
        rates: How likely each fault is each time it could happen, from 0 to 1; what is not named never happens.
    """

    def __init__(self, seed: int, rates: Mapping[str, float] | None = None) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - faults are no secrets
        self.rates = dict(rates or {})
        self.fired: Counter[str] = Counter()
        self.calm = False

    def strikes(self, fault: str) -> bool:
        """Tell whether a fault happens now; count it if it does."""
        rate = self.rates.get(fault, 0.0)
        if self.calm or not rate or self.dice.random() >= rate:
            return False
        self.fired[fault] += 1
        return True

    def between(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return self.dice.uniform(low, high)

    def one_of(self, items: Sequence[T]) -> T:
        """Return one of several."""
        return self.dice.choice(items)
