"""Services that kill themselves at named points of their cycle, or are killed at any moment."""

import asyncio

from tests.faults.lab.system import SERVICES, System
from tests.faults.lab.trial import Check, Trial

POINTS = (
    "batch_taken", "before_commit", "txn_head", "txn_inbox", "txn_states", "txn_journal", "after_commit",
    "mid_publish", "after_publish", "before_ack", "mid_ack", "after_ack", "mid_pages", "mid_resend", "after_takeover",
)  # fmt: skip
DEATHS = 5
_NEED_A_PREDECESSOR = {"mid_resend": "after_commit"}


async def at_point(trial: Trial, variant: str) -> None:
    """Have one service die several times at one point, each time further on, while facts come in."""
    name, point = variant.split(":")
    async with trial.lab.system() as system:
        system.members[name].crashes = crashes(trial, point)
        await system.start()
        await system.offer(trial.facts, chunk=6, pause_s=0.08)
        await trial.judge(system)
    # What only leads up to the point is no denominator of it.
    trial.run.fired = type(trial.run.fired)({variant: trial.run.fired[variant]})


def crashes(trial: Trial, point: str) -> list[str]:
    """Return what kills each life of a service; a point after a predecessor's death has that death before it."""
    passes = [trial.luck.choice((1, 1, 2, 2, 3)) for _ in range(DEATHS)]
    first = _NEED_A_PREDECESSOR.get(point)
    if first is None:
        return [f"{point}@{n}" for n in passes]
    return [crash for n in passes for crash in (f"{first}@{n}", f"{point}@1")]


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
    Check("crash", tuple(f"{name}:{point}" for name in SERVICES for point in POINTS), at_point, may_be_idle=True),
    Check("kill", SERVICES, at_any_moment),
)
