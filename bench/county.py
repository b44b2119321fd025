"""What the county pages take: `python -m bench.county [--rows 100000] [--year]`, through the whole frame and a mongod.

Rows are made up (tests/support/registered.py), or, with --year, those of the sample year of 2,000 people. Pages are
asked for one after the other, with session, scope, words and templates; the first turn of each is not counted.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from services.notify.adapters.web.county import SECTIONS
from services.notify.adapters.web.endpoint import Role
from services.notify.domain.register_row import Row
from services.notify.domain.registers import REGISTER_ROW
from services.notify.subscribers import REGISTERS
from shared.embedded import EmbeddedMongo
from shared.ops.demo import YEAR
from shared.ops.publishing import offered
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.memory import Memory
from shared.telemetry import configure
from tests.support.console import console
from tests.support.facts import KEYS
from tests.support.registered import documents, happened, rows_of

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_A_PERSON: Final = 23  # rows that a made-up person leaves
_PAGES: Final = (
    "/county", *(f"/county/{name}" for name in SECTIONS), "/county/rows/offers", "/county/rows/subsidies/excel",
)  # fmt: skip
_WHO: Final = {"city": "3506", "county": "350622", "township": "350622103"}


def rows_of_the_year() -> tuple[dict[str, Row], float]:
    """Return the rows of the sample year, and how many events a second were folded into them."""
    others = Memory([each for each in find_services() if each.name != "notify"], KEYS)
    for number, line in enumerate(YEAR.lines(), 1):
        fact = offered(number, line)
        others.publish(fact.subject, fact.body)
    memory = Memory([Service("notify", "", (REGISTERS,))], KEYS)
    heard = [message for message in others.emitted if type(message.event) in REGISTERS.listens]
    began = time.process_time()
    for message in heard:
        memory.recall(message)
    return memory.states(REGISTER_ROW.kind), len(heard) / (time.process_time() - began)


async def measured(rows: dict[str, Row], day: str, year: str, turns: int) -> dict[str, Any]:
    """Return median and worst time and processor time in ms, and bytes, of each page for each area."""
    with tempfile.TemporaryDirectory() as directory:
        mongo = EmbeddedMongo(Path(directory)).start()
        try:
            async with console(mongo.url, "bench") as opened:
                opened.clock.now = await opened.store.now()  # the store forgets sessions by its own clock
                stored = documents(rows)
                for start in range(0, len(stored), 5_000):
                    await opened.store.db[REGISTER_ROW.kind].insert_many(stored[start : start + 5_000])
                await opened.store.db["alert_clock"].insert_one({"_id": "0", "state": {"day": day}})
                clock = _Processors(mongo.pid)
                return {name: await _pages(opened, area, year, turns, clock) for name, area in _WHO.items()}
        finally:
            mongo.stop()


class _Processors:
    """Processor time of this process and of mongod, which holds on a busy machine."""

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")

    def seconds(self) -> float:
        """Return how much they have used so far."""
        fields = self._stat.read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / _TICKS


async def _pages(opened: Any, area: str, year: str, turns: int, clock: _Processors) -> dict[str, Any]:
    officer, found = await opened.enter(Role.AUDITOR, (area,)), {}
    for page in _PAGES:
        address, took, size, used = page if "/rows/" in page else f"{page}?year={year}", [], 0, 0.0
        for turn in range(turns + 1):
            used = clock.seconds() if turn == 1 else used
            began = time.perf_counter()
            answer = await officer.get(address)
            took.append((time.perf_counter() - began) * 1_000)
            size = len(answer.content)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
        cpu_ms = round((clock.seconds() - used) * 1_000 / turns)
        median, worst = round(statistics.median(took[1:])), round(max(took[1:]))
        found[page] = {"median_ms": median, "worst_ms": worst, "cpu_ms": cpu_ms, "bytes": size}
    return found


def main() -> None:
    """Measure and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.county", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="made-up rows (%(default)s)")
    parser.add_argument("--year", action="store_true", help="the sample year's rows instead")
    parser.add_argument("--turns", type=int, default=7, help="times that each page is asked for (%(default)s)")
    chosen = parser.parse_args()
    configure("bench", "json", "error")
    figures: dict[str, Any] = {}
    if chosen.year:
        rows, figures["events_a_second"] = rows_of_the_year()
        day, year = "2021-10-31", "2021"
    else:
        rows, day, year = rows_of(happened(1, chosen.rows // _A_PERSON)), "2018-10-31", "2018"
    figures |= {"rows": len(rows), "load": [round(each, 1) for each in os.getloadavg()]}
    figures["pages"] = asyncio.run(measured(rows, day, year, chosen.turns))
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
