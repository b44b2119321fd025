"""One run of a check: a fresh system, a seeded county, a fault, and the verdict after it."""

import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.faults.lab.judge import Verdict, judge
from tests.faults.lab.oracle import Oracle, oracle
from tests.faults.lab.processes import Zygote
from tests.faults.lab.servers import LabMongo
from tests.faults.lab.system import System
from tests.faults.lab.workload import LAST, chance, county
from tests.support.facts import Offer


@dataclass
class Lab:
    """What all runs share: the process that forks services, and one mongod."""

    directory: Path
    zygote: Zygote
    mongo: LabMongo
    runs: int = 0

    @asynccontextmanager
    async def system(self, *, mongo: LabMongo | None = None, **options: Any) -> AsyncIterator[System]:
        """Yield a fresh system, its broker running and its services not yet started; its databases go afterwards."""
        self.runs += 1
        server = mongo or self.mongo
        settings: dict[str, Any] = {"mongo_url": server.url, "mongo_port": server.port} | options
        system = System(self.zygote, self.directory / f"run{self.runs}", prefix=f"lab{self.runs}", **settings)
        async with system:
            yield system
        await system.forget()


@asynccontextmanager
async def open_lab(directory: Path) -> AsyncIterator[Lab]:
    """Yield a lab; everything it started ends with it. Servers end with the thread that enters: use the main one."""
    zygote, mongo = Zygote(), LabMongo(directory / "mongo")
    try:
        mongo.start()
        await zygote.start()
        yield Lab(directory, zygote, mongo)
    finally:
        await zygote.stop()
        mongo.stop()


@dataclass
class Run:
    """What one run came to.

    Args:
        fired: How often each fault really struck: the denominators.
    """

    check: str
    variant: str
    seed: int
    facts: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)
    seconds: float = 0.0

    @property
    def struck(self) -> int:
        """Return how often any fault struck; what a service does about it by itself is none."""
        return sum(count for name, count in self.fired.items() if not name.endswith(":its own watchdog"))

    @property
    def failed(self) -> bool:
        """Tell whether something did not hold."""
        return bool(self.verdict.problems)


@dataclass
class Trial:
    """A run in the making.

    Args:
        luck: Chance of this run, from its seed.
        facts: What upstream tells. wanted: what that comes to.
    """

    lab: Lab
    run: Run
    luck: random.Random
    facts: list[Offer]
    wanted: Oracle

    async def judge(self, system: System, **options: Any) -> None:
        """Wait until nothing is in flight and note what holds."""
        self.run.verdict = await judge(system, self.wanted, **options)
        for member in system.members.values():
            for point, count in member.fired.items():
                self.run.fired[f"{member.name}:{point}"] += count


@dataclass(frozen=True)
class Check:
    """A fault and how it is brought about.

    Args:
        variants: Where or how; each is a row of the table.
        strike: Brings it about in a trial and has it judged.
        reps: Runs a variant in the full lab.
        idle: Variants where the fault may never strike are said to be never reached; elsewhere that is a failure.
    """

    name: str
    variants: tuple[str, ...]
    strike: Callable[[Trial, str], Awaitable[None]]
    reps: int = 1
    may_be_idle: bool = False


async def carry_out(lab: Lab, check: Check, variant: str, seed: int, last: date = LAST) -> Run:
    """Run one check once, to a last closed day; whatever goes wrong in the lab itself is a failure of the run."""
    facts, wanted = told(seed, last)
    run = Run(check.name, variant, seed, len(facts))
    trial = Trial(lab, run, chance(f"{check.name}/{variant}/{seed}"), list(facts), wanted)
    began = time.monotonic()
    try:
        await check.strike(trial, variant)
    except Exception as error:  # noqa: BLE001 - a run that breaks is a finding like any other; the others go on
        run.verdict.problems.append(f"{type(error).__name__}: {error}")
    run.seconds = time.monotonic() - began
    if not run.struck and not check.may_be_idle:
        run.verdict.problems.append("the fault never struck, so the run says nothing")
    return run


@lru_cache(maxsize=4)
def told(seed: int, last: date = LAST) -> tuple[tuple[Offer, ...], Oracle]:
    """Return the county of a seed and what it comes to."""
    facts = county(seed, last=last)
    return tuple(facts), oracle(facts)
