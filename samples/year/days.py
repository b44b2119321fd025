"""The days of the year and whose facts they are."""

from datetime import date, timedelta

from samples.facts import weekday
from samples.places import COUNTY_SLUGS

FIRST_DAY, LAST_DAY = date(2020, 11, 1), date(2021, 10, 31)
MONTHS = tuple(date(2020 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(11, 23))
EXAMPLE = "示例〔2020〕{}号 EXAMPLE"  # no such document exists


def source(county: str, office: str) -> str:
    """Return the registered name of an office of a county."""
    return f"{COUNTY_SLUGS[county]}-{office}"


def on(month: date, day: int) -> date:
    """Return a day of a month, or the Monday after its weekend, inside the year."""
    return min(weekday(month + timedelta(days=day - 1)), LAST_DAY)
