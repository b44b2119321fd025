"""Placements by kind, the offers funnel, and the quality of data by village."""

import asyncio
from typing import Final

from services.notify.adapters.web.charts import Bar, Heading, bars, funnel, stacked
from services.notify.adapters.web.county_view import Card, Cell, Chart, Section, Table, View, summed_up
from services.notify.domain.register_people import OFFERS, PEOPLE, PLACEMENTS, RUNGS
from services.notify.domain.register_work import REFUSALS, REPORTS, TASKS
from services.notify.register_views import EVERYTHING, NOWHERE, By, Figure, Where, summed

_LASTING: Final = ("confirmed", "ended")
_MONTHS: Final = tuple(f"{month:02d}" for month in range(1, 13))
_UNREACHED: Final = ("landline", "satellite")
_UNPLACED: Final = ("township", "county")
_DISPUTED: Final = ("status_disputed",)
_HUNDRED: Final = 100
_TOWNSHIP: Final = 9


async def placements(view: View) -> Section:
    """Return who was placed in the year, by kind and month, and who works today."""
    begun, working, ever = Where(on_year=view.year), Where(at=view.day, stage=_LASTING), EVERYTHING
    by_month, today, all_, townships = await asyncio.gather(
        view.figures(PLACEMENTS, begun, "series", "month"),
        view.figures(PLACEMENTS, working, "series"),
        view.figures(PLACEMENTS, ever, "series"),
        _townships(view, *(() if view.brief else (begun, working))),
    )
    year, now, every = summed(by_month, 1), summed(today, 1), summed(all_, 1)
    rows = tuple(
        (
            Cell(view.series(PLACEMENTS, kind)),
            view.count(year.get((kind,)), PLACEMENTS, Where(on_year=view.year, series=(kind,))),
            view.count(now.get((kind,)), PLACEMENTS, Where(at=view.day, stage=_LASTING, series=(kind,))),
            view.count(every.get((kind,)), PLACEMENTS, Where(series=(kind,))),
        )
        for (kind,) in every
    )
    heads = (view.t("kind"), view.t("begun", year=view.year), view.t("working"), view.t("ever"))
    links = [view.link(PLACEMENTS, where) for where in (begun, working, ever)]
    kinds = Table("kinds", view.t("placements"), heads, rows, summed_up(view.t("total"), rows, *links))
    newly = sum(figure.count for figure in year.values())
    cards = (
        Card(view.t("working"), Cell(sum(f.count for f in now.values()), "count", view.link(PLACEMENTS, working))),
        Card(view.t("begun", year=view.year), Cell(newly, "count", view.link(PLACEMENTS, begun))),
    )
    cells = {figure.key: figure for figure in by_month}
    chart = _by_month(view, [kind for (kind,) in year], cells)
    return Section(PLACEMENTS, view.t("placements"), cards, (chart,), (kinds, townships, _months(view, [*year], cells)))


async def _townships(view: View, *columns: Where) -> Table:
    """Return the placements of the people of each township; of whom no township is known, those of the county."""
    found = await asyncio.gather(*(view.figures(PLACEMENTS, where, "area") for where in columns))
    sums = [summed([Figure((f.key[0][:_TOWNSHIP],), f.rows, f.count) for f in column], 1) for column in found]
    rows = []
    for (place,) in sorted({key for column in sums for key in column}):
        here = {"area": place} if len(place) == _TOWNSHIP else {"lives": place or NOWHERE}
        counts = [
            view.count(column.get((place,)), PLACEMENTS, where.model_copy(update=here))
            for column, where in zip(sums, columns, strict=True)
        ]
        rows.append((Cell(view.place(place)), *counts))
    heads = (view.t("township"), view.t("begun", year=view.year), view.t("working"))
    links = [view.link(PLACEMENTS, where) for where in columns]
    return Table("townships", view.t("by_township"), heads, tuple(rows), summed_up(view.t("total"), rows, *links))


def _by_month(view: View, kinds: list[str], cells: dict[tuple[str, ...], Figure]) -> Chart:
    def counted(kind: str, month: str) -> int:
        found = cells.get((kind, f"{view.year}-{month}"))
        return max(0, found.count) if found else 0

    series = {view.series(PLACEMENTS, kind): [counted(kind, month) for month in _MONTHS] for kind in kinds}
    title = view.t("placements_by_month", year=view.year)
    says = "；".join(f"{name} {sum(values)}" for name, values in series.items())
    return Chart(title, stacked(Heading("placed", title, says), _MONTHS, series))


def _months(view: View, kinds: list[tuple[str, ...]], cells: dict[tuple[str, ...], Figure]) -> Table:
    rows = []
    for month in (f"{view.year}-{each}" for each in _MONTHS):
        counts = [view.count(cells.get((k, month)), PLACEMENTS, Where(month=month, series=(k,))) for (k,) in kinds]
        rows.append((Cell(month), *counts))
    heads = (view.t("month"), *(view.series(PLACEMENTS, kind) for (kind,) in kinds))
    links = [view.link(PLACEMENTS, Where(on_year=view.year, series=kind)) for kind in kinds]
    return Table("months", view.t("by_month"), heads, tuple(rows), summed_up(view.t("total"), rows, *links))


