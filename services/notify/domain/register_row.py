"""A row of a register (台账): one thing that figures are sums over, and what it has become. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from shared.places import county_today
from shared.runner.core import Message

_COUNTY: Final = 6  # digits of a county's code
_EMPTY: Final = "00"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a register; the same fields whatever the register, see the README for what each means there.

    Args:
        id: `<register>/<id of the thing>`.
        county: Six digits, as it has them now; empty: no event says which. area: The longest official code known; of a
            row about a person it is the county's, because within it the row stands where the person lives now.
        series: What figures are grouped by: kind of post, programme, target, duty, status.
        stage: What has become of it. on: Since when, or when. until: Its last day, or the day that it was done.
        year: Fiscal year, or the window of a target.
        amount_fen: Money, in fen. count: What it adds to a count, in the unit of its series. whole: likewise to what
            the count is a share of.
        party: Employer, payee, organisation or office.
        cause: Id of the event that changed it last; `sequence` and `known_on` are that event's.
    """

    id: str = ""
    register: str = ""
    county: str = ""
    area: str = ""
    series: str = ""
    stage: str = ""
    on: date | None = None
    until: date | None = None
    year: str = ""
    amount_fen: int = 0
    count: int = 0
    whole: int = 0
    person_id: str | None = None
    party: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    cause: str = ""
    sequence: int = 0
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """What an event does to a row."""

    id: str
    change: Callable[[Row], Row]


def states(register: str, id_: str, county: str | None, **fields: Any) -> Touch:
    """Return the touch by which an event states a row, or states it anew; what it does not say stays.

    `county` has six digits as events have them (`350600` is the city 3506), None where the event does not say.
    """
    known = {name: value for name, value in fields.items() if value is not None}
    county = county and county_today(county)
    placed = {"county": county, "area": area_of(county)} if county else {}

    def change(row: Row) -> Row:
        return replace(row, register=register, **(placed | known))

    return Touch(f"{register}/{id_}", change)


def follows(register: str, id_: str, **fields: Any) -> Touch:
    """Return the touch of an event that only goes on from what others stated: a row that is not there stays away."""

    def change(row: Row) -> Row:
        return replace(row, **fields) if row.register else row

    return Touch(f"{register}/{id_}", change)


def caused(row: Row, message: Message) -> Row:
    """Return a row that names the event that changed it last."""
    return replace(row, cause=message.id, sequence=message.sequence, known_on=message.known_on)


def area_of(county: str) -> str:
    """Return the code that scopes are prefixes of: a city stands as four digits, a province as two."""
    area = county
    while len(area) <= _COUNTY and area.endswith(_EMPTY):
        area = area[: -len(_EMPTY)]
    return area


def told(**said: object) -> dict[str, str]:
    """Return the details that say something, as text."""
    return {name: str(value) for name, value in said.items() if value not in (None, "", [])}


def with_details(row: Row, said: dict[str, str]) -> Row:
    """Return a row with further details."""
    return replace(row, details=row.details | said)
