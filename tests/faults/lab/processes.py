"""Service processes that are forked ready-made from one zygote; each can be killed, stopped and watched."""

import asyncio
import itertools
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.embedded.process import tied_to_launcher

_ORDERS = itertools.count(1)


@dataclass
class Process:
    """One life of a service.

    Args:
        port: Where its web side listens on loopback.
        ended: Its exit code, once it has one; negative for a signal.
    """

    name: str
    pid: int
    port: int
    ended: "asyncio.Future[int]"

    def signal(self, which: signal.Signals) -> None:
        """Send a signal unless the process is over."""
        if not self.ended.done():
            os.kill(self.pid, which)


@dataclass
class Zygote:
    """The process that forks services; start it once, from the main thread."""

    _running: asyncio.subprocess.Process | None = None
    _listener: "asyncio.Task[None] | None" = None
    _born: dict[int, "asyncio.Future[tuple[int, int]]"] = field(default_factory=dict)
    _alive: dict[int, "asyncio.Future[int]"] = field(default_factory=dict)

    async def start(self) -> None:
        """Return when everything is imported."""
        self._running = await asyncio.create_subprocess_exec(
            *tied_to_launcher([sys.executable, "-m", "tests.faults.lab.zygote"]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        if self._running.stdout is None or not await self._running.stdout.readline():
            raise RuntimeError("the process that forks services ended while it imported them; it says why above")
        self._listener = asyncio.create_task(self._listen(self._running.stdout))

    async def fork(self, name: str, environment: dict[str, str], log: Path) -> Process:
        """Start a service; it may not be ready yet."""
        if self._running is None or self._running.stdin is None:
            raise RuntimeError("the process that forks services is not started")
        order = next(_ORDERS)
        self._born[order] = asyncio.get_running_loop().create_future()
        said = {"order": order, "name": name, "environment": environment, "log": str(log)}
        self._running.stdin.write(json.dumps(said).encode() + b"\n")
        pid, port = await self._born[order]
        return Process(name, pid, port, self._alive[pid])

    async def stop(self) -> None:
        """End it, and with it whatever it has forked."""
        if self._running is None or self._listener is None:
            return
        self._running.kill()
        await self._running.wait()
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)

    async def _listen(self, out: asyncio.StreamReader) -> None:
        while line := await out.readline():
            self._hear(json.loads(line))

    def _hear(self, said: dict[str, Any]) -> None:
        if "order" in said:
            self._alive[said["pid"]] = asyncio.get_running_loop().create_future()
            self._born.pop(said["order"]).set_result((said["pid"], said["port"]))
        elif said["pid"] in self._alive:
            self._alive.pop(said["pid"]).set_result(said["code"])
