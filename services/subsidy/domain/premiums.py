"""What an employer holds paid for a person and a month: payments, less refunds, after the latest correction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final, Literal

from shared.events.contract import Event

INSURANCES: Final = ("pension", "medical", "unemployment")
"""The insurances of which a premium fact states the employer's part."""


@dataclass(frozen=True, slots=True)
class Premium:
    """One premium fact.

    Args:
        on: The day it was paid, corrected or refunded.
        fen: What it states of the premiums that count.
        mark: Tells the fact from any other, see `mark_of`.
        parts: The same by insurance, in the order of `INSURANCES`; empty where only one counts.
    """

    kind: Literal["paid", "corrected", "refunded"]
    on: date
    fen: int
    mark: str
    parts: tuple[int, ...] = ()

    def of(self, insurances: Collection[str]) -> int:
        """Return what it states of some insurances."""
        if not self.parts:
            return self.fen
        return sum(fen for name, fen in zip(INSURANCES, self.parts, strict=True) if name in insurances)


def mark_of(fact: Event) -> str:
    """Return a short mark that two facts share only if every one of their fields is the same, whoever states them."""
    return sha256(fact.model_dump_json(exclude={"by"}).encode()).hexdigest()[:16]


def with_premium(known: tuple[Premium, ...], premium: Premium) -> tuple[Premium, ...]:
    """Return the facts with one more; one that repeats an earlier one in every field changes nothing."""
    return known if any(earlier.mark == premium.mark for earlier in known) else (*known, premium)


def held(known: tuple[Premium, ...], insurances: Collection[str] = INSURANCES) -> int:
    """Return what is held paid of some insurances, in fen, never below nil.

    The correction of the latest date states the total and replaces every payment and refund dated up to it; of two
    corrections of one date the one that arrived last counts.
    """
    last = _latest_correction(known)
    total = last.of(insurances) if last else 0
    for premium in known:
        if premium.kind != "corrected" and (last is None or premium.on > last.on):
            fen = premium.of(insurances)
            total += fen if premium.kind == "paid" else -fen
    return max(total, 0)


def paid_first(known: tuple[Premium, ...]) -> date:
    """Return the earliest day of payment; where a total is known only by correction, the day of that.

    The earliest payment counts even if it was given back and paid again since: the month stays with who paid first.
    """
    payments = [premium.on for premium in known if premium.kind == "paid"]
    return min(payments or [premium.on for premium in known])


def _latest_correction(known: tuple[Premium, ...]) -> Premium | None:
    found: Premium | None = None
    for premium in known:
        if premium.kind == "corrected" and (found is None or premium.on >= found.on):
            found = premium
    return found
