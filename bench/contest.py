"""Runner, floor and naive handler on the same messages, turn by turn."""

import asyncio
import pickle
from dataclasses import dataclass

from bench import toy
from bench.plan import plan
from bench.rig import Child, Rig, Turn, cpu_s, turn
from shared.runner.publisher import Entry


@dataclass(frozen=True)
class Figures:
    """What one turn gave."""

    rate: float
    cpu_us: float
    peak_mb: float
    broker_us: float
    store_us: float


@dataclass
class Contest:
    """The toy service over some messages.

    Args:
        lanes: Sixteen consumers side by side, or one.
    """

    rig: Rig
    count: int
    lanes: bool
    stream: list[Entry]
    plan: str = ""

    @classmethod
    async def of(cls, rig: Rig, count: int, *, lanes: bool) -> "Contest":
        """Make the messages, and find out what is written for them."""
        contest = cls(rig, count, lanes, toy.visits(count))
        service = toy.service(lanes=lanes)
        steps = await plan(service, service.subscriptions[0], contest.stream)
        path = rig.fresh("plan") / "lanes"
        await asyncio.to_thread(path.write_bytes, pickle.dumps(steps))
        contest.plan = str(path)
        return contest

    async def run(self, kind: str, *, count: int = 0, processes: int = 1, traces: bool = True) -> Figures:
        """Let one contender take all messages, or the first `count`; return its figures."""
        count = count or self.count
        async with turn(self.rig, self.stream[:count]) as rigged:
            given = {
                "nats_url": rigged.nats.url,
                "mongo_url": self.rig.mongo.url,
                "database": rigged.database,
                "lanes": self.lanes,
                "replicas": "one" if processes == 1 else "many",
                "plan": self.plan,
            }
            environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.rig.collector} if traces and kind == "runner" else {}
            children = [await Child.start(kind, given, **environment) for _ in range(processes)]
            try:
                return await self._measured(rigged, children, count)
            finally:
                await asyncio.gather(*(child.stop() for child in children))

    async def _measured(self, rigged: Turn, children: list[Child], count: int) -> Figures:
        pids = (rigged.nats.pid, self.rig.mongo.pid)
        began = min(await asyncio.gather(*(child.said("go") for child in children)))
        servers = [cpu_s(pid) for pid in pids]
        before = [child.cpu_s for child in children]
        ended = await rigged.settled(2 * count)
        used = sum(child.cpu_s for child in children) - sum(before)
        broker, store = (cpu_s(pid) - was for pid, was in zip(pids, servers, strict=True))
        per = 1e6 / count
        peak = max(child.peak_mb for child in children)
        return Figures(count / (ended - began), used * per, peak, broker * per, store * per)
