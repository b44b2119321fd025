"""The local minimum wage of a month, by county and day; where none is known it does not bind."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from services.matching.domain.dated import Dated
from shared.places import codes_of


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice of the province sets.

    Args:
        document: Its name and number, as far as they were seen.
        fen: By county, fen a month.
    """

    document: str
    fen: dict[str, int]


@dataclass(frozen=True)
class WageFloors:
    """The notices, dated."""

    notices: Dated[Notice]

    def in_force(self, on: date) -> dict[str, int]:
        """Return the minimum wages of a day in fen by every code of a county; what is not there is not known."""
        notice = self.notices.on(on)
        return _by_every_code(tuple(notice.fen.items())) if notice else {}

    def floor(self, county: str, on: date) -> int | None:
        """Return the minimum wage of a county on a day in fen, None where none is known."""
        return self.in_force(on).get(county)


@cache
def _by_every_code(fen: tuple[tuple[str, int], ...]) -> dict[str, int]:
    """Return wages by every code that their counties ever had; what a code itself is given for goes first."""
    return {code: wage for county, wage in fen for code in codes_of(county)} | dict(fen)
