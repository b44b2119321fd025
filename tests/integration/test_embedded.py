"""The embedded servers, really started: they keep what they acknowledged, and share a directory with nobody."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nats
import pytest
from nats.js.api import StreamConfig
from pymongo import MongoClient
from pymongo.errors import BulkWriteError

from shared.embedded import EmbeddedError, EmbeddedMongo, EmbeddedNats, EmbeddedStack, resolve

pytestmark = pytest.mark.real

GIVEN_NATS = "nats://nats.county.example:4222"
GIVEN_MONGO = "mongodb://mongo.county.example:27017/?replicaSet=rs0"

# A launcher that starts both servers, says which processes they are, and waits to be killed.
LAUNCHER = """
import pathlib, sys
from shared.embedded import EmbeddedStack
stack = EmbeddedStack(pathlib.Path(sys.argv[1]))
stack.start()
print(stack.nats.pid, stack.mongo.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def running_nats(tmp_path: Path) -> Iterator[EmbeddedNats]:
    server = EmbeddedNats(tmp_path / "nats")
    yield server.start()
    server.stop()


@pytest.fixture
def running_mongo(tmp_path: Path) -> Iterator[EmbeddedMongo]:
    server = EmbeddedMongo(tmp_path / "mongo")
    yield server.start()
    server.stop()


def ledger(url: str) -> MongoClient[dict[str, Any]]:
    return MongoClient(url, w="majority")


async def publish(url: str, subject: str, data: bytes) -> int:
    """Publish to the stream TRIED, which is made when absent, and return the sequence number."""
    client = await nats.connect(url)
    try:
        await client.jetstream().add_stream(StreamConfig(name="TRIED", subjects=["tried.>"]))
        return (await client.jetstream().publish(subject, data)).seq
    finally:
        await client.close()


async def stored(url: str, sequence: int) -> bytes | None:
    client = await nats.connect(url)
    try:
        return (await client.jetstream().get_msg("TRIED", sequence)).data
    finally:
        await client.close()


def is_at_work(pid: int) -> bool:
    """Whether a process exists and is more than a record that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


class TestCrash:
    async def test_a_published_message_and_the_url_survive_a_kill_of_nats(self, running_nats: EmbeddedNats) -> None:
        url = running_nats.url
        sequence = await publish(url, "tried.one", b"kept")

        running_nats.kill9()
        assert not running_nats.running
        running_nats.start()

        assert running_nats.url == url
        assert await stored(url, sequence) == b"kept"

    async def test_a_stream_survives_a_kill_between_its_checksum_and_the_name_of_the_file(
        self, running_nats: EmbeddedNats
    ) -> None:
        await publish(running_nats.url, "tried.once", b"kept")
        running_nats.kill9()
        (checksum,) = running_nats.directory.rglob("TRIED/meta.sum")
        checksum.rename(checksum.with_name("meta.sum.tmp"))
        running_nats.start()
        assert await publish(running_nats.url, "tried.twice", b"too") == 2

    def test_an_inserted_document_and_the_url_survive_a_kill_of_mongod(self, running_mongo: EmbeddedMongo) -> None:
        url = running_mongo.url
        with ledger(url) as client:
            client.tried.lines.insert_one({"_id": 1, "amount_fen": 150_000})

        running_mongo.kill9()
        assert not running_mongo.running
        running_mongo.start()

        assert running_mongo.url == url
        with ledger(url) as client:
            assert client.tried.lines.find_one() == {"_id": 1, "amount_fen": 150_000}

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
    def test_the_servers_of_a_killed_launcher_end_and_leave_the_directory_to_the_next(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", LAUNCHER, str(tmp_path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as launcher:
            assert launcher.stdout is not None
            orphans = launcher.stdout.readline().split()
            launcher.kill()

        with EmbeddedStack(tmp_path):
            assert [is_at_work(int(orphan)) for orphan in orphans] == [False, False]


class TestDirectory:
    def test_a_second_launcher_is_refused_by_the_name_of_the_directory(self, running_nats: EmbeddedNats) -> None:
        expected = f"{running_nats.directory} is in use by another launcher"

        with pytest.raises(EmbeddedError, match=expected):
            EmbeddedNats(running_nats.directory).start()
        assert running_nats.running

    def test_a_stopped_launcher_leaves_the_directory_to_the_next_with_the_same_url(self, tmp_path: Path) -> None:
        first = EmbeddedNats(tmp_path).start()
        first.stop()
        second = EmbeddedNats(tmp_path).start()
        second.stop()

        assert first.url == second.url

    def test_only_its_owner_may_read_it(self, running_nats: EmbeddedNats) -> None:
        assert running_nats.directory.stat().st_mode & 0o077 == 0

    def test_a_server_that_gives_up_is_reported_with_its_own_words(self, tmp_path: Path) -> None:
        (tmp_path / "jetstream").mkdir()
        (tmp_path / "jetstream" / "jetstream").touch()

        with pytest.raises(EmbeddedError, match=r"ended with exit code 1: see .*FTL.*not a directory"):
            EmbeddedNats(tmp_path).start()

    def test_a_second_start_leaves_the_running_server_as_it_is(self, running_nats: EmbeddedNats) -> None:
        pid = running_nats.pid

        assert running_nats.start().pid == pid

    def test_a_server_that_was_not_started_has_no_url(self, tmp_path: Path) -> None:
        with pytest.raises(EmbeddedError, match=r"call start\(\) first"):
            _ = EmbeddedMongo(tmp_path).url


class TestPort:
    def test_a_named_port_that_is_taken_is_refused(self, tmp_path: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as holder:
            taken = holder.getsockname()[1]

            with pytest.raises(EmbeddedError, match=f"port {taken} of 127.0.0.1 is taken"):
                EmbeddedNats(tmp_path, port=taken).start()

    def test_the_replica_set_moves_with_its_data_when_its_last_port_is_taken(self, tmp_path: Path) -> None:
        server = EmbeddedMongo(tmp_path).start()
        first = server.port
        with ledger(server.url) as client:
            client.tried.lines.insert_one({"_id": 1})
        server.stop()

        # Bound but not listening: mongod asks its old address whether it is itself and shall hear a refusal at once.
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", first))
            server.start()
        with ledger(server.url) as client:
            found = client.tried.lines.find_one()
            members = client.admin.command("replSetGetConfig")["config"]["members"]
        server.stop()

        assert server.port != first
        assert found == {"_id": 1}
        assert [member["host"] for member in members] == [f"127.0.0.1:{server.port}"]

    async def test_announcements_of_killed_servers_are_cleared_away(self, running_nats: EmbeddedNats) -> None:
        running_nats.kill9()
        running_nats.start()

        assert len(list(running_nats.directory.glob("*.ports"))) == 1


class TestSettings:
    def test_nats_syncs_always_takes_one_megabyte_at_most_and_listens_on_loopback(
        self, running_nats: EmbeddedNats
    ) -> None:
        with closing(HTTPConnection(urlsplit(running_nats.monitor_url).netloc)) as monitor:
            monitor.request("GET", "/varz")
            told = json.loads(monitor.getresponse().read())

        assert told["jetstream"]["config"]["sync_always"] is True
        assert told["max_payload"] == 1024 * 1024
        assert (told["host"], told["http_host"]) == ("127.0.0.1", "127.0.0.1")

    def test_a_transaction_commits_all_or_nothing(self, running_mongo: EmbeddedMongo) -> None:
        with ledger(running_mongo.url) as client, client.start_session() as session:
            lines = client.tried.lines
            with session.start_transaction():
                lines.insert_many([{"_id": 1}, {"_id": 2}], session=session)
            with pytest.raises(BulkWriteError):
                session.with_transaction(lambda own: lines.insert_many([{"_id": 3}, {"_id": 1}], session=own))

            assert [line["_id"] for line in lines.find().sort("_id")] == [1, 2]


class TestStack:
    async def test_it_starts_both_and_stops_both(self, tmp_path: Path) -> None:
        with EmbeddedStack(tmp_path) as stack:
            servers = (stack.nats, stack.mongo)
            assert await publish(stack.nats_url, "tried.one", b"kept") == 1
            with ledger(stack.mongo_url) as client:
                assert client.admin.command("hello")["setName"] == "rs0"

        assert [server is not None and server.running for server in servers] == [False, False]

    def test_when_one_cannot_start_the_other_is_not_left_running(self, tmp_path: Path) -> None:
        (tmp_path / "nats" / "jetstream").mkdir(parents=True)
        (tmp_path / "nats" / "jetstream" / "jetstream").touch()
        stack = EmbeddedStack(tmp_path)

        with pytest.raises(EmbeddedError, match="nats-server"):
            stack.start()
        assert stack.mongo is not None
        assert not stack.mongo.running

    def test_what_is_given_by_url_is_not_started(self, tmp_path: Path) -> None:
        with resolve(GIVEN_NATS, GIVEN_MONGO, tmp_path / "unused") as stack:
            assert (stack.nats_url, stack.mongo_url) == (GIVEN_NATS, GIVEN_MONGO)
            assert (stack.nats, stack.mongo) == (None, None)

        assert not (tmp_path / "unused").exists()

    def test_an_empty_url_counts_as_not_given(self, tmp_path: Path) -> None:
        with resolve("", GIVEN_MONGO, tmp_path) as stack:
            assert stack.nats_url.startswith("nats://127.0.0.1:")
            assert stack.mongo_url == GIVEN_MONGO
