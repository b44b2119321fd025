"""`bangfu roster` and `bangfu feeds`: what became of a snapshot, who is told to be what, and which feed is silent."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from services.registry import roster_views as views
from services.registry.domain.roster import ROSTER
from services.registry.domain.snapshot import Snapshot
from services.registry.domain.snapshot_parts import PART, part_id
from services.registry.roster_sheets import COUNTS, REASONS, STAGES, write_report
from services.registry.subscribers import EXCHANGE, FEEDS
from shared.errors import BangfuError
from shared.events.types import is_person_id
from shared.ops.clocks import AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.reading import states
from shared.ops.words import say

Output = Annotated[Path | None, typer.Option("-o", "--output", help=say("写入 Excel 文件", "write an .xlsx file"))]
_FEEDS: Final = (
    ("feed", say("数据来源", "feed")),
    ("county", say("县", "county")),
    ("last_on", say("最近到达", "last")),
    ("due_on", say("应到日", "due")),
    ("silent", say("已中断", "silent")),
    ("days", say("周期(天)", "days")),
    ("programmes", say("依赖的项目", "programmes")),
)
_HISTORY: Final = (
    ("since", say("起始日", "since")),
    ("status", say("身份", "status")),
    ("county", say("县", "county")),
    ("source", say("来源", "source")),
    ("known_on", say("知悉日", "known on")),
    ("in_force", say("有效", "in force")),
)
_HELD: Final = (
    ("snapshot_id", say("快照", "snapshot")),
    ("county", say("县", "county")),
    ("as_of", say("截止日", "as of")),
    ("reason", say("原因", "reason")),
    ("parts", say("分批", "parts")),
    ("people", say("人数", "people")),
)
_COUNTS: Final = (("what", say("项目", "what")), ("count", say("数量", "count")))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help=say("花名册：快照、退出、身份", "The roster: snapshots, exits"))
    commands = (
        (report, say("向报送单位反馈一次快照的处理结果。", "What became of a snapshot, for its sender.")),
        (held, say("暂缓入库、等待确认的快照。", "Snapshots that wait to be confirmed.")),
        (history, say("一个人的身份历史及来源。", "Every status told of a person, and by whom.")),
    )
    for command, words in commands:
        group.command(command.__name__, help=words)(command)
    app.add_typer(group, name="roster")
    words = say("各县数据来源：最近到达、应到日、是否中断。", "Feeds: last day, due day, silent or not.")
    app.command(help=words)(feeds)


def report(
    snapshot_id: Annotated[str, typer.Argument(metavar="SNAPSHOT", help=say("快照编号", "snapshot id"))],
    output: Output = None,
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show what became of a snapshot; with `-o` also as a workbook for the sender."""
    seen = clocks("", known_at)
    snapshot = kept(EXCHANGE.snapshots, seen, ids={snapshot_id}).get(snapshot_id)
    if snapshot is None:
        raise BangfuError(say(f"没有快照 {snapshot_id}", f"there is no snapshot {snapshot_id}"))
    found = _report(snapshot_id, snapshot, seen)
    if output is not None:
        try:
            write_report(found, output)
        except ValueError:
            raise BangfuError(f"{output}: {say('文件名须以 .xlsx 结尾', 'a report is a .xlsx file')}") from None
        except OSError as error:
            raise BangfuError(f"{output}: {say('无法写入', 'it cannot be written')} ({error.strerror})") from None
    if as_json:
        console.print_json(data=found, default=str)
        return
    said = [say(*STAGES[found["stage"]])] + ([say(*REASONS[found["reason"]])] if found["reason"] else [])
    title = say(f"快照 {snapshot_id}：{'，'.join(said)}", f"snapshot {snapshot_id}: {', '.join(said)}")
    rows = [{"what": say(zh, name), "count": found["counts"][name]} for name, zh in COUNTS]
    show(rows, _COUNTS, title=title, as_json=False)
    if output is not None:
        console.print(say(f"已写入 {output}", f"written to {output}"), highlight=False)


def held(known_at: KnownAt = "", as_json: AsJson = False) -> None:
    """List the snapshots that wait to be confirmed or dropped."""
    rows = views.held(kept(EXCHANGE.snapshots, clocks("", known_at)))
    told = rows if as_json else [row | {"reason": say(*REASONS[row["reason"]])} for row in rows]
    show(told, _HELD, title=say("待确认的快照", "held snapshots"), as_json=as_json)
    for row in () if as_json else rows:
        console.print(say("内容摘要", "content hash"), row["snapshot_id"], row["content_hash"], soft_wrap=True)


def history(
    person: Annotated[str, typer.Argument(metavar="PERSON", help=say("人员编号 (p...)", "person id (p...)"))],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """List every status that was told of a person, by whom and since when it is known."""
    seen = clocks(as_of, known_at)
    if not is_person_id(person):
        raise BangfuError(say("人员编号以 p 开头共 26 位", "a person id is p and 25 letters"))
    listed = kept(ROSTER, seen, ids={person}).get(person)
    rows = views.history(listed, seen) if listed else []
    show(rows, _HISTORY, title=say("身份历史", "statuses"), as_json=as_json)


def feeds(as_of: AsOf = "", known_at: KnownAt = "", as_json: AsJson = False) -> None:
    """List the feeds of each county: last day, due day, silent or not."""
    seen = clocks(as_of, known_at)
    days = [day for day in (seen.as_of, seen.known_at) if day is not None]
    then = Clocks(known_at=min(days, default=None))  # an arrival is known on the day on which it arrives
    rows = views.feeds(kept(FEEDS.feeds, then))
    show(rows, _FEEDS, title=say("数据来源", "feeds"), as_json=as_json)


def _report(snapshot_id: str, snapshot: Snapshot, seen: Clocks) -> dict[str, Any]:
    ids = {part_id(snapshot_id, int(number)) for number in snapshot.seen}
    query = {"state.proposal.snapshot_id": snapshot_id}
    exits = kept(ROSTER, seen) if seen.known_at else states("registry", ROSTER, query)
    return views.report(snapshot_id, snapshot, kept(PART, seen, ids=ids).values(), exits)
