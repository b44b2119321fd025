"""`bangfu whatif`: history under changed programme files, held against history under the shipped ones.

Nothing is published, sent or paid: two ledgers are folded in memory, and an import contract keeps this module, and
whatever it imports, away from every module that could. What bank and offices report of payments is left out of both,
since it names lines of the ledger that is; the amounts and budgets of lines do not depend on it.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from services.subsidy.adapters.programme_files import read_rulebook, shipped_rulebook, shipped_texts
from services.subsidy.domain.comparing import Books, difference
from services.subsidy.domain.office import FINANCE_FACTS
from services.subsidy.domain.posting_day import PostingDay
from services.subsidy.domain.programme import Rulebook
from services.subsidy.domain.settling import Settling
from services.subsidy.domain.splicing import Splice, spliced
from services.subsidy.subscribers import LEDGER, SETTLING
from shared.errors import BangfuError
from shared.events.contract import TYPE_PREFIX
from shared.events.subsidy import DayCompleted
from shared.ops.looking import looking
from shared.ops.recordings import recordings
from shared.ops.running import find_services
from shared.runner.core import Keys, Message, Service
from shared.runner.memory import Memory
from shared.settings import Settings

Row = dict[str, Any]
_NO_KEYS = Keys(person=b"", content=b"")  # recorded events hold pseudonyms already: nothing is made from numbers here
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
        return spliced(shipped_rulebook(), read_rulebook(shipped_texts() | self.files), self.since)


def question(folder: Path, since: date, county: str = "") -> Question:
    """Return the question that a folder of programme files asks.

    Raises:
        BangfuError: The folder holds no programme files.
    """
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    if not files:
        raise BangfuError(f"{folder}: no programme files (*.yaml) here")
    return Question(files, since, county)


@dataclass
class Worlds:
    """Two ledgers of the same facts, of the touched programmes: by the shipped files and by the joined ones."""

    splice: Splice
    facts: int = 0
    completed: date | None = None
    shipped: Memory = field(init=False)
    changed: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.shipped = Memory([_under(self.splice.only_touched(shipped_rulebook()))], _NO_KEYS)
        self.changed = Memory([_under(self.splice.only_touched(self.splice.rulebook))], _NO_KEYS)

    def take(self, message: Message) -> None:
        """Fold a recorded event into both."""
        if not isinstance(message.event, _HEARD):
            return
        self.facts += message.event.partition != "*" or not message.partition
        self.shipped.recall(message)
        for heard in self.splice.hears(message):
            self.changed.recall(heard)
        days = [m.event.date for m in self.shipped.emitted if isinstance(m.event, DayCompleted)]
        self.completed = max([*days, *([self.completed] if self.completed else [])], default=None)
        self.shipped.emitted.clear()  # states are what is compared; a year of events would not fit
        self.changed.emitted.clear()


_HEARD = tuple({*SETTLING.listens, *LEDGER.listens} - {*FINANCE_FACTS})


def _under(rulebook: Rulebook) -> Service:
    """Return subsidy under a rulebook."""
    settling, posting = Settling(rulebook), PostingDay(rulebook)
    return Service("subsidy", "whatif", (
        replace(SETTLING, decide=settling.decide, walks=settling.walks, decide_one=settling.decide_one,
                close=settling.close),
        replace(LEDGER, decide=posting.decide, walks=posting.walks, decide_one=posting.decide_one, close=posting.close,
                seals=None),
    ))  # fmt: skip


def answered(asked: Question, facts: Iterable[Message]) -> Row:
    """Return the difference that the changed files make for some recorded events."""
    worlds = Worlds(asked.splice())
    for message in facts:
        worlds.take(message)
    return _compared(asked, worlds)


async def answered_live(asked: Question, told: Callable[[int], None]) -> Row:
    """Return the difference that the changed files make for what the running system recorded; `told` hears how far."""
    worlds = Worlds(asked.splice())
    async with aclosing(_recorded()) as messages:
        async for message in messages:
            worlds.take(message)
            told(worlds.facts)
    return _compared(asked, worlds)


async def _recorded() -> AsyncGenerator[Message, None]:
    async with looking(Settings()) as view:
        doors = [s for s in view.services if any(subscription.intake for subscription in s.subscriptions)]
        async with aclosing(recordings(view.js, {f"/bangfu/{service.name}" for service in doors})) as every:
            async for recording in every:
                if recording.message is None:
                    raise BangfuError(f"EVENTS, sequence {recording.position}: this version cannot read the event")
                yield recording.message


def facts_of(file: Path, keys: Keys) -> Iterator[Message]:
    """Yield what registry records of the facts in a file (one CloudEvent in JSON a line); no system needs to run.

    Raises:
        BangfuError: A line is no CloudEvent with source and type.
    """
    doors = [s for s in find_services() if any(subscription.intake for subscription in s.subscriptions)]
    memory = Memory(doors, keys)
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            event = orjson.loads(line)
            source, kind = str(event["source"]), str(event["type"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise BangfuError(f"{file}, line {number}: not a CloudEvent in JSON with source and type") from None
        memory.publish(f"intake.{source}.{kind.removeprefix(TYPE_PREFIX).rpartition('.v')[0]}", line, _HEADERS)
        yield from memory.emitted
        memory.emitted.clear()
        memory.outcomes.clear()


def _compared(asked: Question, worlds: Worlds) -> Row:
    said = {
        "from": asked.since.isoformat(),
        "county": asked.county or None,
        "files": {name: sha256(text.encode()).hexdigest() for name, text in sorted(asked.files.items())},
        "changed_texts": list(worlds.splice.texts),
        "changed_figures": list(worlds.splice.figures),
        "facts": worlds.facts,
        "posted_until": worlds.completed.isoformat() if worlds.completed else None,
    }
    return difference(said, _books(worlds.shipped), _books(worlds.changed), asked.county)


def _books(memory: Memory) -> Books:
    lines = [line.posted for line in memory.states("line").values() if line.posted is not None]
    return Books(lines, memory.states("account"), memory.states("budget"))
