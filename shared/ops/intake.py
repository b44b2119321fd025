"""`bangfu publish`: facts from a file or standard input, with progress, and what became of each."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.access.connection import Bus
from shared.access.principals import CLERK, publisher_of
from shared.ops.asked import existing
from shared.ops.importing.hints import meaning
from shared.ops.output import console, errors, show
from shared.ops.publishing import Offered, Outcome, offered, publisher
from shared.ops.running import Running
from shared.ops.words import headed, say
from shared.settings import Settings

_COLUMNS = ("number", "fact", "outcome", "code", "path", "waiting_for")
_SAID = ("outcome", "code", "path", "hint", "waiting_for")


def publish_file(running: Running, file: str, *, as_json: bool) -> int:
    """Publish the CloudEvents of a file; return 1 if one was rejected."""
    lines = sys.stdin.buffer.readlines() if file == "-" else existing(Path(file)).read_bytes().splitlines()
    facts = [offered(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    bus = running.bus_of((CLERK, *_sources(facts)), Settings())
    outcomes = asyncio.run(publish_facts(bus, facts, len(facts)))
    return report(outcomes, as_json=as_json)


def _sources(facts: Iterable[Offered]) -> list[str]:
    """Return whose key publishes these facts: that of their source, if they have one source."""
    found = {fact.source for fact in facts}
    return [publisher_of(name) for name in found] if len(found) == 1 else []


async def publish_facts(bus: Bus, facts: Sequence[Offered], total: int) -> list[Outcome]:
    """Publish facts in order with a progress bar; return what became of each."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(say("发布", "publishing"), total=total)
        async with publisher(bus) as connected:
            return await connected.publish(facts, lambda done: progress.update(task, completed=done))


def report(outcomes: list[Outcome], *, as_json: bool) -> int:
    """Print what became of the facts; return 1 if one was rejected."""
    rows = [
        {name: getattr(o, name, "") for name in _SAID} | {"number": o.offered.number, "fact": o.offered.fact}
        for o in outcomes
    ]
    if as_json:
        show(rows, [], title="", as_json=True)
    else:
        notable = [row for row in rows if row["outcome"] in {"rejected", "parked"}]
        few = rows if len(rows) <= 20 else notable  # noqa: PLR2004 - a screenful
        if few:
            told = [name for name in _COLUMNS if any(row[name] != "" for row in few)]
            show(few, headed(*told), title=say("结果", "outcomes"), as_json=False)
        for row in notable:
            if row["hint"]:
                what = meaning(row["code"], row["hint"])
                console.print(f"{row['number']} {row['path']}: {what}", highlight=False, markup=False, soft_wrap=True)
        counts = Counter(row["outcome"] for row in rows)
        console.print(" · ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())) or "-")
    return 1 if any(o.outcome == "rejected" for o in outcomes) else 0
