"""Importing a roster: from the workbook to accepted facts, through a real registry, against a floor.

The floor reads the same workbook and bulk-inserts the raw rows into MongoDB, a thousand a transaction. Registry runs
alone: what other services do with the facts afterwards is not waited for and takes no processor here.
"""

import os
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from motor.motor_asyncio import AsyncIOMotorClient
from openpyxl import Workbook

from bench.rig import Child, Rig, Turn, cpu_s, turn
from shared.events.contract import TYPE_PREFIX
from shared.identity import make_id_number
from shared.ops.importing import ImportedFact, facts_of, read_rows, sheet_of
from shared.ops.publishing import Offered, publisher
from shared.settings import SECRETS

AS_OF = date(2018, 3, 1)
COUNTIES = ("350622", "350624", "350628")
VILLAGES = 612  # as many as the three counties have, about
_SECRET = "42" * 32
_LOT = 1_000


@dataclass
class Figures:
    """One import.

    Args:
        published_s: Until the last fact was stored. accepted_s: until the last outcome was heard.
        cpu_s: Processor time by who spent it.
    """

    published_s: float
    accepted_s: float
    outcomes: dict[str, int]
    cpu_s: dict[str, float]


@dataclass
class Importing:
    """A roster of so many rows, and what importing it took."""

    rig: Rig
    path: Path
    rows: int
    read_s: list[float] = field(default_factory=list)
    floor_s: list[float] = field(default_factory=list)
    imports: dict[str, list[Figures]] = field(default_factory=dict)

    @classmethod
    def of(cls, rig: Rig, rows: int) -> "Importing":
        """Write the workbook."""
        path = rig.fresh("importing") / "roster.xlsx"
        _write(path, rows)
        return cls(rig, path, rows)

    async def run(self, kind: str) -> None:
        """Import the workbook into an empty system in which a day is closed and every village has a coordinator."""
        async with turn(self.rig, []) as rigged, _registry(self.rig, rigged) as child:
            await _published(rigged, _opening())
            before = self._spent(rigged, child)
            began, sent_at, counts = time.monotonic(), 0.0, dict[str, int]()

            def sent(_: int) -> None:
                nonlocal sent_at
                sent_at = time.monotonic()

            async with publisher(rigged.nats.url) as connected:
                async for outcome in connected.outcomes(_offered(self._facts(kind)), sent):
                    counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
            took = time.monotonic() - began
            spent = {name: value - before[name] for name, value in self._spent(rigged, child).items()}
            self.imports.setdefault(kind, []).append(Figures(sent_at - began, took, counts, spent))

    def read(self) -> None:
        """Read and check the workbook, and nothing else."""
        began = time.monotonic()
        count = sum(1 for _ in self._facts("roster"))
        self.read_s.append(time.monotonic() - began)
        if count != self.rows:
            raise RuntimeError(f"{count} of {self.rows} rows were read")

    async def floor(self) -> None:
        """Read the workbook and insert its raw rows."""
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(self.rig.mongo.url, w="majority", journal=True)
        rows = client["benchimport"]["rows"]
        began = time.monotonic()
        raw = ({"_id": row.number, **row.values} for row in read_rows(self.path, "roster"))
        while lot := list(islice(raw, _LOT)):
            async with await client.start_session() as session, session.start_transaction():
                await rows.insert_many(lot, session=session)
        self.floor_s.append(time.monotonic() - began)
        await client.drop_database("benchimport")
        client.close()

    def _facts(self, kind: str) -> Iterator[ImportedFact]:
        as_of = AS_OF if sheet_of(kind).whole else None
        for item in facts_of(self.path, kind, source="bench", now=datetime.now(UTC), id_key=b"k" * 32, as_of=as_of):  # noqa: TID251 - a real import
            if not isinstance(item, ImportedFact):
                raise RuntimeError(f"row {item.number} of the bench is wrong: {item.code}")  # noqa: TRY004 - not a type
            yield item

    def _spent(self, rigged: Turn, child: Child) -> dict[str, float]:
        return {
            "importer": cpu_s(os.getpid()),
            "registry": child.cpu_s,
            "broker": cpu_s(rigged.nats.pid),
            "store": cpu_s(self.rig.mongo.pid),
        }

    def show(self) -> dict[str, Any]:
        """Print the figures; return them."""
        print(f"\nimport of {self.rows} rows of a roster (.xlsx), {VILLAGES} coordinators", flush=True)
        print(_seconds("read and checked", self.read_s))
        print(_seconds("floor: read, raw rows inserted", self.floor_s))
        for kind, each in self.imports.items():
            print(_seconds(f"{kind}: published", [f.published_s for f in each]))
            print(_seconds(f"{kind}: accepted, outcomes back", [f.accepted_s for f in each]))
            rates = [self.rows / f.accepted_s for f in each]
            print(f"  {kind}: {statistics.median(rates):.0f} rows/s ({min(rates):.0f} to {max(rates):.0f})")
            names = each[0].cpu_s
            spent = {n: statistics.median(f.cpu_s[n] for f in each) * 1e6 / self.rows for n in names}
            print("  µs of processor a row: " + ", ".join(f"{n} {spent[n]:.0f}" for n in names))
            print(f"  outcomes: {each[-1].outcomes}")
            ratios = [f / i.accepted_s for f, i in zip(self.floor_s, each, strict=False)]
            print(f"  floor / {kind}: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
        return {
            "rows": self.rows,
            "read_s": self.read_s,
            "floor_s": self.floor_s,
            "imports": {kind: [f.__dict__ for f in each] for kind, each in self.imports.items()},
        }


@asynccontextmanager
async def _registry(rig: Rig, rigged: Turn) -> AsyncIterator[Child]:
    given = {"nats_url": rigged.nats.url, "mongo_url": rig.mongo.url, "database": rigged.database, "replicas": "one"}
    child = await Child.start("registry", given, **{f"BANGFU_{name.upper()}": _SECRET for name in SECRETS})
    try:
        await child.said("go")
        yield child
    finally:
        await child.stop()


async def _published(rigged: Turn, events: list[tuple[str, str, dict[str, Any]]]) -> None:
    facts = []
    for number, (topic, id_, data) in enumerate(events, 1):
        event = {"specversion": "1.0", "id": id_, "source": "bench", "type": f"{TYPE_PREFIX}{topic}.v1", "data": data}
        facts.append(Offered(number, "bench", topic, id_, orjson.dumps(event)))
    async with publisher(rigged.nats.url) as connected:
        outcomes = await connected.publish(facts, lambda _: None)
    if any(outcome.outcome != "accepted" for outcome in outcomes):
        raise RuntimeError("the opening of the bench was not accepted")


def _opening() -> list[tuple[str, str, dict[str, Any]]]:
    closing = ("calendar.day_closed", "opening", {"date": "2017-12-31"})
    officer = {"name": "协理员", "phone": "19900000001", "townships": [], "role": "village"}
    return [closing] + [
        (
            "coordinator.registered",
            f"officer-{number}",
            officer | {"coordinator_id": f"C{number}", "county": county, "villages": [village]},
        )
        for number, (county, _, village) in enumerate(map(_place, range(VILLAGES)))
    ]


def _offered(facts: Iterator[ImportedFact]) -> Iterator[Offered]:
    for fact in facts:
        topic = str(fact.event["type"]).removeprefix(TYPE_PREFIX).rpartition(".v")[0]
        yield Offered(fact.number, "bench", topic, fact.event["id"], orjson.dumps(fact.event))


def _place(village: int) -> tuple[str, str, str]:
    county = COUNTIES[village % len(COUNTIES)]
    township = f"{county}{100 + village // 3 % 12}"
    return county, township, f"{township}{200 + village // 36}"


def _write(path: Path, rows: int) -> None:
    """Write a roster sorted by village, as offices keep it; nobody in it exists (region 350699)."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_of("roster").title)
    sheet.append([column.header for column in sheet_of("roster").columns])
    for row in range(rows):
        born, sequence = date(1950, 1, 1) + timedelta(days=row % 20_000), row // 20_000
        place = _place(row * VILLAGES // rows)
        who = [make_id_number("350699", born, sequence), "许金春", f"H{row // 3:06d}", "已脱贫", "2016-01-01"]
        sheet.append([*who, *place, "是" if row % 3 == 0 else "否", "是", "否"])
    book.save(path)


def _seconds(name: str, values: list[float]) -> str:
    return f"  {name:39} {statistics.median(values):7.2f} s ({min(values):.2f} to {max(values):.2f})"
