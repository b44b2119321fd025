"""The same facts give the same events, byte for byte, in memory and through the real runner, however they are cut."""

import pytest

from shared.store import Store
from tests.support.live import Bus, run_in_batches, runner
from tests.support.story import story
from tests.support.world import DOOR, Registry, published

pytestmark = pytest.mark.real

STORY = story()


def in_memory() -> list[bytes]:
    registry = Registry(opened=False, service=DOOR)
    registry.tell(*STORY)
    return published(registry.memory.emitted)


@pytest.mark.parametrize("size", [1, 7, 500])
async def test_registry_emits_the_same_bytes_in_batches_of(size: int, store: Store, bus: Bus) -> None:
    await run_in_batches(runner(store, bus), STORY, size)
    assert [body for _, body in await bus.stored("EVENTS")] == in_memory()


async def test_a_walk_by_pages_emits_the_same_bytes(store: Store, bus: Bus) -> None:
    await run_in_batches(runner(store, bus, page=3), STORY, 50)
    assert await store.cursor("registry") is not None
    assert [body for _, body in await bus.stored("EVENTS")] == in_memory()


async def test_each_publisher_hears_the_same_outcomes_in_any_batch(store: Store, bus: Bus) -> None:
    registry = Registry(opened=False)
    registry.tell(*STORY)
    said = [(item.fact_id, disposition.outcome) for item, disposition in registry.memory.outcomes]
    await run_in_batches(runner(store, bus), STORY, 500)
    assert len(await bus.stored("OUTCOMES")) == len(said)
