"""One run: a seed's timeline in a seed's weather, until it comes to rest; then the judge."""

import asyncio
import importlib
import pkgutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import shared.runner
import shared.store
from shared.runner import consumer
from shared.runner.puller import Puller
from tests.simulation.county import County
from tests.simulation.judge import Judge
from tests.simulation.nemesis import Nemesis
from tests.simulation.weather import Weather, weather
from tests.simulation.workload import timeline
from tests.support.sim_time import VirtualLoop, run_virtually

PATIENCE_S = 240.0  # longer than any timeout of the broker, the store or a lane


@dataclass
class Verdict:
    """What became of a seed.

    Args:
        faults: What the judge found wrong. fired: how often each fault really happened. weighed: what was looked at.
    """

    seed: int
    faults: list[str] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    weighed: Counter[str] = field(default_factory=Counter)
    virtual_s: float = 0.0
    real_s: float = 0.0


def run(seed: int, sky: Weather | None = None, bug: AbstractContextManager[None] | None = None) -> Verdict:
    """Run a seed and judge it; a deliberate bug is at work while it lives, not while it is judged."""
    began, sky, loop = time.process_time(), sky or weather(seed), VirtualLoop()
    county = County(seed, sky)
    verdict = Verdict(seed)
    with _in_simulation(county, loop):
        try:
            with bug or nullcontext():
                drained = run_virtually(_lived(county, Nemesis(county, timeline(seed))), loop)
        except Exception as error:  # noqa: BLE001 - a run that breaks is a finding like any other
            verdict.faults.append(f"drain: {type(error).__name__}: {error}")
        else:
            judge = Judge(county)
            verdict.faults = (
                ([] if drained else ["drain: it does not come to rest"]) + _broken(county) + list(judge.faults())
            )
            verdict.weighed = judge.weighed
    verdict.fired, verdict.virtual_s, verdict.real_s = county.chance.fired, loop.time(), time.process_time() - began
    return verdict


async def _lived(county: County, nemesis: Nemesis) -> bool:
    """Live through the faults, then in peace until nothing moves any more."""
    county.start()
    await nemesis.run()
    county.chance.calm = True
    ends = asyncio.get_running_loop().time() + PATIENCE_S
    rest = 0
    while rest < 2:
        if asyncio.get_running_loop().time() > ends:
            return False
        await asyncio.sleep(1.0)
        rest = rest + 1 if county.drained() else 0
    return True


def _broken(county: County) -> list[str]:
    """Return the mistakes that ended a task of a process."""
    return [f"task: {type(error).__name__}: {error}" for error in county.errors]


@contextmanager
def _in_simulation(county: County, loop: VirtualLoop) -> Iterator[None]:
    """Have the runner's modules pass the county's crash points, its pulls and its clock."""
    clock = SimpleNamespace(monotonic=loop.time)
    wanted: dict[str, Any] = {"crash_point": county.crash_point, "time": clock}
    pulls = (consumer, "Puller", partial(Puller, batch=county.weather.batch))
    with _patched([pulls, *((module, name, value) for module in _modules() for name, value in wanted.items())]):
        yield


@contextmanager
def _patched(changes: list[tuple[ModuleType, str, Any]]) -> Iterator[None]:
    present = [(module, name, value) for module, name, value in changes if hasattr(module, name)]
    patches = [patch.object(module, name, value) for module, name, value in present]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def _modules() -> list[ModuleType]:
    # Those that a run uses; the edge and the commands stay as they are.
    names = ("runner", "consumer", "publisher", "puller", "refill", "lines", "sealing")
    found = {each.name for each in pkgutil.iter_modules(shared.runner.__path__)}
    return [shared.store, *(importlib.import_module(f"shared.runner.{name}") for name in names if name in found)]
