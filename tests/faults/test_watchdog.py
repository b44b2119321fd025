"""Every way to stand still, injected into one real service process: readiness says so, and it is mended.

Prints a table of how long each took to be said and to be mended: run it with `-s`.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import nats
import pytest
from nats.js import JetStreamContext
from pymongo import MongoClient

from shared.cards import ContactCards
from shared.embedded import EmbeddedMongo, EmbeddedNats
from tests.support.guarded import MENDED_S, Watched
from tests.support.live import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
_TABLE: list[tuple[str, str, float, float, str]] = []


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
