"""`bangfu ops replay`: an auditor's command. It only reads; with `--tell` an operator has the desk know what came out.

What is folded and compared is in `replay`, which an import contract keeps from publishing; the telling is done here,
under the key of operations and only when asked for.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Annotated

import typer

from shared.access.principals import OPS
from shared.errors import BangfuError
from shared.ops import replay_telling
from shared.ops.auditing import Scope
from shared.ops.looking import looking
from shared.ops.output import AsJson, console, errors, show
from shared.ops.publishing import publisher
from shared.ops.recordings import Mark
from shared.ops.replay import Span, audited
from shared.ops.running import find_running
from shared.ops.words import headed, say
from shared.settings import Settings
from shared.store import Row

_SHOWN = 50
_EVERY = 500


def register(ops: typer.Typer) -> None:
    """Add the command."""
    ops.command(
        help=say("重放事件流，与现行台账逐行核对。", "Fold the recorded stream again; compare with the ledger.")
    )(replay)


def replay(
    *,
    from_: Annotated[str, typer.Option("--from", help=say("序号、日期或时刻", "sequence, day or instant"))] = "",
    to: Annotated[str, typer.Option("--to", help=say("序号、日期或时刻（含）", "the same; inclusive"))] = "",
    person: Annotated[str, typer.Option(help=say("人员编号", "person id"))] = "",
    employer: Annotated[str, typer.Option(help=say("统一社会信用代码", "credit code"))] = "",
    programme: Annotated[str, typer.Option(help=say("项目", "programme"))] = "",
    known_at: Annotated[
        str,
        typer.Option("--known-at", help=say("只用该日结账时已知的事实", "only what was known at the close of a day")),
    ] = "",
    tell: Annotated[
        bool, typer.Option("--tell", help=say("把结果告知运维页（须 --by）", "tell the desk what came out; needs --by"))
    ] = False,
    by: Annotated[str, typer.Option(help=say("谁重放", "who does it"))] = "",
    as_json: AsJson = False,
) -> None:
    """Compare the ledger that the recorded events give with the live one; exit 0 only if they are equal."""
    if sum(map(bool, (person, employer, programme))) > 1:
        raise BangfuError(
            say("--person、--employer、--programme 三者选一", "name one of --person, --employer and --programme")
        )
    ends = (Mark.of(to), Mark.day(known_at))
    span = Span(Mark.of(from_), tuple(end for end in ends if end is not None))
    scope = Scope(person=person, employer=employer, programme=programme)
    replay_telling.check(span, scope, by, tell=tell)
    found = asyncio.run(_done(span, scope, by if tell else "", as_json=as_json))
    raise typer.Exit(0 if found["equal"] and not found["unhandled"] else 1)


async def _done(span: Span, scope: Scope, teller: str, *, as_json: bool) -> Row:
    """Replay and print what came out; tell it under the name of the teller, if there is one."""
    settings = Settings()
    async with AsyncExitStack() as opened:
        view = await opened.enter_async_context(looking(settings))
        # Whoever may not publish hears so before the stream is read, not after.
        bus = find_running(settings).bus(OPS, settings)
        desk = await opened.enter_async_context(publisher(bus)) if teller else None
        with errors.status(say("重放中", "folding")) as status:

            def told(position: int, last: int) -> None:
                if position % _EVERY == 0:
                    status.update(f"{say('重放中', 'folding')} {position}/{last}")

            found = await audited(view, span, scope, told)
        if as_json:
            console.print_json(data=found)
        else:
            _print(found)
        if desk is not None:
            await replay_telling.tell(desk, found, teller)
            errors.print(say("已告知运维页", "the desk is told"), highlight=False)
    return found


def _print(found: Row) -> None:
    columns = headed("what", "id", "field", "replayed", "live")
    if found["differences"]:
        show(found["differences"][:_SHOWN], columns, title=say("差异", "differences"), as_json=False)
    if len(found["differences"]) > _SHOWN:
        console.print(say("其余见 --json", "the rest: --json"))
    lines, balances, offers, digests = (found[name] for name in ("lines", "balances", "offers", "digests"))
    said = [
        (say("事件", "events"), f"{found['events']} (≤ {found['position']})"),
        (say("台账行", "lines"), f"{lines['replayed']} / {lines['live']}"),
        (say("余额", "balances"), f"{balances['replayed']} / {balances['live']}" if balances else "-"),
        (say("岗位推荐", "offers"), f"{offers['replayed']} / {offers['live']}" if offers else "-"),
        (say("重放摘要", "digest, replayed"), digests["replayed"]),
        (say("现行摘要", "digest, live"), digests["live"]),
        (say("未能处理", "left unhandled"), str(found["unhandled"])),
        (say("差异", "differences"), str(len(found["differences"]))),
    ]
    for what, figure in said:
        console.print(f"{what}: {figure}", highlight=False)
    if found["in_flight"] and not found["equal"]:
        console.print(say("系统仍在处理，稍后再核对。", "The system is still working: compare again when it is quiet."))
    if found["unhandled"]:
        console.print(say("有未处理的事件：见 deadletters list。", "Events are left unhandled: see deadletters list."))
    verdict = say("一致", "equal") if found["equal"] else say("不一致", "NOT equal")
    console.print(verdict, style="green" if found["equal"] else "red")
