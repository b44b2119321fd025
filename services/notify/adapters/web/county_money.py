"""Subsidies by programme, and budgets with what is left of them month by month against an even pace."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.notify.adapters.web.charts import Bar, Heading, bars, burn_down
from services.notify.adapters.web.county_view import Card, Cell, Chart, Section, Table, View, in_yuan, summed_up
from services.notify.domain.register_money import BUDGETS, SUBSIDIES, WAITING
from services.notify.register_views import Figure, Where, summed
from shared.money import yuan

_FUNDS: Final = ("granted", "reduced", "carried_in", "carried_out", "lapsed")
_USES: Final = ("charged", "restored")
_KINDS: Final = ("accrual", "provisional", "decision", "take_back")
_MONTHS: Final = 12
_HUNDRED: Final = 100
_CHARTS: Final = 4  # budgets with a chart of their own where none is chosen


@dataclass(frozen=True, slots=True)
class Budget:
    """A programme's budget of a year, in fen.

    Args:
        funds_fen: Granted and carried in, less cuts, what was carried on and what lapsed.
        used_fen: Charged, less what came back. moved: by month `01` to `12`, the change of what is left.
    """

    programme: str
    funds_fen: int
    used_fen: int
    moved: tuple[int, ...]

    @property
    def left_fen(self) -> int:
        """Return what is left; below nil where more was charged than granted."""
        return self.funds_fen - self.used_fen

    def path(self, months: int) -> list[int | None]:
        """Return what was left after each month that is over or running, from the first in which anything moved."""
        first = next((place for place, fen in enumerate(self.moved) if fen), _MONTHS)
        return [sum(self.moved[: place + 1]) if first <= place < months else None for place in range(_MONTHS)]

    def pace(self) -> list[int | None]:
        """Return what would be left after each month if the same were spent in every month."""
        return [self.funds_fen * (_MONTHS - place) // _MONTHS for place in range(1, _MONTHS + 1)]


def budgets_of(figures: Iterable[Figure], year: str) -> dict[str, Budget]:
    """Return the budgets of a year by programme, from sums by (programme, stage, month).

    What was charged to the year before it began stands in its first month, what came after its end in the last.
    """
    funds: dict[str, int] = {}
    used: dict[str, int] = {}
    moved: dict[str, list[int]] = {}
    for figure in figures:
        programme, stage, month = figure.key
        amounts = moved.setdefault(programme, [0] * _MONTHS)
        amounts[_place(month, year)] += figure.amount_fen
        if stage in _USES:
            used[programme] = used.get(programme, 0) - figure.amount_fen
        else:
            funds[programme] = funds.get(programme, 0) + figure.amount_fen
    return {p: Budget(p, funds.get(p, 0), used.get(p, 0), tuple(months)) for p, months in sorted(moved.items())}


def _place(month: str, year: str) -> int:
    if month[:4] == year:
        return int(month[5:]) - 1
    return 0 if month[:4] < year else _MONTHS - 1


async def money(view: View) -> Section:
    """Return what was posted in the fiscal year by programme, and what became of its budgets."""
    chosen = (view.look.programme,) if view.look.programme else ()
    of_year = Where(year=view.year, series=chosen)
    posted, moved, waits = await asyncio.gather(
        view.figures(SUBSIDIES, of_year, "series", "stage", "month"),
        view.figures(BUDGETS, of_year, "series", "stage", "month"),
        view.figures(WAITING, Where(stage=("waits",), series=chosen), "series"),
    )
    budgets = budgets_of(moved, view.year)
    waiting = summed(waits, 1)
    tables = (
        _programmes(view, posted, of_year),
        _budgets(view, budgets, {key: figure for (key,), figure in waiting.items()}),
        _monthly(view, posted, of_year),
    )
    funded = sorted((b for b in budgets.values() if b.funds_fen > 0), key=lambda b: (-b.funds_fen, b.programme))
    charts = (_bars(view, posted), *(_burned(view, budget) for budget in funded[:_CHARTS]))
    total = Figure(amount_fen=sum(figure.amount_fen for figure in posted), rows=1)
    held = Figure(amount_fen=sum(figure.amount_fen for figure in waiting.values()), rows=1)
    cards = (
        Card(view.t("posted", year=view.year), view.money(total, SUBSIDIES, of_year)),
        Card(view.t("waiting"), view.money(held, WAITING, Where(stage=("waits",), series=chosen))),
    )
    return Section("money", view.t("money"), cards, charts, tables)


def _programmes(view: View, posted: list[Figure], own_year: Where) -> Table:
    by_stage = {figure.key: figure for figure in summed(posted, 2).values()}
    rows = []
    for (programme,), figure in summed(posted, 1).items():
        own = Where(year=view.year, series=(programme,))
        stages = [
            view.money(by_stage.get((programme, stage)), SUBSIDIES, own.model_copy(update={"stage": (stage,)}))
            for stage in _KINDS
        ]
        name = Cell(view.series(SUBSIDIES, programme))
        rows.append((name, view.count(figure, SUBSIDIES, own), *stages, view.money(figure, SUBSIDIES, own)))
    stages_said = (view.stage(SUBSIDIES, stage) for stage in _KINDS)
    heads = (view.t("programme"), view.t("lines"), *stages_said, view.t("amount"))
    return Table("programmes", view.t("subsidies"), heads, tuple(rows), _total(view, rows, own_year))


def _total(view: View, rows: list[tuple[Cell, ...]], of_year: Where) -> tuple[Cell, ...]:
    stages = [of_year.model_copy(update={"stage": (stage,)}) for stage in _KINDS]
    return summed_up(view.t("total"), rows, *(view.link(SUBSIDIES, where) for where in (of_year, *stages, of_year)))


def _budgets(view: View, budgets: dict[str, Budget], waiting: dict[str, Figure]) -> Table:
    rows = []
    for programme in sorted(budgets.keys() | waiting.keys()):
        budget = budgets.get(programme, Budget(programme, 0, 0, (0,) * _MONTHS))
        own = Where(year=view.year, series=(programme,))

        def amount(fen: int, *stages: str, own: Where = own) -> Cell:
            where = own.model_copy(update={"stage": stages})
            return Cell(fen, "money", view.link(BUDGETS, where) if fen else "")

        bound = budget.funds_fen != 0
        pace = budget.pace()[_running(view) - 1] if bound and _running(view) else None
        held = Where(stage=("waits",), series=(programme,))
        rows.append(
            (
                Cell(view.series(BUDGETS, programme)),
                amount(budget.funds_fen, *_FUNDS) if bound else Cell(None, "money"),
                amount(budget.used_fen, *_USES),
                Cell(budget.used_fen * _HUNDRED // budget.funds_fen if budget.funds_fen > 0 else None, "percent"),
                Cell(budget.left_fen, "money", view.link(BUDGETS, own)) if bound else Cell(None, "money"),
                Cell(pace, "money"),
                view.money(waiting.get(programme), WAITING, held),
            )
        )
    names = ("programme", "funds", "used", "used_share", "left", "left_at_pace", "waiting")
    heads = tuple(view.t(name) for name in names)
    return Table("budgets", view.t("budgets", year=view.year), heads, tuple(rows), note=view.t("no_budget_binds"))


def _monthly(view: View, posted: list[Figure], of_year: Where) -> Table:
    months = summed([Figure((f.key[2],), f.rows, f.count, f.whole, f.amount_fen) for f in posted], 1)
    rows = tuple(
        (
            Cell(month),
            view.count(figure, SUBSIDIES, of_year.model_copy(update={"month": month})),
            view.money(figure, SUBSIDIES, of_year.model_copy(update={"month": month})),
        )
        for (month,), figure in months.items()
    )
    heads = (view.t("month"), view.t("lines"), view.t("amount"))
    links = [view.link(SUBSIDIES, of_year)] * 2
    return Table("months", view.t("by_month"), heads, rows, summed_up(view.t("total"), rows, *links))


def _bars(view: View, posted: list[Figure]) -> Chart:
    items = [
        Bar(
            view.series(SUBSIDIES, programme),
            figure.amount_fen,
            in_yuan(figure.amount_fen),
            view.link(SUBSIDIES, Where(year=view.year, series=(programme,))),
        )
        for (programme,), figure in summed(posted, 1).items()
    ]
    says = "；".join(f"{item.label} {yuan(item.value)}" for item in items)
    title = view.t("subsidies_year", year=view.year)
    return Chart(title, bars(Heading("posted", title, says), items))


def _burned(view: View, budget: Budget) -> Chart:
    name = view.series(BUDGETS, budget.programme)
    amounts = {"funds": yuan(budget.funds_fen), "used": yuan(budget.used_fen), "left": yuan(budget.left_fen)}
    title = view.t("burn_down", name=name, year=view.year)
    heading = Heading(f"burn-{budget.programme}", title, view.t("burn_down_says", **amounts))
    lines = {view.t("left"): budget.path(_running(view)), view.t("left_at_pace"): budget.pace()}
    months = [f"{month:02d}" for month in range(1, _MONTHS + 1)]
    return Chart(title, burn_down(heading, months, lines, in_yuan))


def _running(view: View) -> int:
    """Return how many months of the year are over or running."""
    year = int(view.year)
    return view.day.month if view.day.year == year else _MONTHS if view.day.year > year else 0
