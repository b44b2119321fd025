"""`bangfu explain`, `clauses`, `balances`, `takeup`: questions to the ledger of a running system."""

import asyncio
import json
from datetime import date
from typing import Annotated, Any, Final

import typer

from services.subsidy import reverse_index
from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.accounts import ACCOUNT, balances, credited
from services.subsidy.domain.claims import claim_key
from services.subsidy.domain.ledger import LINE
from services.subsidy.domain.parameters import PARAMETERS, Parameters, Values
from services.subsidy.domain.person import PERSON
from services.subsidy.explaining_lines import Told, explained, lines_of
from services.subsidy.knowing import closed
from services.subsidy.takeup import matrix, outcome_word, summed
from shared.catalog import partition_of
from shared.errors import BangfuError
from shared.events.subsidy import LinePosted, Posting
from shared.money import yuan
from shared.ops.clocks import AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.looking import View, looking
from shared.ops.output import AsJson, console, show
from shared.ops.reading import states
from shared.ops.trace import scan, traced
from shared.ops.tracing import Node
from shared.ops.words import say
from shared.settings import Settings

_CLAUSES: Final = (
    ("clause", say("条款", "clause")),
    ("title", say("项目", "programme")),
    ("lines", say("行数", "lines")),
    ("payees", say("领取方", "payees")),
    ("sum", say("合计(元)", "yuan")),
)
_PAYEES: Final = (
    ("payee", say("领取方", "payee")),
    ("programme", say("项目", "programme")),
    ("persons", say("人数", "persons")),
    ("sum", say("合计(元)", "yuan")),
)
_TAKEUP: Final = (
    ("person_id", say("人员", "person")),
    ("title", say("项目", "programme")),
    ("outcome", say("结果", "outcome")),
    ("since", say("自", "from")),
    ("until", say("至", "to")),
    ("periods", say("期数", "periods")),
    ("due", say("应补(元)", "yuan")),
    ("because", say("原因", "why")),
    ("awaits", say("所缺", "awaits")),
)
_SUMMED: Final = (
    ("programme", say("项目", "programme")),
    ("clause", say("条款", "clause")),
    ("accrued", say("已计提(人)", "accrued")),
    ("missing", say("应计未计(人)", "missing")),
    ("unset", say("标准未定(人)", "unset")),
    ("refused", say("不符合(人)", "refused")),
    ("sum", say("合计(元)", "yuan")),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        help=say(
            "说明台账中的一行：依据、计算、参数、条件、起因和后来的情况。",
            "Explain a line of the ledger: clause, steps, figures, conditions, causes, and what became of it.",
        )
    )(explain)
    app.command(
        help=say("按条款汇总台账；给出条款或项目则列出领取方。", "The ledger by clause; with one, its payees and sums.")
    )(clauses)
    app.command("balances", help=say("领取方各科目余额。", "What a payee got, is to get and owes."))(show_balances)
    app.command(
        help=say(
            "应享尽享矩阵：人员×条款，已计提、应计未计和缺什么。", "Take-up, person x clause, and what is missing."
        )
    )(takeup)


