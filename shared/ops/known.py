"""`bangfu ops what-was-known --on DATE`: the ledger as it stood when that day was closed.

Lines are never changed or removed, so what was known is what was posted by then.
"""

import asyncio
from collections import Counter
from datetime import date
from typing import Annotated

import typer

from shared.errors import BangfuError
from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.clocks import day
from shared.ops.looking import View, looking
from shared.ops.output import AsJson, console, show
from shared.ops.words import headed, say
from shared.settings import Settings
from shared.store import Row


def register(ops: typer.Typer) -> None:
    """Add the command."""
    ops.command("what-was-known", help=say("某日结账时的台账。", "The ledger as it stood at the close of a day."))(
        what_was_known
    )


def what_was_known(
    on: Annotated[str, typer.Option("--on", help=say("日期 YYYY-MM-DD", "day, YYYY-MM-DD"))],
    as_json: AsJson = False,
) -> None:
    """Print the lines posted on or before a day, their sums by programme, and their digest."""
    closed = day("--on", on)
    if closed is None:
        raise BangfuError(say("--on 须给出日期", "--on names a day"))

    async def look() -> Row:
        async with looking(Settings()) as view:
            return await known(view, closed)

    found = asyncio.run(look())
    if as_json:
        console.print_json(data=found)
        return
    columns = headed("line_no", "posted_on", "programme", "payee", "person_id", "period", "amount")
    show(found["lines"], columns, title=on, as_json=False)
    sums = [{"programme": programme, "sum": amount} for programme, amount in found["sums"].items()]
    headings = [("programme", say("项目", "programme")), ("sum", say("合计(元)", "yuan"))]
    show(sums, headings, title=say("各项目合计", "sums"), as_json=False)
    console.print(f"{say('台账摘要', 'ledger digest')} {found['digest']}", highlight=False)


async def known(view: View, day: date) -> Row:
    """Return the lines that were posted by the end of a day, sums in yuan by programme, and the digest."""
    states = await view.states("line", {"state.posted.posted_on": {"$lte": day.isoformat()}})
    posted: list[LinePosted] = sorted((line.posted for line in states.values()), key=lambda line: line.line_no)
    sums: Counter[str] = Counter()
    for line in posted:
        sums[line.claim.programme] += line.amount_fen
    return {
        "on": day.isoformat(),
        "lines": [_row(line) for line in posted],
        "sums": {programme: yuan(amount) for programme, amount in sorted(sums.items())},
        "digest": view.work("digest")(states.values()),
    }


def _row(line: LinePosted) -> Row:
    return {
        "line_no": line.line_no,
        "line_id": line.line_id,
        "posted_on": line.posted_on.isoformat(),
        "programme": line.claim.programme,
        "payee": line.claim.payee,
        "person_id": line.claim.person_id or "",
        "period": line.claim.period,
        "amount": yuan(line.amount_fen),
        "clause": line.clause,
    }
