"""Registry's own process, killed at every point of its cycle: the events are those of a life without faults."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import nats
import orjson
import pytest
from pymongo import MongoClient

from services.registry.service import SERVICE
from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.runner.core import Service
from tests.support.facts import FIRST_CLOSED, KEYS, Offer, closing, id_number, offer
from tests.support.live import Bus, open_bus, until
from tests.support.story import story
from tests.support.world import DOOR, Registry, published

pytestmark = pytest.mark.real

# Enough for more than one batch and for a coordinator who takes on everybody.
STORY = [
    *story(6),
    *(offer("roster.entry", f"late-{n}", id_number=id_number(n)) for n in range(100, 140)),
]
POINTS = ["before_commit", "after_commit", "after_publish", "before_ack"]


def told(offers: list[Offer], by: Service = SERVICE) -> list[bytes]:
    """Return what registry, or one consumer of it, publishes in a life without faults."""
    registry = Registry(opened=False, service=by)
    registry.tell(*offers)
    return published(registry.memory.emitted)


def judged(offers: list[Offer]) -> list[tuple[str, str]]:
    """Return what a publisher hears of each fact in a life without faults."""
    registry = Registry(opened=False)
    registry.tell(*offers)
    return [
        (item.fact_id, "accepted" if disposition.outcome == "applied" else disposition.outcome)
        for item, disposition in registry.memory.outcomes
    ]


@contextmanager
def process(directory: Path, environment: dict[str, str], crash: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run registry's app; with `crash` it kills itself there."""
    command = [sys.executable, "-m", "uvicorn", "services.registry.main:app", "--uds", str(directory / "app.sock")]
    with (directory / f"app-{crash or 'plain'}.log").open("wb") as log:
        running = subprocess.Popen(
            command, env=os.environ | environment | {"BANGFU_CRASH": crash}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@asynccontextmanager
async def deployment(tmp_path: Path, mongo_url: str, prefix: str) -> AsyncIterator[tuple[Bus, dict[str, str]]]:
    """Start a broker of one's own; return its streams and the settings of a registry that uses it."""
    server = EmbeddedNats(tmp_path / "nats").start()
    connected = await nats.connect(server.url)
    settings = {
        "NATS_URL": server.url,
        "MONGO_URL": mongo_url,
        "BANGFU_DATABASE_PREFIX": prefix,
        "BANGFU_CLOCK": "off",
        "BANGFU_PERSON_KEY": KEYS.person.hex(),
        "BANGFU_CONTENT_KEY": KEYS.content.hex(),
        "BANGFU_VAULT_KEY": bytes(32).hex(),
        "BANGFU_CARD_KEY": bytes(32).hex(),
    }
    try:
        yield await open_bus(connected), settings
    finally:
        await connected.close()
        server.stop()


async def events(bus: Bus) -> list[bytes]:
    return [body for _, body in await bus.stored("EVENTS")]


def as_in_a_life_without_faults(found: list[bytes], offers: list[Offer]) -> None:
    """Compare what was told; the consumers of registry run beside each other, each tells its own in its order."""
    by_door = told(offers, DOOR)
    assert sorted(found) == sorted(told(offers))
    for subscription in SERVICE.subscriptions:
        follower = subscription not in DOOR.subscriptions
        also = told(offers, replace(DOOR, subscriptions=(*DOOR.subscriptions, subscription))) if follower else by_door
        own = [body for body in also if body not in by_door] if follower else by_door
        assert [body for body in found if body in own] == own, subscription.name


async def outcomes(bus: Bus) -> list[tuple[str, str]]:
    said = [orjson.loads(body)["data"] for _, body in await bus.stored("OUTCOMES")]
    return [(one["fact_id"], one["outcome"]) for one in said]


async def lived_through(point: str, tmp_path: Path, mongo_url: str, prefix: str) -> None:
    """Kill registry at a point, start it again, and compare what it told with a life without faults."""
    async with deployment(tmp_path, mongo_url, prefix) as (bus, environment):
        await bus.offer(*STORY)
        with process(tmp_path, environment, f"{point}@1") as dying:
            await until(lambda: dying.poll() is not None)
            assert dying.returncode == -signal.SIGKILL
        wanted = told(STORY)
        with process(tmp_path, environment):
            await until(lambda: _all_told(bus, len(wanted)))
        as_in_a_life_without_faults(await events(bus), STORY)
        assert await outcomes(bus) == judged(STORY)
        assert [orjson.loads(body)["number"] for _, body in await bus.stored("SEALS")] == [1, 2]


async def _all_told(bus: Bus, count: int) -> bool:
    """Tell whether everything is published and acknowledged."""
    if await bus.count("EVENTS") < count or await bus.count("OUTCOMES") < len(judged(STORY)):
        return False
    consumer = await bus.js.consumer_info("INTAKE", "registry")
    return not consumer.num_pending and not consumer.num_ack_pending


@pytest.mark.parametrize("points", [POINTS[:2], POINTS[2:]], ids=" and ".join)
async def test_killed_at(points: list[str], tmp_path: Path, stack: EmbeddedStack, database_prefix: str) -> None:
    for point in points:
        (tmp_path / point).mkdir()
    lives = (lived_through(p, tmp_path / p, stack.mongo_url, f"{database_prefix}_{p}") for p in points)
    await asyncio.gather(*lives)
    with MongoClient[dict[str, object]](stack.mongo_url) as mongo:
        for point in points:
            database = mongo[f"{database_prefix}_{point}_registry"]
            assert database["inbox_registry"].count_documents({"position": {"$exists": False}}) == 0
            [head] = database["heads"].find({"_id": "registry"})
            assert (head["sent"], head["seals_sent"]) == (head["number"], 2)
            assert database["vault"].count_documents({"card": "pending"}) == 0
            assert database["seals"].count_documents({}) == 2


async def test_killed_by_anybody_at_any_moment_it_goes_on(
    tmp_path: Path, stack: EmbeddedStack, database_prefix: str
) -> None:
    facts = [closing(FIRST_CLOSED), *(offer("roster.entry", f"r-{n}", id_number=id_number(n)) for n in range(1, 300))]
    wanted = told(facts)
    async with deployment(tmp_path, stack.mongo_url, database_prefix) as (bus, environment):
        with process(tmp_path, environment) as dying:
            for start in range(0, 150, 25):
                await bus.offer(*facts[start : start + 25])
            await until(lambda: _counted(bus, 60))
            dying.kill()
        await bus.offer(*facts[150:])
        with process(tmp_path, environment):
            await until(lambda: _counted(bus, len(wanted)))
        as_in_a_life_without_faults(await events(bus), facts)


async def _counted(bus: Bus, count: int) -> bool:
    return await bus.count("EVENTS") >= count
