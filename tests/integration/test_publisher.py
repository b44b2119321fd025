"""What the journal holds is on the broker once, in order, whatever happens in between."""

import asyncio

import pytest

from shared.embedded import EmbeddedNats
from shared.runner.publisher import ATOMIC_LIMIT, Entry, Publisher
from tests.support.live import Bus, until

pytestmark = pytest.mark.real


def entries(first: int, last: int, stream: str = "EVENTS") -> list[Entry]:
    """Return entries with these numbers as bodies."""
    subject = "bangfu.test.told" if stream == "EVENTS" else "outcome.test.told"
    return [Entry(stream, f"{stream}-{n}", f"{subject}.{n % 16}.x", str(n).encode()) for n in range(first, last + 1)]


async def numbers(bus: Bus, stream: str = "EVENTS") -> list[int]:
    return [int(body) for _, body in await bus.stored(stream)]


async def test_a_batch_is_stored_in_order(bus: Bus) -> None:
    await bus.publisher().publish(entries(1, 50))
    assert await numbers(bus) == list(range(1, 51))


async def test_a_batch_larger_than_the_broker_takes_is_cut(bus: Bus) -> None:
    await bus.publisher().publish(entries(1, ATOMIC_LIMIT + 5))
    assert await bus.count("EVENTS") == ATOMIC_LIMIT + 5
    assert bus.failures == []


async def test_events_and_outcomes_go_each_to_their_stream(bus: Bus) -> None:
    await bus.publisher().publish(entries(1, 3) + entries(4, 6, "OUTCOMES"))
    assert await numbers(bus) == [1, 2, 3]
    assert await numbers(bus, "OUTCOMES") == [4, 5, 6]


async def test_a_batch_that_is_published_twice_is_stored_once(bus: Bus) -> None:
    for _ in range(2):
        await bus.publisher().publish(entries(1, 20))
    assert await numbers(bus) == list(range(1, 21))


@pytest.mark.parametrize("known", [1, 7, 19])
async def test_a_batch_of_which_a_part_is_stored_is_completed(bus: Bus, known: int) -> None:
    await bus.publisher().publish(entries(1, known))
    await bus.publisher().publish(entries(1, 20))
    assert await numbers(bus) == list(range(1, 21))


async def test_publishing_waits_for_a_broker_that_is_away(
    bus: Bus, broker: EmbeddedNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runner.publisher._TIMEOUT_S", 0.5)
    broker.kill9()
    going_on = asyncio.create_task(bus.publisher().publish(entries(1, 20)))
    await until(lambda: bus.failures)
    broker.start()
    await going_on
    assert await numbers(bus) == list(range(1, 21))


async def test_a_refusal_of_the_broker_is_said_each_time(bus: Bus) -> None:
    heard: list[tuple[str, int]] = []
    publisher = Publisher(bus.client, bus.js, lambda error, attempt: heard.append((type(error).__name__, attempt)))
    nowhere = [Entry("EVENTS", "n-1", "nowhere.at.all", b"1")]
    going_on = asyncio.create_task(publisher.publish(nowhere))
    await until(lambda: len(heard) > 1)
    going_on.cancel()
    assert heard[0][1] == 1
