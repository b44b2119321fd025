"""The broker loses what it stored, or its end: the journals fill it again, and nothing happens twice."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nats.js.errors import NotFoundError
from typer.testing import CliRunner, Result

from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.ops.dispositions import account
from shared.ops.main import app
from shared.ops.reconcile import reconciled
from shared.runner.refill import at_start
from shared.runner.topology import CONTACTS, provision
from shared.store import Row
from tests.support.facts import closing, offer
from tests.support.live import Bus, reborn
from tests.support.losing import FACTS, MORE, ids, lose_everything, replaced, with_facts
from tests.support.whole import Whole, decisions

pytestmark = pytest.mark.real


@pytest.fixture
async def whole(stack: EmbeddedStack, bus: Bus, database_prefix: str) -> AsyncIterator[Whole]:
    """Return a system that has dealt with some facts."""
    opened = await with_facts(stack, bus, database_prefix)
    yield opened
    opened.close()


@pytest.fixture
def environment(
    broker: EmbeddedNats, stack: EmbeddedStack, database_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the commands find the system."""
    said = {"BANGFU_DATA_DIR": str(tmp_path), "BANGFU_DATABASE_PREFIX": database_prefix, "BANGFU_LANG": "en"}
    for name, value in (said | {"NATS_URL": broker.url, "MONGO_URL": stack.mongo_url}).items():
        monkeypatch.setenv(name, value)


async def effects(whole: Whole) -> dict[str, Any]:
    """Return every aggregate, journal and sealed field: whatever a message can change but the inboxes."""
    found: dict[str, Any] = {}
    for name, store in whole.view.stores.items():
        for collection in await store.db.list_collection_names():
            if not collection.startswith("inbox_") and collection not in {"heads", "marks"}:
                rows: list[Row] = [row async for row in store.db[collection].find({}, {"card": 0}).sort("_id", 1)]
                found[f"{name}.{collection}"] = rows
    return found


async def deliver_all_again(whole: Whole) -> None:
    """Read every stream from its beginning, as new consumers do."""
    for reader in whole.readers:
        reader.read = max((await whole.bus.js.stream_info(reader.place.stream)).state.first_seq, 1) - 1
    await whole.drain()


async def forget(whole: Whole, *services: str) -> None:
    """Put services back to where they had read nothing and decided nothing."""
    for name in services:
        for collection in await whole.view.stores[name].db.list_collection_names():
            await whole.view.stores[name].db[collection].delete_many({})
    for reader in whole.readers:
        await reader.runner.start()


class TestAfterATotalLoss:
    async def test_the_same_messages_stand_in_the_streams_again(self, broker: EmbeddedNats, whole: Whole) -> None:
        bus = whole.bus
        before = {stream: await bus.stored(stream) for stream in ("EVENTS", "OUTCOMES")}
        await lose_everything(broker, bus)
        found = await reconciled(whole.view, bus.client, dry_run=False)
        assert found["streams_missing"] == ["INTAKE", "EVENTS", "SEALS", "OUTCOMES", "TIMERS"]
        assert found["republished"] == sum(len(stored) for stored in before.values())
        assert (found["missing"], found["whole"]) == (0, True)
        for stream, stored in before.items():
            assert sorted(await bus.stored(stream)) == sorted(stored)

    async def test_what_registry_recorded_keeps_its_order(self, broker: EmbeddedNats, whole: Whole) -> None:
        def recorded(stored: list[tuple[str, bytes]]) -> list[bytes]:
            return [body for _, body in stored if json.loads(body)["source"] == "/bangfu/registry"]

        before = recorded(await whole.bus.stored("EVENTS"))
        await lose_everything(broker, whole.bus)
        await reconciled(whole.view, whole.bus.client, dry_run=False)
        assert recorded(await whole.bus.stored("EVENTS")) == before

    async def test_nothing_has_a_second_effect(self, broker: EmbeddedNats, whole: Whole) -> None:
        before = await effects(whole)
        await lose_everything(broker, whole.bus)
        await reconciled(whole.view, whole.bus.client, dry_run=False)
        await deliver_all_again(whole)
        assert await effects(whole) == before

    async def test_the_system_goes_on(self, broker: EmbeddedNats, whole: Whole) -> None:
        await lose_everything(broker, whole.bus)
        await reconciled(whole.view, whole.bus.client, dry_run=False)
        await deliver_all_again(whole)
        await whole.tell(*MORE)
        again = await reconciled(whole.view, whole.bus.client, dry_run=False)
        assert (again["republished"], again["whole"]) == (0, True)
        assert "2018-03-03" in json.dumps([json.loads(body)["data"] for _, body in await whole.bus.stored("EVENTS")])

    async def test_every_message_has_its_one_outcome_as_before(self, broker: EmbeddedNats, whole: Whole) -> None:
        before = await account(whole.view)
        await lose_everything(broker, whole.bus)
        await reconciled(whole.view, whole.bus.client, dry_run=False)
        assert await account(whole.view) == before
        await deliver_all_again(whole)
        assert await account(whole.view) == before
        await whole.tell(*MORE)
        assert {row["unexplained"] for row in await account(whole.view)} == {0}

    async def test_who_had_read_nothing_decides_the_same(self, broker: EmbeddedNats, whole: Whole) -> None:
        before, bus = await decisions(whole), whole.bus
        await lose_everything(broker, bus)
        await provision(bus.js)
        # All services start at once, those first that depend on the others.
        await asyncio.gather(
            *(
                at_start(bus.client, bus.js, service, whole.view.stores[service.name], bus.publisher())
                for service in reversed(whole.view.services)
            )
        )
        await forget(whole, "subsidy", "matching", "notify")
        await deliver_all_again(whole)
        assert await decisions(whole) == before

    async def test_the_intake_goes_on_after_what_the_inbox_knows(self, broker: EmbeddedNats, whole: Whole) -> None:
        await lose_everything(broker, whole.bus)
        found = await reconciled(whole.view, whole.bus.client, dry_run=False)
        assert found["intake"] == {"known_to_the_inbox": len(FACTS), "last_in_the_stream": len(FACTS), "lost": 0}
        acknowledged = await whole.bus.js.publish("intake.x.y", b"{", stream="INTAKE")
        assert acknowledged.seq == len(FACTS) + 1

    async def test_contact_cards_are_written_again_by_registry(self, broker: EmbeddedNats, whole: Whole) -> None:
        await whole.tell(offer("jobseeker.registered", "j-1"))
        vault = whole.view.stores["registry"].db["vault"]
        written = await vault.count_documents({"card": "written"})
        await lose_everything(broker, whole.bus)
        found = await reconciled(whole.view, whole.bus.client, dry_run=False)
        assert found["cards"] == written > 0
        assert await vault.count_documents({"card": "pending"}) == written
        with pytest.raises(NotFoundError):
            await (await whole.bus.js.key_value(CONTACTS)).get("anybody")

    async def test_a_dry_run_changes_nothing(self, broker: EmbeddedNats, whole: Whole) -> None:
        await lose_everything(broker, whole.bus)
        found = await reconciled(whole.view, whole.bus.client, dry_run=True)
        assert found["missing"] > 0
        assert (found["republished"], found["whole"]) == (0, False)
        with pytest.raises(NotFoundError):
            await whole.bus.js.stream_info("EVENTS")


