"""`bangfu ops replay`: the recorded stream, folded again in memory, held against the live ledger.

An auditor's command. It reads what registry recorded, in stream order, runs everybody else's pure core on it and
compares every line and balance with those in MongoDB. It cannot publish, send or pay: an import contract keeps it,
and whatever it imports, away from every module that can.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import typer

from shared.errors import BangfuError
from shared.events.subsidy import DayCompleted
from shared.ops.auditing import Scope, balances_of, differences, lines_of
from shared.ops.looking import View, looking
from shared.ops.output import console, show
from shared.ops.quiet import flight
from shared.ops.recordings import Mark, Recording, recordings
from shared.ops.words import say
from shared.runner.core import Keys
from shared.runner.memory import Memory
from shared.settings import Settings
from shared.store import Row

_SHOWN = 50
_NO_KEYS = Keys(person=b"", content=b"")  # recorded events hold pseudonyms already: nothing is made from numbers here


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
    as_json: Annotated[bool, typer.Option("--json", help=say("输出 JSON", "print JSON"))] = False,
) -> None:
    """Compare the ledger that the recorded events give with the live one; exit 0 only if they are equal."""
    if sum(map(bool, (person, employer, programme))) > 1:
        raise BangfuError("name one of --person, --employer and --programme")
    span = Span(Mark.of(from_), Mark.of(to))
    scope = Scope(person=person, employer=employer, programme=programme)

    async def look() -> Row:
        async with looking(Settings()) as view:
            return await audited(view, span, scope)

    found = asyncio.run(look())
    if as_json:
        console.print_json(data=found)
    else:
        _print(found)
    raise typer.Exit(0 if found["equal"] else 1)


@dataclass(frozen=True)
class Span:
    """The part of the stream that is looked at. What came before `first` is folded all the same: lines rest on it."""

    first: Mark | None = None
    last: Mark | None = None


@dataclass
class Replayed:
    """What the recorded events give.

    Args:
        events: How many of registry's events were folded. position: the last sequence that was read.
        before: The last day that was posted before the span begins. completed: the last day that was posted.
        unreadable: Sequences of what could not be read.
    """

    memory: Memory
    events: int = 0
    position: int = 0
    before: date | None = None
    completed: date | None = None
    begun: bool = False
    unreadable: tuple[int, ...] = ()


async def audited(view: View, span: Span, scope: Scope) -> Row:
    """Return the comparison: counts, both digests, and every difference."""
    done = await replayed(view, span)
    posted = done.memory.states("line")
    live = await view.states("line")
    # A part of the stream is held against what was posted in its days; the whole of it against all there is.
    after = done.before if span.first else None
    until = (done.completed or date.min) if span.last else None
    ours, theirs = (lines_of(states, scope, after, until) for states in (posted, live))
    found = differences("line", ours, theirs)
    balances = None
    if span.first is None and span.last is None:
        accounts = balances_of(done.memory.states("account"), scope)
        booked = balances_of(await view.states("account"), scope)
        found += differences("balance", accounts, booked)
        balances = {"replayed": len(accounts), "live": len(booked)}
    found += [{"what": "event", "id": str(n), "replayed": "unreadable", "live": ""} for n in done.unreadable]
    digest = view.work("digest")
    digests = {
        "replayed": digest([posted[row[1]] for row in ours.values()]),
        "live": digest([live[row[1]] for row in theirs.values()]),
    }
    return {
        "equal": not found and digests["replayed"] == digests["live"],
        "in_flight": not (await flight(view.js, view.services, view.stores)).landed,
        "events": done.events,
        "position": done.position,
        "posted_until": done.completed.isoformat() if done.completed else None,
        "lines": {"replayed": len(ours), "live": len(theirs)},
        "balances": balances,
        "digests": digests,
        "differences": found,
    }


async def replayed(view: View, span: Span) -> Replayed:
    """Fold what registry recorded, up to the end of the span, through all other services."""
    doors = [s for s in view.services if any(subscription.intake for subscription in s.subscriptions)]
    sources = {f"/bangfu/{service.name}" for service in doors}
    done = Replayed(Memory([s for s in view.services if s not in doors], _NO_KEYS))
    async with aclosing(recordings(view.js, sources)) as every:
        async for recording in every:
            if span.last is not None and span.last.is_before(recording):
                break
            if not done.begun and (span.first is None or not span.first.is_after(recording)):
                done.begun, done.before = True, done.completed
            _fold(done, recording)
    if not done.begun:
        done.before = done.completed
    return done


def _fold(done: Replayed, recording: Recording) -> None:
    done.position = recording.position
    if recording.message is None:
        done.unreadable = (*done.unreadable, recording.position)
        return
    done.events += 1
    done.memory.recall(recording.message)
    days = [message.event.date for message in done.memory.emitted if isinstance(message.event, DayCompleted)]
    done.completed = max([*days, *([done.completed] if done.completed else [])], default=None)
    done.memory.emitted.clear()  # states are what is compared; a year of events would not fit


def _print(found: Row) -> None:
    columns = [(name, name) for name in ("what", "id", "replayed", "live")]
    if found["differences"]:
        show(found["differences"][:_SHOWN], columns, title=say("差异", "differences"), as_json=False)
    lines, balances, digests = found["lines"], found["balances"], found["digests"]
    said = [
        (say("事件", "events"), f"{found['events']} (≤ {found['position']})"),
        (say("台账行", "lines"), f"{lines['replayed']} / {lines['live']}"),
        (say("余额", "balances"), f"{balances['replayed']} / {balances['live']}" if balances else "-"),
        (say("重放摘要", "digest, replayed"), digests["replayed"]),
        (say("现行摘要", "digest, live"), digests["live"]),
        (say("差异", "differences"), str(len(found["differences"]))),
    ]
    for what, figure in said:
        console.print(f"{what}: {figure}", highlight=False)
    if found["in_flight"] and not found["equal"]:
        console.print(say("系统仍在处理，稍后再核对。", "The system is still working: compare again when it is quiet."))
    verdict = say("一致", "equal") if found["equal"] else say("不一致", "NOT equal")
    console.print(verdict, style="green" if found["equal"] else "red")
