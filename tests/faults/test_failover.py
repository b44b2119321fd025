"""Two processes of every service, killed, stopped, joined and left while the sample county flows: nothing changes.

Run it with `make failover`; it takes some minutes and prints what it measured.
"""

import asyncio
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pymongo import MongoClient

from shared.access.connection import Bus, connect
from shared.access.principals import CLERK, PROVISIONER
from shared.ops.demo import DEMO_SECRET, SAMPLES
from shared.ops.looking import looking
from shared.ops.publishing import offered, publisher
from shared.ops.quiet import wait_until_quiet
from shared.ops.running import find_services
from shared.ops.status import look
from shared.ops.supervisor import Supervisor
from shared.runner.core import Keys
from shared.runner.memory import Memory
from shared.settings import SECRETS, Settings
from tests.support.fleet import Fleet, Row, out_of_order

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

REPLICAS = {"registry": 2, "matching": 2, "subsidy": 2, "notify": 2}
SERVICES = find_services()
LINES = (SAMPLES / "events.jsonl").read_bytes().splitlines()
OUTCOMES = ("applied", "rejected", "parked", "duplicate", "superseded")
AT_ONCE, REST_S = 60, 3.0
TAKEOVER_S = 15.0


def _kinds(service: str) -> tuple[int, int]:
    """Return how many of a service's subscriptions have a consumer for each partition, and how many have one in all."""
    found = next(each.subscriptions for each in SERVICES if each.name == service)
    parted = sum(each.partitioned for each in found)
    return parted, len(found) - parted


# Consumers held by each process; those that are one in all are the oldest's.
HALVES = {
    name: [8 * parted + ordered, 8 * parted] for name in ("subsidy", "notify") for parted, ordered in [_kinds(name)]
}
WHOLE = {name: [16 * parted + ordered] for name in ("subsidy", "notify") for parted, ordered in [_kinds(name)]}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    settings = Settings(data_dir=tmp_path, nats_url=None, mongo_url=None)
    secret = {f"BANGFU_{name.upper()}": DEMO_SECRET for name in SECRETS}
    with (
        Supervisor(settings, secret | {"BANGFU_CLOCK": "off"}, replicas=REPLICAS) as supervisor,
        MongoClient[Row](supervisor.running.mongo_url) as mongo,
    ):
        yield Fleet(supervisor, mongo)


def _bus(fleet: Fleet, role: str) -> Bus:
    return fleet.supervisor.running.bus(role, fleet.supervisor.settings)


async def _feed(fleet: Fleet, struck: threading.Event) -> None:
    """Publish the county's facts slowly while the fleet is struck, and what is left then at once."""
    facts = [offered(number, line) for number, line in enumerate(LINES, 1)]
    async with publisher(_bus(fleet, CLERK)) as connected:
        while facts and not struck.is_set():
            await connected.publish(facts[:AT_ONCE], lambda _: None)
            facts = facts[AT_ONCE:]
            await asyncio.sleep(REST_S)
        await connected.publish(facts, lambda _: None)


def _killed_and_revived(fleet: Fleet, service: str) -> None:
    """Kill the older of two that share partitions; the other takes all, and gives half back."""
    victim = fleet.leader(service)
    with fleet.timed(f"{service}: killed, taken over", lambda: fleet.shares(service) == WHOLE[service]):
        fleet.supervisor.kill(victim)
    with fleet.timed(f"{service}: back, shared again", lambda: fleet.shares(service) == HALVES[service]):
        fleet.supervisor.revive()


def _led_by_another(fleet: Fleet, service: str) -> None:
    """Kill the one that leads; the other takes over."""
    victim, ticket = fleet.leader(service), fleet.rows(service)[0]["_id"]
    with fleet.timed(f"{service}: killed, taken over", lambda: _leads_after(fleet, service, ticket)):
        fleet.supervisor.kill(victim)
    fleet.supervisor.revive()


def _leads_after(fleet: Fleet, service: str, ticket: int) -> bool:
    rows = fleet.rows(service)
    return bool(rows) and rows[0]["_id"] > ticket and rows[0]["holds"] == _kinds(service)[1]


