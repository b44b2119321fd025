"""Two clocks for every query: the periods up to a day (effective), and what was posted by a day (known). Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

import typer

from shared.calendar import first_day
from shared.errors import BangfuError
from shared.ops.words import say

AsOf = Annotated[str, typer.Option("--as-of", help=say("所属期截至该日", "periods that have begun by that day"))]
KnownAt = Annotated[
    str, typer.Option("--known-at", help=say("截至该日结账时已知", "what was known when that day was closed"))
]


@dataclass(frozen=True, slots=True)
class Clocks:
    """As of which day, and known by which day; None: without bound."""

    as_of: date | None = None
    known_at: date | None = None

    @property
    def are_set(self) -> bool:
        """Tell whether either bounds anything."""
        return self.as_of is not None or self.known_at is not None

    def begun(self, period: str) -> bool:
        """Tell whether a period has begun by the day."""
        return self.as_of is None or first_day(period) <= self.as_of

    def see(self, period: str, posted_on: date) -> bool:
        """Tell whether something for a period, booked on a day, is seen."""
        is_known = self.known_at is None or posted_on <= self.known_at
        return is_known and self.begun(period)


NOW: Final = Clocks()
"""Everything, as it is."""


def clocks(as_of: str, known_at: str) -> Clocks:
    """Return the clocks that a user sets; empty text leaves one unbound.

    Raises:
        BangfuError: A text is no date.
    """
    return Clocks(day("--as-of", as_of), day("--known-at", known_at))


def day(option: str, text: str) -> date | None:
    """Return the day that a user gives with an option; None for empty text.

    Raises:
        BangfuError: The text is no date.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BangfuError(f"{option} {text}: {say('日期写作', 'a day is written')} 2018-03-31") from None
