"""`bangfu publish` and `bangfu import`: facts from files, with progress, and what became of each."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.errors import BangfuError
from shared.ops.importing import ImportedFact, RowError, errors_beside, facts_of, write_errors
from shared.ops.output import console, errors, show
from shared.ops.publishing import Offered, Outcome, offered, publisher
from shared.ops.running import Running
from shared.ops.words import say
from shared.settings import Settings, secret_at_hand

_COLUMNS = ("number", "fact", "outcome", "code", "path", "hint", "waiting_for")


def publish_file(running: Running, file: str, *, as_json: bool) -> int:
    """Publish the CloudEvents of a file; return 1 if one was rejected."""
    if file != "-" and not Path(file).exists():
        raise BangfuError(f"{file}: no such file")
    lines = sys.stdin.buffer.readlines() if file == "-" else Path(file).read_bytes().splitlines()
    facts = [offered(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    outcomes = asyncio.run(publish_facts(running.nats_url, facts, len(facts)))
    return report(outcomes, as_json=as_json)


def import_file(settings: Settings, running: Running, path: Path, kind: str, source: str, *, as_json: bool) -> int:
    """Publish the rows of a table; write what is wrong beside it; return 1 if a row was refused."""
    if not path.exists():
        raise BangfuError(f"{path}: no such file")
    wrong: list[RowError] = []
    key = secret_at_hand(settings, "content_key")
    rows = facts_of(path, kind, source=source, now=datetime.now(UTC), id_key=key)  # noqa: TID251 - the edge
    facts = list(_good(rows, wrong))
    outcomes = asyncio.run(publish_facts(running.nats_url, facts, len(facts)))
    wrong += [
        RowError(o.offered.number, o.path.removeprefix("data."), o.code, o.hint)
        for o in outcomes
        if o.outcome == "rejected"
    ]
    code = report(outcomes, as_json=as_json)
    if wrong:
        beside = errors_beside(path)
        count = write_errors(sorted(wrong, key=lambda error: error.number), beside)
        errors.print(say(f"{count} 处错误，见 {beside}", f"{count} errors: {beside}"), highlight=False)
        return 1
    return code


async def publish_facts(nats_url: str, facts: Iterable[Offered], total: int) -> list[Outcome]:
    """Publish facts in order with a progress bar; return what became of each."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(say("发布", "publishing"), total=total)
        async with publisher(nats_url) as connected:
            return await connected.publish(facts, lambda done: progress.update(task, completed=done))


def report(outcomes: list[Outcome], *, as_json: bool) -> int:
    """Print what became of the facts; return 1 if one was rejected."""
    rows = [
        {name: getattr(o, name, "") for name in _COLUMNS[2:]} | {"number": o.offered.number, "fact": o.offered.fact}
        for o in outcomes
    ]
    if as_json:
        show(rows, [], title="", as_json=True)
    else:
        notable = [row for row in rows if row["outcome"] in {"rejected", "parked"}]
        few = rows if len(rows) <= 20 else notable  # noqa: PLR2004 - a screenful
        if few:
            headings = [(name, name) for name in _COLUMNS]
            show(few, headings, title=say("结果", "outcomes"), as_json=False)
        counts = Counter(row["outcome"] for row in rows)
        console.print(" · ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())) or "-")
    return 1 if any(o.outcome == "rejected" for o in outcomes) else 0


def _good(rows: Iterable[ImportedFact | RowError], wrong: list[RowError]) -> Iterator[Offered]:
    """Yield the good rows as facts, numbered as in the file."""
    for row in rows:
        if isinstance(row, RowError):
            wrong.append(row)
            continue
        yield offered(row.number, orjson.dumps(row.event))
