"""`bangfu whatif`: history under changed programme files, held against history under the shipped ones.

Nothing is published, sent or paid: two ledgers are folded in memory, and an import contract keeps this module, and
whatever it imports, away from every module that could. What bank and offices report of payments is left out of both,
since it names lines of the ledger that is; the amounts and budgets of lines do not depend on it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

import orjson

from services.subsidy.adapters.changing import rules_of, text_hash
from services.subsidy.adapters.programme_files import read_rulebook, shipped_rulebook, shipped_texts
from services.subsidy.domain.comparing import Books, difference
from services.subsidy.domain.splicing import Splice, spliced
from services.subsidy.subscribers import LEDGER, SETTLING
from services.subsidy.supposing import LAZY, Recorded, World
from shared.errors import BangfuError
from shared.events.contract import TYPE_PREFIX
from shared.events.finance import FINANCE_FACTS
from shared.events.premiums import EmployerPremiumRecorded
from shared.events.upcasting import split
from shared.ops.looking import looking
from shared.ops.recordings import stored
from shared.ops.running import find_services
from shared.runner.core import Keys
from shared.runner.memory import Memory
from shared.runner.wire import encode
from shared.settings import Settings

Row = dict[str, Any]
_BATCH: Final = 500
_HEADERS = {"content-type": "application/cloudevents+json"}


@dataclass(frozen=True)
class Question:
    """What is asked: the ledger under changed files from a day on.

    Args:
        files: The texts of the changed files, by name; a file of the same name as a shipped one takes its place.
        county: Only this county is compared; empty: all.
    """

    files: dict[str, str]
    since: date
    county: str = ""

    def splice(self) -> Splice:
        """Return the joined rulebook.

        Raises:
            ConfigurationError: A file is not as its form wants it.
        """
        changed = {name: rules_of(text) for name, text in self.files.items()}  # what is asked about is not approved yet
        return spliced(shipped_rulebook(), read_rulebook(shipped_texts() | changed), self.since)


def question(folder: Path, since: date, county: str = "") -> Question:
    """Return the question that a folder of programme files asks.

    Raises:
        BangfuError: The folder holds no programme files.
    """
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    if not files:
        raise BangfuError(f"{folder}: no programme files (*.yaml) here")
    return Question(files, since, county)


class Worlds:
    """Two ledgers of the same facts, of the touched programmes: by the shipped files and by the joined ones."""

    def __init__(self, splice: Splice, *, lazy: bool) -> None:
        self.splice = splice
        self.facts = 0
        self._passed_over = {event.topic for event in splice.passed_over}
        self._people: set[str] = set()
        self._batch: list[Recorded] = []
        self._worlds = [
            World(splice.only_touched(shipped_rulebook()), lambda message: (message,), lazy=lazy),
            World(splice.only_touched(splice.rulebook), splice.hears, lazy=lazy),
        ]

    def __enter__(self) -> Self:
        """Return the worlds, which end with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End both."""
        for world in self._worlds:
            world.close()

    def take(self, event: Recorded) -> None:
        """Hand an event to both, unless it says nothing to the touched programmes."""
        said = orjson.loads(event.body)
        topic, _ = split(said["type"])
        kind = _HEARD.get(topic)
        if kind is None:
            return
        self.facts += kind.partition != "*" or not said.get("partition")
        # Who became known first comes first among equals, so the first that is heard of somebody always counts.
        person = said["data"].get("person_id", "")
        if topic in self._passed_over and (person in self._people or kind is EmployerPremiumRecorded):
            return
        self._people.add(person)
        self._batch.append(event)
        if len(self._batch) == _BATCH:
            self._hand_over()

    def books(self) -> list[Books]:
        """Return both ledgers as they stand once everything is in."""
        self._hand_over()
        return [world.books() for world in self._worlds]

    def _hand_over(self) -> None:
        for world in self._worlds if self._batch else ():
            world.take(self._batch)
        self._batch = []


_HEARD: Final = {event.topic: event for event in {*SETTLING.listens, *LEDGER.listens} - {*FINANCE_FACTS}}


def answered(asked: Question, read: Callable[[], Iterable[Recorded]]) -> Row:
    """Return the difference that the changed files make for some recorded events, which may be read twice."""

    async def events() -> AsyncGenerator[Recorded, None]:
        for event in read():
            yield event

    return asyncio.run(_answered(asked, events, lambda _: None))


async def answered_live(asked: Question, told: Callable[[int], None]) -> Row:
    """Return the difference that the changed files make for what the running system recorded; `told` hears how far."""
    return await _answered(asked, _recorded, told)


async def _answered(
    asked: Question, read: Callable[[], AsyncGenerator[Recorded, None]], told: Callable[[int], None]
) -> Row:
    """Answer by sums; where something may have waited for a budget, or a kind wants it, day by day."""
    splice = asked.splice()
    for lazy in (True, False) if splice.kinds <= LAZY else (False,):
        with Worlds(splice, lazy=lazy) as worlds:
            async with aclosing(read()) as events:
                async for event in events:
                    worlds.take(event)
                    told(worlds.facts)
            before, after = worlds.books()
            if not (before.waited or after.waited):
                break
    return _compared(asked, worlds, before, after)


async def _recorded() -> AsyncGenerator[Recorded, None]:
    async with looking(Settings()) as view:
        doors = {f"/bangfu/{service.name}" for service in view.services if any(s.intake for s in service.subscriptions)}
        async with aclosing(stored(view.js, doors)) as every:
            async for message in every:
                yield Recorded(message.position, message.data)


def facts_of(file: Path, keys: Keys) -> Iterator[Recorded]:
    """Yield what registry records of the facts in a file (one CloudEvent in JSON a line); no system needs to run.

    Raises:
        BangfuError: A line is no CloudEvent with source and type.
    """
    (door,) = (s for s in find_services() if any(subscription.intake for subscription in s.subscriptions))
    memory = Memory([door], keys)
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            event = orjson.loads(line)
            source, kind = str(event["source"]), str(event["type"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise BangfuError(f"{file}, line {number}: not a CloudEvent in JSON with source and type") from None
        memory.publish(f"intake.{source}.{kind.removeprefix(TYPE_PREFIX).rpartition('.v')[0]}", line, _HEADERS)
        yield from (Recorded(number, encode(message, door.name)) for message in memory.emitted)
        memory.emitted.clear()
        memory.outcomes.clear()


def _compared(asked: Question, worlds: Worlds, before: Books, after: Books) -> Row:
    said = {
        "from": asked.since.isoformat(),
        "county": asked.county or None,
        "files": {name: text_hash(text) for name, text in sorted(asked.files.items())},
        "changed_texts": list(worlds.splice.texts),
        "changed_figures": list(worlds.splice.figures),
        "facts": worlds.facts,
        "posted_until": before.posted.isoformat() if before.posted else None,
    }
    return difference(said, before, after, asked.county)
