"""Servers and child processes of one turn: a NATS of its own, a database of its own, clocks, processor time, memory."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext

from shared.embedded import EmbeddedMongo, EmbeddedNats
from shared.embedded.process import tied_to_launcher
from shared.runner.publisher import Entry, Publisher
from shared.runner.topology import provision

_TURNS = count(1)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Rig:
    """What lasts for the whole bench.

    Args:
        collector: URL of a collector of traces that throws them away, so that sending them is paid for.
    """

    directory: Path
    mongo: EmbeddedMongo
    collector: str

    def fresh(self, name: str) -> Path:
        """Return a new directory."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.directory))


@dataclass
class Turn:
    """A broker with its input in place, and a name for a database."""

    nats: EmbeddedNats
    client: Client
    js: JetStreamContext
    database: str

    async def settled(self, messages: int, patience_s: float = 120.0) -> float:
        """Return the time at which the stream holds so many messages and every consumer has acknowledged all."""
        until = time.monotonic() + patience_s
        while (await self.js.stream_info("EVENTS")).state.messages < messages or not await self._acknowledged():
            if time.monotonic() > until:
                held = (await self.js.stream_info("EVENTS")).state.messages
                raise RuntimeError(f"the stream holds {held} of {messages} messages after {patience_s:.0f} s")
            await asyncio.sleep(0.02)
        return time.time()

    async def _acknowledged(self) -> bool:
        infos = await self.js.consumers_info("EVENTS")
        return not any((info.num_pending or 0) + (info.num_ack_pending or 0) for info in infos)


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Rig]:
    """Start what lasts."""
    sink = await asyncio.start_server(_swallow, "127.0.0.1", 0)
    port = sink.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bangfu-bench-", ignore_cleanup_errors=True) as name:
        mongo = EmbeddedMongo(Path(name) / "mongo").start()
        try:
            yield Rig(Path(name), mongo, f"http://127.0.0.1:{port}")
        finally:
            mongo.stop()
            sink.close()


@contextlib.asynccontextmanager
async def turn(rig: Rig, stream: Sequence[Entry]) -> AsyncIterator[Turn]:
    """Start a broker whose `EVENTS` holds `stream`, and drop everything at the end."""
    server = EmbeddedNats(rig.fresh("nats")).start()
    client = await nats.connect(server.url)
    database = f"bench{next(_TURNS)}"
    try:
        js = client.jetstream()
        await provision(js)
        for entry in (each for each in stream if each.stream == "INTAKE"):  # which takes no batches
            await js.publish(entry.subject, entry.body, stream="INTAKE", headers={"Nats-Msg-Id": entry.id})
        await Publisher(client, js, _failed).publish([each for each in stream if each.stream != "INTAKE"])
        yield Turn(server, client, js, database)
    finally:
        await client.close()
        server.stop()
        await _dropped(rig, database)


async def _dropped(rig: Rig, prefix: str) -> None:
    from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415

    mongo: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(rig.mongo.url)
    for name in await mongo.list_database_names():
        if name == prefix or name.startswith(f"{prefix}_"):
            await mongo.drop_database(name)
    mongo.close()


def _failed(error: Exception, attempt: int) -> None:
    raise RuntimeError(f"input was not published at attempt {attempt}") from error


async def _swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection with 200."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            _, _, rest = head.partition(b"content-length:")
            await reader.readexactly(int(rest.split(b"\r\n", 1)[0] or 0))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()


@dataclass
class Child:
    """A contender in a process of its own."""

    process: asyncio.subprocess.Process

    @classmethod
    async def start(cls, kind: str, given: dict[str, Any], **environment: str) -> "Child":
        """Start a contender."""
        command = tied_to_launcher([sys.executable, "-W", "ignore", "-m", "bench.child", kind, json.dumps(given)])
        quiet = {"BANGFU_LOG_LEVEL": "warning", "BANGFU_PERSON_KEY": "42" * 32, "BANGFU_CONTENT_KEY": "42" * 32}
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, env=os.environ | quiet | environment
        )
        return cls(process)

    async def said(self, what: str) -> float:
        """Return the time at which the contender said something."""
        assert self.process.stdout is not None
        while line := await asyncio.wait_for(self.process.stdout.readline(), 120):
            if what in (told := json.loads(line)):
                return float(told[what])
        raise RuntimeError(f"the contender ended with {await self.process.wait()} before it said {what}")

    @property
    def cpu_s(self) -> float:
        """Return the processor time that it has used."""
        return cpu_s(self.process.pid)

    @property
    def peak_mb(self) -> float:
        """Return the most memory that it ever held."""
        return peak_mb(self.process.pid)

    async def stop(self) -> None:
        """End it."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), 20)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def cpu_s(pid: int) -> float:
    """Return the processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_mb(pid: int) -> float:
    """Return the peak resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
