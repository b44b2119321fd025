"""Targets against their pace, and duties and tasks that are overdue."""

import asyncio
from datetime import date, timedelta
from typing import Final

from services.notify.adapters.web.charts import Bar, Heading, bars
from services.notify.adapters.web.county_view import Card, Cell, Chart, Section, Table, View, summed_up
from services.notify.domain.register_work import DUTIES, TARGETS, TASKS
from services.notify.register_views import EVERYTHING, STANDING, Figure, Where, summed
from services.notify.shipped import Target, reached
from services.notify.shipped import targets as shipped_targets
from shared.documents import shipped_register

_HUNDRED: Final = 100
_DUTY_STAGES: Final = ("missed", "lapsed", "late", "fulfilled")
_ONE_DAY: Final = timedelta(days=1)
_FIRST_OPEN: Final = date.min + _ONE_DAY


async def targets(view: View) -> Section:
    """Return how far each target is in the area looked at; a pace stands only where the value is that of the area."""
    found = {figure.key: figure for figure in await view.figures(TARGETS, EVERYTHING, "series", "year")}
    closed = min(max(view.day, _FIRST_OPEN) - _ONE_DAY, date(int(view.year), 12, 31))
    rows, items, behind = [], [], 0
    for target in shipped_targets():
        if not target.covers(view.areas) or not _is_on(target, view.year):
            continue
        row, item = _target(view, target, found, closed)
        rows.append(row)
        items += [item] if item else []
        behind += bool(item and item.mark is not None and item.value < item.mark)
    names = ("target", "clause", "window", "reached", "whole", "value", "share", "pace", "pace_share", "status")
    heads = tuple(view.t(f"targets.{name}") for name in names)
    says = "；".join(f"{item.label} {item.shown}" for item in items)
    title = view.t("targets_pace")
    charts = (Chart(title, bars(Heading("paces", title, says), items, most=_HUNDRED)),) if items else ()
    table = Table("targets", view.t("targets"), heads, tuple(rows), note=view.t("targets_note"))
    card = Card(view.t("targets_behind"), Cell(behind, "count", "/county/targets"), "bad" if behind else "")
    return Section(TARGETS, view.t("targets"), (card,), charts, (table,))


def _is_on(target: Target, year: str) -> bool:
    last = target.until.year if target.until else int(year)
    return target.since.year <= int(year) <= last


def _target(
    view: View, target: Target, found: dict[tuple[str, ...], Figure], closed: date
) -> tuple[tuple[Cell, ...], Bar | None]:
    window, _, last = target.window(closed)
    counted = found.get((target.id, window), Figure())
    standing = found.get((target.id, ""), Figure())
    whole = counted.whole or standing.whole
    amount = reached(target, counted.count, whole)
    own = Where(series=(target.id,), year=window)
    link = view.link(TARGETS, own)
    whose = view.link(TARGETS, own if counted.whole else Where(series=(target.id,), year=STANDING))
    is_own = target.unit == "percent" or target.is_for(view.areas)
    value = target.value if is_own else None
    pace = target.pace(closed) if is_own else None
    share = amount * _HUNDRED // value if amount is not None and value else None
    mark = pace * _HUNDRED // value if pace is not None and value else None
    kind = {"percent": "percent", "fen": "money"}.get(target.unit, "count")
    status = _status(share, mark, is_over=bool(last and last <= closed), is_own=is_own)
    status = "each" if target.per_county and not is_own else status
    row = (
        Cell(target.title.in_(view.principal.lang)),
        Cell(f"{shipped_register().names[target.document]} {target.clause}"),
        Cell(window),
        Cell(amount, kind, link if counted.rows else ""),  # type: ignore[arg-type]  # one of the kinds
        Cell(whole or None, "count", whose if whole else ""),
        Cell(target.value, kind),  # type: ignore[arg-type]
        Cell(share, "percent"),
        Cell(pace, kind),  # type: ignore[arg-type]
        Cell(mark, "percent"),
        Cell(view.t(f"targets.{status}")),
    )
    if share is None:
        return row, None
    shown = f"{share}%" if mark is None else f"{share}% / {mark}%"
    return row, Bar(str(row[0].value), share, shown, link if counted.rows else "", mark)


def _status(share: int | None, mark: int | None, *, is_over: bool, is_own: bool) -> str:
    if not is_own:
        return "part"
    if share is None:
        return "no_value"
    if share >= _HUNDRED:
        return "done"
    if mark is None:
        return "open"
    if is_over:
        return "missed"
    return "behind" if share < mark else "on_pace"


async def duties(view: View) -> Section:
    """Return what of the year's duties was missed, late or done, and which tasks are open and overdue."""
    of_year, open_tasks = Where(on_year=view.year), Where(stage=("open",))
    late_tasks = Where(stage=("open",), due_by=view.day)
    said, waiting, overdue = await asyncio.gather(
        view.figures(DUTIES, of_year, "series", "stage"),
        view.figures(TASKS, open_tasks, "series"),
        view.figures(TASKS, late_tasks, "series"),
    )
    by_stage = {figure.key: figure for figure in said}
    rows = []
    for (duty,) in summed(said, 1):
        wheres = [Where(on_year=view.year, series=(duty,), stage=(stage,)) for stage in _DUTY_STAGES]
        cells = [
            view.count(by_stage.get((duty, stage)), DUTIES, where)
            for stage, where in zip(_DUTY_STAGES, wheres, strict=True)
        ]
        rows.append((Cell(view.series(DUTIES, duty)), *cells))
    heads = (view.t("duty"), *(view.stage(DUTIES, stage) for stage in _DUTY_STAGES))
    links = [view.link(DUTIES, Where(on_year=view.year, stage=(stage,))) for stage in _DUTY_STAGES]
    duties_table = Table("duties", view.t("duties"), heads, tuple(rows), summed_up(view.t("total"), rows, *links))
    items = [Bar(str(row[0].value), int(row[1].value or 0), str(row[1].value), row[1].href) for row in rows]
    missed = [item for item in items if item.value]
    says = "；".join(f"{item.label} {item.shown}" for item in missed)
    title = view.t("duties_overdue", year=view.year)
    charts = (Chart(title, bars(Heading("missed", title, says), missed)),) if missed else ()
    count = sum(item.value for item in missed)
    link = view.link(DUTIES, Where(on_year=view.year, stage=("missed",)))
    cards = (
        Card(view.t("duties_overdue", year=view.year), Cell(count, "count", link if count else ""), "bad"),
        Card(view.t("tasks_overdue"), view.count(_all(overdue), TASKS, late_tasks), "bad"),
    )
    tables = (duties_table, _tasks(view, summed(waiting, 1), summed(overdue, 1)))
    return Section(DUTIES, view.t("duties"), cards, charts, tables)


def _tasks(view: View, waiting: dict[tuple[str, ...], Figure], overdue: dict[tuple[str, ...], Figure]) -> Table:
    rows = tuple(
        (
            Cell(view.series(TASKS, kind)),
            view.count(figure, TASKS, Where(stage=("open",), series=(kind,))),
            view.count(overdue.get((kind,)), TASKS, Where(stage=("open",), series=(kind,), due_by=view.day)),
        )
        for (kind,), figure in waiting.items()
    )
    heads = (view.t("task"), view.t("open"), view.t("overdue"))
    links = [view.link(TASKS, where) for where in (Where(stage=("open",)), Where(stage=("open",), due_by=view.day))]
    return Table("tasks", view.t("tasks"), heads, rows, summed_up(view.t("total"), rows, *links))


def _all(figures: list[Figure]) -> Figure | None:
    return next(iter(summed(figures, 0).values()), None)
