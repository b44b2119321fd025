"""The streams are filled again in order: no effect before its cause, and every consumer hears everything."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.js.errors import NotFoundError

from services.registry.service import SERVICE as REGISTRY
from services.subsidy.service import SERVICE as SUBSIDY
from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.ops.reconcile import reconciled
from shared.runner.provisioning import Own
from shared.runner.puller import Puller
from shared.runner.refill import at_start, resume_intake, tail_is_lost
from shared.runner.refill import published_heads as heads_of
from shared.runner.topology import ensure_consumer, places, provision
from shared.store import Store
from tests.support.live import Bus, reborn
from tests.support.losing import MORE, ids, lose_everything, replaced, with_facts
from tests.support.whole import Whole

pytestmark = pytest.mark.real
MESSAGES = Path("jetstream", "$G", "streams", "EVENTS", "msgs")
LEDGER = next(place for each in SUBSIDY.subscriptions for place in places(each) if place.durable == "subsidy-ledger")


@pytest.fixture
async def whole(stack: EmbeddedStack, bus: Bus, database_prefix: str) -> AsyncIterator[Whole]:
    """Return a system that has dealt with some facts."""
    opened = await with_facts(stack, bus, database_prefix)
    yield opened
    opened.close()


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
        await Own(bus.client, bus.js).renew(LEDGER)
        assert await all_heard(bus) == heard


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
