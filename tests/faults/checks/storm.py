"""Several faults in one run, for the short subset: every service dies at points of chance, the broker dies, copies."""

import asyncio

from tests.faults.checks.crashes import POINTS
from tests.faults.lab.system import SERVICES
from tests.faults.lab.trial import Check, Trial

_DEATHS = 3


async def storm(trial: Trial, _: str) -> None:
    """Arm every service with crash points of chance, publish some facts twice, kill the broker and a service."""
    async with trial.lab.system() as system:
        for member in system.members.values():
            member.crashes = [f"{trial.luck.choice(POINTS)}@{trial.luck.randint(1, 4)}" for _ in range(_DEATHS)]
        await system.start()
        half = len(trial.facts) // 2
        feeding = asyncio.create_task(system.offer(trial.facts[:half], copies=2))
        await asyncio.sleep(trial.luck.uniform(0.5, 1.5))
        system.nats.kill9()
        trial.run.fired["nats-server killed"] += 1
        system.nats.start()
        await feeding
        trial.run.fired["copies"] += half
        await system.offer(trial.facts[half:])
        await system.kill(trial.luck.choice(SERVICES))
        await trial.judge(system)


CHECKS = (Check("storm", ("all together",), storm, reps=3),)
