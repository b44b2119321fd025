"""`bangfu duties`: what is owed, by when, done when, shown by what, under which clause."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Annotated, Final

import typer

from services.registry.domain.calendar import CALENDAR, OPEN
from services.registry.domain.duties_parameters import FIGURES, PUBLISHED, Figures
from services.registry.duties_subscription import DUTY_LAW
from services.registry.duties_views import Row, Wanted, listed, unset
from shared.errors import BangfuError
from shared.ops.asked import County, Person
from shared.ops.clocks import NOW, AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say

_ONE_DAY: Final = timedelta(days=1)
_STATUS: Final = {
    "open": say("待办", "open"),
    "overdue": say("逾期", "overdue"),
    "rests": say("中止", "rests"),
    "fulfilled": say("已完成", "done"),
    "late": say("逾期完成", "done late"),
    "lapsed": say("未完成", "not done"),
}
_TITLE: Final = say("zh", "en")
_HEADINGS: Final = (
    ("subject_id", say("对象", "subject")),
    (_TITLE, say("职责", "duty")),
    ("period", say("期间", "period")),
    ("due_on", say("应于", "due")),
    ("done_on", say("完成", "done")),
    ("state", say("状态", "status")),
    ("effect", say("影响", "effect")),
    ("clause", say("条款", "clause")),
    ("proof", say("佐证", "evidence")),
)
_UNSET: Final = (
    (_TITLE, say("职责", "duty")),
    ("parameter", say("待发布参数", "parameter")),
    ("missing", say("所缺依据", "missing document")),
    ("clause", say("条款", "clause")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "duties",
        help=say("各项职责：期间、期限、完成、佐证和条款。", "Duties: period, due day, done, evidence, clause."),
    )(duties)


def duties(
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help=say("只列逾期未完成的", "only what is overdue"))] = False,
    due: Annotated[str, typer.Option(help=say("该日以前到期而未完成的", "not done and due by this day"))] = "",
    county: County = "",
    person: Person = "",
    placement: Annotated[str, typer.Option(help=say("任职编号", "employment id of a placement"))] = "",
    everything: Annotated[bool, typer.Option("--all", help=say("含已完成的", "what is done, too"))] = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """List duties by the day on which they are due; at the end those whose cadence no document sets."""
    seen = clocks(as_of, known_at)
    wanted = Wanted(county, person, placement, _day(due), overdue, everything)
    day = _today(seen)
    ids = {f"placement:{placement}"} if placement else None
    tag = f"person:{person}" if person else f"county:{county}" if county else ""
    rows = listed(DUTY_LAW, kept(DUTY_LAW.book, seen, ids=ids, tag=tag), wanted, day)
    gaps = unset(DUTY_LAW.rulebook, kept(FIGURES, seen).get(PUBLISHED, Figures()), county, day)
    if as_json:
        console.print_json(data={"day": day.isoformat(), "duties": rows, "unset": gaps})
        return
    show(map(_worded, rows), _HEADINGS, title=say(f"职责（{day}）", f"duties on {day}"), as_json=False)
    if not overdue and not due:
        show(gaps, _UNSET, title=say("文件未规定周期的职责", "duties whose cadence no document sets"), as_json=False)


def _worded(row: Row) -> Row:
    papers: Collection[str] = row["evidence"]
    effect = f"{row['pays']}: {row['reason']}" if row["pays"] else ""
    clause = f"{row['document']} {row['clause']}"
    return row | {"state": _STATUS[row["status"]], "effect": effect, "clause": clause, "proof": " ".join(papers)}


def _today(seen: Clocks) -> date:
    """Return the day on which the duties are looked at: the one asked for, or the day that was open."""
    if seen.as_of is not None:
        return seen.as_of
    calendar = None if seen.known_at else kept(CALENDAR, NOW, ids={OPEN}).get(OPEN)
    last = seen.known_at or (calendar.last_closed if calendar else None)
    if last is None:
        raise BangfuError(say("尚未结过账，请给出 --as-of 日期", "no day is closed yet: name one with --as-of"))
    return last + _ONE_DAY


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BangfuError(f"--due {text}: {say('日期写作', 'a day is written')} 2018-03-31") from None
