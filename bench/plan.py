"""What the runner writes and publishes for given input, found out by running it on a store that is a dictionary."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.runner.core import Door, Service, Subscription
from shared.runner.journal import entries_in
from shared.runner.publisher import Entry
from shared.runner.runner import Runner
from shared.runner.topology import ConsumerPlace, places
from shared.runner.wire import admitted, recorded
from shared.store import Commit, Row

BATCH = 500


@dataclass
class Step:
    """One turn of the floor's loop: fetch so many, write these documents, publish these entries, acknowledge."""

    fetch: int
    inbox: list[Row]
    states: dict[str, list[Row]]
    gone: dict[str, list[str]]
    journal: Row | None
    entries: list[Entry]


@dataclass
class Lane:
    """What one durable consumer does."""

    durable: str
    stream: str
    filters: tuple[str, ...]
    subscription: str
    steps: list[Step] = field(default_factory=list)


class Shelf:
    """Stands where the store does, keeps documents in dictionaries and every commit in a list."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, Row]] = {}
        self.rows: dict[str, Row] = {}
        self.units: list[Commit] = []

    def __getattr__(self, name: str) -> Any:
        """Know of nothing else, and take everything for done."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _nothing

    async def head(self, chain: str) -> Row:
        return {"_id": chain, "number": 0, "hash": "", "commits": 0}

    async def cursor(self, _: str) -> None:
        return None

    async def every(self, kind: str, _: int | None) -> dict[str, Row]:
        return dict(self.kinds.get(kind, {}))

    async def inbox(self, _: str, keys: Iterable[str]) -> dict[str, Row]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    async def load(self, kind: str, ids: Iterable[str]) -> dict[str, Row]:
        found = self.kinds.get(kind, {})
        return {id_: found[id_] for id_ in ids if id_ in found}

    async def due(self, kind: str, _: int | None, by: Any, limit: int) -> list[Row]:
        due = [row for row in self.kinds.get(kind, {}).values() if row.get("due_on", "9999") <= by.isoformat()]
        return sorted(due, key=lambda row: (row["due_on"], row["_id"]))[:limit]

    async def due_after(self, kind: str, partition: int | None, by: Any, after: str, limit: int) -> list[Row]:
        due = await self.due(kind, partition, by, 10**9)
        return sorted((row for row in due if row["_id"] > after), key=lambda row: row["_id"])[:limit]

    async def tagged(self, kind: str, _: int | None, tag: str, after: str, limit: int) -> list[Row]:
        every = sorted(self.kinds.get(kind, {}).items())
        return [row for id_, row in every if id_ > after and (tag == "*" or tag in row.get("tags", ()))][:limit]

    async def commit(self, unit: Commit) -> None:
        self.units.append(unit)
        self.rows |= {row["_id"]: row for row in unit.inbox}
        for (kind, id_), document in unit.states.items():
            if document is None:
                self.kinds.setdefault(kind, {}).pop(id_, None)
            else:
                self.kinds.setdefault(kind, {})[id_] = document


async def _nothing(*_: object, **__: object) -> list[Row]:
    return []


class _Nowhere:
    """Stands where the publisher does."""

    async def publish(self, _: Sequence[Entry]) -> None:
        return


async def plan(
    service: Service, subscription: Subscription, stream: Sequence[Entry], door: Door | None = None
) -> list[Lane]:
    """Return what each lane of a subscription does when all of its input is there: full batches."""
    return [await _lane(service, subscription, place, stream, door) for place in places(subscription)]


async def _lane(
    service: Service, subscription: Subscription, place: ConsumerPlace, stream: Sequence[Entry], door: Door | None
) -> Lane:
    shelf, nowhere = Shelf(), _Nowhere()
    runner = Runner(service, subscription, shelf, nowhere, partition=place.partition)  # type: ignore[arg-type]
    await runner.start()
    wanted = re.compile("|".join(_pattern(each) for each in place.filters))
    mine = [(n, entry) for n, entry in enumerate(stream, 1) if wanted.fullmatch(entry.subject)]
    inputs = [
        admitted(door, entry.subject, None, entry.body, n) if door else recorded(None, entry.body, n)
        for n, entry in mine
    ]
    lane = Lane(place.durable, place.stream, place.filters, subscription.name)
    for start in range(0, len(inputs), BATCH):
        await _turn(runner, inputs[start : start + BATCH], shelf, lane)
    return lane


async def _turn(runner: Runner, inputs: list[Any], shelf: Shelf, lane: Lane) -> None:
    before = len(shelf.units)
    consumed: list[int] = []

    async def done(count: int) -> None:
        consumed.append(count)
        consumed.extend([0] * (len(shelf.units) - before - len(consumed)))  # pages: several commits, one message

    await runner.handle(inputs, done)
    lane.steps += [_step(unit, fetch) for unit, fetch in zip(shelf.units[before:], consumed, strict=True)]


def _step(unit: Commit, fetch: int) -> Step:
    states: dict[str, list[Row]] = {}
    gone: dict[str, list[str]] = {}
    for (kind, id_), document in unit.states.items():
        if document is None:
            gone.setdefault(kind, []).append(id_)
        else:
            states.setdefault(kind, []).append(document)
    return Step(fetch, unit.inbox, states, gone, unit.journal, entries_in(unit.journal) if unit.journal else [])


def _pattern(subject_filter: str) -> str:
    return re.escape(subject_filter).replace(r"\*", "[^.]+").replace(">", ".+")
