"""`bangfu import FILE`: rows become facts, facts get their outcomes, errors go back as a table beside the file."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from shared.access.principals import CLERK, publisher_of
from shared.events.contract import TYPE_PREFIX
from shared.ops.import_progress import Bars, Refused, Resumed, bars, digest_of
from shared.ops.importing import (
    ImportedFact,
    RowError,
    errors_beside,
    facts_of,
    refusal,
    sheet_of,
    write_errors,
)
from shared.ops.output import console, errors, show
from shared.ops.publishing import Offered, Outcome, Publisher, publisher
from shared.ops.running import Running
from shared.ops.words import say
from shared.settings import Settings, secret_at_hand

_SAVED_EVERY = 500  # outcomes
_SHOWN = 20


@dataclass(frozen=True)
class Wanted:
    """What is to be imported.

    Args:
        as_of: The day that the file describes, where its rows make one fact together.
        again: Publish everything, also what an import that broke off had published.
    """

    path: Path
    kind: str
    source: str = "import"
    as_of: date | None = None
    again: bool = False

    def items(self, id_key: bytes, shown: Bars) -> Iterator[ImportedFact | RowError]:
        """Yield facts and errors in the order of the file."""
        return facts_of(
            self.path,
            self.kind,
            source=self.source,
            now=datetime.now(UTC),  # noqa: TID251 - the edge
            id_key=id_key,
            as_of=self.as_of,
            progress=shown.read,
            total=shown.found,
        )


@dataclass
class Report:
    """What came of it.

    Args:
        facts: Good ones. earlier: of these, those that had their outcome before. wrong: rows to put right.
        parked: Outcomes of facts that wait for something.
    """

    facts: int = 0
    earlier: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[RowError] = field(default_factory=list)
    parked: list[Outcome] = field(default_factory=list)
    unfinished: bool = False


def checked(wanted: Wanted) -> Report:
    """Read and check a file without publishing anything; nothing has to run for it."""
    found = Report()
    with bars() as shown:
        for item in wanted.items(b"", shown):
            if isinstance(item, RowError):
                found.wrong.append(item)
            else:
                found.facts += 1
    return found


def imported(settings: Settings, running: Running, wanted: Wanted) -> Report:
    """Import a file; what was published by an import of it that broke off is not published again.

    Raises:
        BangfuError: Registry gave no answer in time; the same command goes on from there.
    """
    return asyncio.run(_imported(settings, running, wanted))


async def _imported(settings: Settings, running: Running, wanted: Wanted) -> Report:
    found = Report()
    async with publisher(running.bus_of((CLERK, publisher_of(wanted.source)), settings)) as connected:
        resumed = Resumed.of(
            settings.data_dir,
            again=wanted.again,
            file=digest_of(wanted.path),
            kind=wanted.kind,
            source=wanted.source,
            as_of=str(wanted.as_of),
            intake=await connected.intake(),
        )
        try:
            with bars() as shown:
                await _run(_Import(wanted, resumed, found, shown), connected, secret_at_hand(settings, "content_key"))
        except BaseException:
            resumed.save()
            raise
    if found.unfinished:
        resumed.save()
    else:
        resumed.forget()
    return found


@dataclass
class _Import:
    wanted: Wanted
    resumed: Resumed
    report: Report
    shown: Bars
    parts: dict[int, ImportedFact] = field(default_factory=dict)

    def offered(self, id_key: bytes) -> Iterator[Offered]:
        """Yield what is to be published, and note the errors on the way."""
        for item in self.wanted.items(id_key, self.shown):
            if isinstance(item, RowError):
                self.report.wrong.append(item)
                continue
            self.report.facts += 1
            if item.rows:
                self.parts[item.number] = item
            if item.number <= self.resumed.through:
                self.report.earlier += 1
            else:
                yield _offered(item)

    def hear(self, outcome: Outcome) -> None:
        """Take one outcome, in the order of the file."""
        resumed, number = self.resumed, outcome.offered.number
        if outcome.code == "not_stored":
            self.report.unfinished = True
        resumed.counts[outcome.outcome] += 1
        if outcome.outcome == "parked":
            self.report.parked.append(outcome)
        elif outcome.outcome == "rejected":
            resumed.refused.append(Refused(number, outcome.code, outcome.path, outcome.hint))
        if not self.report.unfinished:
            resumed.through = number

    def refusals(self) -> Iterator[RowError]:
        """Yield what registry refused, now or earlier, by row and column."""
        sheet = sheet_of(self.wanted.kind)
        for each in self.resumed.refused:
            fact = self.parts.get(each.number) or ImportedFact(each.number, {})
            yield refusal(fact, sheet, each.code, each.path, each.hint)


async def _run(work: _Import, connected: Publisher, id_key: bytes) -> None:
    report, resumed, shown = work.report, work.resumed, work.shown
    before = sum(resumed.counts.values())
    heard = 0
    async for outcome in connected.outcomes(work.offered(id_key), lambda sent: shown.sent(before + sent)):
        work.hear(outcome)
        heard += 1
        if heard % _SAVED_EVERY == 0:
            shown.heard(before + heard)
            resumed.save()
    report.counts = resumed.counts
    report.wrong += work.refusals()


def _offered(fact: ImportedFact) -> Offered:
    event = fact.event
    topic = str(event["type"]).removeprefix(TYPE_PREFIX).rpartition(".v")[0]
    return Offered(fact.number, event["source"], topic, event["id"], orjson.dumps(event))


def told(report: Report, wanted: Wanted, *, as_json: bool, dry_run: bool) -> int:
    """Print what came of it, write what is wrong beside the file; return 1 if something is."""
    beside = errors_beside(wanted.path)
    wrong = sorted(report.wrong, key=lambda error: error.number)
    if wrong:
        write_errors(wrong, beside)
    else:
        beside.unlink(missing_ok=True)  # of an earlier try
    if as_json:
        console.print_json(data=_summary(report, str(beside) if wrong else None, dry_run=dry_run))
    else:
        _print(report, dry_run=dry_run)
    if wrong:
        errors.print(say(f"{len(wrong)} 处错误，见 {beside}", f"{len(wrong)} errors: {beside}"), highlight=False)
    return 1 if wrong or report.unfinished else 0


def _print(report: Report, *, dry_run: bool) -> None:
    if report.parked:
        rows = [
            {"number": o.offered.number, "fact": o.offered.fact, "waiting_for": o.waiting_for} for o in report.parked
        ]
        headings = [("number", say("行号", "row")), ("fact", say("事实", "fact"))]
        headings += [("waiting_for", say("等待", "waiting for"))]
        show(rows[:_SHOWN], headings, title=say("等待中", "parked"), as_json=False)
    if report.earlier:
        console.print(
            say(f"接着上次：{report.earlier} 条已有结果", f"going on: {report.earlier} had their outcome already")
        )
    if dry_run:
        rows_wrong = len({error.number for error in report.wrong})
        console.print(
            say(
                f"只检查，未导入：{report.facts} 条可导入，{rows_wrong} 行有错",
                f"checked only, nothing imported: {report.facts} good, {rows_wrong} rows with errors",
            )
        )
    else:
        counted = sorted(report.counts.items())
        console.print(" · ".join(f"{outcome} {count}" for outcome, count in counted) or "-", highlight=False)


def _summary(report: Report, beside: str | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "facts": report.facts,
        "earlier": report.earlier,
        "outcomes": dict(sorted(report.counts.items())),
        "errors": [{"row": e.number, "column": e.column, "code": e.code, "hint": e.hint} for e in report.wrong],
        "errors_file": beside,
    }
