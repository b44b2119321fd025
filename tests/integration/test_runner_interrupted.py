"""The store fails, or the process within a long walk: the runner goes on, and every fact counts once."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from shared.embedded import EmbeddedStack
from shared.runner.batch import Folded
from shared.runner.companion import Companion
from shared.store import Commit, Session, Store
from tests.support.facts import offer
from tests.support.live import Bus, handled, inputs, run_in_batches, runner
from tests.support.telling import PEOPLE, STORY, events, told

pytestmark = pytest.mark.real


class TestTheStore:
    async def test_that_commits_and_loses_the_answer_makes_nothing_untold(
        self, store: Store, bus: Bus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit, lost = store.commit, iter([AutoReconnect("the answer was lost")])

        async def committing(unit: Commit) -> None:
            await commit(unit)
            for failure in lost:
                raise failure

        monkeypatch.setattr(store, "commit", committing)
        await run_in_batches(runner(store, bus), STORY, 500)
        assert await events(bus) == told(STORY)
        assert await store.unsent("registry", "registry") == []

    async def test_that_refuses_a_batch_once_gets_it_again(
        self, store: Store, bus: Bus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit, failures = store.commit, iter([BulkWriteError({}), AutoReconnect("away")])

        async def committing(unit: Commit) -> None:
            for failure in failures:
                raise failure
            await commit(unit)

        monkeypatch.setattr(store, "commit", committing)
        await run_in_batches(runner(store, bus), STORY, 500)
        assert await events(bus) == told(STORY)

    async def test_that_is_killed_and_comes_back_is_waited_for(
        self, stack: EmbeddedStack, store: Store, bus: Bus
    ) -> None:
        assert stack.mongo is not None
        running = runner(store, bus)
        await run_in_batches(running, PEOPLE[:20], 5)
        stack.mongo.kill9()
        going_on = asyncio.create_task(handled(running, inputs(PEOPLE)))
        await asyncio.sleep(0)
        stack.mongo.start()
        async with asyncio.timeout(30):
            await going_on
        assert await events(bus) == told(PEOPLE)


class TestALongWalk:
    FACTS = (*PEOPLE[:40], offer("coordinator.registered", "o-1"), offer("exit.confirmed", "x-1"))

    @pytest.mark.parametrize("pages", [1, 2, 3, 4])
    async def test_that_was_interrupted_goes_on_where_it_stopped(
        self, store: Store, bus: Bus, monkeypatch: pytest.MonkeyPatch, pages: int
    ) -> None:
        facts = list(self.FACTS)
        await run_in_batches(runner(store, bus, page=10), facts[:-2], 100)
        commit, done = store.commit, iter(range(pages))

        async def committing(unit: Commit) -> None:
            if next(done, None) is None:
                raise RuntimeError("the process is killed")
            await commit(unit)

        monkeypatch.setattr(store, "commit", committing)
        every = inputs(facts)
        dying = runner(store, bus, page=10)
        await dying.start()
        with pytest.raises(RuntimeError):
            await handled(dying, every[-2:])
        monkeypatch.setattr(store, "commit", commit)
        heir = runner(store, bus, page=10)
        await heir.start()
        await handled(heir, every[30:])
        assert await events(bus) == told(facts)
        assert len(await events(bus)) == len(told(facts))


class Stumbling(Companion):
    """Cannot do its part after some commits, for a reason that no patience mends."""

    def __init__(self) -> None:
        self.mistakes = 1

    async def within(self, session: Session, folded: Folded) -> None:
        """Add nothing."""

    async def after(self, _: Folded) -> None:
        """Fail once."""
        if self.mistakes:
            self.mistakes -= 1
            raise KeyError("fields")

    async def resume(self) -> None:
        """Have nothing left out."""


async def test_what_is_committed_is_published_before_anything_else_although_the_runner_failed_in_between(
    store: Store, bus: Bus
) -> None:
    running = runner(store, bus, companions=(Stumbling(),))
    await running.start()
    every = inputs(PEOPLE)
    with pytest.raises(KeyError):
        await handled(running, every[:10])
    assert len(await store.unsent("registry", "registry")) == 1
    await handled(running, every[:10])  # as the broker delivers them again
    await handled(running, every[10:])
    assert await events(bus) == told(PEOPLE)
    assert await store.unsent("registry", "registry") == []
