"""The local minimum wage of a month, by county and day; where none is known it does not bind."""

from dataclasses import dataclass
from datetime import date

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

    def floor(self, county: str, on: date) -> int | None:
        """Return the minimum wage of a county on a day in fen, None where none is known."""
        notice = self.notices.on(on)
        if notice is None:
            return None
        return next((notice.fen[code] for code in (county, *codes_of(county)) if code in notice.fen), None)
