"""A batch is written whole or not at all, by the one owner of its chain."""

import asyncio
from datetime import date
from typing import Any

import pytest
from bson.int64 import Int64
from pymongo.errors import PyMongoError

from shared.store import Commit, LostOwnershipError, Session, Store, longs, patiently, pause

pytestmark = pytest.mark.real


def unit(commits: int, id_: str, **changed: Any) -> Commit:
    """Return a commit of one inbox row and one state, with a journal document."""
    row = {"_id": id_, "outcome": "applied", "hash": "", "position": commits}
    journal = {"_id": f"registry#{commits}", "chain": "registry", "number": commits + 1, "hash": "h", "sent": False}
    options: dict[str, Any] = {"inbox": [row], "states": {("person", id_): document(id_)}, "journal": journal}
    return Commit("registry", "registry", commits, **(options | changed))


def document(id_: str, **said: Any) -> dict[str, Any]:
    return {"_id": id_, "state": {}} | said


async def everything(store: Store) -> dict[str, int]:
    """Return how many documents each collection holds."""
    names = ("person", "inbox_registry", "journal_registry", "heads")
    return {name: await store.db[name].count_documents({}) for name in names}


class TestACommit:
    async def test_writes_inbox_states_journal_and_head_together(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        assert await everything(store) == dict.fromkeys(("person", "inbox_registry", "journal_registry", "heads"), 1)
        head = await store.head("registry")
        assert (head["number"], head["hash"], head["commits"]) == (1, "h", 1)

    async def test_leaves_nothing_behind_when_a_part_of_it_fails(self, store: Store) -> None:
        async def broken(_: Session) -> None:
            raise RuntimeError("the vault has a bug")

        with pytest.raises(RuntimeError):
            await store.commit(unit(0, "p1", companions=[broken]))
        assert set((await everything(store)).values()) == {0}

    async def test_that_knows_an_input_twice_leaves_nothing_behind(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        with pytest.raises(PyMongoError):
            await store.commit(unit(1, "p1"))
        assert (await store.head("registry"))["commits"] == 1

    async def test_removes_what_is_over(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        await store.commit(unit(1, "p2", states={("person", "p1"): None}))
        assert await store.load("person", ["p1"]) == {}

    async def test_changes_the_row_of_a_fact_that_waited(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        await store.commit(unit(1, "p2", reruns=[{"_id": "p1", "outcome": "rejected", "code": "already_exists"}]))
        row = await store.db["inbox_registry"].find_one({"_id": "p1"})
        assert row == {"_id": "p1", "outcome": "rejected", "hash": "", "position": 0, "code": "already_exists"}


class TestOwnership:
    async def test_is_lost_to_whoever_wrote_in_between(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        with pytest.raises(LostOwnershipError):
            await store.commit(unit(0, "p2"))
        assert (await everything(store))["person"] == 1

    async def test_is_lost_also_to_one_who_published_nothing(self, store: Store) -> None:
        await store.commit(unit(0, "p1", journal=None))
        with pytest.raises(LostOwnershipError):
            await store.commit(unit(0, "p2", journal=None))
        head = await store.head("registry")
        assert (head["number"], head["hash"], head["commits"]) == (0, "", 1)

    async def test_of_two_who_begin_at_once_one_wins(self, store: Store) -> None:
        done = await asyncio.gather(*(store.commit(unit(0, f"p{n}")) for n in range(4)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["LostOwnershipError"] * 3 + ["NoneType"]

    async def test_of_one_chain_says_nothing_about_another(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        other = {"_id": "registry-p3#1", "chain": "registry-p3", "number": 1, "hash": "g", "sent": False}
        await store.commit(Commit("registry", "registry-p3", 0, journal=other))
        assert (await store.head("registry-p3"))["commits"] == 1


class TestTheJournal:
    async def test_is_sent_in_order_and_only_what_was_not(self, store: Store) -> None:
        for number in range(3):
            await store.commit(unit(number, f"p{number}"))
        await store.mark_sent("registry", "registry#1")
        assert [row["_id"] for row in await store.unsent("registry", "registry")] == ["registry#0", "registry#2"]


class TestWalks:
    @pytest.fixture(autouse=True)
    async def _some(self, store: Store) -> None:
        days = {"a": "2018-03-02", "b": "2018-03-01", "c": "2018-03-01", "d": "2018-03-05"}
        rows = [document(i, due_on=day, tags=["x"], partition=ord(i) % 2) for i, day in days.items()]
        await store.db["person"].insert_many(rows)

    async def test_find_what_is_due_earliest_first(self, store: Store) -> None:
        found = await store.due("person", None, date(2018, 3, 2), 10)
        assert [row["_id"] for row in found] == ["b", "c", "a"]

    async def test_find_a_page_of_what_is_due_in_the_order_of_ids(self, store: Store) -> None:
        found = await store.due_after("person", None, date(2018, 3, 2), "a", 10)
        assert [row["_id"] for row in found] == ["b", "c"]

    async def test_stay_in_their_partition(self, store: Store) -> None:
        assert [row["_id"] for row in await store.due("person", 1, date(2018, 3, 9), 10)] == ["c", "a"]
        assert [row["_id"] for row in await store.tagged("person", 1, "x", "", 10)] == ["a", "c"]
        assert set(await store.every("person", 0)) == {"b", "d"}

    async def test_find_everything_under_a_star(self, store: Store) -> None:
        assert [row["_id"] for row in await store.tagged("person", None, "*", "b", 10)] == ["c", "d"]


class TestPatience:
    async def test_waits_for_the_store_as_long_as_it_takes(self) -> None:
        failures = iter([PyMongoError("away"), PyMongoError("still away")])
        heard: list[int] = []

        async def work() -> str:
            for failure in failures:
                raise failure
            return "done"

        assert await patiently(work, lambda _, attempt: heard.append(attempt)) == "done"
        assert heard == [1, 2]

    def test_never_waits_longer_than_five_seconds_even_after_a_weekend(self) -> None:
        assert [pause(n) for n in (1, 2, 3)] == [0.2, 0.4, 0.8]
        assert pause(100_000) == 5.0


def test_amounts_are_stored_as_64_bits_whatever_their_size() -> None:
    stored = longs({"paid_fen": 5, "n": 5, "lines": [{"due_fen": -1}]})
    assert isinstance(stored["paid_fen"], Int64)
    assert isinstance(stored["lines"][0]["due_fen"], Int64)
    assert not isinstance(stored["n"], Int64)


class TestATransactionOfADeadProcess:
    async def test_is_ended_by_its_successor_so_that_its_locks_hold_nobody_up(self, store: Store) -> None:
        await store.commit(unit(0, "p1"))
        session = await store.db.client.start_session()
        session.start_transaction()
        await store.db["heads"].update_one({"_id": "registry"}, {"$set": {"hash": "dead"}}, session=session)

        assert await store.end_orphans([store.process]) == 1

        await asyncio.wait_for(store.commit(unit(1, "p2")), 30)  # the server itself would wait for a minute
        assert (await store.head("registry"))["commits"] == 2
