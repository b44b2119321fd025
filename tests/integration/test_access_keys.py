"""Keys change while facts flow, wires are sealed, and the disk shows nothing."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nats
import nats.errors
import pytest

from shared.access.connection import Bus, Tls, connect
from shared.access.laptop import guard_of
from shared.embedded import EmbeddedNats
from shared.embedded.nats import ServerTls
from shared.errors import ConfigurationError
from shared.ops.running import Running
from shared.runner.topology import provision
from shared.settings import Settings
from tests.support.authority import Authority
from tests.support.closed import MADE, closed_bus, ring_with
from tests.support.gateways import free_port
from tests.support.live import until

# nats-py lets go of a socket on which the handshake failed without closing it.
pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

CANARY = b"350622197001010018"
SUBJECT = "intake.yunxiao-hr.visit.recorded"


@pytest.fixture(scope="module", autouse=True)
def let_go() -> Iterator[None]:
    """Have such sockets found here, where they are expected, and not in the midst of whatever test comes next."""
    yield
    gc.collect()


async def test_a_key_is_rotated_while_facts_flow_and_none_is_lost(tmp_path: Path) -> None:
    closed = closed_bus(tmp_path, "yunxiao-hr")
    await closed.provisioned()
    stored: list[int] = []
    enough = asyncio.Event()

    async def publish(client: nats.aio.client.Client, name: str) -> None:
        """Publish as long as the key is good, each fact again until it is stored."""
        number = 0
        while not enough.is_set():
            try:
                ack = await client.jetstream().publish(
                    SUBJECT, b"{}", timeout=0.5, headers={"Nats-Msg-Id": f"{name}-{number}"}
                )
            except (TimeoutError, nats.errors.Error):
                return
            stored.append(ack.seq)
            number += 1

    try:
        old = await connect(closed.bus("source-yunxiao-hr"), reconnect_time_wait=0.05)
        under_old = asyncio.create_task(publish(old, "old"))
        await until(lambda: len(stored) > 50)
        closed.ring.rotated("source-yunxiao-hr", MADE)
        await closed.reload()
        new = await connect(closed.bus("source-yunxiao-hr"))
        under_new = asyncio.create_task(publish(new, "new"))
        here = len(stored)
        await until(lambda: len(stored) > here + 50)
        assert not under_old.done()
        assert old.is_connected  # both keys are good
        closed.ring.withdrawn("source-yunxiao-hr", every=False)
        await closed.reload()
        await until(under_old.done)
        here = len(stored)
        await until(lambda: len(stored) > here + 50)
        enough.set()
        await under_new
        assert not old.is_connected
        async with closed.entered("ops") as ops:
            info = await ops.jetstream().stream_info("INTAKE")
        assert len(set(stored)) == len(stored) <= info.state.messages
        with suppress(ConnectionError):  # the server has shut the door on one of them
            await old.close()
        await new.close()
    finally:
        closed.server.stop()


async def test_an_old_key_that_was_withdrawn_is_refused(tmp_path: Path) -> None:
    closed = closed_bus(tmp_path)
    kept = tmp_path / "old.seed"
    kept.write_bytes(closed.ring.seed("auditor").read_bytes())
    try:
        closed.ring.rotated("auditor", MADE)
        closed.ring.withdrawn("auditor", every=False)
        await closed.reload()
        with pytest.raises(ConfigurationError, match="it does not know this key"):
            await connect(Bus(closed.server.url, kept))
        await (await connect(closed.bus("auditor"))).close()
    finally:
        closed.server.stop()


@pytest.mark.parametrize("mutual", [False, True])
async def test_only_the_right_certificate_is_talked_to(tmp_path: Path, *, mutual: bool) -> None:
    authority, stranger = Authority(tmp_path), tmp_path / "stranger"
    stranger.mkdir()
    served, ours = authority.certify("server"), authority.certify("client")
    tls = ServerTls(served.certificate, served.key, authority.ca if mutual else None)
    ring = ring_with(tmp_path / "keys")
    server = EmbeddedNats(tmp_path / "nats", guard=guard_of(ring), tls=tls).start()
    seed = ring.seed("provisioner")
    right = Tls(authority.ca, ours.certificate, ours.key) if mutual else Tls(authority.ca)
    try:
        client = await connect(Bus(server.url, seed, right))
        assert await provision(client.jetstream()) == []
        await client.close()
        with pytest.raises(ConfigurationError, match="not vouched for"):
            await connect(Bus(server.url, seed, Tls(Authority(stranger).ca)))
        plain = Bus(server.url.replace("tls:", "nats:"), seed)
        with pytest.raises((nats.errors.Error, OSError, TimeoutError)):
            await connect(plain, allow_reconnect=False, connect_timeout=1)
        if mutual:
            with pytest.raises((nats.errors.Error, OSError, ConfigurationError, TimeoutError)):
                await connect(Bus(server.url, seed, Tls(authority.ca)), allow_reconnect=False, connect_timeout=1)
    finally:
        server.stop()


async def test_connecting_that_is_given_up_leaves_nothing_that_goes_on_trying() -> None:
    before = asyncio.all_tasks()
    nobody = Bus(f"nats://127.0.0.1:{free_port()}")
    connecting = asyncio.create_task(connect(nobody, max_reconnect_attempts=-1, reconnect_time_wait=0.01))
    await until(lambda: len(asyncio.all_tasks() - before) > 1)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert asyncio.all_tasks() == before


async def test_a_plain_server_is_not_taken_for_one_that_speaks_tls(tmp_path: Path) -> None:
    closed = closed_bus(tmp_path)
    try:
        with pytest.raises(ConfigurationError, match="does not speak TLS"):
            await connect(Bus(closed.server.url, closed.ring.seed("ops"), Tls(Authority(tmp_path).ca)))
    finally:
        closed.server.stop()


async def test_streams_of_an_open_server_are_taken_over_and_hidden(tmp_path: Path) -> None:
    before = EmbeddedNats(tmp_path / "nats").start()
    client = await nats.connect(before.url)
    await provision(client.jetstream())
    for number in range(50):
        await client.jetstream().publish(SUBJECT, CANARY, headers={"Nats-Msg-Id": str(number)})
    await client.close()
    before.kill9()
    assert shows(tmp_path / "nats")
    before.stop()
    closed = closed_bus(tmp_path)
    try:
        async with closed.entered("registry") as registry:
            js = registry.jetstream()
            assert (await js.stream_info("INTAKE")).state.messages == 50
            assert (await js.get_msg("INTAKE", 7)).data == CANARY
        assert shows(tmp_path / "nats") == []
    finally:
        closed.server.stop()


async def test_what_is_acknowledged_is_hidden_and_survives_a_crash(tmp_path: Path) -> None:
    closed = closed_bus(tmp_path, "yunxiao-hr")
    await closed.provisioned()
    async with closed.entered("source-yunxiao-hr") as source:
        for _ in range(200):
            await source.jetstream().publish(SUBJECT, CANARY)
    closed.server.kill9()
    assert shows(tmp_path / "nats") == []
    closed.server.start()
    try:
        async with closed.entered("registry") as registry:
            state = (await registry.jetstream().stream_info("INTAKE")).state
            assert state.messages == 200
            assert (await registry.jetstream().get_msg("INTAKE", 200)).data == CANARY
        assert shows(tmp_path / "nats") == []
    finally:
        closed.server.stop()


def test_seeds_and_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    ring = ring_with(tmp_path / "keys", "yunxiao-hr")
    files = [path for path in ring.directory.rglob("*") if path.is_file()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert {folder.stat().st_mode & 0o777 for folder in (ring.directory, ring.users.parent)} == {0o700}
    seeds = [path.read_text().strip() for path in files if path.suffix == ".seed"]
    assert not any(seed in path.read_text() for seed in seeds for path in files if path.suffix != ".seed")


def test_a_command_comes_under_the_first_key_that_is_at_hand(tmp_path: Path) -> None:
    ring = ring_with(tmp_path)
    running = Running("nats://127.0.0.1:4222", "", credentials=str(tmp_path))
    ring.seed("clerk").unlink()
    assert running.bus_of(("clerk", "ops"), Settings()).seed == ring.seed("ops")
    with pytest.raises(ConfigurationError, match="BANGFU_NATS_SEED"):
        running.bus("clerk", Settings())
    given = Settings(nats_seed=tmp_path / "handed.seed")
    assert running.bus("clerk", given).seed == tmp_path / "handed.seed"
    assert Running("nats://127.0.0.1:4222", "").bus("clerk", Settings()).seed is None


def shows(directory: Path) -> list[str]:
    """Return the files of a server that show what was published."""
    return [str(path) for path in directory.rglob("*") if path.is_file() and CANARY in path.read_bytes()]
