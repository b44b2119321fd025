"""Targets as people read them: value, deadline, reached, pace, forecast, and the facts behind a figure. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.registry.domain.targets_pace import Progress, figure, progress
from services.registry.domain.targets_plan import Plan, Target, Window
from services.registry.domain.targets_state import Count, Counted, Once, merged, once_id
from shared.ops.words import say

UNITS: Final = {
    "people": ("人", "people"),
    "person_times": ("人次", "person-times"),
    "activities": ("场", "activities"),
    "organisations": ("家", "organisations"),
    "projects": ("个项目", "projects"),
    "percent": ("", ""),
    "villages": ("个村", "villages"),
    "counties": ("个县", "counties"),
    "fen": ("元", "yuan"),
}
STATUS: Final = {
    "not_measured": ("未计量", "not measured"),
    "value_unset": ("数值未定", "value unset"),
    "no_deadline": ("无期限", "no deadline"),
    "part": ("全域目标的一部分", "part of the whole"),
    "nobody": ("尚无对象", "for nobody yet"),
    "reached": ("已完成", "reached"),
    "on_pace": ("按进度", "on pace"),
    "behind": ("落后", "behind"),
    "missed": ("未完成", "missed"),
}
BEHIND: Final = frozenset({"behind", "missed"})


@dataclass(frozen=True, slots=True)
class _At:
    """Which window of a target is looked at, when, and where; empty: everywhere."""

    window: Window | None
    day: date
    county: str


def rows_of(
    plan: Plan, counts: Iterable[Count], day: date, *, county: str = "", year: str = ""
) -> list[dict[str, Any]]:
    """Return one row a target: of the window that a year is in, without one of the window that a day is in.

    Args:
        plan: The targets.
        counts: All counts.
        day: Up to which days have gone by.
        county: Only what counts there; what is asked of the whole scope then has no pace.
        year: `2018`.
    """
    by_target: dict[str, list[Count]] = {}
    for count in counts:
        by_target.setdefault(count.target, []).append(count)
    rows = []
    for target in plan.targets:
        window = _window(target, day, year)
        if (county and not target.covers(county)) or (year and window is None):
            continue
        found = dict(merged(by_target.get(target.id, ()), window.name)) if window else {}
        places = target.scope if target.per_county and not county else (county,)
        for place in places:
            chosen = [count for at, count in found.items() if place in ("", at)]
            rows.append(_row(plan, target, chosen, _At(window, day, place)))
    return rows


def recounted(
    counts: Iterable[Count], facts: Iterable[Counted], once: Mapping[str, Once], as_of: date
) -> Iterator[Count]:
    """Yield the counts of the facts whose own day is over by a day; whom a target is for stays as it is known."""
    names: dict[tuple[str, str, str], set[str]] = {}
    times: dict[tuple[str, str, str], int] = {}
    for fact in facts:
        if fact.day > as_of:
            continue
        home = once.get(once_id(fact.target, fact.window, fact.counts), Once()).home if fact.counts else ""
        if home:
            names.setdefault((fact.target, fact.window, home), set()).add(fact.counts)
        key = (fact.target, fact.window, fact.county)
        times[key] = times.get(key, 0) + fact.times
    for count in counts:
        key = (count.target, count.window, count.county)
        yield replace(count, distinct=len(names.get(key, ())), times=times.get(key, 0))


def facts_rows(facts: Iterable[Counted], *, county: str = "", as_of: date | None = None) -> list[dict[str, Any]]:
    """Return the facts behind a figure, by day."""
    listed = [fact for fact in facts if county in ("", fact.county) and (as_of is None or fact.day <= as_of)]
    return [
        {
            "day": fact.day,
            "fact": fact.topic,
            "id": fact.fact,
            "county": fact.county,
            "counts": fact.counts or None,
            "times": fact.times,
        }
        for fact in sorted(listed, key=lambda fact: (fact.day, fact.fact))
    ]


def _window(target: Target, day: date, year: str) -> Window | None:
    """Return the window asked for; without a year the one of the day, or the nearest to it."""
    if target.every == "span":
        inside = not year or target.since.year <= int(year) <= (target.until or date.max).year
        return target.window(target.since) if inside else None
    last = target.until.year if target.until else date.max.year
    wanted = int(year) if year else min(max(day.year, target.since.year), last)
    return target.window(date(wanted, 1, 1))


def _row(plan: Plan, target: Target, counts: list[Count], at: _At) -> dict[str, Any]:
    window, county = at.window, at.county
    measured = target.measured and window is not None
    stands = progress(target, window, counts, at.day) if window and measured else Progress(None, None, None, 0, 0)
    if county and not target.per_county and target.unit != "percent":
        stands = replace(stands, pace=None)  # the pace is the whole scope's
    status = _status(plan, target, stands, at.day)
    return {
        "target": target.id,
        "title": say(target.zh, target.en),
        "county": county or None,
        "window": window.name if window else None,
        "deadline": window.last if window else None,
        "unit": target.unit,
        "value": target.value,
        "value_said": _said(target, target.value),
        "reached": stands.reached,
        "reached_said": _said(target, stands.reached),
        "counted_once": sum(count.distinct for count in counts) if measured else None,
        "added_up": sum(count.times for count in counts) if measured else None,
        "whole": sum(count.whole for count in counts) if target.whose else None,
        "pace": stands.pace,
        "pace_said": _said(target, stands.pace),
        "forecast": stands.forecast,
        "forecast_said": _said(target, stands.forecast),
        "uncovered": _uncovered(target, counts) if measured and not county else None,
        "status": status,
        "status_said": say(*STATUS[status]),
        "missing": target.missing or None,
        "note": target.note or None,
        "document": target.document,
        "clause_no": target.clause,
        "clause": f"{target.document} {target.clause}",
        "rows": list(target.rows),
    }


def _uncovered(target: Target, counts: Iterable[Count]) -> list[str] | None:
    """Return the counties that a rotation has not reached; None where what it is to reach is not named."""
    if target.unit != "counties":
        return None
    return sorted(set(target.scope) - {count.county for count in counts if count.distinct})


def _status(plan: Plan, target: Target, stands: Progress, day: date) -> str:
    if not target.measured:
        return "not_measured"
    if target.value is None:
        return "value_unset"
    if stands.reached is None:
        return "nobody"
    if stands.reached >= target.value:
        return "reached"
    return _short_of(plan, target, stands, day)


def _short_of(plan: Plan, target: Target, stands: Progress, day: date) -> str:
    if not stands.days:
        return "no_deadline"
    if stands.pace is None:
        return "part"
    if stands.gone == stands.days:
        return "missed"
    policy = [one for one in plan.policy if one.since <= day]
    behind = stands.is_behind(target.value, policy[-1].margin_percent if policy else 0)
    return "behind" if behind else "on_pace"


def _said(target: Target, amount: int | None) -> str:
    zh, en = UNITS[target.unit]
    return "-" if amount is None else figure(target, amount) + say(zh, f" {en}".rstrip())
