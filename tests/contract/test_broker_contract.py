"""What the simulation's broker claims, a real nats-server does too."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import nats
import pytest
from nats.aio.msg import Msg
from nats.js.errors import APIError, NotFoundError

from shared.embedded import EmbeddedNats
from shared.runner.publisher import Entry, Publisher
from shared.runner.puller import Puller
from shared.runner.topology import STREAMS, ConsumerPlace, ensure_consumer
from tests.support.live import open_bus, until
from tests.support.sim_broker import SimBroker
from tests.support.sim_nats import SimClient, stream_config
from tests.support.sim_streams import SimStream

pytestmark = pytest.mark.real

PLACE = ConsumerPlace("registry", "INTAKE", ("intake.>",), None)
ONE = ConsumerPlace("one", "EVENTS", ("bangfu.x.told.1.>",), None)


@dataclass
class Two:
    """Two connections to one broker."""

    client: Any
    other: Any

    @property
    def js(self) -> Any:
        return self.client.jetstream()

    async def stored(self, stream: str) -> list[tuple[int, bytes]]:
        last = (await self.js.stream_info(stream)).state.last_seq
        found = [await self.js.get_msg(stream, n) for n in range(1, last + 1)]
        return [(m.seq, m.data) for m in found]


@pytest.fixture(params=["nats-server", "memory"])
async def two(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        broker = SimBroker()
        for wanted in STREAMS:
            broker.streams[str(wanted.name)] = SimStream(stream_config(wanted))
        yield Two(SimClient(broker, name="a"), SimClient(broker, name="b"))
        return
    server: EmbeddedNats = request.getfixturevalue("broker")
    client, other = await nats.connect(server.url), await nats.connect(server.url)
    await open_bus(client)
    yield Two(client, other)
    await client.close()
    await other.close()


def entries(*numbers: int) -> list[Entry]:
    return [Entry("EVENTS", f"id-{n}", f"bangfu.x.told.{n % 16}.e", str(n).encode()) for n in numbers]


def puller(client: Any, place: ConsumerPlace = PLACE) -> Puller:
    return Puller(client, client.jetstream(), place, expires_s=3, heartbeat_s=0.5)


async def offer(two: Two, *numbers: int) -> None:
    for number in numbers:
        await two.js.publish("intake.test.told", str(number).encode(), stream="INTAKE")


async def some(pulling: Puller) -> list[Msg]:
    async with asyncio.timeout(10):
        while not (batch := await pulling.fetch()):
            pass
        return batch


def bodies(batch: list[Msg]) -> list[int]:
    return [int(message.data) for message in batch]


async def test_an_id_that_is_known_is_stored_once(two: Two) -> None:
    first, again = [await two.js.publish("bangfu.x.told.1.e", b"1", headers={"Nats-Msg-Id": "a"}) for _ in range(2)]
    assert (first.seq, first.duplicate, again.seq, again.duplicate) == (1, None, 1, True)


async def test_an_atomic_batch_is_stored_in_order_and_a_known_one_not_at_all(two: Two) -> None:
    failed: list[str] = []
    publishing = Publisher(two.client, two.js, lambda error, _: failed.append(type(error).__name__))
    await publishing.publish(entries(1, 2, 3))
    await publishing.publish(entries(2, 3, 4))
    assert await two.stored("EVENTS") == [(1, b"1"), (2, b"2"), (3, b"3"), (4, b"4")]
    assert failed == ["BadRequestError"]


async def test_a_batch_without_its_commit_is_not_stored(two: Two) -> None:
    headers = {"Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Msg-Id": "x"}
    answer = await two.client.request("bangfu.x.told.1.e", b"1", headers=headers, timeout=5)
    assert answer.data == b""
    assert (await two.js.stream_info("EVENTS")).state.messages == 0


async def test_the_last_message_of_a_subject_and_one_by_position_are_found(two: Two) -> None:
    await Publisher(two.client, two.js, lambda *_: None).publish(entries(1, 17, 2))
    assert (await two.js.get_last_msg("EVENTS", "bangfu.x.told.1.e", direct=True)).headers["Nats-Msg-Id"] == "id-17"
    assert (await two.js.get_msg("EVENTS", 3, direct=True)).data == b"2"
    assert (await two.js.get_last_msg("EVENTS", "bangfu.x.told.*.>")).headers["Nats-Msg-Id"] == "id-2"
    for missing in (two.js.get_last_msg("EVENTS", "bangfu.y", direct=True), two.js.get_msg("EVENTS", 9, direct=True)):
        with pytest.raises(NotFoundError):
            await missing


async def test_a_consumer_is_given_what_passes_its_filter(two: Two) -> None:
    await Publisher(two.client, two.js, lambda *_: None).publish(entries(1, 2, 17))
    await ensure_consumer(two.client, ONE)
    batch = await some(puller(two.client, ONE))
    assert bodies(batch) == [1, 17]
    assert [(m.metadata.sequence.stream, m.metadata.sequence.consumer) for m in batch] == [(1, 1), (3, 2)]


async def test_the_floor_rises_to_just_below_what_is_not_acknowledged(two: Two) -> None:
    await ensure_consumer(two.client, PLACE)
    await offer(two, 1, 2, 3)
    batch = await some(puller(two.client))
    for message in (batch[0], batch[2]):
        await message.ack()
    await two.client.flush()
    info = await two.js.consumer_info("INTAKE", "registry")
    assert (info.ack_floor.stream_seq, info.delivered.stream_seq, info.num_ack_pending) == (1, 3, 1)


async def test_a_reset_delivers_everything_above_the_floor_again(two: Two) -> None:
    await ensure_consumer(two.client, PLACE)
    await offer(two, 1, 2, 3)
    batch = await some(puller(two.client))
    await batch[0].ack()
    heir = Puller(two.other, two.other.jetstream(), PLACE, sole=True, expires_s=3, heartbeat_s=0.5)
    await two.client.flush()
    assert bodies(await some(heir)) == [2, 3]


async def test_a_consumer_has_one_owner_until_it_is_unpinned(two: Two) -> None:
    await ensure_consumer(two.client, PLACE)
    await offer(two, 1)
    owner = puller(two.client)
    for message in await some(owner):
        await message.ack()
    waiting = asyncio.create_task(some(puller(two.other)))
    await asyncio.sleep(0.2)
    await offer(two, 2)
    assert bodies(await some(owner)) == [2]
    assert not waiting.done()
    await owner.let_go()
    await offer(two, 3)
    assert 3 in bodies(await waiting) or bodies(await some(owner))


async def test_a_wrong_pin_is_refused_while_somebody_owns_the_consumer(two: Two) -> None:
    await ensure_consumer(two.client, PLACE)
    await offer(two, 1)
    await some(puller(two.other))
    heard: list[str] = []

    async def take(message: Msg) -> None:
        heard.append((message.headers or {}).get("Status", ""))

    inbox = two.client.new_inbox()
    await two.client.subscribe(inbox, cb=take)
    request = {"batch": 1, "expires": int(2e9), "group": "owner", "id": "nobody"}
    await two.client.publish("$JS.API.CONSUMER.MSG.NEXT.INTAKE.registry", json.dumps(request).encode(), reply=inbox)
    await until(lambda: heard)
    assert heard == ["423"]


async def test_a_request_that_waits_hears_heartbeats_and_its_end(two: Two) -> None:
    await ensure_consumer(two.client, PLACE)
    heard: list[str] = []

    async def take(message: Msg) -> None:
        heard.append((message.headers or {}).get("Status", ""))

    inbox = two.client.new_inbox()
    await two.client.subscribe(inbox, cb=take)
    request = {"batch": 1, "expires": int(1e9), "idle_heartbeat": int(0.4e9), "group": "owner"}
    await two.client.publish("$JS.API.CONSUMER.MSG.NEXT.INTAKE.registry", json.dumps(request).encode(), reply=inbox)
    await until(lambda: "408" in heard)
    assert heard == ["100", "100", "408"]


async def test_what_is_not_there_is_said(two: Two) -> None:
    with pytest.raises(NotFoundError):
        await two.js.stream_info("NOWHERE")
    with pytest.raises(NotFoundError):
        await two.js.consumer_info("INTAKE", "nobody")
    with pytest.raises(APIError):
        await ensure_consumer(two.client, ConsumerPlace("x", "NOWHERE", ("x.>",), None))
