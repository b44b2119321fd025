"""A deployment under fault: a broker of its own, four service processes, and a way for facts to come in."""

import asyncio
import hashlib
import shutil
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nats
import nats.errors
from nats.aio.client import Client
from nats.js.errors import Error as JetStreamError
from pymongo import MongoClient

from shared.runner.watchdog import EXIT_CODE
from shared.sms.mongo import OUTBOX_COLLECTION
from tests.faults.lab.links import Link
from tests.faults.lab.processes import Process, Zygote
from tests.faults.lab.servers import LabNats
from tests.support.facts import KEYS, Offer

SERVICES = ("registry", "matching", "subsidy", "notify")
PAGE = 5
_RETRY_S = 0.1
_ANSWER_S = 2.0


async def _unheard(_: Exception) -> None:
    """A lost connection is what a fault is about."""


def watch_the_gateway(mongo_url: str, database: str) -> None:
    """Have mongod note every attempt to hand over a short message, also one that meets itself in the outbox."""
    seen = {"ns": f"{database}.{OUTBOX_COLLECTION}", "op": "insert"}
    with MongoClient[dict[str, Any]](mongo_url) as client:
        client[database].command("profile", 1, filter=seen)


@dataclass
class Member:
    """One service: its process now, what will kill the next ones, and what has killed the former ones."""

    name: str
    crashes: list[str] = field(default_factory=list)
    process: Process | None = None
    fired: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    wanted: bool = True
    watcher: "asyncio.Task[None] | None" = None


