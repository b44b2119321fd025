"""Periods of duties, and the days by which they are due. Pure calendar.

A duty is due on the last day of its period, or so many working days behind it. A last day on which offices rest moves
to the day after the rest (Civil Code, article 203 paragraph 1); a weekend day that is worked in exchange for a holiday
is a working day like any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from services.registry.domain.duties import Cadence
from shared.calendar import add_months, is_working_day, month_of

ONE_DAY: Final = timedelta(days=1)
LAST_YEAR: Final = 2100  # no period of a fact lies later
_WEEK: Final = 7
_YEAR: Final = 12
_MONTHS: Final = {"month": 1, "quarter": 3, "half_year": 6, "year": _YEAR}
_CACHED: Final = 65_536


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days with a name; both days are counted.

    Args:
        until: The last day on which its cadence holds, where another document ends that before the period does.
    """

    name: str
    first: date
    last: date
    until: date | None = None

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Interval:
    """From a day on something falls due every so many days; None: not at all."""

    since: date
    days: int | None


@lru_cache(_CACHED)
def moved(day: date) -> date:
    """Return the day, or the first working day after it where offices rest on it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def periods(cadence: Cadence, first: date, last: date, intervals: tuple[Interval, ...]) -> Iterator[Period]:
    """Yield the periods that the days `first` to `last` touch, in order.

    Args:
        cadence: How often.
        first: Where the periods of a placement's own count begin, too.
        last: Nothing begins later.
        intervals: Of a cadence that a parameter sets: what it was set to, in order of days.
    """
    if cadence.span is not None:
        yield from _once(cadence.span, first, last)
    elif cadence.every == "once":
        yield from _within(first, last, intervals)
    elif cadence.every == "days":
        yield from _spans(first, last, intervals)
    else:
        yield from _regular(cadence, first, last)


def named(cadence: Cadence, day: date) -> str:
    """Return the name of the calendar's period of a cadence in which a day lies."""
    match cadence.every:
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case "month":
            return month_of(day)
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "half_year":
            return f"{day.year}-H{(day.month + 5) // 6}"
        case "year":
            return str(day.year)
        case _:
            begins = _floor(cadence, day).year
            return f"{begins}-{begins + cadence.years - 1}"


def _once(span: tuple[date, date], first: date, last: date) -> Iterator[Period]:
    if first <= span[1] and span[0] <= last:
        name = month_of(span[0]) if month_of(span[0]) == month_of(span[1]) else str(span[1].year)
        yield Period(name, *span)


def _within(first: date, last: date, intervals: tuple[Interval, ...]) -> Iterator[Period]:
    """Yield the one period that begins with the subject, or with the day from which the number of days is set."""
    for since, behind, days in _segments(intervals):
        begins = max(first, since)
        if days is not None and begins <= min(behind, last):
            yield Period("once", begins, begins + timedelta(days=days))
            return


def _spans(first: date, last: date, intervals: tuple[Interval, ...]) -> Iterator[Period]:
    """Yield span after span, anew from the day of each document."""
    for since, behind, days in _segments(intervals):
        begins = max(first, since)
        while days is not None and begins <= min(behind, last):
            ends = begins + timedelta(days=days - 1)
            yield Period(begins.isoformat(), begins, ends, behind if behind < ends else None)
            begins = ends + ONE_DAY


def _segments(intervals: tuple[Interval, ...]) -> Iterator[tuple[date, date, int | None]]:
    for place, interval in enumerate(intervals):
        behind = intervals[place + 1].since - ONE_DAY if place + 1 < len(intervals) else date.max
        yield interval.since, behind, interval.days


def _regular(cadence: Cadence, first: date, last: date) -> Iterator[Period]:
    origin = first if cadence.service else _floor(cadence, first)
    number, begins = 0, origin
    while begins <= last and begins.year <= LAST_YEAR:
        number += 1
        following = _step(cadence, origin, number)
        yield Period(named(cadence, begins), begins, following - ONE_DAY)
        begins = following


def _step(cadence: Cadence, origin: date, number: int) -> date:
    if cadence.every == "week":
        return origin + timedelta(days=_WEEK * number)
    return add_months(origin, number * _MONTHS.get(cadence.every, _YEAR * cadence.years))


def _floor(cadence: Cadence, day: date) -> date:
    if cadence.every == "week":
        return day - timedelta(days=day.weekday())
    if cadence.every == "years":
        return date(day.year - (day.year - cadence.first_year) % cadence.years, 1, 1)
    months = _MONTHS[cadence.every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


@lru_cache(_CACHED)
def days_of(name: str) -> tuple[date, date] | None:
    """Return first and last day of a month, quarter, half year or year by its name; None for anything else."""
    year, _, part = name.partition("-")
    months = {"Q": 3, "H": 6}.get(part[:1], _YEAR if not part else 1)
    number = part[1:] if part[:1] in {"Q", "H"} else part or "1"
    if not year.isdecimal() or not number.isdecimal() or (int(number) - 1) * months >= _YEAR:
        return None
    first = date(int(year), (int(number) - 1) * months + 1, 1)
    return first, add_months(first, months) - ONE_DAY
