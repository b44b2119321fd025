"""A registry of its own on servers of its own: broken on purpose, it says so, and it is mended."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
from pymongo import MongoClient

from shared.embedded import EmbeddedMongo, EmbeddedNats
from shared.embedded.process import tied_to_launcher
from shared.settings import new_secrets
from tests.support.facts import offer
from tests.support.live import until

# Small, so that the whole file takes minutes; the figures in docs/evidence are those of the defaults (15 and 5).
STALL_S, WATCH_S = (
    float(os.environ.get(name, small)) for name, small in (("BANGFU_STALL_S", 3), ("BANGFU_WATCH_S", 0.5))
)
RED_S, MENDED_S = 30.0, 90.0
PORT = 26_990


@dataclass
class Watched:
    """A registry of its own, on servers of its own, that is started again when it ends, as `bangfu up` does it.

    Args:
        starts: How often it was started.
    """

    broker: EmbeddedNats
    mongo: EmbeddedMongo
    directory: Path
    starts: int = 0
    facts: int = 0
    secrets: dict[str, str] = field(default_factory=new_secrets)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        environment = os.environ | self.secrets | {
            "NATS_URL": self.broker.url, "MONGO_URL": self.mongo.url, "BANGFU_REPLICAS": "one",
            "BANGFU_WATCH_S": str(WATCH_S), "BANGFU_STALL_S": str(STALL_S), "BANGFU_LOG_FORMAT": "json",
        }  # fmt: skip
        command = [sys.executable, "-m", "uvicorn", "tests.support.watched:app", "--port", str(PORT)]
        with (self.directory / "registry.log").open("ab") as log:
            self._process = subprocess.Popen(
                tied_to_launcher([*command, "--log-level", "warning"]), env=environment, stdout=log, stderr=log
            )
        self.starts += 1

    def revive(self) -> None:
        """Start it again if it has ended."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def tell(self, number: int) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def said(self) -> dict[str, Any]:
        """Return what readiness says; a process that is being started says that it is not ready."""

        def ask() -> dict[str, Any]:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/ready", timeout=2) as answer:
                    found: dict[str, Any] = json.load(answer)
            except urllib.error.HTTPError as error:
                found = json.load(error)
            except (OSError, ValueError):
                found = {"ready": False, "conditions": [], "checks": {}}
            return found

        return await asyncio.to_thread(ask)

    async def until_ready(self) -> float:
        """Start it again as often as it ends; return how many seconds it took until it was ready."""
        began = time.monotonic()

        async def ready() -> bool:
            self.revive()
            return bool((await self.said())["ready"])

        await until(ready, within_s=MENDED_S)
        return time.monotonic() - began

    async def until_red(self, condition: str) -> float:
        """Return how many seconds it took until readiness named a condition (or a check) that does not hold."""
        began = time.monotonic()

        async def red() -> bool:
            said = await self.said()
            names = {each["name"] for each in said["conditions"]}
            names |= {name for name, fine in said["checks"].items() if not fine}
            return not said["ready"] and condition in names

        await until(red, within_s=RED_S)
        return time.monotonic() - began

    async def publish(self, count: int = 3) -> None:
        """Publish facts for it."""
        client = await nats.connect(self.broker.url)
        for _ in range(count):
            self.facts += 1
            each = offer("employer.registered", f"e-{self.facts}")
            await client.jetstream().publish(each.subject, each.body, stream="INTAKE")
        await client.close()

    def journalled(self) -> set[str]:
        """Return the ids of everything in the journal that goes to `EVENTS`."""
        with MongoClient[dict[str, Any]](self.mongo.url) as client:
            rows = client["bangfu_registry"]["journal_registry"].find()
            return {each["id"] for row in rows for each in row["entries"] if each["stream"] == "EVENTS"}

    async def everything_stands(self) -> bool:
        """Tell whether every fact is decided and everything that the journal holds stands in `EVENTS`."""
        client = await nats.connect(self.broker.url)
        js = client.jetstream()
        try:
            last = (await js.stream_info("EVENTS")).state.last_seq
            there = {(await js.get_msg("EVENTS", n)).headers["Nats-Msg-Id"] for n in range(1, last + 1)}  # type: ignore[index]
            pending = await js.consumer_info("INTAKE", "registry")
            return self.journalled() <= there and not pending.num_pending and not pending.num_ack_pending
        finally:
            await client.close()