def _stood_still(fleet: Fleet, service: str) -> None:
    """Stop the leading owner in the middle of its work, and let it wake up after it was taken over."""
    victim, ticket = fleet.leader(service), fleet.rows(service)[0]["_id"]
    with fleet.timed(f"{service}: stopped, taken over", lambda: fleet.rows(service)[0]["_id"] > ticket):
        fleet.supervisor.send(victim, signal.SIGSTOP)
    time.sleep(4)  # the successor works on
    with fleet.timed(f"{service}: woken, joined again", lambda: len(fleet.rows(service)) == REPLICAS[service]):
        fleet.supervisor.send(victim, signal.SIGCONT)


def _joined_and_left(fleet: Fleet) -> None:
    with fleet.timed("subsidy: a third joined and has its share", lambda: fleet.shares("subsidy") == [7, 5, 5]):
        name = fleet.supervisor.add("subsidy")
    with fleet.timed("subsidy: the third left, shared by two", lambda: fleet.shares("subsidy") == HALVES["subsidy"]):
        fleet.supervisor.remove(name)


async def _deleted_by_an_operator(fleet: Fleet) -> None:
    client = await connect(_bus(fleet, PROVISIONER))
    js = client.jetstream()
    for stream, durable in (("EVENTS", "subsidy-p3"), ("EVENTS", "matching"), ("INTAKE", "registry")):
        await js.delete_consumer(stream, durable)
    await client.close()


def _struck(fleet: Fleet, feeding: "Future[None]") -> None:
    """Do to the fleet what there is to be done while facts flow."""
    _killed_and_revived(fleet, "subsidy")
    _led_by_another(fleet, "registry")
    _stood_still(fleet, "subsidy")
    _killed_and_revived(fleet, "notify")
    _led_by_another(fleet, "matching")
    asyncio.run(_deleted_by_an_operator(fleet))
    _stood_still(fleet, "matching")
    _stood_still(fleet, "registry")
    _joined_and_left(fleet)
    assert not feeding.done(), "the facts were through before the faults were"


def _in_memory() -> str:
    secret = bytes.fromhex(DEMO_SECRET)
    memory = Memory(SERVICES, Keys(person=secret, content=secret))
    for line in LINES:
        memory.publish(offered(0, line).subject, line, {"content-type": "application/cloudevents+json"})
    digest = next(service.extras["digest"] for service in SERVICES if "digest" in service.extras)
    return str(digest(memory.states("line").values()))


async def _digest(fleet: Fleet) -> str:
    settings, running = fleet.supervisor.settings, fleet.supervisor.running
    async with looking(settings, running, SERVICES) as view:
        await wait_until_quiet(view.js, SERVICES, view.stores, patience_s=120)
        status = await look(settings, running, SERVICES)
        assert len(status.processes) == len(status.services) == sum(REPLICAS.values())
        return str(view.work("digest")((await view.states("line")).values()))


def _repeated(directory: Path) -> int:
    """Return how many messages came again and were dropped by the inbox, from the logs of all lives."""
    logs = [path.read_text(encoding="utf-8") for path in (directory / "logs").glob("*.log")]
    batches = [line for text in logs for line in text.splitlines() if "batch.committed" in line]
    # What the inbox knew is in the batch and in no outcome.
    return sum(said.get("batch", 0) - sum(said.get(o, 0) for o in OUTCOMES) for said in map(json.loads, batches))


def test_whatever_is_killed_stopped_or_joins_the_ledger_and_every_order_stay_the_same(fleet: Fleet) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        struck = threading.Event()
        feeding = pool.submit(asyncio.run, _feed(fleet, struck))
        try:
            _struck(fleet, feeding)
        finally:
            struck.set()
        feeding.result()
    live, oracle = asyncio.run(_digest(fleet)), _in_memory()
    orders = {
        name: out_of_order(fleet.mongo, service, name)
        for service, name in (
            ("subsidy", "subsidy"),
            ("subsidy", "subsidy-ledger"),
            ("notify", "notify-alerts"),
            ("matching", "matching"),
        )
    }
    said = [f"{what}: {seconds} s" for what, seconds in fleet.took.items()]
    said += [f"{name}: {len(wrong)} of {people} people out of order" for name, (people, wrong) in orders.items()]
    said += [f"repeated: {_repeated(fleet.supervisor.settings.data_dir)}", f"live {live}", f"oracle {oracle}"]
    sys.stderr.write("\n".join([*said, f"{time.monotonic() - began:.0f} s in all", ""]))

    assert live == oracle
    assert not any(wrong for _, wrong in orders.values())
    assert orders["subsidy"][0] >= 100
    assert max(seconds for what, seconds in fleet.took.items() if "taken over" in what) <= TAKEOVER_S
