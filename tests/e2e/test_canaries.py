"""Planted id numbers, phones, names and accounts go through every fact and every error path, and come to light nowhere.

The positive control is the intake itself: decoded, it is full of them. At rest it is encrypted, as the vault is.
"""

import asyncio
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nats
import orjson
import pytest
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from shared.access.connection import connect
from shared.access.mongo_credentials import read as passwords
from shared.access.principals import CLERK, CORE
from shared.access.ring import Ring
from shared.embedded import EmbeddedMongo, EmbeddedNats, mongo
from shared.embedded.nats import Guard
from shared.ops import supervisor as supervisor_of
from shared.ops.looking import looking
from shared.ops.quiet import wait_until_quiet
from shared.ops.running import find_services, service_names
from shared.ops.supervisor import Supervisor
from shared.settings import Settings
from tests.support.canaries import IDS, NAMES, PATTERNS, PHONES, WRONG_ID, Search, logged_and_sent, planted
from tests.support.commandline import run
from tests.support.facts import EXAMPLES, FIRST_CLOSED, OTHER_USCC, SOURCE, Offer, closing, offer
from tests.support.failing import failed_on, planted_failures
from tests.support.smsc import Smsc, smsc_aside, whole

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

STREAMS = ("EVENTS", "OUTCOMES", "SEALS", "TIMERS", "KV_contacts", "KV_payees")
DAYS = [f"2018-03-{day:02d}" for day in range(2, 8)]


def story() -> Iterator[Offer]:
    """Yield an example of every fact, told well, twice, and with another content under the same id."""
    yield closing(FIRST_CLOSED)
    for topic, example in EXAMPLES.items():
        if topic.startswith(("ops.", "calendar.")):
            continue
        told = offer(topic, f"c-{topic}", planted(example))
        yield from (told, told)
        yield offer(topic, f"c-{topic}", planted(example) | {"reason": "另一内容"})


def mistakes() -> Iterator[tuple[str, bytes]]:
    """Yield facts that are refused, each with a value where none belongs; subject and body."""
    seeker = planted(EXAMPLES["jobseeker.registered"])
    for number, (topic, example) in enumerate(EXAMPLES.items()):
        wrong = offer(topic, f"w-{number}", planted(example) | {PHONES[0]: IDS[0], "name_of": NAMES[0]})
        yield wrong.subject, wrong.body
    for number, changed in enumerate((
        {"id_number": WRONG_ID}, {"id_number": [IDS[0]]}, {"phone": f"{PHONES[0]}9"}, {"name": NAMES[0] * 20},
        {"education": IDS[1]}, {"sms_consent": PHONES[1]}, {"skills": [IDS[0], PHONES[0]]}, {"county": PHONES[0]},
        {"location": {"lat": PHONES[0], "lon": IDS[0]}}, {"$where": IDS[0]}, {f"a.{IDS[0]}": NAMES[1]},
    )):  # fmt: skip
        fact = offer("jobseeker.registered", f"m-{number}", seeker | changed)
        yield fact.subject, fact.body
    named = offer("jobseeker.registered", f"of-{IDS[0]}", seeker)
    yield named.subject, named.body
    phoned = offer("vacancy.closed", f"of-{PHONES[0]}", {"vacancy_id": PHONES[0], "reason": f"联系{PHONES[0]}"})
    yield phoned.subject, phoned.body
    broken = offer("jobseeker.registered", "broken", seeker)
    yield from ((broken.subject, broken.body[:-12]), (broken.subject, NAMES[0].encode("gb18030")))
    yield f"intake.{SOURCE}.{PHONES[0]}.registered", broken.body
    yield f"intake.other-{PHONES[0]}.jobseeker.registered", broken.body
    said = orjson.loads(broken.body)
    for extra in ({"correlationid": IDS[0]}, {"traceparent": IDS[0]}, {"subject": NAMES[0]}, {"type": NAMES[0]}):
        yield broken.subject, orjson.dumps(said | extra)
    unknown = offer("training.completed", "waits", planted(EXAMPLES["training.completed"]) | {"id_number": IDS[2]})
    yield unknown.subject, unknown.body


@asynccontextmanager
async def publishing(supervisor: Supervisor) -> AsyncIterator[Client]:
    client = await connect(supervisor.running.bus(CLERK, supervisor.settings))
    try:
        yield client
    finally:
        await client.close()


