"""How `bangfu whatif` is asked and what it prints: Chinese first, `BANGFU_LANG=en` for English."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from services.subsidy.domain.comparing import canonical
from services.subsidy.whatif import Question, answered, answered_live, facts_of, question
from shared.errors import BangfuError
from shared.money import yuan
from shared.ops.clocks import day
from shared.ops.output import AsJson, console, errors, show
from shared.ops.words import say
from shared.runner.core import Keys

Row = dict[str, Any]
_SHOWN = 20
_EVERY = 500
_OFFLINE = Keys(person=b"offline!" * 4, content=b"offline!" * 4)  # pseudonyms of an offline run are of no use elsewhere


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "假如改动项目文件：重放历史，列出差异、受益者、受损者和预算（不发布、不支付）。",
            "What if programme files were changed: replay history, print differences, winners, losers and budgets.",
        )
    )(whatif)


def whatif(
    *,
    programmes: Annotated[
        Path,
        typer.Option(
            help=say(
                "改动后的项目文件目录，同名文件取代现行文件", "folder of changed files; each replaces its namesake"
            )
        ),
    ],
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help=say(
                "自该日起按改动后的文件：标准按适用日，条件按所属期首日",
                "the changed files hold from this day: figures by the day that counts, texts by a period's first day",
            ),
        ),
    ],
    county: Annotated[str, typer.Option(help=say("只比较该县（代码）", "compare this county only (code)"))] = "",
    facts: Annotated[
        Path | None, typer.Option(help=say("离线：从事实文件重放", "offline: replay a file of facts"))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=say("把差异写入文件，供审批时引用内容摘要", "write the difference; approvals name its content hash")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print what changed programme files would have changed, from a day on."""
    first = day("--from", from_)
    if first is None:
        raise BangfuError(say("--from 须给出日期", "--from names a day"))
    asked = question(programmes, first, county)
    found = answered(asked, lambda: facts_of(facts, _OFFLINE)) if facts else _live(asked)
    if out:
        out.write_bytes(canonical(found))
    if as_json:
        console.print_json(data=found)
    else:
        _print(found)


def _live(asked: Question) -> Row:
    with errors.status(say("重放中", "folding")) as status:

        def told(facts: int) -> None:
            if facts % _EVERY == 0:
                status.update(f"{say('重放中', 'folding')} {facts}")

        return asyncio.run(answered_live(asked, told))


def _print(found: Row) -> None:
    _what(found)
    for by, heading in (
        ("programme", say("项目", "programme")),
        ("county", say("县", "county")),
        ("month", say("所属期", "month")),
    ):
        _sums(found[f"by_{by}"], by, heading, say(f"按{heading}", f"by {heading}"))
    for by, title in (("winners", say("受益者", "winners")), ("losers", say("受损者", "losers"))):
        _sums(found[by], "payee", say("收款方", "payee"), title)
    _budgets(found["budgets"])
    total = found["sum"]["difference_fen"]
    winners, losers = len(found["winners"]), len(found["losers"])
    zh = f"合计变化 {yuan(total)} 元；受益 {winners}，受损 {losers}；重放事实 {found['facts']} 条，记账至 "
    en = f"in all {yuan(total)} yuan; winners {winners}, losers {losers}; {found['facts']} facts, posted until "
    console.print(say(zh, en) + str(found["posted_until"]), highlight=False)
    console.print(f"{say('内容摘要', 'content hash')} {found['content_hash']}", highlight=False)


def _what(found: Row) -> None:
    nothing = say("无", "none")
    for what, names in (
        (say("改动的条件", "texts changed"), found["changed_texts"]),
        (say("改动的标准", "figures changed"), found["changed_figures"]),
    ):
        console.print(f"{what}: {', '.join(names) or nothing}", highlight=False)


def _sums(rows: list[Row], by: str, heading: str, title: str) -> None:
    if not rows:
        return
    headings = ((by, heading), ("before", say("现行(元)", "now")), ("after", say("改动后(元)", "then")),
                ("difference", say("变化(元)", "change")))  # fmt: skip
    show(_yuan(rows[:_SHOWN]), headings, title=title, as_json=False)
    if len(rows) > _SHOWN:
        console.print(say(f"其余 {len(rows) - _SHOWN} 项见 --json", f"{len(rows) - _SHOWN} more: --json"))


def _budgets(rows: list[Row]) -> None:
    if not rows:
        return
    headings = (
        ("programme", say("项目", "programme")),
        ("county", say("县", "county")),
        ("fiscal_year", say("年度", "year")),
        ("granted_after", say("预算(元)", "granted")),
        ("left_before", say("现行余额", "left now")),
        ("left_after", say("改动后余额", "left then")),
        ("waiting_before", say("现行等候", "waiting now")),
        ("waiting_after", say("改动后等候", "waiting then")),
    )
    show(_yuan(rows), headings, title=say("预算", "budgets"), as_json=False)
    console.print(say("余额为负：该预算从未下达，不受限。", "Less than nil: never granted, so that it does not bind."))


def _yuan(rows: Iterable[Row]) -> list[Row]:
    return [
        {name.removesuffix("_fen"): yuan(value) if name.endswith("_fen") else value for name, value in row.items()}
        for row in rows
    ]
