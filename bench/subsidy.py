"""`python -m bench.subsidy`: one month accrued for many placements in memory, against a loop that only writes.

Every placement is a public-welfare post of its own person; one closed day makes the month of all of them due. The same
fold as in production runs it: settling in sixteen partitions, then the ledger, line after line. The floor writes the
documents that the fold changed with one bulk write loop into a MongoDB of its own. Processor time of this process is
measured for the fold, elapsed time for the writes, which wait for another process.
"""

import argparse
import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterable
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop
from motor.motor_asyncio import AsyncIOMotorClient

from bench import closing
from bench.rig import cpu_s, opened
from services.subsidy.adapters import conditions
from services.subsidy.service import SERVICE
from shared.catalog import partitions_of
from shared.embedded import EmbeddedStack
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed
from shared.events.finance import ParameterPublished
from shared.events.people import RosterEntry
from shared.runner.core import Keys, Message
from shared.runner.loaded import Codec
from shared.runner.memory import Memory
from shared.runner.tuning import spare_the_collector
from shared.telemetry import configure

_COUNTY, _USCC = "350622", "91350622MA2Y1A2B7G"
_FIRST, _CLOSED = date(2018, 3, 1), date(2018, 3, 31)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.subsidy", description=__doc__)
    parser.add_argument("--placements", type=int, nargs="+", default=[10_000], help="sizes (%(default)s)")
    parser.add_argument("--no-floor", action="store_true", help="without the writes, and without MongoDB")
    parser.add_argument("--runner", action="store_true", help="by the real runner, on a broker and a database")
    chosen = parser.parse_args()
    if chosen.runner:
        uvloop.run(_by_the_runner(chosen.placements))
        return
    conditions.cel.compile = _compiles
    for size in chosen.placements:
        memory = prepared(size)
        spare_the_collector()  # as every service process does once it is ready
        compiled = len(_COMPILED)
        before = _resident_mb()
        began = time.process_time()
        closed(memory)
        folded = time.process_time() - began
        lines = len(memory.states("line"))
        assert lines == size
        print(
            f"{size} placements: {lines / folded:,.0f} lines a second ({folded:.1f} s processor time), resident "
            f"{before:,.0f} MB before and {_resident_mb():,.0f} MB after, conditions compiled meanwhile: "
            f"{len(_COMPILED) - compiled}",
            flush=True,
        )
        if not chosen.no_floor:
            took, processor, documents = floor(memory)
            print(
                f"{size} placements: the floor writes the same {documents} documents in {took:.1f} s "
                f"({processor:.1f} s processor time, its own and the server's), {lines / took:,.0f} lines a second; "
                f"ratio {took / folded:.2f}, in processor time {processor / folded:.2f}",
                flush=True,
            )


async def _by_the_runner(sizes: list[int]) -> None:
    configure("bench", "json", "error")
    for size in sizes:
        async with opened() as rig:
            found = await closing.closed(rig, prepared(size), _CLOSED)
        assert found.lines == size
        each = 1e6 / size
        print(
            f"{size} placements by the runner: {size / found.seconds:,.0f} lines a second ({found.seconds:.1f} s), "
            f"processor time a line: service {found.service_s * each:.0f}, store {found.store_s * each:.0f}, broker "
            f"{found.broker_s * each:.0f} us; memory of the service {found.before_mb:.0f} MB before, "
            f"{found.peak_mb:.0f} MB at its peak; floor {size / found.floor_s:,.0f} lines a second, "
            f"ratio {found.floor_s / found.seconds:.2f}; load {os.getloadavg()[0]:.0f}",
            flush=True,
        )


_TOLD, _COMPILED = count(1), list[str]()


def _compiles(text: str, compiled: Callable[[str], Any] = conditions.cel.compile) -> Any:
    _COMPILED.append(text)
    return compiled(text)


def prepared(size: int) -> Memory:
    """Return subsidy in memory, with so many people in posts whose month is about to be closed."""
    memory = Memory([SERVICE], Keys(b"", b""))
    for name, value in (("minimum_wage.month_fen", 128_000), ("public_welfare_post.ratio_percent", 70)):
        tell(memory, ParameterPublished(
            parameter=name, value=value, valid_from=_FIRST, known_on=_FIRST, doc_no="示例1号"
        ))  # fmt: skip
    for number in range(size):
        person = "p" + "".join(_LETTERS[number // 26**k % 26] for k in range(5)) + "a" * 20
        tell(memory, RosterEntry(
            person_id=person, household_id="H1", status="listed", status_from=date(2016, 1, 1), county=_COUNTY,
            township=f"{_COUNTY}100", village=f"{_COUNTY}100201",
        ))  # fmt: skip
        tell(memory, EmploymentConfirmed(
            employment_id=f"J{number}", person_id=person, uscc=_USCC, starts_on=_FIRST, post_kind="public_welfare",
            employer_kind="workshop", employer_size="sme", insured_county=_COUNTY,
        ))  # fmt: skip
        memory.emitted.clear()
    return memory


def tell(memory: Memory, event: Event, known_on: date = _FIRST) -> None:
    number = next(_TOLD)
    for partition in partitions_of(event):
        memory.recall(Message(f"{number}@{partition}", "bench", event, number, known_on, "", None, partition))


def closed(memory: Memory) -> None:
    """Close the month's last day."""
    tell(memory, DayClosed(date=_CLOSED), _CLOSED)
    memory.emitted.clear()


def documents_of(memory: Memory) -> dict[str, list[dict[str, Any]]]:
    """Return what the closing left in the store, by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for subscription in SERVICE.subscriptions:
        codec = Codec(subscription)
        for aggregate in subscription.aggregates:
            if aggregate.kind in closing.WRITTEN:
                states: Iterable[tuple[str, Any]] = memory.states(aggregate.kind).items()
                found[aggregate.kind] = [codec.document(aggregate.kind, id_, state, 0) for id_, state in states]
    return found


def floor(memory: Memory) -> tuple[float, float, int]:
    """Return how long it takes to write the same documents in one loop of bulk writes, and how many they are.

    First by the clock, then in processor time of this process and the server, which a busy machine leaves as it is.
    """
    documents = documents_of(memory)
    written = sum(map(len, documents.values()))
    with TemporaryDirectory() as folder, EmbeddedStack(Path(folder)) as stack:

        async def write() -> tuple[float, float]:
            db = AsyncIOMotorClient[dict[str, Any]](stack.mongo_url, w="majority", journal=True)["bench"]
            began, used = time.perf_counter(), time.process_time() + cpu_s(stack.mongo.pid)
            for kind, rows in documents.items():
                await closing.bulk(db, kind, rows)
            return time.perf_counter() - began, time.process_time() + cpu_s(stack.mongo.pid) - used

        return *asyncio.run(write()), written


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
