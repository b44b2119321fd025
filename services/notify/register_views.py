"""Figures of the registers inside a scope, and the rows behind each of them.

A figure is a sum over rows, and the rows of a figure are found by the same filter, so that they always add up. A row
about a person stands in the county that the events name; within that county it stands where the person lives now. What
no event places in a county is the city's.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from services.notify.adapters.web.endpoint import Form
from services.notify.adapters.web.scope import Scope
from services.notify.domain.register_people import PEOPLE
from services.notify.domain.register_row import Row
from services.notify.domain.register_work import REFUSALS, REPORTS
from services.notify.domain.registers import REGISTER_ROW

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

Query = dict[str, Any]
By = Literal["series", "stage", "year", "month", "area", "phone", "place"]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
MOST_ROWS: Final = 50_000  # of one export
STANDING: Final = "standing"
"""The window of those a target is for, whatever the year."""
NOWHERE: Final = "none"
_CITY, _COUNTY = 4, 6  # digits
_PLACED: Final = frozenset({PEOPLE, REPORTS, REFUSALS})  # whose own area is the place, whoever they are about
_KEYS: Final[Mapping[By, Any]] = {
    "series": "$state.series",
    "stage": "$state.stage",
    "year": "$state.year",
    "month": {"$substrCP": [{"$ifNull": ["$state.on", ""]}, 0, 7]},
    "area": "$state.area",
    "phone": "$state.details.phone",
    "place": "$state.details.place",
}
_ROW: Final = TypeAdapter(REGISTER_ROW.state)


class Where(Form):
    """Which rows of a register; what is left out does not matter.

    Args:
        month: Of the row's day. year: Fiscal year or window; `standing`: rows of no window. on_year: Of the row's day.
        area: In this city, county, township or village. lives: at exactly this code, and in nothing smaller;
            `none`: no event says where.
        at: Begun by this day and not over before it. due_by: To be done by the day before this one.
    """

    series: tuple[Code, ...] = ()
    stage: tuple[Code, ...] = ()
    year: Annotated[str, Field(pattern=r"^(\d{4}(-\d{4})?|standing)$")] | None = None
    on_year: Annotated[str, Field(pattern=r"^\d{4}$")] | None = None
    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")] | None = None
    area: Annotated[str, Field(pattern=r"^(\d{4}|\d{6}|\d{9}|\d{12})$")] | None = None
    lives: Annotated[str, Field(pattern=r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|none)$")] | None = None
    phone: tuple[Code, ...] = ()
    place: tuple[Code, ...] = ()
    at: date | None = None
    due_by: date | None = None


EVERYTHING: Final = Where()


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum over rows.

    Args:
        key: What the rows have in common, in the order that was asked for.
        amount_fen: Their money, in fen. count, whole: as of a row.
    """

    key: tuple[str, ...] = ()
    rows: int = 0
    count: int = 0
    whole: int = 0
    amount_fen: int = 0

    def plus(self, other: "Figure") -> "Figure":
        """Return both together, under this one's key."""
        rows, count, whole = self.rows + other.rows, self.count + other.count, self.whole + other.whole
        return Figure(self.key, rows, count, whole, self.amount_fen + other.amount_fen)


