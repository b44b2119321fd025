"""The runner on real servers: whatever fails in between, every fact counts once and is told in order."""

import asyncio
from typing import Any

import nats
import orjson
import pytest
from nats.js.errors import NotFoundError

from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.runner.batch import Folded
from shared.runner.core import Personal, Service
from shared.runner.journal import chain_hash, entries_in
from shared.store import Session, Store
from tests.support import toy
from tests.support.facts import FIRST_CLOSED, Offer, closing, id_number, offer
from tests.support.live import Bus, handled, inputs, member, open_bus, open_store, run_in_batches, runner, until
from tests.support.telling import PEOPLE, STORY, events, told

pytestmark = pytest.mark.real


async def outcomes(bus: Bus) -> dict[str, str]:
    """Return the last thing that was said of each fact."""
    said = [orjson.loads(body)["data"] for _, body in await bus.stored("OUTCOMES")]
    return {one["fact_id"]: one.get("code", one["outcome"]) for one in said}


class TestTheInbox:
    async def test_knows_every_fact_of_a_batch_also_one_that_waited_and_ran_within_it(
        self, store: Store, bus: Bus
    ) -> None:
        facts = [
            closing(FIRST_CLOSED),
            offer("exit.confirmed", "x-1"),
            offer("roster.entry", "r-1"),
        ]
        await run_in_batches(runner(store, bus), facts, 500)
        rows = {row["_id"]: row async for row in store.db["inbox_registry"].find()}
        assert {key: row["outcome"] for key, row in rows.items()} == {f"yunxiao-hr|{f.id}": "applied" for f in facts}
        assert rows["yunxiao-hr|x-1"]["position"] == 2

    async def test_makes_a_redelivery_silent_and_a_repetition_a_duplicate(self, store: Store, bus: Bus) -> None:
        running = runner(store, bus)
        await run_in_batches(running, STORY, 500)
        before = await bus.stored("EVENTS")
        await handled(running, inputs(STORY))
        assert await bus.stored("EVENTS") == before
        await handled(running, inputs(STORY[2:3], first=1_000))
        assert (await outcomes(bus))["day-2018-03-01"] == "duplicate"
        assert await bus.stored("EVENTS") == before

    async def test_remembers_what_became_of_a_fact_that_waited(self, store: Store, bus: Bus) -> None:
        running = runner(store, bus)
        facts = [closing(FIRST_CLOSED), offer("exit.confirmed", "x-1")]
        await run_in_batches(running, facts, 1)
        await handled(running, inputs([offer("roster.entry", "r-1")], first=3))
        row = await store.db["inbox_registry"].find_one({"_id": "yunxiao-hr|x-1"})
        assert row is not None
        assert (row["outcome"], row["position"], row["waiting_for"]) == ("applied", 2, "")


class TestPoison:
    def poisoned(self) -> list[Offer]:
        good = offer("exit.confirmed", "x-1")
        deep: Any = {"$gt": ""}
        for level in range(15):
            deep = {f"{'field' * 6}{level}": deep}
        bad = [
            Offer(good.subject, b"", ""),
            Offer(good.subject, b"\xff\xfe\x00", ""),
            Offer(good.subject, b"[" * 10_000, ""),
            Offer(good.subject, b'{"id":null,"specversion":"1.0","source":"yunxiao-hr","type":null,"data":{}}', ""),
            Offer(f"intake.{'s' * 200}.{'f' * 200}", offer("exit.confirmed", "long").body, ""),
            Offer(good.subject, good.body.ljust(70_000), ""),
            offer("exit.confirmed", "a b * > .", id_number=id_number(77)),
            offer("exit.confirmed", "deep", reason=deep),
            offer("vacancy.changed", "waits"),
        ]
        return [*PEOPLE[:250], *bad, *PEOPLE[1:2], *(offer("exit.confirmed", f"x-{n}") for n in range(440))]

    async def test_in_a_batch_of_500_takes_nothing_else_with_it(self, store: Store, bus: Bus) -> None:
        facts = self.poisoned()[:500]
        async with asyncio.timeout(20):
            await run_in_batches(runner(store, bus), facts, 500)
        said = await outcomes(bus)
        assert sorted(word for word in said.values() if word not in {"accepted", "parked", "duplicate"}) == [
            "bad_attribute", "not_json", "not_json", "operator_in_key", "source_differs_from_subject", "too_deep",
            "too_large",
        ]  # fmt: skip
        assert said["a b * > ."] == "parked"
        assert [fact.id for fact in facts if fact.id and fact.id not in said] == []

    async def test_that_only_shows_in_a_handler_is_recorded_and_the_next_goes_on(
        self, stack: EmbeddedStack, bus: Bus, database_prefix: str
    ) -> None:
        store = await open_store(stack.mongo_url, f"{database_prefix}_toy", _service())
        running = runner(store, bus, toy.TOY)
        await running.start()
        batch = [toy.arrived(n, f"v-{n}", toy.visit(n, "broken" if n == 2 else "twice")) for n in (1, 2, 3)]
        await handled(running, batch)
        rows = {row["fact"]: row async for row in store.db["inbox_toy"].find({"code": "handler_failed"})}
        assert [row["_id"] for row in rows.values()] == ["/bangfu/registry|v-2"]
        assert await bus.count("EVENTS") == 4
        store.close()


