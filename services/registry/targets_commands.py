"""`bangfu targets`: how far each target of the documents is, and which facts say so."""

from datetime import date
from typing import Annotated, Any, Final

import typer

from services.registry.domain.calendar import CALENDAR, OPEN
from services.registry.domain.targets_plan import Target
from services.registry.domain.targets_state import COUNTED, ONCE, TARGET_COUNT, facts_of, once_id
from services.registry.targets_file import load_targets
from services.registry.targets_views import BEHIND, facts_rows, recounted, rows_of
from shared.errors import BangfuError
from shared.ops.asked import County
from shared.ops.clocks import AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import county as name_of
from shared.ops.words import say
from shared.strict_yaml import closest

_HEADINGS: Final = (
    ("target", say("编号", "id")),
    ("title", say("目标", "target")),
    ("deadline", say("期限", "deadline")),
    ("value_said", say("目标值", "value")),
    ("reached_said", say("已完成", "reached")),
    ("pace_said", say("应为", "pace")),
    ("forecast_said", say("预计", "forecast")),
    ("status_said", say("状态", "status")),
    ("clause_no", say("条", "clause")),
)
_FACTS: Final = (
    ("day", say("日期", "day")),
    ("fact", say("事实", "fact")),
    ("id", say("编号", "id")),
    ("county", say("县", "county")),
    ("counts", say("计一次的对象", "counts once")),
    ("times", say("累加", "adds")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "目标任务：目标值、期限、已完成、按进度应为、预计、依据；--facts 目标编号 列出其下的事实。",
            "Targets: value, deadline, reached, pace, forecast, clause; --facts ID lists the facts behind one.",
        )
    )(targets)


def targets(
    *,
    county: County = "",
    year: Annotated[str, typer.Option(help=say("年度，如 2018", "year, e.g. 2018"))] = "",
    behind: Annotated[bool, typer.Option("--behind", help=say("只列落后和未完成的", "only those behind"))] = False,
    facts: Annotated[str, typer.Option(metavar="ID", help=say("列出该目标的事实", "the facts of a target"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show how far the targets are; or, with `--facts`, what counts towards one of them."""
    if year and not (len(year) == len("2018") and year.isdigit()):
        raise BangfuError(f"--year {year}: {say('年度写作 2018', 'a year is written 2018')}")
    seen = clocks(as_of, known_at)
    day = last_day(seen)
    if facts:
        _show_facts(facts, county, year, seen, day, as_json=as_json)
        return
    plan = load_targets()
    counts = list(kept(TARGET_COUNT, seen).values())
    if seen.as_of:
        found = kept(COUNTED, seen).values()
        named = {once_id(fact.target, fact.window, fact.counts) for fact in found if fact.counts}
        counts = list(recounted(counts, found, kept(ONCE, seen, ids=named), seen.as_of))
    rows = rows_of(plan, counts, day, county=county, year=year)
    chosen = [row for row in rows if not behind or row["status"] in BEHIND]
    if as_json:
        show(chosen, (), title="", as_json=True)
        return
    _show_tables(chosen, day)


def _show_tables(chosen: list[dict[str, Any]], day: date) -> None:
    for document in dict.fromkeys(row["document"] for row in chosen):
        listed = [_told(row) for row in chosen if row["document"] == document]
        show(listed, _HEADINGS, title=f"{document} {say('截至', 'as of')} {day}", as_json=False)
    for row in chosen:
        if row["uncovered"]:
            places = "、".join(map(name_of, row["uncovered"]))
            console.print(say(f"尚未覆盖 {row['title']}：{places}", f"{row['target']} has not covered: {places}"))
        if row["missing"]:
            console.print(say(f"未计量 {row['title']}：{row['missing']}", f"{row['target']} is not measured"))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for the table: nothing where there is nothing, the county where a row is one county's."""
    told = {name: "" if value is None else value for name, value in row.items()}
    return told | {"title": f"{row['title']} {row['county']}" if row["county"] else row["title"]}


def _show_facts(id_: str, county: str, year: str, seen: Clocks, day: date, *, as_json: bool) -> None:
    target = _target(id_)
    asked = date(int(year), 1, 1) if year and target.every == "year" else day
    window = target.window(asked) or target.window(target.until or target.since)
    name = window.name if window else ""
    rows = facts_rows(kept(COUNTED, seen, tag=facts_of(id_, name)).values(), county=county, as_of=seen.as_of)
    told = rows if as_json else [{key: "" if value is None else value for key, value in row.items()} for row in rows]
    show(told, _FACTS, title=f"{say(target.zh, target.en)} {name}", as_json=as_json)
    if target.missing and not as_json:
        console.print(say(f"未计量：{target.missing}", f"not measured: {target.missing}"), highlight=False)


def _target(id_: str) -> Target:
    known = {target.id: target for target in load_targets().targets}
    if id_ not in known:
        raise BangfuError(say(f"没有目标 {id_}", f"no target {id_}") + closest(id_, known))
    return known[id_]


def last_day(seen: Clocks) -> date:
    """Return the last day that is over when the clocks look, and that they look up to."""
    calendar = kept(CALENDAR, Clocks(), ids={OPEN}).get(OPEN)
    last = (calendar.last_closed if calendar else None) or date.min
    return min(last, seen.known_at or date.max, seen.as_of or date.max)
