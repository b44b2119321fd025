"""What subsidy adds to `bangfu`: statements and the digest of the ledger."""

from typing import Annotated

import typer

from services.subsidy import asking, budget_command, programme_commands, views, whatif_command
from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.domain.ledger import LINE, Line
from services.subsidy.domain.queue import CLAIM
from services.subsidy.reverse_index import posted
from shared.errors import BangfuError
from shared.money import yuan
from shared.ops.clocks import AsOf, Clocks, KnownAt, clocks
from shared.ops.output import AsJson, console, show
from shared.ops.reading import states
from shared.ops.words import say

_HEADINGS = (
    ("line_no", say("序号", "no")),
    ("period", say("所属期", "period")),
    ("posted", say("记账月", "posted")),
    ("amount", say("金额(元)", "yuan")),
    ("sentence", say("说明", "what")),
    ("clause", say("依据", "clause")),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    programme_commands.register(app)
    asking.register(app)
    budget_command.register(app)
    app.command(
        help=say("人员或单位的补贴明细，逐行附依据。", "Ledger lines of a person or an employer, each with its clause.")
    )(statement)
    app.command(help=say("台账摘要：摘要相同即逐行相同。", "Digest of the ledger: equal digests mean equal lines."))(
        digest
    )
    whatif_command.register(app)


def statement(
    person: Annotated[str, typer.Option(help=say("人员编号 (p...)", "person id (p...)"))] = "",
    employer: Annotated[str, typer.Option(help=say("统一社会信用代码", "credit code"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show the ledger lines of a person or an employer, each with its clause, and their sum."""
    if bool(person) == bool(employer):
        zh, en = "须且只须给出 --person 编号 或 --employer 信用代码", "name one: --person ID or --employer CODE"
        raise BangfuError(say(zh, en))
    tag = f"person:{person}" if person else f"payee:{employer}"
    seen = clocks(as_of, known_at)
    lines = posted(states("subsidy", LINE, {"tags": tag}).values(), seen)
    found = views.statement(lines, shipped_rulebook().programmes)
    field = "person_id" if person else "payee"
    # What waits now says nothing of what waited then.
    query = {f"state.change.claim.{field}": person or employer}
    waiting = {} if seen.known_at else states("subsidy", CLAIM, query)
    for_money = [claim for claim in waiting.values() if claim.due_on is None]
    found["waiting_for_budget"] = len(for_money)
    found["waiting"] = yuan(sum(claim.change.change_fen for claim in waiting.values() if claim.change))
    found["waiting_lines"] = len(waiting)
    if as_json:
        console.print_json(data=found)
        return
    show(found["lines"], _HEADINGS, title=say("补贴明细", "statement"), as_json=False)
    console.print(say(f"合计 {found['sum']} 元", f"sum {found['sum']} yuan"), highlight=False)
    if waiting:
        zh = f"另有 {len(waiting)} 笔共 {found['waiting']} 元待记账（其中 {len(for_money)} 笔因预算不足排队）"
        en = f"{len(waiting)} more, {found['waiting']} yuan, are to be posted ({len(for_money)} wait for their budget)"
        console.print(say(zh, en), highlight=False)


def _is_seen(line: Line, seen: Clocks) -> bool:
    return line.posted is not None and seen.see(line.posted.claim.period, line.posted.posted_on)


def digest(as_of: AsOf = "", known_at: KnownAt = "", as_json: AsJson = False) -> None:
    """Print the digest of the ledger, or of what the clocks see of it: equal digests mean equal lines in one order."""
    seen = clocks(as_of, known_at)
    every = states("subsidy", LINE, {})
    lines = {id_: line for id_, line in every.items() if _is_seen(line, seen)}
    found = ledger_digest(lines.values())
    if as_json:
        console.print_json(data={"digest": found, "lines": len(lines)})
        return
    console.print(f"{found}  {len(lines)} {say('行', 'lines')}", highlight=False)
