"""Administrative divisions: their names, and which county a code means on which day.

Pure. Source: GB/T 2260 and the tables of the Ministry of Civil Affairs (counties), division codes of the National
Bureau of Statistics (townships), in ``shared/data/divisions.csv``. A code that was abolished stays, because older facts
carry it: 龙海 was 350681 and 长泰 350625 until they became districts in 2021 (its first day is taken). What a
fact says is recorded as it was said; only comparisons look here.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

_COUNTY_DIGITS = 6
_PREFECTURE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Division:
    """A code, its name and its days; `successor` is the code that took its place."""

    code: str
    name: str
    since: date | None = None
    until: date | None = None
    successor: str = ""


@cache
def divisions() -> dict[str, Division]:
    """Return every division of the table by its code."""
    text = files("shared").joinpath("data", "divisions.csv").read_text(encoding="utf-8")
    return {row["code"]: _division(row) for row in csv.DictReader(text.splitlines())}


def _division(row: dict[str, str]) -> Division:
    since, until = (date.fromisoformat(row[name]) if row[name] else None for name in ("since", "until"))
    return Division(row["code"], row["name"], since, until, row["successor"])


@cache
def place_names() -> dict[str, str]:
    """Return code to name; codes that were abolished stay, because older facts carry them."""
    return {code: division.name for code, division in divisions().items()}


def place_words(county: str, township: str = "") -> str:
    """Return county and township in words, as far as they are known."""
    names = place_names()
    return names.get(county, "") + names.get(township, "")


@cache
def county_today(code: str) -> str:
    """Return the code that a county has now: the last of its successors; a code that is not in the table is itself."""
    division = divisions().get(code)
    return county_today(division.successor) if division and division.successor else code


def place_today(place: str) -> str:
    """Return the code of a county, township or village, under the code that its county has now."""
    return county_today(place[:_COUNTY_DIGITS]) + place[_COUNTY_DIGITS:]


def same_county(one: str, other: str) -> bool:
    """Tell whether two codes mean the same county, whenever each was in use."""
    return county_today(one) == county_today(other)


@cache
def codes_of(code: str) -> tuple[str, ...]:
    """Return every code that the county ever had, the one in the hand included."""
    now = county_today(code)
    return tuple(sorted({code, now, *(known for known in divisions() if county_today(known) == now)}))


def county_on(code: str, day: date) -> str:
    """Return the code that the county of a code has on a day; a code that is not in the table is itself."""
    for known in codes_of(code):
        division = divisions().get(known)
        if division and (division.since or date.min) <= day <= (division.until or date.max):
            return known
    return code


def lies_in(place: str, county: str) -> bool:
    """Tell whether a township (9 digits) or village (12) lies in a county, or in the prefecture that `county` names."""
    if county.endswith("00"):
        return place[:_PREFECTURE_DIGITS] == county[:_PREFECTURE_DIGITS]
    return same_county(place[:_COUNTY_DIGITS], county)
