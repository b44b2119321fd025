"""How far a target is, how far it should be, where it will end at this pace; and the tasks of those behind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

from services.registry.domain.targets_plan import Plan, Target, Window
from services.registry.domain.targets_state import TARGET_COUNTY, Count, counts_of
from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.contract import Event
from shared.money import yuan
from shared.runner.core import Peek

TASKS: Final = tasks_of("target")
_PERCENT: Final = 100
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a target stands when a day is over; in the target's unit.

    Args:
        reached: None where it is a share of nobody. pace: Value x days gone / days of the window, rounded down; None
            where there is no value or no deadline. forecast: Where it ends if it goes on like this; as `pace`.
        gone, days: Of the window.
    """

    reached: int | None
    pace: int | None
    forecast: int | None
    gone: int
    days: int

    def is_behind(self, value: int | None, margin_percent: int) -> bool:
        """Tell whether it is behind the pace by more than a margin and a whole one; at the window's end by anything."""
        if value is None or self.reached is None or not self.days:
            return False
        kept = _PERCENT if self.gone == self.days else _PERCENT - margin_percent
        return self.reached < value * self.gone * kept // (self.days * _PERCENT)


def progress(target: Target, window: Window, counts: Iterable[Count], day: date) -> Progress:
    """Return where a target stands in the counties counted."""
    listed = list(counts)
    reached: int | None = sum(count.reached for count in listed)
    if target.unit == "percent":
        whole = sum(count.whole for count in listed)
        reached = (reached or 0) * _PERCENT // whole if whole else None
    gone, days = window.gone(day), window.days()
    pace = None if target.value is None or not days else target.value * gone // days
    forecast = None if reached is None or not gone else reached * days // gone
    if target.unit == "percent" and forecast is not None:
        forecast = min(forecast, _PERCENT)
    return Progress(reached, pace, forecast, gone, days)


def figure(target: Target, amount: int | None) -> str:
    """Return an amount in the target's unit; a dash for none."""
    if amount is None:
        return "-"
    return {"fen": lambda: yuan(amount), "percent": lambda: f"{amount}%"}.get(target.unit, lambda: str(amount))()


def looked_at(plan: Plan, day: date, peek: Peek) -> Iterator[Event]:
    """Yield the tasks that begin or end at the closing of a day on which targets are looked at."""
    looking = plan.looking(day)
    if looking is None:
        return
    seen = [county for county, _ in peek.every(TARGET_COUNTY)]
    for target in plan.targets:
        if target.measured and target.value is not None and any(map(target.covers, seen)):
            places = [place for place in target.scope if place in seen] if target.per_county else [""]
            for window, place in product(_windows(target, day), places):
                chosen = [count for county, count in counts_of(peek, target, window) if place in ("", county)]
                stands = progress(target, window, chosen, day)
                task = _task(target, window, place, stands)
                is_behind = stands.is_behind(target.value, looking.margin_percent)
                if window.last and day > window.last:
                    # What was missed before anybody counted here is nobody's task; what was begun is kept a while.
                    is_open = peek(TASKS, task.task_id).opened_on is not None
                    is_behind = is_behind and is_open and _months(window.last, day) <= looking.kept_months
                yield from stand(peek, TASKS, task, day, holds=is_behind)


def _windows(target: Target, day: date) -> Iterator[Window]:
    """Yield the windows with a deadline that have begun by a day."""
    if target.every == "span":
        if target.until and target.since <= day and (window := target.window(target.until)):
            yield window
        return
    for year in range(target.since.year, day.year + 1):
        if window := target.window(date(year, 1, 1)):
            yield window


def _task(target: Target, window: Window, county: str, stands: Progress) -> Task:
    clause = f"{target.document} {target.clause}"
    reached = figure(target, stands.reached)
    until = window.last.isoformat() if window.last else ""
    if target.coverage:
        details = {"target": target.zh, "covered": reached, "whole": figure(target, target.value), "until": until}
    else:
        value, pace = figure(target, target.value), figure(target, stands.pace)
        details = {"target": target.zh, "year": window.name, "value": value, "reached": reached, "pace": pace}
    return Task(
        "coverage_behind" if target.coverage else "target_behind",
        "|".join(filter(None, (target.id, window.name, county))),
        county or None,
        None,
        window.last,
        details | {"clause": clause},
    )


def _months(last: date, day: date) -> int:
    return (day.year - last.year) * _MONTHS + day.month - last.month
