"""`bangfu ops dispositions`: every message has exactly one outcome at each of its consumers.

published = applied + duplicate + rejected + superseded + parked. What is left over is unexplained: on its way, or lost.

What is published is what the streams hold now, message by message, however often the broker lost them and got them
again. An event of `EVENTS` has the outcome that the inbox noted for its id, wherever it stood when it was read; only if
the stream holds it a second time, the second is a duplicate. A fact of `INTAKE` is what was published at one position.
"""

import asyncio
from contextlib import aclosing
from datetime import date
from typing import Annotated

import typer

from shared.events.upcasting import ROOM
from shared.ops.looking import View, looking
from shared.ops.output import AsJson, show
from shared.ops.recordings import everything
from shared.ops.tallies import OUTCOMES, Heard, Tally, heard
from shared.ops.words import headed, say
from shared.runner.waiting import room_of
from shared.settings import Settings
from shared.store import Row

_PAGE = 1_000


def register(ops: typer.Typer) -> None:
    """Add the command."""
    ops.command(help=say("每个消费者：发布数 = 各结果之和。", "For each consumer: published = the sum of outcomes."))(
        dispositions
    )


def dispositions(
    of: Annotated[str, typer.Option(help=say("只看一条消息：事件号或 来源|编号", "one event id or SOURCE|ID"))] = "",
    as_json: AsJson = False,
) -> None:
    """Print what became of all messages, or of one; exit 1 if something is unexplained."""

    async def look() -> tuple[list[Row], list[Row]]:
        async with looking(Settings()) as view:
            return (await said_of(view, of), []) if of else (await account(view), await rooms(view))

    rows, waiting = asyncio.run(look())
    if of:
        headings = headed("consumer", "key", "outcome", "code", "path", "waiting_for", "position")
        show(rows, headings, title=of, as_json=as_json)
        raise typer.Exit(0 if rows else 1)
    if as_json:
        for row in rows:
            row["parked_for"] = [room for room in waiting if room["consumer"] == row["consumer"]]
    headings = headed("consumer", "published", *OUTCOMES, "unexplained")
    show(rows, headings, title=say("消息去向", "dispositions"), as_json=as_json)
    if waiting and not as_json:
        columns = headed("consumer", "waiting_for", "facts", "since")
        show(waiting, columns, title=say("等待中", "parked"), as_json=False)
    raise typer.Exit(0 if all(row["unexplained"] == 0 for row in rows) else 1)


async def account(view: View) -> list[Row]:
    """Return, for each consumer, how many messages were published for it and what became of them."""
    tallies = [Tally(view.stores[service.name], s) for service in view.services for s in service.subscriptions]
    for tally in (tally for tally in tallies if tally.subscription.intake is not None):
        await tally.count_positions(view.js)
    readers = [tally for tally in tallies if tally.subscription.intake is None]
    page: list[Heard] = []
    async with aclosing(everything(view.js)) as messages:
        async for message in messages:
            page.append(heard(message))
            if len(page) == _PAGE:
                await _counted(readers, page)
                page = []
    await _counted(readers, page)
    return [tally.row() for tally in tallies]


async def _counted(readers: list[Tally], page: list[Heard]) -> None:
    for reader in readers:
        await reader.count(page)


async def rooms(view: View) -> list[Row]:
    """Return what facts wait for, how many do, and the open day on which the first began to."""
    found = []
    for service in view.services:
        for subscription in (s for s in service.subscriptions if s.intake is not None):
            waiting: dict[str, list[str]] = {}
            async for row in view.stores[service.name].db["waiting"].find():
                since = (fact["since"] for fact in row["state"]["facts"])
                waiting.setdefault(room_of(row["_id"]), []).extend(since)
            found += [
                {"consumer": subscription.name, "waiting_for": room, "facts": len(days), "since": opened(min(days))}
                for room, days in sorted(waiting.items())
            ]
        found += [room for each in service.subscriptions for room in await _newer(view, service.name, each.name)]
    return found


async def _newer(view: View, service: str, consumer: str) -> list[Row]:
    """Return the versions that a consumer cannot read yet, and how many messages wait for each."""
    waits: Row = {"$match": {"outcome": "parked", "waiting_for": {"$regex": f"^{ROOM}"}}}
    group: Row = {"$group": {"_id": "$waiting_for", "count": {"$sum": 1}}}
    rows = view.stores[service].db[f"inbox_{consumer}"].aggregate([waits, group, {"$sort": {"_id": 1}}])
    return [
        {"consumer": consumer, "waiting_for": row["_id"], "facts": row["count"], "since": "-"} async for row in rows
    ]


def opened(since: str) -> str:
    """Return the open day of a parking slip; before the first closed day there is none."""
    return "-" if since == date.min.isoformat() else since


async def said_of(view: View, message: str) -> list[Row]:
    """Return what each consumer made of one message, by its event id or by `<source>|<id>`; its repetitions too."""
    keys = [message, *(f"/bangfu/{service.name}|{message}" for service in view.services)]
    query = {"$or": [{"_id": {"$gte": key, "$lt": f"{key}$"}} for key in keys]}
    found = []
    for service in view.services:
        for subscription in service.subscriptions:
            async for row in view.stores[service.name].db[f"inbox_{subscription.name}"].find(query):
                if row["_id"].partition("#")[0] in keys or row["_id"] in keys:
                    said = {"consumer": subscription.name, "key": row["_id"], "outcome": row["outcome"]}
                    found.append(
                        said | {name: row.get(name, "") for name in ("code", "path", "waiting_for", "position")}
                    )
    return found
