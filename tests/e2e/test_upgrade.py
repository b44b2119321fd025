"""Today's code on a store of before there were keys, users and the desk: what a release recorded is taken up whole."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from services.notify.service import SERVICE as NOTIFY
from shared.access.connection import Bus, connect
from shared.access.principals import OPS
from shared.embedded import EmbeddedStack
from shared.errors import ConfigurationError
from shared.ops.running import Running, find_running, find_services
from shared.runner.publisher import Entry, Publisher
from shared.runner.topology import ensure_consumer, places, provision
from shared.runner.wire import recorded, subject_for
from shared.settings import Settings
from tests.e2e.test_runbooks import blocks, run_block
from tests.support.commandline import BANGFU, up
from tests.support.live import until
from tests.unit.test_golden import expected, lines

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

RELEASE = "v1"
BEFORE, COPY, AFTER, BACK = blocks("upgrade.md")
FORMER = {each.formerly: places(each) for each in NOTIFY.subscriptions if each.formerly}
STALE: dict[str, Any] = {
    "_id": "stale", "partition": 3, "tags": ["office:350622"],
    "state": {"alert_id": "stale", "kind": "fact_rejected", "matter": "hr", "county": "350622", "count": 1},
}  # fmt: skip


def entries() -> Iterator[Entry]:
    """Yield what is in the stream of a release."""
    for position, body in enumerate(lines(RELEASE, "events"), 1):
        message = recorded(None, body, position).message
        assert message is not None
        yield Entry("EVENTS", message.id, subject_for(message), body)


async def publish_all(url: str) -> None:
    """Fill an open bus with a release's events, and leave the consumers that its notify had."""
    client = await nats.connect(url)
    await provision(client.jetstream())
    await Publisher(client, client.jetstream(), lambda *_: None).publish(list(entries()))
    last = (await client.jetstream().stream_info("EVENTS")).state.last_seq
    assert last == len(lines(RELEASE, "events"))
    for place in (place for of in FORMER.values() for place in of):
        await ensure_consumer(client, replace(place, durable=place.formerly, formerly=""))
    await client.close()


def keep_former(url: str) -> None:
    """Leave in an open database what notify kept of before the desk: heads, and an alert without a home."""
    with MongoClient[dict[str, Any]](url) as client:
        database = client["bangfu_notify"]
        heads = [{"_id": each.formerly, "number": 0, "hash": "", "commits": 1} for of in FORMER.values() for each in of]
        database["heads"].insert_many(heads)
        database["alert"].insert_one(STALE)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Yield the environment of a system that today's `bangfu up` runs on an older store."""
    data, at = tmp_path_factory.mktemp("older") / "data", tmp_path_factory.mktemp("beside")
    with EmbeddedStack(data) as before:
        asyncio.run(publish_all(before.nats_url))
        keep_former(before.mongo_url)
    path = {"PATH": f"{BANGFU.parent}:{os.environ['PATH']}", "BESIDE": str(at)}
    environment = os.environ | path | {"BANGFU_DATA_DIR": str(data), "BANGFU_CLOCK": "off", "BANGFU_LANG": "en"}
    (at / "before").mkdir()
    run_block(COPY, environment, at)
    with up(environment):
        asyncio.run(settled(environment))
        yield environment
    run_block(BACK, environment, at)
    streams = data / "nats" / "jetstream" / "jetstream"
    assert [path.name for path in streams.iterdir()] == ["$G"]
    assert not (data / "keys").exists()


async def settled(environment: dict[str, str]) -> None:
    """Wait until every consumer of every service has read all there is."""
    durables = [place for each in find_services() for of in each.subscriptions for place in places(of)]
    async with entered(environment) as client:

        async def idle() -> bool:
            found = [await client.jetstream().consumer_info(each.stream, each.durable) for each in durables]
            return not any(each.num_pending or each.num_ack_pending for each in found)

        await until(idle, within_s=120)


def running(environment: dict[str, str]) -> Running:
    return find_running(settings(environment))


def settings(environment: dict[str, str]) -> Settings:
    return Settings(data_dir=Path(environment["BANGFU_DATA_DIR"]), nats_url=None, mongo_url=None)


def kept(environment: dict[str, str], kind: str) -> list[dict[str, Any]]:
    with MongoClient[dict[str, Any]](running(environment).mongo_url) as client:
        return list(client["bangfu_notify"][kind].find())


@asynccontextmanager
async def entered(environment: dict[str, str]) -> AsyncIterator[Client]:
    client = await connect(running(environment).bus(OPS, settings(environment)), allow_reconnect=False)
    yield client
    await client.close()


def test_the_ledger_is_the_one_that_the_release_recorded_and_the_runbook_sees_no_difference(
    upgraded: dict[str, str],
) -> None:
    at = Path(upgraded["BESIDE"])
    for block in (BEFORE, AFTER):
        run_block(block, upgraded, at)
    assert (at / "before" / "digest").read_text().split()[0] == expected(RELEASE)["digest"]


def test_the_projections_of_the_desk_hold_what_was_before_they_were_there(upgraded: dict[str, str]) -> None:
    for kind in ("timeline_entry", "case_file", "employer_file", "register_row", "money_acts", "ops_letter"):
        assert kept(upgraded, kind), kind


def test_the_alerts_of_before_are_raised_anew_with_a_home_and_a_place(upgraded: dict[str, str]) -> None:
    alerts = kept(upgraded, "alert")
    assert alerts
    assert STALE["_id"] not in {alert["_id"] for alert in alerts}
    assert {alert["state"]["home"] == alert["partition"] for alert in alerts} == {True}
    assert any(alert["state"]["area"] for alert in alerts)


async def test_the_consumers_of_before_are_gone(upgraded: dict[str, str]) -> None:
    assert set(FORMER) == {"notify", "notify-timeline"}
    async with entered(upgraded) as client:
        for place in (place for of in FORMER.values() for place in of):
            assert (await client.jetstream().consumer_info(place.stream, place.durable)).num_pending == 0
            with pytest.raises(NotFoundError):
                await client.jetstream().consumer_info(place.stream, place.formerly)


async def test_what_was_open_is_closed(upgraded: dict[str, str]) -> None:
    found = running(upgraded)
    with pytest.raises(ConfigurationError, match="does not let us in"):
        await connect(Bus(found.nats_url), allow_reconnect=False, connect_timeout=2)
    plain = found.mongo_url.partition("@")[2]
    with (
        MongoClient[dict[str, Any]](f"mongodb://{plain.partition('&authSource')[0]}") as anybody,
        pytest.raises(OperationFailure),
    ):
        anybody["bangfu_notify"]["alert"].find_one()


def test_what_lay_open_on_disk_is_hidden(upgraded: dict[str, str]) -> None:
    blocks = [path for path in (Path(upgraded["BANGFU_DATA_DIR"]) / "nats").rglob("*.blk") if path.stat().st_size]
    assert blocks
    assert not [path for path in blocks if b"cloudevents" in path.read_bytes() or b"specversion" in path.read_bytes()]
