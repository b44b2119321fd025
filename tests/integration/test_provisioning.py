"""On a closed bus a service has its streams and consumers made by who may, and by nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from nats.js.errors import APIError, NotFoundError

from services.notify.service import SERVICE as NOTIFY
from shared.ops.running import find_services
from shared.runner.provisioning import Asked, Own, Provisioner
from shared.runner.topology import ConsumerPlace, places
from tests.support.closed import ClosedBus, closed_bus

pytestmark = pytest.mark.real

LEDGER = ConsumerPlace("subsidy-ledger", "EVENTS", ("bangfu.>",), None)
MINE = ConsumerPlace("mine", "INTAKE", ("intake.>",), None)
PLACE = places(NOTIFY.subscriptions[0])[0]


@pytest.fixture
async def closed(tmp_path: Path) -> AsyncIterator[ClosedBus]:
    found = closed_bus(tmp_path)
    yield found
    found.server.stop()


@pytest.fixture
async def served(closed: ClosedBus) -> AsyncIterator[ClosedBus]:
    """Return a bus on which registry provisions."""
    async with closed.entered("provisioner") as client:
        own = Own(client, client.jetstream())
        await own.streams(intake=True, max_bytes=None)
        serving = asyncio.create_task(Provisioner(own, find_services).serve())
        await client.flush()
        yield closed
        serving.cancel()


async def test_a_service_waits_for_the_streams_that_another_one_makes(closed: ClosedBus) -> None:
    async with closed.entered("notify") as client, closed.entered("provisioner") as other:
        waiting = asyncio.create_task(Asked(client, client.jetstream(), "notify").streams(intake=False, max_bytes=None))
        assert await asyncio.wait([waiting], timeout=0.2) == (set(), {waiting})
        await Own(other, other.jetstream()).streams(intake=True, max_bytes=None)
        assert await waiting == []
    assert closed.errors == {}


async def test_a_consumer_is_made_and_made_anew_for_who_asks(served: ClosedBus) -> None:
    async with served.entered("notify") as client:
        asked, js = Asked(client, client.jetstream(), "notify"), client.jetstream()
        await asked.ensure(PLACE)
        first = await js.consumer_info(PLACE.stream, PLACE.durable)
        await asked.ensure(PLACE)
        assert (await js.consumer_info(PLACE.stream, PLACE.durable)).created == first.created
        await asked.renew(PLACE)
        again = await js.consumer_info(PLACE.stream, PLACE.durable)
        assert again.created != first.created
        assert set(again.config.filter_subjects or ()) == set(PLACE.filters)
    assert served.errors == {}


async def test_nobody_has_a_consumer_of_another_service_made_or_one_that_nobody_declares(served: ClosedBus) -> None:
    async with served.entered("notify") as client:
        asked = Asked(client, client.jetstream(), "notify")
        for place in (LEDGER, MINE):
            with pytest.raises(APIError, match="no consumer of that service"):
                await asked.renew(place)
    async with served.entered("ops") as ops:
        with pytest.raises(NotFoundError):
            await ops.jetstream().consumer_info("INTAKE", "mine")


async def test_an_answer_goes_to_an_inbox_and_nowhere_else(served: ClosedBus) -> None:
    async with served.entered("notify") as client, served.entered("ops") as ops:
        wanted = json.dumps({"what": "ensure", "stream": PLACE.stream, "durable": PLACE.durable}).encode()
        await client.publish("provision.notify", wanted, reply="bangfu.line.posted.0.forged")
        await Asked(client, client.jetstream(), "notify").ensure(PLACE)  # answered after the one before it
        assert (await ops.jetstream().stream_info("EVENTS")).state.messages == 0


async def test_a_consumer_under_a_new_name_leaves_none_under_the_former_one(served: ClosedBus) -> None:
    former = replace(PLACE, durable=PLACE.formerly, formerly="")
    async with served.entered("provisioner") as own:
        await Own(own, own.jetstream()).ensure(former)
    async with served.entered("notify") as client, served.entered("ops") as ops:
        await Asked(client, client.jetstream(), "notify").ensure(PLACE)
        with pytest.raises(NotFoundError):
            await ops.jetstream().consumer_info(former.stream, former.durable)
        assert (await ops.jetstream().consumer_info(PLACE.stream, PLACE.durable)).name == "notify-alerts-p0"
    assert served.errors == {}