class TestTwoOwners:
    async def test_who_take_the_same_facts_at_once_have_one_effect(self, store: Store, bus: Bus) -> None:
        both = [runner(store, bus), runner(store, bus)]
        async with asyncio.timeout(30):
            await asyncio.gather(*(run_in_batches(one, STORY, size) for one, size in zip(both, (3, 5), strict=True)))
        assert await events(bus) == told(STORY)
        assert await store.unsent("registry", "registry") == []

    async def test_the_one_who_comes_later_goes_on_from_where_the_other_is(self, store: Store, bus: Bus) -> None:
        first, second = runner(store, bus), runner(store, bus)
        await second.start()
        every = inputs(STORY)
        await run_in_batches(first, STORY[:20], 5)
        await handled(second, every[:30])
        await handled(first, every[30:])
        assert await events(bus) == told(STORY)

    async def test_the_heir_tells_what_the_other_committed_and_did_not_tell(self, store: Store, bus: Bus) -> None:
        first, second = runner(store, bus), runner(store, bus)
        await first.start()
        await second.start()
        first._publisher = _Dumb()  # type: ignore[assignment] # it dies between commit and publication
        with pytest.raises(RuntimeError):
            await handled(first, inputs(PEOPLE[:5]))
        assert await bus.count("EVENTS") == 0
        await handled(second, inputs(PEOPLE[:10]))
        assert await events(bus) == told(PEOPLE[:10])


class TestTheConsumer:
    async def test_takes_what_is_on_the_intake_and_acknowledges_it(self, store: Store, bus: Bus) -> None:
        await bus.offer(*STORY)
        one = member(store, bus)
        await until(lambda: _acknowledged(bus))
        await one.stop()
        assert await events(bus) == told(STORY)

    async def test_that_an_operator_deleted_is_made_again_and_nothing_is_lost(self, store: Store, bus: Bus) -> None:
        one = member(store, bus)
        await bus.offer(*PEOPLE[:20])
        await until(lambda: _acknowledged(bus))
        await bus.js.delete_consumer("INTAKE", "registry")
        await bus.offer(*PEOPLE[20:])
        await until(lambda: _counted(bus, len(told(PEOPLE))))
        await one.stop()
        assert await events(bus) == told(PEOPLE)

    async def test_goes_on_after_the_broker_was_killed(self, store: Store, bus: Bus, broker: EmbeddedNats) -> None:
        one = member(store, bus)
        await bus.offer(*PEOPLE[:30])
        await until(lambda: one.lane.runner.progress.handled)
        broker.kill9()
        broker.start()
        async with await nats.connect(broker.url) as upstream:
            again = await open_bus(upstream)
            await again.offer(*PEOPLE[30:])
            await until(lambda: _counted(again, len(told(PEOPLE))))
            assert await events(again) == told(PEOPLE)
        await one.stop()

    async def test_whose_batch_fails_gets_it_again_before_anything_else(self, store: Store, bus: Bus) -> None:
        one = member(store, bus, companions=(_Stumbles(),))
        await bus.offer(*PEOPLE)
        await until(lambda: _counted(bus, len(told(PEOPLE))))
        await one.stop()
        assert await events(bus) == told(PEOPLE)

    async def test_of_a_process_that_died_is_taken_over_by_the_other(
        self, store: Store, bus: Bus, broker: EmbeddedNats
    ) -> None:
        async with await nats.connect(broker.url) as other:
            dying = member(store, await open_bus(other))
            await bus.offer(*PEOPLE[:30])
            await until(lambda: dying.lane.runner.progress.handled)
            heir = member(store, bus)
            dying.task.cancel()
        await bus.offer(*PEOPLE[30:])
        await until(lambda: _counted(bus, len(told(PEOPLE))))
        await heir.stop()
        assert await events(bus) == told(PEOPLE)


async def test_the_journal_is_a_chain_that_tells_what_was_published(store: Store, bus: Bus) -> None:
    await run_in_batches(runner(store, bus), STORY, 10)
    rows = [row async for row in store.db["journal_registry"].find().sort("number", 1)]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    previous, bodies = "", []
    for row in rows:
        entries = entries_in(row)
        assert row["previous"] == previous
        assert row["hash"] == chain_hash("registry", row["number"], previous, entries)
        previous = row["hash"]
        bodies += [entry.body for entry in entries if entry.stream == "EVENTS"]
    assert bodies == told(STORY)
    assert (await store.head("registry"))["hash"] == previous


async def test_no_personal_value_is_in_what_is_stored_or_published(store: Store, bus: Bus) -> None:
    await run_in_batches(runner(store, bus), STORY, 50)
    stored = [str(row) for name in await store.db.list_collection_names() async for row in store.db[name].find()]
    published_ = [body.decode() for stream in ("EVENTS", "OUTCOMES") for _, body in await bus.stored(stream)]
    for secret in (id_number(1), "林秀英", "陈志明", "13812345678", "13912345678"):
        assert [text for text in stored + published_ if secret in text] == []


class _Stumbles:
    """A companion with a bug that shows twice."""

    left = 2

    async def within(self, session: Session, folded: Folded) -> None:
        assert session is not None
        assert all(isinstance(personal, Personal) for personal in folded.personal)
        if self.left:
            self.left -= 1
            raise RuntimeError("the companion has a bug")

    async def after(self, folded: Folded) -> None:
        assert folded.consumed

    async def resume(self) -> None:
        """Nothing was left undone."""


class _Dumb:
    async def publish(self, entries: list[Any]) -> None:
        raise RuntimeError(f"killed before {len(entries)} entries were told")


def _service() -> Service:
    return Service("toy", "", (toy.TOY,))


async def _acknowledged(bus: Bus) -> bool:
    try:
        info = await bus.js.consumer_info("INTAKE", "registry")
    except NotFoundError:
        return False
    return not info.num_pending and not info.num_ack_pending


async def _counted(bus: Bus, events_: int) -> bool:
    return await bus.count("EVENTS") >= events_