def summed(figures: Iterable[Figure], places: int) -> dict[tuple[str, ...], Figure]:
    """Return figures added up by the first so many parts of their keys, in order of those."""
    found: dict[tuple[str, ...], Figure] = {}
    for figure in figures:
        key = figure.key[:places]
        found[key] = found.get(key, Figure(key)).plus(figure)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Registers:
    """The registers as one principal sees them: every query carries the scope."""

    db: "AsyncIOMotorDatabase[dict[str, Any]]"
    scope: Scope

    async def figures(self, register: str, where: Where = EVERYTHING, *by: By) -> list[Figure]:
        """Return the sums of the rows chosen, by what they have in common, in order of the keys."""
        keys: Any = {name: _KEYS[name] for name in by}
        stages: list[Query] = [{"$match": await self._chosen(register, where)}]
        if "area" in by and register not in _PLACED:
            stages += _at_home()
            keys["area"] = "$area"
        sums = {name: {"$sum": f"$state.{name}"} for name in ("count", "whole", "amount_fen")}
        stages.append({"$group": {"_id": keys or None, "rows": {"$sum": 1}} | sums})
        found = [_figure(row, by) async for row in self.db[REGISTER_ROW.kind].aggregate(stages)]
        return sorted(found, key=lambda figure: figure.key)

    async def total(self, register: str, where: Where = EVERYTHING) -> Figure:
        """Return the sum of the rows chosen."""
        return next(iter(await self.figures(register, where)), Figure())

    async def rows(self, register: str, where: Where, *, skip: int = 0, limit: int = MOST_ROWS) -> list[Row]:
        """Return rows, what became known last first."""
        found = self.db[REGISTER_ROW.kind].find(await self._chosen(register, where))
        found = found.sort([("state.sequence", -1), ("_id", 1)]).skip(skip).limit(limit)
        return [_ROW.validate_python(row["state"]) async for row in found]

    async def homes(self, rows: Iterable[Row]) -> dict[str, str]:
        """Return where the people of some rows live now, by person, as far as that is in scope."""
        ids = sorted({f"{PEOPLE}/{row.person_id}" for row in rows if row.person_id})
        query = {"$and": [{"_id": {"$in": ids}}, self.scope.query()]}
        found = self.db[REGISTER_ROW.kind].find(query, {"state.area": 1, "state.person_id": 1})
        return {row["state"]["person_id"]: row["state"]["area"] async for row in found}

    async def _chosen(self, register: str, where: Where) -> Query:
        placed = await asyncio.gather(self._in_scope(register, where.area), self._at(register, where.lives))
        return {"$and": [{"state.register": register}, *_asked(where), *filter(None, placed)]}

    async def _in_scope(self, register: str, area: str | None) -> Query:
        """Return the filter for a scope: areas of a county and more by prefix, smaller ones by who lives there."""
        scope = self.scope.narrowed(area)
        if register == PEOPLE or not scope.areas:
            return scope.query()
        wide = tuple(each for each in scope.areas if len(each) <= _COUNTY)
        options: list[Query] = [Scope(wide).query()] if wide else []
        if any(len(each) <= _CITY for each in wide):
            options.append({"state.area": ""})
        for narrow in (each for each in scope.areas if len(each) > _COUNTY):
            ids = await self._living(Scope((narrow,)).query())
            options.append(_about(narrow[:_COUNTY], ids))
            options.append(Scope((narrow,)).query() | {"state.person_id": None})
        return {"$or": options}

    async def _at(self, register: str, place: str | None) -> Query | None:
        """Return the filter for what stands at exactly one code."""
        if place is None:
            return None
        own: Query = {"state.area": "" if place == NOWHERE else place}
        if register == PEOPLE or place == NOWHERE:
            return own
        if len(place) > _COUNTY:
            return {"$or": [_about(place[:_COUNTY], await self._living(own)), own | {"state.person_id": None}]}
        county = {"state.area": {"$regex": f"^{place}.", "$ne": place}}
        return own | {"state.person_id": {"$nin": await self._living(county)}}

    async def _living(self, query: Query) -> list[str]:
        query = {"$and": [{"state.register": PEOPLE}, query]}
        found = self.db[REGISTER_ROW.kind].find(query, {"_id": 0, "state.person_id": 1})
        return [row["state"]["person_id"] async for row in found]


def _about(county: str, ids: list[str]) -> Query:
    return {"state.county": county, "state.person_id": {"$in": ids}}


def _asked(where: Where) -> list[Query]:
    """Return what a filter says, place apart."""
    lists = {"series": where.series, "stage": where.stage, "details.phone": where.phone, "details.place": where.place}
    found: list[Query] = [{f"state.{name}": {"$in": list(values)}} for name, values in lists.items() if values]
    if where.year:
        found.append({"state.year": "" if where.year == STANDING else where.year})
    found += [{"state.on": {"$regex": f"^{begins}-"}} for begins in (where.month, where.on_year) if begins]
    if where.at:
        day = where.at.isoformat()
        found += [{"state.on": {"$lte": day}}, {"$or": [{"state.until": None}, {"state.until": {"$gte": day}}]}]
    if where.due_by:
        found.append({"state.until": {"$lt": where.due_by.isoformat()}})
    return found


def _at_home() -> list[Query]:
    """Return the stages that put a row about a person where they live now, if that is in the row's county."""
    home = {"$first": "$home.state.area"}
    is_there = {"$eq": [{"$substrCP": [{"$ifNull": [home, ""]}, 0, _COUNTY]}, "$state.county"]}
    return [
        {"$set": {"person": {"$concat": [f"{PEOPLE}/", "$state.person_id"]}}},
        {"$lookup": {"from": REGISTER_ROW.kind, "localField": "person", "foreignField": "_id", "as": "home"}},
        {"$set": {"area": {"$cond": [is_there, home, "$state.area"]}}},
    ]


def _figure(row: Mapping[str, Any], by: tuple[By, ...]) -> Figure:
    key = tuple(str((row["_id"] or {}).get(name) or "") for name in by)
    sums = {name: int(row[name]) for name in ("rows", "count", "whole", "amount_fen")}
    return Figure(key, **sums)