async def offers(view: View) -> Section:
    """Return how far the year's offers came, and how they ended."""
    found = await view.figures(OFFERS, Where(on_year=view.year), "series", "stage")
    rungs, steps = summed(found, 1), []
    for place, rung in enumerate(RUNGS):
        beyond = tuple(RUNGS[place:])
        count = sum(rungs[(each,)].count for each in beyond if (each,) in rungs)
        link = view.link(OFFERS, Where(on_year=view.year, series=beyond)) if count else ""
        steps.append(Bar(view.series(OFFERS, rung), count, str(count), link))
    rows = tuple((Cell(step.label), Cell(step.value, "count", step.href)) for step in steps)
    heads = (view.t("rung"), view.t("offers_reached"))
    ends = summed([Figure((f.key[1],), f.rows, f.count) for f in found], 1)
    outcomes = tuple(
        (Cell(view.stage(OFFERS, end)), view.count(figure, OFFERS, Where(on_year=view.year, stage=(end,))))
        for (end,), figure in ends.items()
    )
    says = "；".join(f"{step.label} {step.shown}" for step in steps)
    title = view.t("offers_funnel", year=view.year)
    chart = Chart(title, funnel(Heading("funnel", title, says), steps))
    tables = (
        Table("rungs", view.t("offers"), heads, rows),
        Table("outcomes", view.t("outcomes"), (view.t("outcome"), view.t("count")), outcomes,
              summed_up(view.t("total"), outcomes, view.link(OFFERS, Where(on_year=view.year)))),
    )  # fmt: skip
    cards = (Card(view.t("offers_year", year=view.year), rows[0][1]), Card(view.series(OFFERS, "hired"), rows[-1][1]))
    return Section(OFFERS, view.t("offers"), cards, (chart,), tables)


async def people(view: View) -> Section:
    """Return who is known, by status, and who cannot be reached."""
    found = summed(await view.figures(PEOPLE, EVERYTHING, "series"), 1)
    rows = tuple(
        (Cell(view.series(PEOPLE, code)), view.count(figure, PEOPLE, Where(series=(code,))))
        for (code,), figure in found.items()
    )
    items = [Bar(str(name.value), int(count.value or 0), str(count.value), count.href) for name, count in rows]
    says = "；".join(f"{item.label} {item.shown}" for item in items)
    chart = Chart(view.t("people"), bars(Heading("people", view.t("people"), says), items))
    table = Table("statuses", view.t("people"), (view.t("status"), view.t("count")), rows,
                  summed_up(view.t("total"), rows, view.link(PEOPLE)))  # fmt: skip
    all_ = Cell(sum(figure.count for figure in found.values()), "count", view.link(PEOPLE))
    return Section(PEOPLE, view.t("people"), (Card(view.t("people"), all_),), (chart,), (table,))


async def quality(view: View) -> Section:
    """Return, village by village, who is there and what is missing, late, wrong or disputed."""
    year = Where(on_year=view.year)
    columns: list[tuple[str, str, Where]] = [
        ("people", PEOPLE, EVERYTHING),
        ("unplaced", PEOPLE, Where(place=_UNPLACED)),
        ("unreached", PEOPLE, Where(phone=_UNREACHED)),
        ("disputed", TASKS, Where(stage=("open",), series=_DISPUTED)),
        ("reports", REPORTS, year),
        *((stage, REPORTS, Where(on_year=view.year, stage=(stage,))) for stage in ("incomplete", "late", "corrected")),
        ("refused", REFUSALS, year),
    ]
    by: tuple[By, ...] = () if view.brief else ("area",)
    found = await asyncio.gather(*(view.figures(register, where, *by) for _, register, where in columns))
    if view.brief:
        found = [[Figure(("",), figure.rows, figure.count) for figure in column] for column in found]
    by_place = [{figure.key[0]: figure for figure in column} for column in found]
    rows = []
    for place in sorted({place for column in by_place for place in column}):
        cells = [
            view.count(column.get(place), register, where.model_copy(update={"lives": place or NOWHERE}))
            for column, (_, register, where) in zip(by_place, columns, strict=True)
        ]
        rows.append((Cell(view.place(place)), *cells, _good(cells)))
    names = tuple(view.t(f"quality.{name}") for name, _, _ in columns)
    heads = (view.t("place"), *names, view.t("quality.good"))
    links = [view.link(register, where) for _, register, where in columns]
    table = Table("villages", view.t("quality"), heads, tuple(rows), summed_up(view.t("total"), rows, *links))
    sums = [sum(figure.count for figure in column.values()) for column in by_place]
    flaws = [
        Bar(name, total, str(total), view.link(register, where) if total else "")
        for name, total, (key, register, where) in zip(names, sums, columns, strict=True)
        if key not in ("people", "reports")
    ]
    says = "；".join(f"{item.label} {item.shown}" for item in flaws)
    title = view.t("quality_flaws", year=view.year)
    chart = Chart(title, bars(Heading("flaws", title, says), flaws))
    refused = Cell(sums[-1], "count", view.link(REFUSALS, year))
    return Section("quality", view.t("quality"), (Card(view.t("quality.refused"), refused, "bad"),), (chart,), (table,))


def _good(cells: list[Cell]) -> Cell:
    """Return the share of reports with nothing missing, late or corrected."""
    reports, flawed = int(cells[4].value or 0), sum(int(cell.value or 0) for cell in cells[5:8])
    return Cell((reports - flawed) * _HUNDRED // reports if reports else None, "percent")