def offered() -> Iterator[Offer]:
    """Yield what has an offer sent to a person whose phone is planted."""
    person = {"id_number": IDS[3], "name": NAMES[2]}
    yield offer("roster.entry", "s-1", **person, household_id="H-9")
    yield offer("jobseeker.registered", "s-2", **person, phone=PHONES[3])
    yield offer("employer.registered", "s-3", uscc=OTHER_USCC, name="云霄县秋实制衣厂")
    yield offer("vacancy.opened", "s-4", vacancy_id="V9", uscc=OTHER_USCC)


async def lived(supervisor: Supervisor, phones: tuple[Smsc, asyncio.AbstractEventLoop]) -> None:
    """Tell everything, kill two services hard meanwhile, close some days, answer what came to a phone."""
    async with publishing(supervisor) as client:
        js = client.jetstream()
        await asyncio.gather(*(js.publish(each.subject, each.body, stream="INTAKE") for each in story()))
        for each in (*offered(), *failed_on()):
            await js.publish(each.subject, each.body, stream="INTAKE")
        for number, (subject, body) in enumerate(mistakes()):
            await js.publish(subject, body, stream="INTAKE")
            if number in {5, 20}:
                supervisor.kill("registry" if number == 5 else "matching")
        for day in DAYS:
            fact = offer("calendar.day_closed", f"day-{day}", {"date": day})
            await js.publish(fact.subject, fact.body, stream="INTAKE")
    await quiet(supervisor)
    await answered(*phones)
    await quiet(supervisor)


async def answered(smsc: Smsc, loop: asyncio.AbstractEventLoop) -> None:
    """Have the gateway tell of a message with how it began, and a person answer with name and number."""
    first = next(each for each in smsc.taken if each.to.endswith(PHONES[3]))
    receipt = smsc.receipt(first.reference, text=whole([first])[:12])
    reply = smsc.deliver(f"接受，{NAMES[2]}{PHONES[3]}".encode("utf-16-be"), source=first.to, data_coding=8)
    for told in (receipt, reply):
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(told, loop))


async def quiet(supervisor: Supervisor) -> None:
    services = find_services()
    async with looking(supervisor.settings, supervisor.running, services) as view:
        await wait_until_quiet(view.js, services, view.stores, patience_s=90)


def scraped(supervisor: Supervisor, search: Search) -> None:
    """Look at what each process shows over HTTP, and at what the commands say."""
    for name, url in supervisor.running.services.items():
        for page in ("metrics", "health/ready", "health/live", "docs/asyncapi"):
            try:
                with urllib.request.urlopen(f"{url}/{page}", timeout=5) as answer:  # noqa: S310 - our own address
                    search.look(f"http:{name}/{page}", answer.read())
            except urllib.error.HTTPError as error:
                search.look(f"http:{name}/{page}", error.read())
    environment = {**os.environ, "BANGFU_DATA_DIR": str(supervisor.settings.data_dir), "BANGFU_LANG": "en"}
    for command in (
        "status",
        "ops deadletters list --all --json",
        "ops dispositions",
        "sms tail",
        "sms gateways",
        "ops reconcile",
    ):
        search.look(f"commands:{command}", run(environment, *command.split(), code=None).encode())


@contextmanager
def reopened_bus(data: Path) -> Iterator[str]:
    """Yield the URL of the stopped system's NATS, started again for one who may read all: no key of ours may."""
    users = data.parent / "everything.conf"
    reader = {"user": "reader", "password": "reader"}
    users.write_text(json.dumps({"accounts": {CORE: {"jetstream": "enabled", "users": [reader]}}})[1:-1])
    server = EmbeddedNats(data / "nats", guard=Guard(users, Ring(data / "keys").store)).start()
    try:
        yield server.url.replace("://", "://reader:reader@")
    finally:
        server.stop()


async def read(url: str, names: Sequence[str], search: Search) -> int:
    """Look into streams, decoded; return how many messages that were."""
    client = await nats.connect(url)
    js, count = client.jetstream(), 0
    try:
        for name in names:
            state = (await js.stream_info(name)).state
            for position in range(max(state.first_seq, 1), state.last_seq + 1):
                with suppress(NotFoundError):  # replaced by a later one on its subject
                    message = await js.get_msg(name, position)
                    said = (str(message.subject), json.dumps(message.headers or {}))
                    search.look(f"streams:{name}", "\n".join(said).encode() + b"\n" + (message.data or b""))
                    count += 1
    finally:
        await client.close()
    return count


