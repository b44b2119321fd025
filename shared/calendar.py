"""Civil dates in China: months, terms, ages and working days.

Pure: nothing here asks what day it is. Dates are civil dates in Asia/Shanghai, months are text, ``YYYY-MM``.
Periods are counted after the Civil Code (articles 200-204): the first day is not counted, and a period of months ends
on the same day number or, where the month has none, on the month's last day.

Working days come from three places; the first that knows the day decides:

1. ``shared/data/working_days.csv`` (``date,working,source``): what the State Council orders, ahead of the library.
2. ``chinesecalendar``: weekends, holidays and make-up days of every year that it covers.
3. Beyond both: Monday to Friday, less the statutory holidays with a fixed date. ``calendar_is_certain`` says no there:
   Spring Festival, Qingming, Dragon Boat, Mid-Autumn and the year's make-up days are not known.
"""

import csv
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import chinese_calendar

# A fixed offset needs no time-zone data on the machine, and is exact: China has had no summer time since 1991.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

_PERIOD: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_ONE_DAY: Final = timedelta(days=1)
_FIRST_YEAR: Final = min(chinese_calendar.holidays).year
_LAST_YEAR: Final = max(chinese_calendar.holidays).year
# New Year's make-up days reach back into December (Saturday 2018-12-29 was worked by the order for 2019).
_NEXT_ORDER_REACHES_BACK_TO: Final = (12, 25)
_FRIDAY: Final = 5
_SHORTEST_MONTH: Final = 28
# Text that stands for a month is read thousands of times while a month is closed; a century has twelve hundred.
_MONTHS: Final = 2_048
_DIGITS_OF_A_YEAR: Final = 4
_MONTHS_OF_A_QUARTER: Final = 3
# State Council, measures on national festivals and memorial days (order 513, from 2008); 2 May by order 795, from 2025.
_FIXED_HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})
_SECOND_OF_MAY_SINCE: Final = 2025
_WORKING: Final = {"yes": True, "no": False}

Overrides = Mapping[date, bool]


def today_in_shanghai(instant: datetime) -> date:
    """Return the civil date in China at an instant; ``ValueError`` for a naive one, which is no instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset, such as 2018-03-01T00:05:00+08:00; this one has none")
    return instant.astimezone(SHANGHAI).date()


def month_of(day: date) -> str:
    """Return the month of a day, ``YYYY-MM``."""
    return day.isoformat()[:7]


@lru_cache(_MONTHS)
def month_first(period: str) -> date:
    """Return the first day of a month ``YYYY-MM``; ``ValueError`` if the text is none."""
    stated = _PERIOD.fullmatch(period)
    if stated is None or stated[1] == "0000":
        raise ValueError(f"a month is text like 2018-03, got {period!r}")
    return date(int(stated[1]), int(stated[2]), 1)


def first_day(period: str) -> date:
    """Return the first day of a month (`2018-03`), a quarter (`2018-Q2`) or a year (`2018`)."""
    if len(period) == _DIGITS_OF_A_YEAR:
        return date(int(period), 1, 1)
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return date(int(year), _MONTHS_OF_A_QUARTER * (int(part[1:]) - 1) + 1, 1)
    return month_first(period)


@lru_cache(_MONTHS)
def month_last(period: str) -> date:
    """Return the last day of a month ``YYYY-MM``."""
    first = month_first(period)
    return first.replace(day=monthrange(first.year, first.month)[1])


def days_in_month(period: str) -> int:
    """Return how many days a month ``YYYY-MM`` has."""
    return month_last(period).day


def months_between(earlier: str, later: str) -> int:
    """Return how many months ``later`` comes after ``earlier`` (0 for the same month, negative if it comes before)."""
    return _month_index(month_first(later)) - _month_index(month_first(earlier))


def iter_months(first_day: date, last_day: date) -> Iterator[str]:
    """Yield each month that the days ``first_day`` to ``last_day`` (both counted) touch; nothing if they are none."""
    for index in range(_month_index(first_day), _month_index(last_day) + 1 if first_day <= last_day else 0):
        year, month_zero = divmod(index, 12)
        yield f"{year:04d}-{month_zero + 1:02d}"


def add_months(day: date, n: int) -> date:
    """Return the same day number ``n`` months on (or back), or that month's last day if it has no such day."""
    year, month_zero = divmod(_month_index(day) + n, 12)
    in_every_month = day.day <= _SHORTEST_MONTH
    return date(year, month_zero + 1, day.day if in_every_month else min(day.day, monthrange(year, month_zero + 1)[1]))


