"""The whole system: facts published until the ledger is quiet, against the floors of its parts, one after the other.

The floor of a part is the floor of a service: for each of its consumers a loop that fetches as many messages, writes
the same documents, publishes as many messages and acknowledges, all its loops side by side in one process, everything
to fetch being there. The parts' times are added. Not in the floor: the vault's writes, and waiting for one another.
"""

import asyncio
import pickle
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import samples
from bench.plan import plan
from bench.rig import Child, Rig, peak_mb, turn
from shared.access.principals import CLERK
from shared.ops.looking import looking
from shared.ops.publishing import Offered, offered, publisher
from shared.ops.quiet import wait_until_quiet
from shared.ops.running import find_services
from shared.ops.supervisor import Supervisor
from shared.runner.core import Keys
from shared.runner.publisher import Entry
from shared.runner.reading import stored
from shared.settings import SECRETS, Settings

_SECRET = "00" * 31 + "42"


@dataclass
class Pipeline:
    """The pipeline's figures.

    Args:
        start_s: From nothing to four services ready. again_s: The same, with data there.
        seconds: Of the facts. floors: seconds of each service's floor. peaks: MB, by service.
    """

    rig: Rig
    facts: list[Offered]
    start_s: list[float] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    floors: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    stream: list[Entry] = field(default_factory=list)
    plans: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rig: Rig, count: int) -> "Pipeline":
        """Take the first facts of the sample county."""
        lines = (Path(samples.__file__).parent / "events.jsonl").read_bytes().splitlines()[:count]
        return cls(rig, [offered(number, line) for number, line in enumerate(lines, 1)])

    async def run(self) -> None:
        """Start everything, publish, wait until it is quiet; and once more start on the data that are there."""
        secret = {f"BANGFU_{name.upper()}": _SECRET for name in SECRETS}
        traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.rig.collector}
        settings = Settings(data_dir=self.rig.fresh("pipeline"), nats_url=None, mongo_url=None)
        began = time.monotonic()
        with Supervisor(settings, secret | traces | {"BANGFU_CLOCK": "off"}) as supervisor:
            self.start_s.append(time.monotonic() - began)
            self.seconds.append(await self._flow(supervisor, settings))
            for name, child in supervisor._children.items():  # noqa: SLF001 - nobody else asks for their memory
                self.peaks[name] = max(self.peaks.get(name, 0), peak_mb(child.process.pid))
        began = time.monotonic()
        with Supervisor(settings, secret | {"BANGFU_CLOCK": "off"}):
            self.again_s.append(time.monotonic() - began)

    async def _flow(self, supervisor: Supervisor, settings: Settings) -> float:
        services = find_services()
        began = time.monotonic()
        async with publisher(supervisor.running.bus(CLERK, settings)) as connected:
            await connected.publish(self.facts, lambda _: None)
        async with looking(settings, supervisor.running, services) as view:
            await wait_until_quiet(view.js, services, view.stores, patience_s=300)
            took = time.monotonic() - began
            if not self.stream:
                self.stream = await _everything(view.js)
        return took

    async def floor(self) -> None:
        """Measure the floor of each service."""
        for service in find_services():
            if service.name not in self.plans:
                await self._planned(service)
            async with turn(self.rig, [*self._intake(), *self.stream]) as rigged:
                given = {
                    "nats_url": rigged.nats.url,
                    "mongo_url": self.rig.mongo.url,
                    "database": rigged.database,
                    "plan": self.plans[service.name],
                }
                child = await Child.start("floor", given)
                began = await child.said("go")
                self.floors.setdefault(service.name, []).append(await child.said("end") - began)
                await child.stop()

    async def _planned(self, service: Any) -> None:
        keys, lanes = Keys(person=bytes.fromhex(_SECRET), content=bytes.fromhex(_SECRET)), []
        for subscription in service.subscriptions:
            door = subscription.intake.door(keys) if subscription.intake else None
            lanes += await plan(service, subscription, self._intake() if door else self.stream, door)
        path = self.rig.fresh("plan") / service.name
        await asyncio.to_thread(path.write_bytes, pickle.dumps(lanes))
        self.plans[service.name] = str(path)

    def _intake(self) -> list[Entry]:
        return [Entry("INTAKE", f"{each.number:08d}", each.subject, each.body) for each in self.facts]


async def _everything(js: Any) -> list[Entry]:
    """Return what `EVENTS` holds."""
    last = (await js.stream_info("EVENTS")).state.last_seq
    every = stored(js, "EVENTS", last)
    return [Entry("EVENTS", each.headers["Nats-Msg-Id"], each.subject, each.data) async for each in every]