def databases(data: Path, search: Search) -> dict[str, int]:
    """Look into every document of every database, and of the log of their changes; return the counts of collections."""
    kept = passwords(data)
    assert kept is not None
    server, counts = EmbeddedMongo(data / "mongo", key=kept.key).start(), dict[str, int]()
    try:
        with server.as_member() as member:
            for database in member.list_database_names():
                for name in member[database].list_collection_names():
                    rows = member[database][name].find({})
                    for row in rows:
                        search.walk(f"documents:{database}.{name}", row)
                        counts[f"{database}.{name}"] = counts.get(f"{database}.{name}", 0) + 1
    finally:
        server.stop()
    return counts


@dataclass(frozen=True)
class Remains:
    """The data directory of a system, what was scraped while it ran, and the parts of texts that reached a phone."""

    data: Path
    scraped: Search
    texts: list[str]


@pytest.fixture(scope="module")
def remains(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remains]:
    """Yield what is left of a system that lived through everything and was stopped."""
    data, search = tmp_path_factory.mktemp("canaries") / "data", Search()
    plain = ("--wiredTigerCollectionBlockCompressor", "none", "--wiredTigerJournalCompressor", "none")
    with pytest.MonkeyPatch.context() as patch, smsc_aside() as phones:
        # What is compressed hides what a search for bytes is after.
        patch.setattr(mongo, "_OPTIONS", (*mongo._OPTIONS, *plain))
        patch.setattr(supervisor_of, "READY_S", 240.0)  # the machine may be busy with other tests
        settings = Settings(data_dir=data, nats_url=None, mongo_url=None)
        environment = logged_and_sent(phones[0].port) | planted_failures(data.parent / "failing")
        with Supervisor(settings, environment) as supervisor, ThreadPoolExecutor(1) as aside:
            living = aside.submit(asyncio.run, lived(supervisor, phones))
            while not living.done():  # a process ends with the thread that started it: this one starts them again
                supervisor.revive()
                time.sleep(0.2)
            living.result()
            scraped(supervisor, search)
            assert supervisor.restarts == 2
        yield Remains(data, search, [whole([each]) for each in phones[0].taken])


def test_nothing_planted_lies_on_the_disk_in_any_shape(remains: Remains) -> None:
    search = Search()
    search.files("disk", sorted(remains.data.rglob("*")))
    report(search)
    assert search.hits == []
    assert search.megabytes > 20


def test_nothing_planted_is_shown_over_http_or_by_commands(remains: Remains) -> None:
    search = remains.scraped
    report(search)
    assert search.hits == []
    assert {"http", "commands"} <= search.looked.keys()


def test_the_handlers_and_adapters_failed_with_planted_values_and_a_planted_name_reached_a_phone(
    remains: Remains,
) -> None:
    """The control: without it, that nothing is found would say nothing of failures and of texts."""
    logs = {path.stem: path.read_text(encoding="utf-8") for path in (remains.data / "logs").glob("*.log")}
    for service in service_names():
        failed = [line for line in logs[service].splitlines() if '"message.failed"' in line and "failing.py" in line]
        assert failed, service
        assert '"lane.failed"' in logs[service], service
    assert '"batch.failed"' in logs["registry"]
    assert '"sms.not_judged"' in logs["matching"]
    assert any(text.startswith(f"【{NAMES[1]}】") for text in remains.texts)


def test_nothing_planted_stands_in_a_document_of_any_database(remains: Remains) -> None:
    search = Search()
    counts = databases(remains.data, search)
    report(search)
    assert search.hits == []
    for there in ("registry.vault", "registry.deadletters", "matching.seeker", "notify.alert", "subsidy.county"):
        assert counts[f"bangfu_{there}"] > 0
    assert counts["local.oplog.rs"] > 500


def test_nothing_planted_is_in_a_stream_but_in_what_upstream_published(remains: Remains) -> None:
    search, control = Search(), Search()
    with reopened_bus(remains.data) as url:
        count = asyncio.run(read(url, STREAMS, search))
        asyncio.run(read(url, ["INTAKE"], control))
    report(search)
    assert search.hits == []
    assert count > 300
    assert len(control.hits) > 300


def report(search: Search) -> None:
    amounts = ", ".join(f"{place} {amount / 1e6:.1f} MB" for place, amount in sorted(search.looked.items()))
    sys.stdout.write(f"\ncanaries: {len(search.hits)} hits in {amounts}; {len(PATTERNS)} patterns\n")