def explain(
    line: Annotated[str, typer.Argument(metavar="LINE", help=say("行号 (L...)", "line (L...)"))],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Explain a line of the ledger: clause, steps, figures, conditions, causes, and what became of it."""
    seen = clocks(as_of, known_at)

    async def look() -> Told:
        async with looking(Settings()) as view:
            return await told_of(view, line, seen)

    found = explained(asyncio.run(look()), shipped_rulebook(), seen.known_at)
    if as_json:
        console.print_json(data=found)
        return
    for text in lines_of(found):
        console.print(text, highlight=False, soft_wrap=True, markup=False)


async def told_of(view: View, line_id: str, seen: Clocks) -> Told:
    """Return what the journals tell of a line.

    Raises:
        BangfuError: There is no such line, or it is not seen by the clocks.
    """
    kept = (await view.states(LINE.kind, {"_id": line_id})).get(line_id)
    posted = kept.posted if kept else None
    if posted is None or not seen.see(posted.claim.period, posted.posted_on):
        raise BangfuError(
            say(
                f"{line_id}：{'按所给时点' if posted else ''}台账没有这一行；行号形如 L000000001",
                f"{line_id}: the ledger has no such line{' by then' if posted else ''}; lines are called L000000001",
            )
        )
    claim = posted.claim
    alike = await view.states(LINE.kind, {"state.posted.claim.payee": claim.payee})
    siblings = [other.posted for other in alike.values() if claim_key(other.posted.claim) == claim_key(claim)]
    graph = await traced(view, line_id)
    facts = [node for node in graph.shown() if node.service == "registry" and node.cause not in graph.nodes]
    causes = [node for node in facts if node.sequence == _sequence_of(posted)]
    return Told(
        posted,
        [other for other in siblings if seen.see(other.claim.period, other.posted_on)],
        list(graph.nodes.values()),
        causes + [node for node in await _about(view, posted) if node.id not in {cause.id for cause in causes}],
    )


def _sequence_of(line: LinePosted) -> int:
    """Return the number of the fact that changed what is due; the second part of the line's place."""
    return int(line.place.split(" ")[1])


async def _about(view: View, line: LinePosted) -> list[Node]:
    """Return the facts about the person (or, failing one, the payee) that the line rests on."""
    programme = shipped_rulebook().programmes.get(line.claim.programme)
    subject = line.claim.person_id or line.claim.payee
    wanted = set(programme.charter.driven_by) if programme else set()
    found = []
    for node in await scan(view, {subject.encode()}):
        period = node.data.get("period", line.claim.period)
        is_before = node.sequence <= _sequence_of(line)
        if node.service == "registry" and node.topic in wanted and period == line.claim.period and is_before:
            found.append(node)
    return found


def clauses(
    wanted: Annotated[
        str, typer.Argument(metavar="CLAUSE", help=say("条款（如 第11条）或项目", "clause (第11条) or programme"))
    ] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show the ledger by clause; with a clause or a programme, its payees and sums."""
    lines = reverse_index.posted(states("subsidy", LINE, {}).values(), clocks(as_of, known_at))
    if not wanted:
        rows = reverse_index.by_clause(lines, shipped_rulebook().programmes)
        show(rows, _CLAUSES, title=say("按条款", "by clause"), as_json=as_json)
        return
    rows = reverse_index.by_payee(lines, wanted)
    if not rows:
        zh = f"{wanted}：没有按这样的条款或项目记账的行；bangfu clauses 列出全部"
        raise BangfuError(say(zh, f"{wanted}: no line was posted by such a clause or programme; see `bangfu clauses`"))
    show(rows, _PAYEES, title=wanted, as_json=as_json)
    if not as_json:
        total = yuan(sum(row["sum_fen"] for row in rows))
        console.print(say(f"合计 {total} 元", f"sum {total} yuan"), highlight=False)


def show_balances(
    payee: Annotated[str, typer.Option(help=say("信用代码或人员编号", "credit code or person id"))],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show what a payee got, is to get and owes; at another time, as the journals tell it."""
    seen = clocks(as_of, known_at)
    if seen.are_set:
        found = balances_at(asyncio.run(_moves(payee)), payee, seen)
    else:
        accounts = states("subsidy", ACCOUNT, {"_id": {"$regex": f":{payee}$"}})
        found = balances(lambda name: accounts[name].balance_fen if name in accounts else 0, payee)
    rows = {name: yuan(fen) for name, fen in found.items()}
    if as_json:
        console.print_json(data={"payee": payee, **rows})
        return
    listed = [{"account": name, "yuan": fen} for name, fen in rows.items()]
    headings = [("account", say("科目", "account")), ("yuan", say("余额(元)", "yuan"))]
    show(listed, headings, title=payee, as_json=False)


async def _moves(payee: str) -> list[Node]:
    async with looking(Settings()) as view:
        return await scan(view, {f'"payee":"{payee}"'.encode()})


def balances_at(nodes: list[Node], payee: str, seen: Clocks) -> dict[str, int]:
    """Return the balances of a payee in fen as the clocks see them, from the events of the journals."""
    postings: list[Posting] = []
    for node in nodes:
        day = node.data.get("posted_on") or node.data.get("booked_on")
        if node.topic not in ("ledger.line_posted", "ledger.transfer_booked") or day is None:
            continue
        claim = node.data["claim"]
        if claim["payee"] == payee and seen.see(claim["period"], date.fromisoformat(day)):
            postings += [Posting.model_validate(each) for each in node.data["postings"]]
    return balances(lambda name: credited(postings, name), payee)


def takeup(
    person: Annotated[str, typer.Option(help=say("人员编号 (p...)", "person id (p...)"))] = "",
    county: Annotated[str, typer.Option(help=say("县区代码", "county code"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show what accrued to people by clause, what did not, and what is missing."""
    if bool(person) == bool(county):
        zh, en = "须且只须给出 --person 编号 或 --county 代码", "name one: --person ID or --county CODE"
        raise BangfuError(say(zh, en))
    seen = clocks(as_of, known_at)
    people = kept(PERSON, seen, ids={person} if person else None, tag=county)
    if not people:
        zh, en = f"{person or county}：补贴服务没有这里的人", f"{person or county}: subsidy knows nobody there"
        raise BangfuError(say(zh, en))
    parameters = kept(PARAMETERS, seen)
    rulebook = shipped_rulebook()
    values = {id_: Values(rulebook, parameters.get(f"p{partition_of(id_)}", Parameters())) for id_ in people}
    rows = matrix(people, values, closed(seen), seen)
    if as_json:
        _print_json({"rows": rows, "by_clause": summed(rows)} if county else rows)
        return
    if county:
        show(summed(rows), _SUMMED, title=f"{say('应享尽享', 'take-up')} {county}", as_json=False)
        rows = [row for row in rows if row["outcome"] == "missing"]
    rows = [row | {"outcome": outcome_word(row["outcome"]), "awaits": row["awaits"] or "-"} for row in rows]
    show(rows, _TAKEUP, title=say("逐人", "by person"), as_json=False)


def _print_json(found: Any) -> None:
    console.print_json(json.dumps(found, ensure_ascii=False))
