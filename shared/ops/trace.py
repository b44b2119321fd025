"""`bangfu ops trace ID`: from the upstream fact to the clause, through what every service wrote down.

The journals in MongoDB are read, not the broker: they are the permanent record. Whatever follows from one fact carries
its number, so each look goes through the journals once for all that is still wanted. A line of the ledger has two
parents: the closing of the day, which posted it, and the change of what is due, whose id ends the line's place.
"""

import asyncio
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from shared.errors import BangfuError
from shared.ops.looking import View, looking
from shared.ops.output import AsJson, console
from shared.ops.running import find_services
from shared.ops.tracing import Graph, Node, decoded
from shared.ops.words import say
from shared.settings import Settings

_ROUNDS = 6


def register(ops: typer.Typer) -> None:
    """Add the command."""
    ops.command(help=say("从上游事实到政策条款的因果树。", "The causal tree from the upstream fact to the clause."))(
        trace
    )


def trace(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help=say("事件、事实、offer_id、line_id 或 alert_id", "event, fact, offer_id, line_id or alert_id"),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Print what led to something, and what followed from it."""

    async def look() -> Graph:
        async with looking(Settings()) as view:
            return await traced(view, id_)

    graph = asyncio.run(look())
    if as_json:
        console.print_json(data=[graph.row(node) for node in graph.shown()])
        return
    facts, effects = graph.below()
    for fact in facts:
        tree = Tree(f"[bold]{escape(fact)}[/]")
        _grow(tree, graph.targets, effects, fact)
        console.print(tree, highlight=False, soft_wrap=True)
    for node in graph.shown():
        if node.id in graph.targets and (said := _sentence(node)):
            console.print(said, highlight=False, soft_wrap=True, markup=False)


async def traced(view: View, id_: str) -> Graph:
    """Return the events around an id: its causes up to the upstream facts, and all that followed.

    Raises:
        BangfuError: No journal knows the id.
    """
    graph = Graph(id_)
    graph.add(await scan(view, {id_.encode()}))
    if not graph.targets:
        raise BangfuError(
            say(
                f"{id_}：日志里没有；可查事件、事实、推荐、台账行、转账和提醒的编号",
                f"{id_}: no journal knows it; ids of events, facts, offers, lines, transfers and alerts do",
            )
        )
    looked: set[bytes] = set()
    for _ in range(_ROUNDS):
        wanted = graph.wanted() - looked
        if not wanted:
            break
        graph.add(await scan(view, wanted))
        looked |= wanted
    return graph


async def scan(view: View, needles: Iterable[bytes]) -> list[Node]:
    """Return the journal entries in which one of the texts occurs."""
    wanted = tuple(needles)
    found = []
    for service in view.services:
        for subscription in service.subscriptions:
            journals = view.stores[service.name].db[f"journal_{subscription.name}"]
            async for journal in journals.find({}, {"entries.body": 1}).sort([("chain", 1), ("number", 1)]):
                bodies = (bytes(entry["body"]) for entry in journal["entries"])
                found += [decoded(body) for body in bodies if any(text in body for text in wanted)]
    return found


def _sentence(node: Node) -> str:
    """Return what the service that explains an event says of it; empty where none does."""
    tells = [service.extras["sentence"] for service in find_services() if "sentence" in service.extras]
    return next((said for tell in tells if (said := tell(node.topic, node.data))), "")


def _grow(tree: Tree, targets: set[str], effects: dict[str, list[Node]], above: str) -> None:
    for node in effects.get(above, ()):
        mark = "[green]◆[/] " if node.id in targets else ""
        branch = tree.add(f"{mark}[bold]{node.topic}[/] {escape(node.words())} [dim]{node.service} {node.id}[/]")
        _grow(branch, targets, effects, node.id)
