"""Every way to stand still, injected into one real service process: readiness says so, and it is mended.

Prints a table of how long each took to be said and to be mended: run it with `-s`.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.js import JetStreamContext
from pymongo import MongoClient

from shared.cards import ContactCards
from shared.embedded import EmbeddedMongo, EmbeddedNats
from shared.embedded.process import tied_to_launcher
from shared.settings import new_secrets
from tests.support.facts import offer
from tests.support.live import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

# Small, so that the whole file takes minutes; the figures in docs/evidence are those of the defaults (15 and 5).
STALL_S, WATCH_S = (
    float(os.environ.get(name, small)) for name, small in (("BANGFU_STALL_S", 3), ("BANGFU_WATCH_S", 0.5))
)
RED_S, MENDED_S = 30.0, 90.0
PORT = 26_990
_TABLE: list[tuple[str, str, float, float, str]] = []


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


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    directory = tmp_path_factory.mktemp("watched")
    broker, mongo = EmbeddedNats(directory / "nats"), EmbeddedMongo(directory / "mongo")
    mongo.spawn()
    broker.start()
    mongo.wait_until_ready()
    found = Watched(broker, mongo, directory)
    yield found
    found.stop()
    broker.stop()
    mongo.stop()
    _print_table()


@pytest.fixture
async def fine(watched: Watched) -> Watched:
    """Return it, ready and with some facts decided."""
    await watched.until_ready()
    await watched.publish()
    await until(watched.everything_stands)
    return watched


@pytest.fixture
async def js(fine: Watched) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(fine.broker.url)
    yield client.jetstream()
    await client.close()


async def proven(watched: Watched, what: str, condition: str, mend: Callable[[], object] = lambda: None) -> None:
    """Wait for the condition to be said, let it be mended, and see that nothing is lost; add a line to the table."""
    starts = watched.starts
    red = await watched.until_red(condition)
    done = mend()
    if asyncio.iscoroutine(done):
        await done
    mended = await watched.until_ready()
    await watched.publish()
    await until(watched.everything_stands, within_s=MENDED_S)
    how = "started anew" if watched.starts > starts else "in place"
    _TABLE.append((what, condition, red, mended, how))


def _print_table() -> None:
    sys.stdout.write("\n| what | said as | s to red | s to mended | how |\n|---|---|---|---|---|\n")
    for what, condition, red, mended, how in _TABLE:
        sys.stdout.write(f"| {what} | `{condition}` | {red:.1f} | {mended:.1f} | {how} |\n")


async def test_a_deleted_consumer_is_made_again(fine: Watched, js: JetStreamContext) -> None:
    await js.delete_consumer("INTAKE", "registry")
    await proven(fine, "consumer deleted", "consumer.registry")


async def test_a_deleted_stream_is_filled_again(fine: Watched, js: JetStreamContext) -> None:
    await js.delete_stream("EVENTS")
    await proven(fine, "stream deleted", "stream.EVENTS.gone")


async def test_a_closed_connection_is_opened_by_a_new_process(fine: Watched) -> None:
    fine.tell(signal.SIGUSR1)
    await proven(fine, "connection closed", "broker.closed")


async def test_a_stream_that_lost_its_end_is_filled_again(fine: Watched) -> None:
    directory, copy = fine.broker.directory / "jetstream", fine.directory / "copy"
    fine.broker.kill9()
    shutil.copytree(directory, copy)
    fine.broker.start()
    await fine.publish()
    await until(fine.everything_stands)
    fine.broker.kill9()
    shutil.rmtree(directory)
    shutil.copytree(copy, directory)
    fine.broker.start()
    await proven(fine, "store directory replaced by an older copy", "stream.EVENTS.end_lost")


async def test_a_store_that_is_lost_is_filled_again(fine: Watched) -> None:
    fine.broker.kill9()
    shutil.rmtree(fine.broker.directory / "jetstream")
    fine.broker.start()
    await proven(fine, "store directory lost", "stream.EVENTS.gone")


async def test_a_full_stream_makes_the_publisher_wait_and_the_journal_keeps_everything(
    fine: Watched, js: JetStreamContext
) -> None:
    info = await js.stream_info("EVENTS")
    before, bounded = fine.journalled(), info.config.evolve(max_bytes=info.state.bytes + 50)
    await js.update_stream(bounded)
    await fine.publish(5)

    async def raise_limit() -> None:
        await until(lambda: len(fine.journalled()) > len(before))
        assert (await js.stream_info("EVENTS")).state.messages == info.state.messages
        await js.update_stream(bounded.evolve(max_bytes=-1))

    await proven(fine, "stream full", "stream.EVENTS.full", raise_limit)


async def test_a_publisher_that_gets_nowhere_is_said(fine: Watched, js: JetStreamContext) -> None:
    config = (await js.stream_info("EVENTS")).config
    await js.update_stream(config.evolve(subjects=["elsewhere.>"]))
    await fine.publish()

    async def listen_again() -> None:
        await js.update_stream(config)

    await proven(fine, "publisher stuck: nobody listens", "publisher.stuck", listen_again)


async def test_a_lane_that_lags_and_makes_no_progress_is_said(fine: Watched) -> None:
    with MongoClient[dict[str, Any]](fine.mongo.url) as client, client.start_session() as session:
        session.start_transaction()
        client["bangfu_registry"]["heads"].update_one({"_id": "registry"}, {"$set": {"held": 1}}, session=session)
        await fine.publish()
        await proven(fine, "no progress: a locked chain", "consumer.registry.standstill", session.abort_transaction)


async def _tick(url: str) -> None:
    """Tell the clock that it is time, until it has heard it: it may just be starting."""
    bus = await nats.connect(url)
    for _ in range(20):
        await bus.publish("timers.tick.day")
        await bus.flush()
        await asyncio.sleep(0.5)
    await bus.close()


async def test_an_ended_adapter_is_started_again(fine: Watched) -> None:
    with MongoClient[dict[str, Any]](fine.mongo.url) as client:
        calendar = client["bangfu_registry"]["calendar"]
        (row,) = calendar.find()
        calendar.update_one({"_id": row["_id"]}, {"$set": {"state.last_closed": "?"}})
        ticking = asyncio.create_task(_tick(fine.broker.url))
        await proven(
            fine, "adapter ended (clock)", "adapter.ended", lambda: calendar.replace_one({"_id": row["_id"]}, row)
        )
        await ticking


async def test_a_frozen_broker_is_said(fine: Watched) -> None:
    os.kill(fine.broker.pid, signal.SIGSTOP)
    await proven(fine, "nats-server frozen", "broker.silent", lambda: os.kill(fine.broker.pid, signal.SIGCONT))


async def test_a_frozen_store_is_said(fine: Watched) -> None:
    os.kill(fine.mongo.pid, signal.SIGSTOP)
    await proven(fine, "mongod frozen", "store.silent", lambda: os.kill(fine.mongo.pid, signal.SIGCONT))


async def test_an_absent_store_is_said(fine: Watched) -> None:
    fine.mongo.kill9()
    await proven(fine, "mongod killed", "store.silent", fine.mongo.start)


async def test_a_card_that_the_key_does_not_open_is_said(fine: Watched, js: JetStreamContext) -> None:
    foreign = ContactCards(js, bytes(32))
    await foreign.put("somebody", {"name": "林秀英", "phone": "13812345678"}, 0)

    async def take_back() -> None:
        await (await js.key_value("contacts")).delete("somebody")

    await proven(fine, "card key unreadable", "cards.unreadable", take_back)
