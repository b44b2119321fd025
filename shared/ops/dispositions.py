"""`bangfu ops dispositions`: every message has exactly one outcome at each of its consumers.

published = applied + duplicate + rejected + superseded + parked. What is left over is unexplained: on its way, or lost.
"""

import asyncio
from collections import Counter
from datetime import date
from typing import Annotated

import typer
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.catalog import filter_of
from shared.ops.looking import View, looking
from shared.ops.output import show
from shared.ops.words import say
from shared.runner.core import Service, Subscription
from shared.runner.topology import places
from shared.settings import Settings
from shared.store import Row

OUTCOMES = ("applied", "duplicate", "rejected", "superseded", "parked")


def register(ops: typer.Typer) -> None:
    """Add the command."""
    ops.command(help=say("每个消费者：发布数 = 各结果之和。", "For each consumer: published = the sum of outcomes."))(
        dispositions
    )


def dispositions(
    of: Annotated[str, typer.Option(help=say("只看一条消息：事件号或 来源|编号", "one event id or SOURCE|ID"))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=say("输出 JSON", "print JSON"))] = False,
) -> None:
    """Print what became of all messages, or of one; exit 1 if something is unexplained."""

    async def look() -> tuple[list[Row], list[Row]]:
        async with looking(Settings()) as view:
            return (await said_of(view, of), []) if of else (await account(view), await rooms(view))

    rows, waiting = asyncio.run(look())
    if of:
        headings = [(name, name) for name in ("consumer", "key", "outcome", "code", "path", "waiting_for", "position")]
        show(rows, headings, title=of, as_json=as_json)
        raise typer.Exit(0 if rows else 1)
    if as_json:
        for row in rows:
            row["parked_for"] = [room for room in waiting if room["consumer"] == row["consumer"]]
    headings = [(name, name) for name in ("consumer", "published", *OUTCOMES, "unexplained")]
    show(rows, headings, title=say("消息去向", "dispositions"), as_json=as_json)
    if waiting and not as_json:
        columns = [(name, name) for name in ("consumer", "waiting_for", "facts", "since")]
        show(waiting, columns, title=say("等待中", "parked"), as_json=False)
    raise typer.Exit(0 if all(row["unexplained"] == 0 for row in rows) else 1)


async def account(view: View) -> list[Row]:
    """Return, for each consumer, how many messages were published for it and what became of them."""
    return [await _account(view, service, s) for service in view.services for s in service.subscriptions]


async def rooms(view: View) -> list[Row]:
    """Return what facts wait for, how many do, and the open day on which the first began to."""
    found = []
    for service in view.services:
        for subscription in (s for s in service.subscriptions if s.intake is not None):
            async for row in view.stores[service.name].db["waiting"].find().sort("_id", 1):
                since = min(fact["since"] for fact in row["state"]["facts"])
                facts = len(row["state"]["facts"])
                found.append({
                    "consumer": subscription.name, "waiting_for": row["_id"], "facts": facts, "since": opened(since),
                })  # fmt: skip
    return found


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


async def _account(view: View, service: Service, subscription: Subscription) -> Row:
    group: Row = {"$group": {"_id": {"outcome": "$outcome", "code": "$code"}, "count": {"$sum": 1}}}
    counts: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    # The inbox is read first: what is published in between is then on its way, never more explained than there is.
    async for row in view.stores[service.name].db[f"inbox_{subscription.name}"].aggregate([group]):
        counts[row["_id"]["outcome"]] += row["count"]
        if row["_id"].get("code"):
            codes[row["_id"]["code"]] += row["count"]
    published = await _published(view.js, subscription)
    explained: Row = {name: counts[name] for name in OUTCOMES}
    unexplained = published - sum(explained.values())
    row = {"consumer": subscription.name, "published": published} | explained | {"unexplained": unexplained}
    return row | {"codes": dict(sorted(codes.items()))}


async def _published(js: JetStreamContext, subscription: Subscription) -> int:
    """Return how many messages were ever published for a subscription."""
    if subscription.intake is not None:
        # The intake forgets after thirty days, its count does not; all of it is for the one consumer.
        return (await js.stream_info("INTAKE")).state.last_seq
    every = [filter_of(event, None) for event in subscription.listens]
    filters = every if subscription.partitioned else list(places(subscription)[0].filters)
    config = ConsumerConfig(
        filter_subjects=filters,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        mem_storage=True,
        inactive_threshold=5,
    )
    info = await js.add_consumer("EVENTS", config)
    await js.delete_consumer("EVENTS", info.name)
    return info.num_pending or 0
