"""What the store does beyond its contract (tests/contract/test_store_contract.py), on a real mongod."""

import asyncio

import pytest
from bson.int64 import Int64
from pymongo.errors import PyMongoError

from shared.runner.loaded import longs
from shared.store import Store, patiently, pause
from tests.support.stored import unit

pytestmark = pytest.mark.real


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