@dataclass
class System:
    """Four services on a broker of their own and databases of their own, for the time of an `async with`.

    Args:
        directory: Where the broker's store and the logs are.
        mongo_url: The database server.
        prefix: What the names of the databases begin with.
        proxied: Services reach broker and database through links of their own.
        mongo_port: What the links to the database lead to.
    """

    zygote: Zygote
    directory: Path
    mongo_url: str
    prefix: str
    proxied: bool = False
    mongo_port: int = 0
    store: Path | None = None
    members: dict[str, Member] = field(default_factory=dict)
    nats_links: dict[str, Link] = field(default_factory=dict)
    mongo_links: dict[str, Link] = field(default_factory=dict)
    upstream: Client | None = None
    unexpected: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Start the broker and connect upstream; services start with `start`."""
        self.directory.mkdir(parents=True)
        self.nats = LabNats(self.store or self.directory / "nats")
        self.nats.start()
        watch_the_gateway(self.mongo_url, f"{self.prefix}_matching")
        self.upstream = await nats.connect(
            self.nats.url, max_reconnect_attempts=-1, reconnect_time_wait=0.05, error_cb=_unheard
        )
        for name in SERVICES:
            self.members[name] = Member(name)
            if self.proxied:
                self.nats_links[name] = await Link(self.nats.port, nats=True).open()
                self.mongo_links[name] = await Link(self.mongo_port).open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        await self.stop_all()
        for link in (*self.nats_links.values(), *self.mongo_links.values()):
            await link.close()
        if self.upstream is not None:
            await self.upstream.close()
        self.nats.stop()

    async def forget(self) -> None:
        """Drop the databases and the files; a failure keeps its own in the run's directory until then."""
        with MongoClient[dict[str, Any]](self.mongo_url) as client:
            for name in SERVICES:
                client.drop_database(f"{self.prefix}_{name}")
        shutil.rmtree(self.directory / "nats", ignore_errors=True)

    async def tamper(self, service: str, collection: str) -> None:
        """Take one document away, as no fault may: what judges must see it."""
        with MongoClient[dict[str, Any]](self.mongo_url) as client:
            client[f"{self.prefix}_{service}"][collection].find_one_and_delete({}, sort=[("_id", 1)])

    async def start(self, *names: str) -> None:
        """Start services, all of them without a name; each is started again when it dies."""
        for name in names or SERVICES:
            self.members[name].watcher = asyncio.create_task(self._keep(self.members[name]))

    async def stop_all(self) -> None:
        """Kill every service and leave it so until `start_stopped`."""
        for member in self.members.values():
            member.wanted = False
            if member.process is not None:
                member.process.signal(signal.SIGKILL)
            if member.watcher is not None:
                await member.watcher

    async def start_stopped(self) -> None:
        """Start what `stop_all` has stopped; without it nothing happens."""
        for name, member in self.members.items():
            if not member.wanted:
                member.wanted = True
                await self.start(name)

    async def kill(self, name: str) -> bool:
        """Kill a service hard; tell whether there was something to kill."""
        process = self.members[name].process
        if process is None or process.ended.done():
            return False
        self.members[name].fired["kill"] += 1
        process.signal(signal.SIGKILL)
        return True

    async def offer(self, facts: Sequence[Offer], *, chunk: int = 20, pause_s: float = 0.04, copies: int = 1) -> None:
        """Publish facts in order, whatever happens to the broker meanwhile; with copies, each several times at once."""
        for start in range(0, len(facts), chunk):
            for fact in facts[start : start + chunk]:
                for copy in range(copies):
                    await self._publish(fact, copy)
            await asyncio.sleep(pause_s)

    @property
    def client(self) -> Client:
        """Return upstream's own connection to the broker, past all links."""
        if self.upstream is None:
            raise RuntimeError("the system is not entered")
        return self.upstream

    async def _publish(self, fact: Offer, copy: int) -> None:
        """Publish one fact until the broker has stored it; copies get past the broker's own window of duplicates."""
        js = self.client.jetstream()
        digest = hashlib.sha256(fact.body).hexdigest()[:16]
        headers = {"Nats-Msg-Id": f"{fact.id}|{digest}|{copy}", "Content-Type": "application/cloudevents+json"}
        while True:
            try:
                await js.publish(fact.subject, fact.body, headers=headers, stream="INTAKE", timeout=_ANSWER_S)
            except (nats.errors.Error, JetStreamError, OSError, TimeoutError):
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _keep(self, member: Member) -> None:
        while member.wanted:
            crash = member.crashes.pop(0) if member.crashes else ""
            member.process = await self.zygote.fork(
                member.name, self._environment(member.name, crash), self._log(member)
            )
            member.lives += 1
            code = await member.process.ended
            if not member.wanted:
                return
            if crash and code == -signal.SIGKILL:
                member.fired[crash.partition("@")[0]] += 1
            elif code in {EXIT_CODE, -signal.SIGTERM}:  # uvicorn ends in order and then by the signal it was sent
                member.fired["its own watchdog"] += 1
            elif code != -signal.SIGKILL:
                self.unexpected.append(f"{member.name} ended by itself with code {code}")
                await asyncio.sleep(1)

    def _log(self, member: Member) -> Path:
        return self.directory / f"{member.name}.log"

    def _environment(self, name: str, crash: str) -> dict[str, str]:
        mongo, broker = self.mongo_url, self.nats.url
        if self.proxied:
            broker = f"nats://127.0.0.1:{self.nats_links[name].port}"
            mongo = f"mongodb://127.0.0.1:{self.mongo_links[name].port}/?directConnection=true"
        return {
            "NATS_URL": broker,
            "MONGO_URL": mongo,
            "BANGFU_DATABASE_PREFIX": self.prefix,
            "BANGFU_DATA_DIR": str(self.directory),
            "BANGFU_CLOCK": "off",
            "BANGFU_REPLICAS": "one",
            "BANGFU_PAGE": str(PAGE),
            "BANGFU_LOG_FORMAT": "json",
            "BANGFU_CRASH": crash,
            "BANGFU_PERSON_KEY": KEYS.person.hex(),
            "BANGFU_CONTENT_KEY": KEYS.content.hex(),
            "BANGFU_VAULT_KEY": bytes(32).hex(),
            "BANGFU_CARD_KEY": bytes(32).hex(),
        }
