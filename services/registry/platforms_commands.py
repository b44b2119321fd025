"""`bangfu platforms`: what the data say of each village platform's year, and why."""

from typing import Annotated, Final

import typer

from services.registry.domain.platforms import Rating
from services.registry.domain.platforms_state import FAULT, PLATFORM, REFUSALS, faults_of
from services.registry.platforms_file import load_rating
from services.registry.platforms_views import PARTS, fault_rows, refusal_rows, scores
from services.registry.targets_commands import last_day
from shared.errors import BangfuError
from shared.ops.asked import Village
from shared.ops.clocks import AsOf, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say

_HEADINGS: Final = (
    ("village", say("村", "village")),
    ("year", say("年度", "year")),
    ("score", say("得分", "score")),
    ("grade", say("建议等级", "suggested grade")),
    *((part, say(*said)) for part, said in PARTS.items()),
    ("facts", say("事实", "facts")),
    ("refused", say("退回", "refused")),
    ("corrected", say("更正", "corrected")),
)
_PARTS: Final = (
    ("part", say("项目", "part")),
    ("points", say("得分", "points")),
    ("weight", say("满分", "of")),
    ("because", say("理由", "because")),
)
_FAULTS: Final = (
    ("known_on", say("入库日", "known on")),
    ("fact", say("事实", "fact")),
    ("id", say("编号", "id")),
    ("lacks", say("缺少字段", "lacks")),
    ("late_days", say("逾期天数", "days late")),
    ("wrong", say("差错", "wrong")),
)
_SOURCES: Final = (
    ("source", say("来源", "source")),
    ("code", say("退回代码", "code")),
    ("refused", say("次数", "times")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "村级平台数据评分：完整、及时、正确；--explain 逐条说明扣分，--source 按来源看退回。",
            "Village platforms scored by their data; --explain says why, --source shows what was refused.",
        )
    )(platforms)


def platforms(
    *,
    village: Village = "",
    source: Annotated[str, typer.Option(help=say("来源；* 为全部", "source; * for all"))] = "",
    year: Annotated[int, typer.Option(help=say("年度，缺省为当年", "year; else the current one"))] = 0,
    explain: Annotated[bool, typer.Option("--explain", help=say("逐条说明", "row by row"))] = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show the scores of village platforms; explained, or what was refused of a source."""
    if explain and not village:
        raise BangfuError(say("--explain 须同时给出 --village", "--explain needs --village"))
    seen = clocks(as_of, known_at)
    day = last_day(seen)
    asked = year or day.year
    if source:
        rows = refusal_rows(kept(REFUSALS, seen), asked, source=source)
        show(rows, _SOURCES, title=say("退回的事实", "refused facts"), as_json=as_json)
        return
    found = scores(kept(PLATFORM, seen), Rating(load_rating()), asked, day, village=village)
    if not explain:
        show(found, _HEADINGS, title=say(f"村级平台 {asked}", f"village platforms {asked}"), as_json=as_json)
        return
    faults = fault_rows(kept(FAULT, seen, tag=faults_of(village, asked)).values())
    if as_json:
        show([row | {"faults": faults} for row in found], (), title="", as_json=True)
        return
    show(found, _HEADINGS, title=say(f"村级平台 {asked}", f"village platforms {asked}"), as_json=False)
    for row in found:
        parts = [part | {"part": say(*PARTS[part["part"]])} for part in row["parts"]]
        show(parts, _PARTS, title=say("得分构成", "how the score is made up"), as_json=False)
    told = [{key: "" if value is None else value for key, value in fault.items()} for fault in faults]
    show(told, _FAULTS, title=say("扣分的事实", "facts that cost points"), as_json=False)
    zh = "等级由人决定：评定后发布 appraisal.recorded（kind: village_platform），补助据此核算。"
    en = "People decide the grade: once decided, publish appraisal.recorded (kind: village_platform)."
    console.print(say(zh, en), highlight=False)