def term_complete_on(start: date, months: int) -> date:
    """Return the day at whose close a term of ``months`` that begins on ``start`` is complete.

    The day before the same day number that many months on; where that month has no such day, its last day:
    twelve months from 2018-03-01 are complete on 2019-02-28, from 2020-02-29 on 2021-02-28.

    Raises:
        ValueError: The term is shorter than one month.
    """
    if months < 1:
        raise ValueError(f"a term has at least one month, got {months}")
    anniversary = add_months(start, months)
    return anniversary - _ONE_DAY if anniversary.day == start.day else anniversary


def age_on(born: date, day: date) -> int:
    """Return the years completed on a day, the birthday itself counted as completing one; negative before birth.

    Who is born on 29 February completes a year on 28 February where there is no 29th (Civil Code 202).
    """
    years = day.year - born.year
    return years if add_months(born, 12 * years) <= day else years - 1


def is_working_day(day: date, *, overrides: Overrides | None = None) -> bool:
    """Return whether offices work on a day; ``overrides`` stands in for the shipped table."""
    known = shipped_overrides() if overrides is None else overrides
    if day in known:
        return known[day]
    # The library's is_workday raises beyond its years and searches them for their bounds on every call.
    if day in chinese_calendar.workdays:
        return True
    return day.isoweekday() <= _FRIDAY and day not in chinese_calendar.holidays and not _is_fixed_holiday(day)


def add_working_days(day: date, n: int, *, overrides: Overrides | None = None) -> date:
    """Return the ``n``-th working day after ``day``, which itself is not counted (Civil Code 201); ``day`` for none.

    Raises:
        ValueError: ``n`` is negative.
    """
    if n < 0:
        raise ValueError(f"working days are counted forward, got {n}")
    while n:
        day += _ONE_DAY
        n -= is_working_day(day, overrides=overrides)
    return day


def calendar_is_certain(day: date, *, overrides: Overrides | None = None) -> bool:
    """Return whether ``is_working_day`` knows this day, rather than guessing by the weekday.

    A year is known if the library covers it, or if the table does, which it says by its row for 1 January (every
    order has one). The last week of December also needs the following year, whose order may move its days.
    """
    known = shipped_overrides() if overrides is None else overrides
    years = [day.year, day.year + 1] if (day.month, day.day) >= _NEXT_ORDER_REACHES_BACK_TO else [day.year]
    return day in known or all(_is_year_known(year, known) for year in years)


def read_overrides(lines: Iterable[str]) -> dict[date, bool]:
    """Return the table of a CSV with the columns date (``YYYY-MM-DD``), working (``yes`` / ``no``) and source.

    Raises:
        ValueError: Other columns, a date that is none or comes twice, another word than yes or no, or no source; the
            message names the line.
    """
    rows = csv.DictReader(lines)
    if rows.fieldnames != ["date", "working", "source"]:
        raise ValueError("working days: the first line is date,working,source")
    table: dict[date, bool] = {}
    for row in rows:
        day = _override_day(row, rows.line_num)
        if day in table:
            raise ValueError(f"working days, line {rows.line_num}: {day} comes twice; keep the row of the later order")
        table[day] = _WORKING[row["working"]]
    return table


@cache
def shipped_overrides() -> Overrides:
    """Return the table that ships with the project, read once."""
    text = files("shared").joinpath("data", "working_days.csv").read_text(encoding="utf-8")
    return read_overrides(text.splitlines())


def _override_day(row: dict[str, str], line: int) -> date:
    if row["working"] not in _WORKING or not row["source"]:
        raise ValueError(f"working days, line {line}: working is yes or no, and source names the order")
    try:
        return date.fromisoformat(row["date"])
    except ValueError as error:
        raise ValueError(f"working days, line {line}: a date is YYYY-MM-DD") from error


def _is_year_known(year: int, known: Overrides) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR or date(year, 1, 1) in known


def _is_fixed_holiday(day: date) -> bool:
    return (day.month, day.day) in _FIXED_HOLIDAYS or (
        (day.month, day.day) == (5, 2) and day.year >= _SECOND_OF_MAY_SINCE
    )


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1
