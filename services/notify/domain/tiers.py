"""The offices above an alert: township, county, city, as far as its place is known. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from services.notify.domain.standing import CITY, Alert, addresses_of
from shared.events.alerts import Level

LEVELS: Final[tuple[Level, ...]] = ("township", "county", "city")
COUNTY_DIGITS: Final = 6
TOWNSHIP_DIGITS: Final = 9
_OFFICER: Final = -1


def next_office(alert: Alert) -> tuple[Level, str] | None:
    """Return level and address of the office that an alert goes to next, None if there is none above those it has."""
    top = max(map(_rank, addresses_of(alert)))
    above = (found for found in _offices(alert) if top < LEVELS.index(found[0]) <= LEVELS.index(alert.highest))
    return next(above, None)


def is_last(alert: Alert) -> bool:
    """Tell whether no office is above those that have an alert."""
    return next_office(alert) is None


def wakes_on(alert: Alert) -> date | None:
    """Return the next day whose closing touches an alert, None if none does."""
    if not alert.is_open:
        return None
    back = alert.snoozed_until - timedelta(days=1) if alert.snoozed_until else None
    rises = None if alert.escalates_on is None or is_last(alert) else alert.escalates_on
    return min((day for day in (back, rises, alert.expires_on) if day), default=None)


def office_at(level: Level, area: str | None, county: str | None) -> str:
    """Return the office of a level, or the next one above it that is known: a township's by an area of nine digits."""
    if level == "township" and area and len(area) >= TOWNSHIP_DIGITS:
        return f"office:{area[:TOWNSHIP_DIGITS]}"
    return f"office:{county}" if level != "city" and county else f"office:{CITY}"


def _offices(alert: Alert) -> Iterator[tuple[Level, str]]:
    area, county = alert.area or "", alert.county or (alert.area or "")[:COUNTY_DIGITS]
    if len(area) >= TOWNSHIP_DIGITS:
        yield "township", f"office:{area[:TOWNSHIP_DIGITS]}"
    if len(county) == COUNTY_DIGITS:
        yield "county", f"office:{county}"
    yield "city", f"office:{CITY}"


def _rank(address: str) -> int:
    """Return where an inbox stands among the levels; an officer's is below them all."""
    kind, _, code = address.partition(":")
    if kind != "office":
        return _OFFICER
    return LEVELS.index("city" if code == CITY else "county" if len(code) == COUNTY_DIGITS else "township")
