"""The broker loses what it stored, or its end: the journals fill it again, and nothing happens twice."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import nats
import nats.errors
import pytest
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from services.registry.service import SERVICE as REGISTRY
from services.subsidy.service import SERVICE as SUBSIDY
from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.ops.dispositions import account
from shared.ops.main import app
from shared.ops.reconcile import reconciled
from shared.runner.puller import Puller
from shared.runner.refill import at_start, renew, resume_intake, tail_is_lost
from shared.runner.refill import published_heads as heads_of
from shared.runner.topology import CONTACTS, ensure_consumer, places, provision
from shared.settings import Settings
from shared.store import Row, Store
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.live import Bus, reborn
from tests.support.whole import Whole, decisions, open_whole

pytestmark = pytest.mark.real

FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    closing(date(2018, 3, 2)),
)
MORE = (offer("exit.confirmed", "x-1", by="?"), closing(date(2018, 3, 3)))
MESSAGES = Path("jetstream", "$G", "streams", "EVENTS", "msgs")
LEDGER = next(place for each in SUBSIDY.subscriptions for place in places(each) if place.durable == "subsidy-ledger")


@pytest.fixture
async def whole(stack: EmbeddedStack, bus: Bus, database_prefix: str) -> AsyncIterator[Whole]:
    """Return a system that has dealt with some facts."""
    keys: dict[str, Any] = {name: SecretStr("ab" * 32) for name in ("vault_key", "card_key")}
    opened = await open_whole(stack, bus, Settings(database_prefix=database_prefix, **keys))
    await opened.tell(*FACTS)
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


def replaced(directory: Path, copy: Path) -> None:
    """Put an older copy in the place of a directory."""
    shutil.rmtree(directory)
    shutil.copytree(copy, directory)


async def lose_everything(broker: EmbeddedNats, bus: Bus) -> None:
    await reborn(broker, bus, shutil.rmtree)


async def ids(bus: Bus, stream: str) -> list[str]:
    return [json.loads(body)["id"] for _, body in await bus.stored(stream)]


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


async def no_effect_before_its_cause(bus: Bus) -> bool:
    """Tell whether every event of `EVENTS` stands behind the one that caused it."""
    bodies = [json.loads(body) for _, body in await bus.stored("EVENTS")]
    at = {body["id"]: place for place, body in enumerate(bodies)}
    caused = [body for body in bodies if body.get("causationid") in at]
    return bool(caused) and all(at[body["causationid"]] < at[body["id"]] for body in caused)


async def all_heard(bus: Bus) -> list[str]:
    """Return the ids of everything that the ledger's consumer delivers until it is at the end; acknowledge them."""
    pulling, found = Puller(bus.client, bus.js, LEDGER, sole=True, expires_s=3, heartbeat_s=0.5), list[str]()
    while (info := await bus.js.consumer_info("EVENTS", LEDGER.durable)).num_pending or info.num_ack_pending:
        for message in await pulling.fetch():
            found.append(json.loads(message.data)["id"])
            await message.ack_sync()
    await pulling.unsubscribe()
    return found


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


class TestTheOrder:
    async def test_puts_no_effect_before_its_cause_whoever_comes_first(
        self, broker: EmbeddedNats, whole: Whole
    ) -> None:
        bus, view = whole.bus, whole.view
        assert await no_effect_before_its_cause(bus)
        await lose_everything(broker, bus)
        await provision(bus.js)
        late = [at_start(bus.client, bus.js, s, view.stores[s.name], bus.publisher()) for s in view.services[1:]]
        waiting = [asyncio.create_task(each) for each in late]
        await asyncio.sleep(0.1)
        first = view.services[0]
        await at_start(bus.client, bus.js, first, view.stores[first.name], bus.publisher())
        await asyncio.gather(*waiting)
        assert await no_effect_before_its_cause(bus)

    async def test_does_not_wait_for_ever_for_a_cause_that_nobody_has(
        self, broker: EmbeddedNats, whole: Whole, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shared.runner.lines.CAUSE_S", 0.1)
        bus, view = whole.bus, whole.view
        await lose_everything(broker, bus)
        await provision(bus.js)
        subsidy = next(service for service in view.services if service.name == "subsidy")
        assert await at_start(bus.client, bus.js, subsidy, view.stores["subsidy"], bus.publisher()) > 0


class TestAConsumerAheadOfItsStream:
    async def test_begins_again_and_hears_everything(self, broker: EmbeddedNats, whole: Whole, tmp_path: Path) -> None:
        bus, copy = whole.bus, tmp_path / "copy"
        await ensure_consumer(bus.client, LEDGER, pin_timeout_s=0.5)
        await reborn(broker, bus, lambda directory: shutil.copytree(directory / MESSAGES, copy))
        await whole.tell(*MORE)
        heard = await all_heard(bus)
        await reborn(broker, bus, lambda directory: replaced(directory / MESSAGES, copy))
        found = await reconciled(whole.view, bus.client, dry_run=False)
        # nats-server 2.15 sets such a consumer back itself when it recovers; one that does not is made anew.
        assert found["consumers_ahead"] in ([], [LEDGER.durable])
        assert found["whole"]
        assert sorted(await all_heard(bus)) == sorted(heard)

    async def test_is_made_anew_with_the_same_place(self, whole: Whole) -> None:
        bus = whole.bus
        await ensure_consumer(bus.client, LEDGER, pin_timeout_s=0.5)
        heard = await all_heard(bus)
        assert await all_heard(bus) == []
        await renew(bus.client, bus.js, LEDGER)
        assert await all_heard(bus) == heard


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


class TestAtStart:
    async def test_each_service_publishes_its_own_chains_again(self, broker: EmbeddedNats, whole: Whole) -> None:
        bus, view = whole.bus, whole.view
        before = sorted(await ids(bus, "EVENTS"))
        await lose_everything(broker, bus)
        await provision(bus.js)
        counts = [
            await at_start(bus.client, bus.js, service, view.stores[service.name], bus.publisher())
            for service in view.services
        ]
        assert counts[0] > 0
        assert sorted(await ids(bus, "EVENTS")) == before

    async def test_looks_no_further_where_the_last_event_of_every_chain_is_there(self, whole: Whole) -> None:
        bus, view = whole.bus, whole.view
        for service in view.services:
            store = view.stores[service.name]
            assert not await tail_is_lost(bus.js, store, await heads_of(store, service))
            assert await at_start(bus.client, bus.js, service, store, bus.publisher()) == 0

    async def test_the_intake_begins_at_1_where_nothing_was_read_yet(self, broker: EmbeddedNats, store: Store) -> None:
        client = await nats.connect(broker.url)
        await resume_intake(client.jetstream(), REGISTRY, store)
        with pytest.raises(NotFoundError):
            await client.jetstream().stream_info("INTAKE")
        await client.close()
