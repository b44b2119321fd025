"""The store on a real mongod and on the simulation's in-memory one keep the same contract."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from bson.int64 import Int64
from pymongo.errors import PyMongoError

from services.registry.service import SERVICE
from shared.embedded import EmbeddedStack
from shared.migrating import migrated
from shared.runner.loaded import longs
from shared.store import Commit, LostOwnershipError, Session, Store, StoreError
from tests.support.live import open_store
from tests.support.sim_mongo import SimMongo
from tests.support.sim_motor import SimStore
from tests.support.stored import document, unit

pytestmark = pytest.mark.real


@pytest.fixture(params=["mongod", "memory"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return an empty database of registry, on each of the two."""
    if request.param == "mongod":
        stack: EmbeddedStack = request.getfixturevalue("stack")
        prefix: str = request.getfixturevalue("database_prefix")
        opened = await open_store(stack.mongo_url, f"{prefix}_registry")
    else:
        opened = SimStore(SimMongo(), "registry")
        await opened.prepare({a.kind: a.indexes for a in SERVICE.aggregates}, ["registry"])
    yield opened
    opened.close()


async def everything(store: Store) -> dict[str, int]:
    """Return how many documents each collection holds."""
    names = ("person", "inbox_registry", "journal_registry", "heads")
    return {name: await store.db[name].count_documents({}) for name in names}


