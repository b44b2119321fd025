"""The county pages: overview, sections, the rows behind every figure, and all of it as Excel."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import Field

from services.notify.adapters.web import county_money, county_people, county_work
from services.notify.adapters.web.county_excel import MEDIA_TYPE, workbook
from services.notify.adapters.web.county_rows import rows_table
from services.notify.adapters.web.county_view import Look, Section, View, asked
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Answer, Asked, Download, Endpoint, NotFound, Page, Principal, Role
from services.notify.domain.registers import REGISTERS
from services.notify.register_views import Where

ROLES: Final = frozenset({Role.TOWNSHIP, Role.COUNTY, Role.PREPARER, Role.APPROVER, Role.AUDITOR})
SECTIONS: Final[Mapping[str, Callable[[View], Awaitable[Section]]]] = {
    "placements": county_people.placements,
    "offers": county_people.offers,
    "money": county_money.money,
    "targets": county_work.targets,
    "duties": county_work.duties,
    "quality": county_people.quality,
    "people": county_people.people,
}
_ON_A_PAGE: Final = 50


class Listed(Where):
    """The filter of a figure, and which page of its rows."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1


async def overview(desk: Desk, principal: Principal, asked_: Asked) -> Answer:
    """Show the figures and the first chart of every section."""
    view = replace(await _view(desk, principal, asked_.query), brief=True)
    sections = await asyncio.gather(*(make(view) for make in SECTIONS.values()))
    heads = [replace(section, charts=section.charts[:1], tables=()) for section in sections]
    return Page("county.html", await _around(view, "") | {"sections": heads})


async def section(desk: Desk, principal: Principal, asked_: Asked) -> Answer:
    """Show one section: charts, and the tables that say the same and more."""
    view = await _view(desk, principal, asked_.query)
    found = await _section(view, asked_.path["section"])
    return Page("county_section.html", await _around(view, found.name) | {"section": found})


async def section_excel(desk: Desk, principal: Principal, asked_: Asked) -> Answer:
    """Give the tables of a section as a workbook."""
    view = await _view(desk, principal, asked_.query)
    found = await _section(view, asked_.path["section"])
    body = await asyncio.to_thread(workbook, found.tables)
    return Download(f"{found.title}-{view.year}.xlsx", MEDIA_TYPE, body)


async def rows(desk: Desk, principal: Principal, asked_: Asked) -> Answer:
    """Show the rows of a figure, page by page, with the sum that they add up to."""
    register, listed = _register(asked_), asked_.query
    where = Where(**listed.model_dump(exclude={"page"}))
    view = await _view(desk, principal, Look())
    skip = (listed.page - 1) * _ON_A_PAGE
    total, found = await asyncio.gather(
        view.total(register, where), view.registers.rows(register, where, skip=skip, limit=_ON_A_PAGE)
    )
    table = rows_table(view, register, found, await view.registers.homes(found))
    pages = max(1, -(-total.rows // _ON_A_PAGE))
    data = {"register": register, "table": table, "total": total, "asked": asked(where), "page": listed.page}
    links = {
        place: _page_link(register, where, listed.page + step, pages) for place, step in (("before", -1), ("after", 1))
    }
    return Page("county_rows.html", data | links | {"pages": pages, "where": where.model_dump(exclude_defaults=True)})


async def rows_excel(desk: Desk, principal: Principal, asked_: Asked) -> Answer:
    """Give all rows of a figure as a workbook, the latest fifty thousand at most."""
    register, where = _register(asked_), asked_.query
    view = await _view(desk, principal, Look())
    found = await view.registers.rows(register, where)
    table = rows_table(view, register, found, await view.registers.homes(found))
    body = await asyncio.to_thread(workbook, [table])
    return Download(f"{table.title}.xlsx", MEDIA_TYPE, body)


async def _view(desk: Desk, principal: Principal, look: Look) -> View:
    return View(desk, principal, look, await desk.open_day())


async def _section(view: View, name: str) -> Section:
    if name not in SECTIONS:
        raise NotFound
    return await SECTIONS[name](view)


async def _around(view: View, name: str) -> dict[str, Any]:
    """Return what stands around every section: where one is, and what else can be looked at."""
    links = {"overview": f"/county{asked(view.look)}"}
    links |= {each: f"/county/{each}{asked(view.look)}" for each in SECTIONS}
    places = await _places(view)
    area = view.look.area
    return {
        "name": name,
        "links": links,
        "look": view.look,
        "year": view.year,
        "day": view.day,
        "places": places,
        "area": view.place(area) if area else "、".join(view.place(each) for each in view.principal.scope.areas),
        "excel": f"/county/excel/{name}{asked(view.look)}" if name else "",
    }


async def _places(view: View) -> list[tuple[str, str]]:
    """Return the counties and townships in scope, with their names."""
    villages = await view.registers.figures("people", Where(), "area")
    codes = {figure.key[0][:digits] for figure in villages for digits in (6, 9) if len(figure.key[0]) >= digits}
    return [(code, view.place(code)) for code in sorted(codes) if view.principal.scope.covers(code)]


def _register(asked_: Asked) -> str:
    register = asked_.path["register"]
    if register not in REGISTERS:
        raise NotFound
    return register


def _page_link(register: str, where: Where, page: int, pages: int) -> str:
    if not 1 <= page <= pages:
        return ""
    return f"/county/rows/{register}{asked(Listed(**where.model_dump(), page=page))}"


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/county", "county", ROLES, overview, query=Look, nav="nav.county",
             summary="Figures and charts of one's area"),
    Endpoint("GET", "/county/{section}", "county_section", ROLES, section, query=Look,
             summary="One section of the county pages: placements, offers, money, targets, duties, quality, people"),
    Endpoint("GET", "/county/excel/{section}", "county_excel", ROLES, section_excel, query=Look,
             summary="The tables of a section as an Excel workbook"),
    Endpoint("GET", "/county/rows/{register}", "county_rows", ROLES, rows, query=Listed,
             summary="The rows behind a figure"),
    Endpoint("GET", "/county/rows/{register}/excel", "county_rows_excel", ROLES, rows_excel, query=Where,
             summary="The rows behind a figure as an Excel workbook"),
)  # fmt: skip
