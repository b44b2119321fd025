"""The pull loop: prompt, patient, and in order also when its owner changes."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial

import nats
import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import Error as JetStreamError

from shared.embedded import EmbeddedNats
from shared.runner.puller import Puller
from shared.runner.topology import ConsumerPlace, ensure_consumer
from tests.support.live import Bus, until

pytestmark = pytest.mark.real

PLACE = ConsumerPlace("registry", "INTAKE", ("intake.>",), None)


def puller(bus: Bus, client: Client | None = None) -> Puller:
    """Return a puller that notices trouble soon."""
    owner = client or bus.client
    return Puller(owner, owner.jetstream(), PLACE, expires_s=3, heartbeat_s=0.5)


async def offer(bus: Bus, *numbers: int) -> None:
    for number in numbers:
        await bus.js.publish("intake.test.told", str(number).encode(), stream="INTAKE")


async def some(pulling: Puller) -> list[Msg]:
    """Fetch until something comes."""
    async with asyncio.timeout(20):
        while not (batch := await pulling.fetch()):
            pass
        return batch


async def fetched(pulling: Puller, count: int, *, ack: bool = True) -> list[int]:
    """Fetch until so many messages came; acknowledge them."""
    found: list[int] = []
    while len(found) < count:
        for message in await some(pulling):
            found.append(int(message.data))
            if ack:
                await message.ack()
    await pulling.client.flush()
    return found


@pytest.fixture(autouse=True)
async def consumer(bus: Bus) -> None:
    await ensure_consumer(bus.client, PLACE, pin_timeout_s=0.5)


@pytest.fixture
async def other(broker: EmbeddedNats) -> AsyncIterator[Client]:
    connected = await nats.connect(broker.url)
    yield connected
    if not connected.is_closed:
        await connected.close()


async def test_one_message_is_handed_on_at_once_although_a_batch_holds_500(bus: Bus) -> None:
    pulling = puller(bus)
    await fetched(pulling, 0)
    assert await pulling.fetch() == []
    await offer(bus, 1)
    began = time.monotonic()
    assert await fetched(pulling, 1) == [1]
    assert time.monotonic() - began < 0.5


async def test_what_is_there_comes_in_one_batch(bus: Bus) -> None:
    await offer(bus, *range(100))
    pulling = puller(bus)
    assert await fetched(pulling, 100) == list(range(100))


async def test_an_idle_consumer_is_healthy_and_quiet(bus: Bus) -> None:
    pulling = puller(bus)
    began = time.monotonic()
    calls = 0
    while time.monotonic() - began < 2:
        assert await pulling.fetch() == []
        calls += 1
    assert pulling.healthy
    assert calls < 10


async def test_a_request_that_expired_is_made_again(bus: Bus) -> None:
    pulling = Puller(bus.client, bus.js, PLACE, expires_s=1, heartbeat_s=0.4)
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        await pulling.fetch()
    await offer(bus, 1)
    assert await fetched(pulling, 1) == [1]


async def test_a_consumer_that_is_gone_is_noticed(bus: Bus) -> None:
    pulling = puller(bus)
    await offer(bus, 1)
    await fetched(pulling, 1)
    await bus.js.delete_consumer("INTAKE", "registry")
    calls = 0
    while pulling.healthy:
        assert await pulling.fetch() == []
        calls += 1
    assert calls < 5


async def test_asking_for_a_consumer_that_is_not_there_is_no_hot_loop(bus: Bus) -> None:
    await bus.js.delete_consumer("INTAKE", "registry")
    pulling = puller(bus)
    began, calls = time.monotonic(), 0
    while time.monotonic() - began < 1:
        assert await pulling.fetch() == []
        calls += 1
    assert calls < 10
    assert not pulling.healthy


async def test_a_consumer_that_is_made_again_is_pulled_from_again(bus: Bus) -> None:
    pulling = puller(bus)
    await offer(bus, 1)
    await fetched(pulling, 1)
    await bus.js.delete_consumer("INTAKE", "registry")
    await ensure_consumer(bus.client, PLACE, pin_timeout_s=0.5)
    await offer(bus, 2)
    found: list[int] = []
    while 2 not in found:
        found += await fetched(pulling, 1)
    assert found == [1, 2]  # from the beginning: the inbox knows what is done


async def test_the_heir_of_a_dead_owner_begins_at_what_was_not_acknowledged(bus: Bus, other: Client) -> None:
    await offer(bus, *range(50))
    first = puller(bus, other)
    batch = await some(first)
    for message in batch[:10]:
        await message.ack()
    await other.flush()
    await other._close(Client.CLOSED, do_cbs=False)
    await offer(bus, *range(50, 60))
    assert await fetched(puller(bus), 50) == list(range(10, 60))


async def test_the_heir_of_a_dead_owner_does_not_wait_for_what_was_delivered_to_the_dead(
    bus: Bus, other: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runner.puller._ORPHANED_S", 0.7)
    await offer(bus, *range(50))
    assert len(await some(puller(bus, other))) > 0
    await other._close(Client.CLOSED, do_cbs=False)
    began = time.monotonic()
    assert await fetched(puller(bus), 50) == list(range(50))
    assert time.monotonic() - began < 10


async def test_two_pullers_hand_on_everything_in_order_whoever_owns_the_consumer(bus: Bus, other: Client) -> None:
    seen: list[int] = []

    async def run(pulling: Puller) -> None:
        while True:
            for message in await pulling.fetch():
                seen.append(int(message.data))
                await message.ack()

    loops = [asyncio.create_task(run(puller(bus, client))) for client in (bus.client, other)]
    for start in range(0, 30, 10):
        await offer(bus, *range(start, start + 10))
        await until(partial(seen.__contains__, start + 9))
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    assert list(dict.fromkeys(seen)) == list(range(30))


async def test_listening_anew_hands_on_again_what_was_not_acknowledged(bus: Bus) -> None:
    await offer(bus, *range(10))
    pulling = puller(bus)
    assert await fetched(pulling, 10, ack=False) == list(range(10))
    await pulling.unsubscribe()
    await offer(bus, 10)
    assert await fetched(pulling, 11) == list(range(11))


async def test_a_broker_that_was_killed_is_pulled_from_again(bus: Bus, broker: EmbeddedNats) -> None:
    await offer(bus, *range(5))
    pulling = puller(bus)
    await fetched(pulling, 5)
    broker.kill9()
    broker.start()
    await until(lambda: bus.client.stats["reconnects"] and bus.client.is_connected)
    await offer(bus, 5)
    found: list[int] = []
    async with asyncio.timeout(20):
        while 5 not in found:
            try:
                found += [int(message.data) for message in await pulling.fetch()]
            except (TimeoutError, nats.errors.Error, JetStreamError):
                continue
    assert found[-1] == 5
