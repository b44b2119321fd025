"""`bangfu ops reconcile`: the journals held against the streams; what the broker lost goes out again."""

import asyncio
from typing import Annotated

import typer
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.access.connection import connect
from shared.access.principals import OPS, REPAIR
from shared.ops.looking import View, looking
from shared.ops.output import AsJson, console, show
from shared.ops.running import find_running
from shared.ops.words import headed, say
from shared.runner import sealing
from shared.runner.lines import Line, compare, held, lines_of, publish_lost
from shared.runner.marks import ends, keep, marked
from shared.runner.provisioning import Own
from shared.runner.publisher import Publisher
from shared.runner.refill import (
    REFILLED,
    consumers_ahead,
    known_intake,
    lost_cards,
    lost_seals,
    mark_cards,
    published_heads,
    resume_intake,
)
from shared.runner.topology import STREAMS, provision
from shared.settings import Settings
from shared.store import Row
from shared.telemetry import logger


def register(ops: typer.Typer) -> None:
    """Add the command."""
    ops.command(help=say("账本对照消息流：补发丢失的消息。", "Hold journals against streams; publish what was lost."))(
        reconcile
    )


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("只报告", "only report"))] = False,
    as_json: AsJson = False,
) -> None:
    """Publish again what journals say was published and streams do not hold; exit 0 if nothing is missing then."""
    settings = Settings()

    async def look() -> Row:
        role = OPS if dry_run else REPAIR
        bus = find_running(settings).bus(role, settings)
        async with looking(settings, roles=(role,)) as view, await connect(bus) as client:
            return await reconciled(view, client, dry_run=dry_run)

    found = asyncio.run(look())
    if as_json:
        console.print_json(data=found)
    else:
        _print(found)
    raise typer.Exit(0 if found["whole"] else 1)


async def reconciled(view: View, client: Client, *, dry_run: bool) -> Row:
    """Return what was lost and what was done about it.

    Keys: `streams_missing`, `consumers_ahead`, `chains` (rows), `republished`, `missing` (entries, afterwards),
    `cards` (contact cards that registry writes again), `seals` (that were lost), `intake` (row), `whole` (nothing is
    missing now).
    """
    gone = await _streams_missing(view.js)
    if not dry_run:
        for service in view.services:
            await resume_intake(view.js, service, view.stores[service.name])
        await provision(view.js, fits=False)
    ahead = [
        place
        for service in view.services
        for place in await consumers_ahead(view.js, service, view.stores[service.name])
    ]
    if not dry_run:
        for place in ahead:
            await Own(client, view.js).renew(place)
    publisher = None if dry_run else Publisher(client, client.jetstream(), _failed)
    first = await _chains(view, publisher)
    lost = sum(row["missing"] for row in first)
    again = await _chains(view, None) if lost and not dry_run else first
    missing = sum(row["missing"] for row in again)
    cards = await _cards(view, dry_run=dry_run)
    seals = await _seals(view, publisher)
    if not dry_run and not missing:
        for service in view.services:
            await keep(view.stores[service.name], await ends(view.js, marked(service)))
    return {
        "streams_missing": gone,
        "consumers_ahead": [place.durable for place in ahead],
        "chains": first,
        "republished": 0 if dry_run else lost,
        "missing": missing,
        "cards": cards,
        "seals": seals,
        "intake": await _intake(view),
        "whole": not missing and not (dry_run and (gone or ahead or cards or seals)),
    }


async def _streams_missing(js: JetStreamContext) -> list[str]:
    gone = []
    for stream in STREAMS:
        try:
            await js.stream_info(str(stream.name))
        except NotFoundError:
            gone.append(str(stream.name))
    return gone


async def _chains(view: View, publisher: Publisher | None) -> list[Row]:
    """Return a row a chain; with a publisher, what is lost goes out again, of all services together."""
    heads = [(service, await published_heads(view.stores[service.name], service)) for service in view.services]
    streams = {stream: await held(view.js, stream) for stream in REFILLED}
    lines = {
        service.name: lines_of(service, view.stores[service.name], published, streams) for service, published in heads
    }
    every = [line for found in lines.values() for line in found]
    await (compare(every) if publisher is None else publish_lost(every, streams, publisher))
    return [_row(name, line) for name, found in lines.items() for line in found]


def _row(service: str, line: Line) -> Row:
    by_stream = {stream: line.chain.missing.get(stream, 0) for stream in REFILLED}
    row: Row = {"service": service, "chain": line.chain.name, "journalled": line.chain.journalled}
    return row | by_stream | {"missing": sum(by_stream.values())}


async def _cards(view: View, *, dry_run: bool) -> int:
    lost = 0
    for service in view.services:
        store = view.stores[service.name]
        here = await lost_cards(view.js, store, service)
        if here and not dry_run:
            await mark_cards(store)
        lost += here
    return lost


async def _seals(view: View, publisher: Publisher | None) -> int:
    lost = 0
    for service in view.services:
        store = view.stores[service.name]
        seals = await lost_seals(view.js, store, service)
        if publisher is not None:
            await sealing.send(store, publisher, seals)
        lost += len(seals)
    return lost


async def _intake(view: View) -> Row:
    """Return how far the inbox knows the intake and how far the stream goes; what is gone only upstream can tell."""
    known = max([await known_intake(view.stores[service.name], service) for service in view.services], default=0)
    try:
        last = (await view.js.stream_info("INTAKE")).state.last_seq
    except NotFoundError:
        last = 0
    return {"known_to_the_inbox": known, "last_in_the_stream": last, "lost": max(0, known - last)}


def _failed(error: Exception, attempt: int) -> None:
    logger().warning("publish.failed", error=type(error).__name__, attempt=attempt)


def _print(found: Row) -> None:
    columns = ("service", "chain", "journalled", *REFILLED)
    lossy = [row for row in found["chains"] if row["missing"]]
    if lossy:
        show(lossy, headed(*columns), title=say("缺失", "missing"), as_json=False)
    said = {
        say("日志条目", "journalled"): sum(row["journalled"] for row in found["chains"]),
        say("补发", "republished"): found["republished"],
        say("仍缺", "still missing"): found["missing"],
        say("曾缺失的流", "streams that were missing"): ", ".join(found["streams_missing"]) or "-",
        say("超前的消费者", "consumers that were ahead"): ", ".join(found["consumers_ahead"]) or "-",
        say("待重写的联系卡", "contact cards to write again"): found["cards"],
        say("丢失的封印", "seals that were lost"): found["seals"],
    }
    for name, value in said.items():
        console.print(f"{name}: {value}", highlight=False)
    if found["cards"]:
        console.print(say("重启 registry 以重写联系卡。", "Restart registry: it writes the cards."))
    if found["intake"]["lost"] or "INTAKE" in found["streams_missing"]:
        console.print(
            say(
                "INTAKE 属于上游，无法重建：已入库的事实不受影响；尚未读取的请来源重新发布。",
                "INTAKE is upstream's and cannot be rebuilt: facts that were read are safe; for those that were not, "
                "ask the sources to publish the last days again (what is known is a duplicate).",
            )
        )
