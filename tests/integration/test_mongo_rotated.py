"""The password of a service changes while its process works on a stream of facts: none is lost, none is told twice."""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from shared.access.mongo_credentials import Passwords, read, write
from shared.access.mongo_users import Login, admit
from shared.embedded import EmbeddedMongo
from shared.identity import make_id_number
from shared.ops.mongo_doors import MongoDoors
from shared.ops.running import Running
from shared.settings import Settings
from tests.integration.test_runner_crash import deployment, events, process, told
from tests.support.commandline import run
from tests.support.facts import COUNTY, FIRST_CLOSED, Offer, closing, offer
from tests.support.live import Bus, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

PREFIX = "bangfu"
SMALL = {"BANGFU_REPLICAS": "one", "BANGFU_WATCH_S": "0.5", "BANGFU_STALL_S": "3", "BANGFU_LOG_FORMAT": "json"}
PATIENCE_S = 120.0


@dataclass
class Life:
    """Registry's process, started again under the password that is kept whenever it ends, and what it is told.

    Args:
        offered: Everything that it was told so far. starts: how often it was started.
    """

    directory: Path
    bus: Bus
    server: EmbeddedMongo
    environment: dict[str, str]
    offered: list[Offer] = field(default_factory=list)
    starts: int = 0
    running: subprocess.Popen[bytes] | None = None
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kept(self) -> Passwords:
        found = read(self.directory)
        assert found is not None
        return found

    @property
    def url(self) -> str:
        return self.kept.url("registry", self.server.url)

    @property
    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.directory.glob("process-*/*.log")))

    async def command(self, *arguments: str) -> None:
        environment = os.environ | {"BANGFU_DATA_DIR": str(self.directory)}
        await asyncio.to_thread(run, environment, "ops", "mongo", *arguments)

    async def supervise(self) -> None:
        """Start what ended, as `bangfu up` does."""
        with ExitStack() as ends:
            while True:
                if self.running is None or self.running.poll() is not None:
                    self.starts += 1
                    place = self.directory / f"process-{self.starts}"
                    place.mkdir()
                    self.running = ends.enter_context(process(place, self.environment | {"MONGO_URL": self.url}))
                await asyncio.sleep(0.1)

    async def talk(self) -> None:
        """Tell facts, a few at a time and without an end, until it is enough."""
        await self._tell(closing(FIRST_CLOSED))
        while not self.enough.is_set():
            n = len(self.offered)
            await self._tell(*(offer("roster.entry", f"r-{i}", id_number=_number(i)) for i in range(n, n + 5)))
            await asyncio.sleep(0.3)

    async def _tell(self, *facts: Offer) -> None:
        await self.bus.offer(*facts)
        self.offered += facts

    async def goes_on(self) -> None:
        """Return once a fact that is told from now on has been judged; five may be on their way already."""
        here = len(self.offered)
        await until(lambda: self._holds("OUTCOMES", here + 6), within_s=PATIENCE_S)

    async def is_started_anew(self) -> None:
        assert self.running is not None
        before = self.starts
        self.running.terminate()
        await until(lambda: self.starts > before, within_s=PATIENCE_S)

    async def _holds(self, stream: str, count: int) -> bool:
        return await self.bus.count(stream) >= count


@contextmanager
def closed_server(directory: Path) -> Iterator[EmbeddedMongo]:
    """Start a MongoDB with users, as `bangfu up` does."""
    doors = MongoDoors.of(Settings(data_dir=directory))
    server = EmbeddedMongo(directory / "mongo", key=doors.key).start()
    try:
        doors.hang(server)
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def life(directory: Path) -> AsyncIterator[Life]:
    """Yield a registry at work; at the end everything that it was told is passed on once, and nothing else is."""
    with closed_server(directory) as server:
        async with deployment(directory, server.url, PREFIX) as (bus, environment):
            Running(environment["NATS_URL"], server.url, {}, f"{PREFIX}_ops").write(directory)
            lived = Life(directory, bus, server, environment | SMALL)
            supervising, talking = asyncio.create_task(lived.supervise()), asyncio.create_task(lived.talk())
            try:
                await lived.goes_on()
                yield lived
                lived.enough.set()
                await talking
                wanted = told(lived.offered)
                await until(lambda: lived._holds("EVENTS", len(wanted)), within_s=PATIENCE_S)
                assert Counter(await events(bus)) == Counter(wanted)
            finally:
                for task in (supervising, talking):
                    task.cancel()
                await asyncio.gather(supervising, talking, return_exceptions=True)


def _number(n: int) -> str:
    return make_id_number(COUNTY, date(1985, 2, 3) + timedelta(n // 500), n % 500 + 1)


def opens(url: str) -> bool:
    try:
        with MongoClient[dict[str, Any]](url) as client:
            client[f"{PREFIX}_registry"]["heads"].find_one({})
    except OperationFailure:
        return False
    return True


async def test_a_service_is_started_anew_between_rotate_and_revoke(tmp_path: Path) -> None:
    async with life(tmp_path) as lived:
        old, kept = lived.url, lived.kept
        await lived.command("rotate", "registry")
        write(tmp_path, kept)  # it was interrupted before it kept the new one
        await lived.command("rotate", "registry")
        await lived.goes_on()
        assert opens(old)
        await lived.is_started_anew()
        await lived.goes_on()
        await lived.command("revoke")
        await lived.goes_on()
        assert (opens(old), opens(lived.url)) == (False, True)
        assert "store.refused" not in lived.log


async def test_a_service_that_still_works_under_a_revoked_password_starts_anew_by_itself(tmp_path: Path) -> None:
    async with life(tmp_path) as lived:
        old = lived.url
        await lived.command("rotate", "registry")
        await lived.command("revoke")
        assert not opens(old)
        await until(lambda: lived.starts > 1, within_s=PATIENCE_S)
        await lived.goes_on()
        assert opens(lived.url)
        assert '{"reason": "store.refused", "event": "watchdog.restart"' in lived.log


async def test_a_user_may_be_given_another_password_as_a_deployment_does(tmp_path: Path) -> None:
    async with life(tmp_path) as lived:
        old, kept = lived.url, lived.kept
        changed = Login(kept.logins["registry"].user, "another sentence")
        with lived.server.as_member() as member:
            admit(member, PREFIX, {"registry": changed})
        write(tmp_path, Passwords(kept.key, kept.logins | {"registry": changed}))
        await lived.is_started_anew()
        await lived.goes_on()
        assert (opens(old), opens(lived.url)) == (False, True)
