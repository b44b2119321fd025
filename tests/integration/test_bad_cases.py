"""What must not stop or bend the others: poison among good facts, an id with another content, a repeated commit."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nats.errors
import orjson
import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from shared.embedded import EmbeddedMongo
from shared.runner.batch import Folded
from shared.runner.journal import entries_in
from shared.store import Session, Store
from tests.support.facts import FIRST_CLOSED, Offer, closing, id_number, offer
from tests.support.live import Bus, handled, inputs, member, open_store, runner, until

pytestmark = pytest.mark.real

BROKER_TAKES = 1024 * 1024
TIMES = 3
GOOD = [offer("roster.entry", f"r-{n}", id_number=id_number(n)) for n in range(1, 497)]
SUBJECT = GOOD[0].subject


def poison() -> list[Offer]:
    """Return what no reader understands; the largest is just below what the broker takes."""
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    cut = GOOD[0].body[: GOOD[0].body.index("林".encode()) + 1]
    large = orjson.dumps(orjson.loads(GOOD[0].body) | {"id": "large", "data": {"name": "x" * (BROKER_TAKES - 1_000)}})
    return [Offer(SUBJECT, body, "") for body in (b"<not json/>", deep, cut, large)]


class TestPoisonInTheMiddleOfABatchOf500:
    async def test_is_refused_and_every_fact_around_it_counts(self, store: Store, bus: Bus) -> None:
        await bus.offer(closing(FIRST_CLOSED), *GOOD[:250], *poison(), *GOOD[250:])
        reader = member(store, bus)
        try:
            await until(lambda: _judged(store, 501))
        finally:
            await reader.stop()
        found = [row async for row in store.db["inbox_registry"].find()]
        assert Counter(row["outcome"] for row in found) == {"applied": 497, "rejected": 4}
        assert await store.db["person"].count_documents({"state.known": True}) == 496

    async def test_of_ten_megabytes_is_refused_by_the_broker_itself(self, bus: Bus) -> None:
        with pytest.raises(nats.errors.MaxPayloadError):
            await bus.offer(Offer(SUBJECT, b"x" * 10_000_000, ""))
        await bus.offer(GOOD[0])
        assert await bus.count("INTAKE") == 1


class TestAnIdThatComesWithAnotherContent:
    async def test_is_refused_and_the_first_content_stays(self, store: Store, bus: Bus) -> None:
        other = offer("roster.entry", "r-1", id_number=id_number(1), village="350622101200")
        running = runner(store, bus)
        await running.start()
        await handled(running, inputs([closing(FIRST_CLOSED), GOOD[0], other]))
        await handled(running, inputs([other], first=4))
        rows = [row async for row in store.db["inbox_registry"].find({"_id": {"$regex": r"\|r-1"}}).sort("_id", 1)]
        assert rows[0]["outcome"] == "applied"
        assert {row.get("code") for row in rows[1:]} == {"exists_with_different_content"}
        (person,) = [row async for row in store.db["person"].find()]
        assert person["state"]["village"] == "350622100201"


class TestACommitWhoseCallbackRunsAgain:
    @pytest.mark.parametrize(
        ("command", "failure"),
        [
            ("insert", {"errorCode": 112, "errorLabels": ["TransientTransactionError"]}),
            ("commitTransaction", {"errorCode": 251, "errorLabels": ["TransientTransactionError"]}),
            ("commitTransaction", {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}),
        ],
        ids=["because of a conflict", "because the transaction is gone", "because nobody knows whether it is done"],
    )
    async def test_has_one_effect(
        self, command: str, failure: dict[str, Any], failing: EmbeddedMongo, bus: Bus, database_prefix: str
    ) -> None:
        store = await open_store(failing.url, f"{database_prefix}_registry")
        running = runner(store, bus)
        await running.start()
        with _failing(failing.url, {"failCommands": [command]} | failure) as failures:
            await handled(running, inputs([closing(FIRST_CLOSED), *GOOD[:20]]))
            assert failures() == TIMES
        assert await store.db["inbox_registry"].count_documents({}) == 21
        assert await store.db["journal_registry"].count_documents({}) == 1
        events = [body for _, body in await bus.stored("EVENTS")]
        assert len(events) == len(set(events)) == await _emitted(store)
        store.close()


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    """Yield a mongod that fails on demand."""
    server = _FailingMongo(tmp_path_factory.mktemp("failing"))
    yield server.start()
    server.stop()


class _FailingMongo(EmbeddedMongo):
    def command(self, executable: Path, port: int) -> list[str]:
        return [*super().command(executable, port), "--setParameter", "enableTestCommands=1"]


@contextmanager
def _failing(url: str, data: dict[str, Any]) -> Iterator[Callable[[], int]]:
    """Have a command fail some times; yield what tells how often it did."""
    with MongoClient[dict[str, Any]](url) as client:
        on = client.admin.command("configureFailPoint", "failCommand", mode={"times": TIMES}, data=data)

        def failures() -> int:
            off = client.admin.command("configureFailPoint", "failCommand", mode="off")
            return int(off["count"]) - int(on["count"])

        yield failures


async def _emitted(store: Store) -> int:
    return sum([len(entries_in(row)) async for row in store.db["journal_registry"].find()]) - 21


class _Card:
    """A companion that looks who has heard of the batch when it acts."""

    def __init__(self, bus: Bus) -> None:
        self._bus, self.told, self.failures = bus, list[int](), 1

    async def within(self, session: Session, folded: Folded) -> None:
        """Nothing to write."""

    async def resume(self) -> None:
        """Nothing was left undone."""

    async def after(self, folded: Folded) -> None:  # noqa: ARG002 - the contract has it
        self.told.append(await self._bus.count("EVENTS"))
        if self.failures:
            self.failures -= 1
            raise AutoReconnect("the store is away for a moment")


class TestACompanion:
    async def test_acts_before_anybody_hears_of_the_batch_and_its_failure_keeps_nothing_untold(
        self, store: Store, bus: Bus
    ) -> None:
        card = _Card(bus)
        running = runner(store, bus, companions=(card,))
        await running.start()
        await handled(running, inputs([closing(FIRST_CLOSED), GOOD[0]]))
        assert card.told == [0, 0]
        assert await bus.count("EVENTS") > 0
        assert await store.unsent("registry", "registry") == []


async def _judged(store: Store, count: int) -> bool:
    return await store.db["inbox_registry"].count_documents({}) >= count