class TestAfterALostTail:
    async def test_the_tail_stands_there_again_and_nothing_happens_twice(
        self, broker: EmbeddedNats, whole: Whole, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy"
        await reborn(broker, whole.bus, lambda directory: shutil.copytree(directory, copy))
        await whole.tell(*MORE)
        before, stored = await effects(whole), sorted(await ids(whole.bus, "EVENTS"))
        await reborn(broker, whole.bus, lambda directory: replaced(directory, copy))
        assert len(await ids(whole.bus, "EVENTS")) < len(stored)
        found = await reconciled(whole.view, whole.bus.client, dry_run=False)
        assert found["republished"] > 0
        assert found["whole"]
        assert found["intake"]["lost"] == len(MORE)
        assert sorted(await ids(whole.bus, "EVENTS")) == stored
        await deliver_all_again(whole)
        assert await effects(whole) == before

    async def test_a_fact_that_comes_again_is_counted_once(
        self, broker: EmbeddedNats, whole: Whole, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy"
        await reborn(broker, whole.bus, lambda directory: shutil.copytree(directory, copy))
        await whole.tell(*MORE)
        await reborn(broker, whole.bus, lambda directory: replaced(directory, copy))
        await reconciled(whole.view, whole.bus.client, dry_run=False)
        for reader in whole.readers:
            reader.read = 0
        await whole.drain()
        await whole.tell(*MORE)
        await whole.tell(closing(date(2018, 3, 4)))
        assert {row["unexplained"] for row in await account(whole.view)} == {0}

    async def test_is_found_at_start_also_where_later_events_stand_behind_it(
        self, broker: EmbeddedNats, whole: Whole, tmp_path: Path
    ) -> None:
        bus, copy = whole.bus, tmp_path / "copy"
        await reborn(broker, bus, lambda directory: shutil.copytree(directory, copy))
        await whole.tell(*MORE)
        for service in whole.view.services:
            await at_start(bus.client, bus.js, service, whole.view.stores[service.name], bus.publisher())
        await reborn(broker, bus, lambda directory: replaced(directory, copy))
        await provision(bus.js)
        await whole.tell(closing(date(2018, 3, 4)))  # published behind the gap
        counts = [
            await at_start(bus.client, bus.js, service, whole.view.stores[service.name], bus.publisher())
            for service in whole.view.services
        ]
        assert counts[0] > 0
        found = await reconciled(whole.view, bus.client, dry_run=True)
        assert (found["missing"], found["whole"]) == (0, True)
        assert [
            await at_start(bus.client, bus.js, service, whole.view.stores[service.name], bus.publisher())
            for service in whole.view.services
        ] == [0, 0, 0, 0]


class TestTheCommand:
    @pytest.mark.usefixtures("environment")
    async def test_says_what_it_did_and_ends_with_0_once_nothing_is_missing(
        self, broker: EmbeddedNats, whole: Whole
    ) -> None:
        await lose_everything(broker, whole.bus)

        async def ran(*options: str) -> Result:
            result: Result = await asyncio.to_thread(CliRunner().invoke, app, ["ops", "reconcile", *options])
            return result

        assert (await ran("--dry-run")).exit_code == 1
        did = await ran()
        assert did.exit_code == 0
        assert "still missing: 0" in did.stdout
        assert "INTAKE is upstream's" in did.stdout
        again = await ran("--dry-run", "--json")
        assert json.loads(again.stdout)["missing"] == 0
