"""A broker that dies, loses its latest writes, loses everything, or is cut off."""

import asyncio
import contextlib
import shutil
import signal
from pathlib import Path

from nats.js.errors import NotFoundError

from tests.faults.checks.messages import quiet
from tests.faults.lab.system import SERVICES, System
from tests.faults.lab.trial import Check, Trial

KILLS = 10
_TRIES = 10


async def killed(trial: Trial, _: str) -> None:
    """Kill nats-server hard at moments of chance and start it again, while facts come in."""
    async with trial.lab.system() as system:
        await system.start()
        feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.5))
        for _kill in range(KILLS):
            await asyncio.sleep(trial.luck.uniform(0.2, 1.0))
            system.nats.kill9()
            trial.run.fired["nats-server killed"] += 1
            await asyncio.sleep(trial.luck.choice((0.0, 0.0, 0.5)))
            system.nats.start()
        await feeding
        await trial.judge(system)


async def rolled_back(trial: Trial, variant: str) -> None:
    """Give nats-server a store that is some seconds old, as a power cut does to one that does not sync."""
    age, _, after = variant.partition("s, ")
    async with trial.lab.system() as system:
        await system.start()
        feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.3))
        await _reached(system, trial.luck.randrange(300, 900))
        before, copy = await _last(system), _copied(system)
        await asyncio.sleep(float(age))
        await _reached(system, before + 1)
        lost = await _last(system) - before
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        if after == "services stopped":
            await system.stop_all()
        system.nats.kill9()
        shutil.rmtree(system.nats.directory / "jetstream")
        copy.rename(system.nats.directory / "jetstream")
        system.nats.start()
        trial.run.fired["events lost"] = lost
        await system.start_stopped()
        # What registry had not read when it was lost, only upstream has: it tells everything again, in order.
        await system.offer(trial.facts)
        await trial.judge(system)


async def emptied(trial: Trial, _: str) -> None:
    """Delete the broker's whole directory when all is done; journals fill the streams again."""
    async with trial.lab.system() as system:
        await system.start()
        half = len(trial.facts) // 2
        await system.offer(trial.facts[:half])
        await quiet(system)
        trial.run.fired["events lost"] = await _last(system)
        await system.stop_all()
        system.nats.kill9()
        shutil.rmtree(system.nats.directory / "jetstream")
        system.nats.start()
        await system.start_stopped()
        await system.offer(trial.facts[half:])
        await trial.judge(system)


async def clogged(trial: Trial, _: str) -> None:
    """Cut the links to the broker one by one while facts come in, and restore them in another order."""
    async with trial.lab.system(proxied=True) as system:
        await system.start()
        feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.3))
        for order in (trial.luck.sample(SERVICES, 4), trial.luck.sample(SERVICES, 4)):
            for name in order:
                await asyncio.sleep(trial.luck.uniform(0.1, 0.4))
                system.nats_links[name].cut = True
                system.nats_links[name].sever()
                trial.run.fired[f"{name} cut off"] += 1
            for name in trial.luck.sample(SERVICES, 4):
                await asyncio.sleep(trial.luck.uniform(0.1, 0.4))
                system.nats_links[name].cut = False
        await feeding
        await trial.judge(system)


async def _reached(system: System, events: int) -> None:
    """Wait until the broker has stored so many events, or a minute."""
    async with asyncio.timeout(60):
        while await _last(system) < events:  # noqa: ASYNC110 - services publish, nothing here tells of it
            await asyncio.sleep(0.1)


async def _last(system: System) -> int:
    try:
        return (await system.client.jetstream().stream_info("EVENTS")).state.last_seq
    except NotFoundError:
        return 0


def _copied(system: System) -> Path:
    """Copy the store as it is at one instant: the server stands still meanwhile."""
    copy = system.directory / "older"
    system.nats.signal(signal.SIGSTOP)
    try:
        for _ in range(_TRIES):
            # The last of its threads stops a little later than the call returns.
            with contextlib.suppress(shutil.Error, FileNotFoundError):
                shutil.copytree(system.nats.directory / "jetstream", copy)
                return copy
            shutil.rmtree(copy)
    finally:
        system.nats.signal(signal.SIGCONT)
    raise RuntimeError("nats-server changes its store although it is stopped")


CHECKS = (
    Check("nats-kill", ("10 times",), killed, reps=5),
    Check(
        "store-rollback",
        tuple(f"{age}s, services {how}" for age in (1, 3) for how in ("stopped", "left alone")),
        rolled_back,
        reps=2,
    ),
    Check("store-lost", ("all of it",), emptied),
    Check("links-cut", ("nats",), clogged, reps=3),
)