class TestACommit:
    async def test_writes_inbox_states_journal_and_head_together(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        assert set((await everything(kept)).values()) == {1}
        head = await kept.head("registry")
        assert (head["number"], head["hash"], head["commits"]) == (1, "h", 1)

    async def test_leaves_nothing_behind_when_a_companion_fails(self, kept: Store) -> None:
        async def broken(_: Session) -> None:
            raise RuntimeError("the vault has a bug")

        with pytest.raises(RuntimeError):
            await kept.commit(unit(0, "p1", companions=[broken]))
        assert set((await everything(kept)).values()) == {0}

    async def test_keeps_what_a_companion_writes(self, kept: Store) -> None:
        async def writes(session: Session) -> None:
            await kept.db["heads"].insert_one({"_id": "beside"}, session=session)

        await kept.commit(unit(0, "p1", companions=[writes]))
        assert (await everything(kept))["heads"] == 2

    async def test_that_knows_an_input_twice_leaves_nothing_behind(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        with pytest.raises(PyMongoError):
            await kept.commit(unit(1, "p1"))
        assert (await kept.head("registry"))["commits"] == 1
        assert (await everything(kept))["journal_registry"] == 1

    async def test_removes_what_is_over(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        await kept.commit(unit(1, "p2", states={("person", "p1"): None}))
        assert await kept.load("person", ["p1"]) == {}

    async def test_changes_the_row_of_a_fact_that_waited(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        await kept.commit(unit(1, "p2", reruns=[{"_id": "p1", "outcome": "rejected", "code": "already_exists"}]))
        row = await kept.db["inbox_registry"].find_one({"_id": "p1"})
        assert row == {"_id": "p1", "outcome": "rejected", "hash": "", "position": 0, "code": "already_exists"}

    async def test_moves_the_cursor_of_a_long_walk(self, kept: Store) -> None:
        assert await kept.cursor("registry") is None
        await kept.commit(unit(0, "p1", cursor={"_id": "registry", "key": "k", "walk": 0}))
        await kept.commit(unit(1, "p2", cursor={"_id": "registry", "key": "", "walk": 1}))
        assert await kept.cursor("registry") == {"_id": "registry", "key": "", "walk": 1}


class TestOwnership:
    async def test_is_lost_to_whoever_wrote_in_between(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        with pytest.raises(LostOwnershipError):
            await kept.commit(unit(0, "p2"))
        assert (await everything(kept))["person"] == 1

    async def test_is_lost_also_to_one_who_published_nothing(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1", journal=None))
        with pytest.raises(LostOwnershipError):
            await kept.commit(unit(0, "p2", journal=None))
        head = await kept.head("registry")
        assert (head["number"], head["hash"], head["commits"]) == (0, "", 1)

    async def test_of_two_who_begin_at_once_one_wins(self, kept: Store) -> None:
        done = await asyncio.gather(*(kept.commit(unit(0, f"p{n}")) for n in range(4)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["LostOwnershipError"] * 3 + ["NoneType"]

    async def test_of_one_chain_says_nothing_about_another(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        other = {"_id": "registry-p3#1", "chain": "registry-p3", "number": 1, "hash": "g"}
        await kept.commit(Commit("registry", "registry-p3", 0, journal=other))
        assert (await kept.head("registry-p3"))["commits"] == 1


class TestTheJournal:
    async def test_is_sent_in_order_and_only_what_was_not(self, kept: Store) -> None:
        for number in range(3):
            await kept.commit(unit(number, f"p{number}"))
        await kept.mark_sent("registry", 1)
        assert [row["_id"] for row in await kept.unsent("registry", "registry")] == ["registry#1", "registry#2"]

    async def test_keeps_for_unsent_what_somebody_passed_over_and_all_behind_it(self, kept: Store) -> None:
        for number in range(3):
            await kept.commit(unit(number, f"p{number}"))
        await kept.mark_sent("registry", 3)
        await kept.mark_sent("registry", 1)
        await kept.mark_sent("registry", 1)
        assert [row["_id"] for row in await kept.unsent("registry", "registry")] == ["registry#1", "registry#2"]

    async def test_of_before_the_heads_knew_is_sent_as_its_documents_say_and_they_stay_as_they_are(
        self, kept: Store
    ) -> None:
        rows = [{"_id": f"registry#{n}", "chain": "registry", "number": n, "sent": n < 3} for n in range(1, 5)]
        await kept.db["journal_registry"].insert_many([dict(row) for row in rows])
        await kept.db["heads"].insert_one({"_id": "registry", "number": 4, "hash": "h", "commits": 4})
        await migrated(kept.db)
        await migrated(kept.db)
        assert [row["number"] for row in await kept.unsent("registry", "registry")] == [3, 4]
        assert [row async for row in kept.db["journal_registry"].find().sort("number", 1)] == rows


class TestWhatOnlyGrows:
    async def test_is_inserted_and_a_second_one_fails_the_whole_commit(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1", grows=frozenset({"person"})))
        with pytest.raises(StoreError):
            await kept.commit(unit(1, "p1", inbox=[], grows=frozenset({"person"})))
        assert (await kept.head("registry"))["commits"] == 1

    async def test_keeps_the_bytes(self, kept: Store) -> None:
        await kept.commit(unit(0, "p1"))
        [journal] = await kept.unsent("registry", "registry")
        assert bytes(journal["entries"][0]["body"]) == b"{}"

    async def test_says_which_document_holds_events_last(self, kept: Store) -> None:
        for number in range(3):
            await kept.commit(unit(number, f"p{number}"))
        found = await kept.db["journal_registry"].find_one({"entries.stream": "EVENTS"}, sort=[("number", -1)])
        assert found["number"] == 3
        assert await kept.db["journal_registry"].distinct("chain") == ["registry"]


class TestWalks:
    @pytest.fixture(autouse=True)
    async def people(self, kept: Store) -> None:
        said: dict[str, dict[str, Any]] = {
            "a": {"due_on": "2018-03-05", "partition": 1, "tags": ["x"]},
            "b": {"due_on": "2018-03-02", "partition": 2, "tags": ["x", "y"]},
            "c": {"due_on": "2018-03-02", "partition": 1},
            "d": {"partition": 1, "tags": ["y"]},
        }
        states = {("person", id_): document(id_, **fields) for id_, fields in said.items()}
        await kept.commit(Commit("registry", "registry", 0, states=dict(states)))

    async def test_what_is_due_comes_earliest_first(self, kept: Store) -> None:
        assert ids(await kept.due("person", None, date(2018, 3, 5), 10)) == ["b", "c", "a"]
        assert ids(await kept.due("person", None, date(2018, 3, 4), 1)) == ["b"]
        assert ids(await kept.due("person", 1, date(2018, 3, 4), 10)) == ["c"]
        assert ids(await kept.due("person", 1, date(2018, 3, 9), 10)) == ["c", "a"]

    async def test_pages_come_in_the_order_of_ids(self, kept: Store) -> None:
        assert ids(await kept.due_after("person", None, date(2018, 3, 5), "", 2)) == ["a", "b"]
        assert ids(await kept.due_after("person", None, date(2018, 3, 5), "b", 2)) == ["c"]

    async def test_a_tag_finds_its_own_and_a_star_everybody(self, kept: Store) -> None:
        assert ids(await kept.tagged("person", None, "y", "", 10)) == ["b", "d"]
        assert ids(await kept.tagged("person", 1, "x", "", 10)) == ["a"]
        assert ids(await kept.tagged("person", None, "*", "b", 10)) == ["c", "d"]
        assert ids(await kept.tagged("person", 1, "*", "a", 10)) == ["c", "d"]

    async def test_everything_of_a_partition_is_found(self, kept: Store) -> None:
        assert set(await kept.every("person")) == {"a", "b", "c", "d"}
        assert set(await kept.every("person", 2)) == {"b"}

    async def test_what_is_read_is_the_readers_own(self, kept: Store) -> None:
        (await kept.load("person", ["a"]))["a"]["tags"].append("z")
        assert (await kept.load("person", ["a"]))["a"]["tags"] == ["x"]


async def test_the_inbox_answers_for_the_keys_that_it_knows(kept: Store) -> None:
    await kept.commit(unit(0, "p1"))
    found = await kept.inbox("registry", ["p1", "p2"])
    assert {key: row["position"] for key, row in found.items()} == {"p1": 0}


async def test_amounts_stay_whole_numbers_of_any_size(kept: Store) -> None:
    state = longs({"amount_fen": 5_000_000_000})
    await kept.commit(Commit("registry", "registry", 0, states={("person", "a"): {"_id": "a", "state": state}}))
    row = (await kept.load("person", ["a"]))["a"]
    assert row["state"]["amount_fen"] == Int64(5_000_000_000)
    assert isinstance(row["state"]["amount_fen"], Int64)


async def test_what_bson_cannot_hold_is_refused(kept: Store) -> None:
    with pytest.raises(Exception, match="date"):
        await kept.commit(unit(0, "p1", states={("person", "p1"): document("p1", state={"on": date(2018, 3, 1)})}))
    assert set((await everything(kept)).values()) == {0}


async def test_a_transaction_that_waits_for_another_succeeds_or_runs_again(kept: Store) -> None:
    async def slow(_: Session) -> None:
        await asyncio.sleep(0)

    first, second = (unit(0, "p1", companions=[slow]), Commit("registry", "other", 0, inbox=[{"_id": "p2"}]))
    await asyncio.gather(kept.commit(first), kept.commit(second))
    assert (await everything(kept))["inbox_registry"] == 2


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["_id"] for row in rows]
