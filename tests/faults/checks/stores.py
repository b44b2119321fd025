"""Databases that die, hand over to another member, are slow; disks that are full."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.lab.servers import LabMongo, ReplicaSet
from tests.faults.lab.system import SERVICES, System
from tests.faults.lab.trial import Check, Trial

_PATIENCE_S = 120.0


async def mongod_killed(trial: Trial, _: str) -> None:
    """Kill the only mongod hard at moments of chance and start it again."""
    async with trial.lab.system() as system:
        await system.start()
        feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.4))
        for _kill in range(3):
            await asyncio.sleep(trial.luck.uniform(0.4, 1.5))
            trial.lab.mongo.kill9()
            trial.run.fired["mongod killed"] += 1
            trial.lab.mongo.start()
        await feeding
        await trial.judge(system)


async def primary_gone(trial: Trial, variant: str) -> None:
    """Kill the primary of three, or stop it for longer than an election and let it wake up as what it was."""
    replica_set = ReplicaSet(trial.lab.directory / f"set{trial.lab.runs}")
    try:
        replica_set.start()
        async with trial.lab.system(mongo_url=replica_set.url, mongo_port=replica_set.port) as system:
            await system.start()
            feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.8))
            for _ in range(2):
                await asyncio.sleep(trial.luck.uniform(1.0, 3.0))
                await _strike(replica_set, variant)
                trial.run.fired[variant] += 1
            await feeding
            await trial.judge(system, patience_s=_PATIENCE_S)
    finally:
        replica_set.stop()


async def _strike(replica_set: ReplicaSet, variant: str) -> None:
    primary = await replica_set.elected()
    if variant == "killed":
        primary.kill9()
        await asyncio.sleep(3)
        primary.spawn()
        primary.wait_until_ready()
        return
    primary.signal(signal.SIGSTOP)
    await asyncio.sleep(8)
    primary.signal(signal.SIGCONT)


async def slow(trial: Trial, variant: str) -> None:
    """Delay everything between services and database, in both directions."""
    async with trial.lab.system(proxied=True) as system:
        for link in system.mongo_links.values():
            link.delay_s = float(variant.removesuffix(" ms")) / 2_000
        await system.start()
        await system.offer(trial.facts, pause_s=0.3)
        trial.run.fired["links slowed"] = len(SERVICES)
        await trial.judge(system, patience_s=_PATIENCE_S)


async def full_broker(trial: Trial, _: str) -> None:
    """Fill the disk of nats-server while facts come in; then make room, and start it again as an operator does."""
    with small_disk(trial.lab.directory / f"disk{trial.lab.runs}", "48m") as disk:
        async with trial.lab.system(store=disk / "nats") as system:
            await system.start()
            feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.3))
            await asyncio.sleep(1.5)
            fill(disk / "balloon")
            trial.run.fired["disk full"] += 1
            await asyncio.sleep(5)
            (disk / "balloon").unlink()
            system.nats.kill9()
            system.nats.start()
            await feeding
            await trial.judge(system)


async def full_database(trial: Trial, _: str) -> None:
    """Fill the disk of mongod while facts come in; then make room, and start it again if it gave up."""
    with small_disk(trial.lab.directory / f"disk{trial.lab.runs}", "420m") as disk:
        mongo = LabMongo(disk / "mongo")
        try:
            mongo.start()
            async with trial.lab.system(mongo=mongo) as system:
                await system.start()
                feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.3))
                await asyncio.sleep(1.5)
                fill(disk / "balloon")
                trial.run.fired["disk full"] += 1
                await asyncio.sleep(5)
                (disk / "balloon").unlink()
                trial.run.fired["mongod gave up"] += not mongo.running
                mongo.start()
                await feeding
                await trial.judge(system, patience_s=_PATIENCE_S)
        finally:
            mongo.stop()


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[Path]:
    """Mount a file system of a size; needs root."""
    path.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(balloon: Path) -> None:
    """Write until nothing more fits."""
    with balloon.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


async def stopped(trial: Trial, name: str) -> None:
    """Stop a process for a while, as an overloaded machine does, and let it go on as if nothing had been."""
    async with trial.lab.system() as system:
        await system.start()
        feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.5))
        for _ in range(2):
            await asyncio.sleep(trial.luck.uniform(0.5, 1.5))
            _signal(trial, system, name, signal.SIGSTOP)
            trial.run.fired[f"{name} stopped"] += 1
            await asyncio.sleep(trial.luck.choice((0.5, 3.0, 6.0)))
            _signal(trial, system, name, signal.SIGCONT)
        await feeding
        await trial.judge(system)


def _signal(trial: Trial, system: System, name: str, which: signal.Signals) -> None:
    if name == "nats-server":
        system.nats.signal(which)
    elif name == "mongod":
        trial.lab.mongo.signal(which)
    elif (process := system.members[name].process) is not None:
        process.signal(which)


CHECKS = (
    Check("mongod-kill", ("3 times",), mongod_killed, reps=3),
    Check("primary", ("killed", "stopped 8 s, then continued"), primary_gone),
    Check("slow-mongo", ("50 ms", "200 ms"), slow),
    Check("disk-full", ("nats-server",), full_broker),
    Check("database-disk-full", ("mongod",), full_database),
    Check("stop-continue", (*SERVICES, "nats-server", "mongod"), stopped),
)
