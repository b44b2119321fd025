"""A snapshot in parts is taken page by page, and goes on where a stop interrupted it."""

import pytest

from shared.store import Commit, Store
from tests.support.facts import offer
from tests.support.live import Bus, handled, inputs, run_in_batches, runner
from tests.support.rosters import entry, rows, snapshot
from tests.support.telling import events, told

pytestmark = pytest.mark.real

FACTS = [
    offer("calendar.day_closed", "day-1"),
    offer("coordinator.registered", "o-1"),
    *(entry(n) for n in range(1, 8)),
    *snapshot("S2", [rows([1, 2]), rows([3, 4]), rows([5, 8]), rows([9])]),
    offer("exit.confirmed", "x-1"),
]


async def test_a_snapshot_that_was_interrupted_goes_on_where_it_stopped(
    store: Store, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_in_batches(runner(store, bus, page=3), FACTS[:-2], 100)
    commit, done = store.commit, iter(range(3))

    async def committing(unit: Commit) -> None:
        if next(done, None) is None:
            raise RuntimeError("the process is killed")
        await commit(unit)

    monkeypatch.setattr(store, "commit", committing)
    every = inputs(FACTS)
    dying = runner(store, bus, page=3)
    await dying.start()
    with pytest.raises(RuntimeError):
        await handled(dying, every[-2:])
    monkeypatch.setattr(store, "commit", commit)
    heir = runner(store, bus, page=3)
    await heir.start()
    await handled(heir, every[5:])
    assert await events(bus) == told(FACTS)
