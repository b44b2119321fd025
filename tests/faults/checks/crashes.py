"""Services that kill themselves at named points of their cycle, or are killed at any moment.

A cell is `<service>:<point>`; a service of several consumers has cells of its own for each of them too.
"""

import asyncio

from tests.faults.lab.system import SERVICES, System
from tests.faults.lab.trial import Check, Trial

POINTS = (
    "batch_taken", "before_commit", "txn_head", "txn_inbox", "txn_states", "txn_journal", "after_commit",
    "mid_publish", "after_publish", "before_ack", "mid_ack", "after_ack", "mid_pages", "mid_resend", "after_takeover",
)  # fmt: skip
CONSUMERS = {
    "registry-casework": "registry", "registry-placements": "registry", "registry-duties": "registry",
    "registry-targets": "registry", "notify-files": "notify", "notify-registers": "notify",
}  # fmt: skip
DEATHS = 5
# After a commit alone there may be nothing to publish, and then nothing is published again.
_NEED_A_PREDECESSOR = {"mid_resend": "after_publish"}
_RARE = ("after_publish", "mid_publish", "mid_resend", "mid_pages")  # a life that never comes there has no successor
_RAREST_LAST = (*(point for point in POINTS if point not in _RARE), *_RARE)


async def at_point(trial: Trial, variant: str) -> None:
    """Have one service die several times at one point, each time further on, while facts come in."""
    name, point = variant.split(":")
    consumer = name if name in CONSUMERS else ""
    member = CONSUMERS.get(name, name)
    async with trial.lab.system() as system:
        system.members[member].crashes = crashes(trial, point, consumer)
        await system.start()
        await system.offer(trial.facts, chunk=6, pause_s=0.08)
        await trial.judge(system)
    # What only leads up to the point is no denominator of it.
    struck = trial.run.fired[f"{member}:{_at(point, consumer)}"]
    trial.run.fired = type(trial.run.fired)({variant: struck})


def crashes(trial: Trial, point: str, consumer: str = "") -> list[str]:
    """Return what kills each life of a service; a point after a predecessor's death has that death before it."""
    passes = [trial.luck.choice((1, 1, 2, 2, 3)) for _ in range(DEATHS)]
    first = _NEED_A_PREDECESSOR.get(point)
    if first is None:
        return [f"{_at(point, consumer)}@{n}" for n in passes]
    return [crash for n in passes for crash in (f"{_at(first, consumer)}@{n}", f"{_at(point, consumer)}@1")]


def _at(point: str, consumer: str) -> str:
    return f"{point}:{consumer}" if consumer else point


async def at_each_point(trial: Trial, name: str) -> None:
    """Have one consumer's process die once at each point, one after the other, while facts come in."""
    member, consumer = CONSUMERS.get(name, name), name if name in CONSUMERS else ""
    async with trial.lab.system() as system:
        system.members[member].crashes = [
            f"{_at(step, consumer)}@1"
            for point in _RAREST_LAST
            for step in (_NEED_A_PREDECESSOR.get(point), point)
            if step
        ]
        await system.start()
        await system.offer(trial.facts, chunk=6, pause_s=0.15)
        await trial.judge(system)


async def at_any_moment(trial: Trial, name: str) -> None:
    """Kill one service at moments of chance while facts come in."""
    async with trial.lab.system() as system:
        await system.start()
        feeding = asyncio.create_task(system.offer(trial.facts, pause_s=0.15))
        await _kill(system, trial, name)
        await feeding
        await trial.judge(system)


async def _kill(system: System, trial: Trial, name: str) -> None:
    for _ in range(DEATHS):
        await asyncio.sleep(trial.luck.uniform(0.3, 1.2))
        await system.kill(name)


CHECKS = (
    Check(
        "crash",
        tuple(f"{name}:{point}" for name in (*SERVICES, *CONSUMERS) for point in POINTS),
        at_point,
        may_be_idle=True,
    ),
    Check("each-point", (*SERVICES, *CONSUMERS), at_each_point),
    Check("kill", SERVICES, at_any_moment),
)
