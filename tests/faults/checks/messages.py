"""Messages that come several times, late, out of order, or whose acknowledgement is lost."""

import asyncio
import random
from collections.abc import Sequence

from shared.ops.looking import looking
from shared.ops.quiet import wait_until_quiet
from shared.ops.running import Running, find_services
from shared.settings import Settings
from tests.faults.lab.oracle import oracle
from tests.faults.lab.system import SERVICES, System
from tests.faults.lab.trial import Check, Trial
from tests.support.facts import Offer

COPIES = 3
_CLOSING = "intake.yunxiao-hr.calendar.day_closed"


async def at_once(trial: Trial, _: str) -> None:
    """Publish every fact three times in a row, past the broker's own window."""
    async with trial.lab.system() as system:
        await system.start()
        await system.offer(trial.facts, copies=COPIES)
        trial.run.fired["copies"] = len(trial.facts) * (COPIES - 1)
        await trial.judge(system)


async def late(trial: Trial, stream: str) -> None:
    """When all is done, have a stream tell everything again as if the broker had forgotten that it did."""
    async with trial.lab.system() as system:
        await system.start()
        await system.offer(trial.facts)
        await quiet(system)
        trial.run.fired[f"{stream} again"] = await again(system, stream)
        await trial.judge(system)


async def again(system: System, stream: str) -> int:
    """Publish every message of a stream once more without the id that the broker knows it by; return how many."""
    js = system.client.jetstream()
    last = (await js.stream_info(stream)).state.last_seq
    for number in range(1, last + 1):
        message = await js.get_msg(stream, number, direct=stream == "EVENTS")
        headers = {k: v for k, v in (message.headers or {}).items() if not k.lower().startswith("nats-")}
        await system.client.publish(str(message.subject), message.data or b"", headers=headers)
    await system.client.flush()
    return last


async def lost_acks(trial: Trial, variant: str) -> None:
    """Swallow what services acknowledge; then it is delivered again, to a successor or when the broker is tired."""
    async with trial.lab.system(proxied=True) as system:
        await system.start()
        half = len(trial.facts) // 2
        await system.offer(trial.facts[:half])
        for link in system.nats_links.values():
            link.drop_acks = True
        await system.offer(trial.facts[half:])
        await asyncio.sleep(1)
        for link in system.nats_links.values():
            link.drop_acks = False
        if variant == "then a restart":
            for name in SERVICES:
                await system.kill(name)
        elif variant == "then a cut":
            for link in system.nats_links.values():
                link.sever()
        trial.run.fired["acks"] = sum(link.dropped for link in system.nats_links.values())
        await trial.judge(system)


async def reordered(trial: Trial, variant: str) -> None:
    """Publish the facts of each day, or of each week, in an order of chance; the oracle hears them in that order."""
    facts = shuffled(trial.facts, trial.luck, 1 if variant == "within a day" else 7)
    trial.wanted = oracle(facts)
    trial.run.fired["moved"] = sum(a is not b for a, b in zip(facts, trial.facts, strict=True))
    async with trial.lab.system() as system:
        await system.start()
        await system.offer(facts)
        await trial.judge(system)


def shuffled(facts: Sequence[Offer], luck: random.Random, days: int) -> list[Offer]:
    """Return facts in an order of chance between every so many closings of a day; closings keep their order."""
    found: list[Offer] = []
    batch: list[Offer] = []
    closings = 0
    for fact in facts:
        if fact.subject != _CLOSING:
            batch.append(fact)
            continue
        closings += 1
        batch.append(fact)
        if closings % days == 0:
            found += _mixed(batch, luck)
            batch = []
    return found + _mixed(batch, luck)


def _mixed(batch: list[Offer], luck: random.Random) -> list[Offer]:
    """Shuffle all; put the closings back in order onto the places that closings fell on, the last at the end."""
    closings = [fact for fact in batch if fact.subject == _CLOSING]
    others = [fact for fact in batch if fact.subject != _CLOSING]
    luck.shuffle(others)
    places = sorted(luck.sample(range(len(batch) - 1), max(len(closings) - 1, 0))) if closings else []
    mixed = list(others)
    for place, closing in zip(places, closings, strict=False):
        mixed.insert(place, closing)
    return mixed + closings[-1:]


async def quiet(system: System, patience_s: float = 60.0) -> None:
    """Wait until nothing is in flight."""
    settings = Settings(database_prefix=system.prefix, data_dir=system.directory)
    async with looking(settings, Running(system.nats.url, system.mongo_url), find_services()) as view:
        await wait_until_quiet(view.js, view.services, view.stores, patience_s=patience_s)


CHECKS = (
    Check("duplicates", ("three at once",), at_once),
    Check("late-duplicates", ("INTAKE", "EVENTS"), late),
    Check("lost-acks", ("then a restart", "then a cut", "then nothing"), lost_acks),
    Check("reordering", ("within a day", "within a week"), reordered, reps=3),
)
