"""What tests share: real servers on a temporary directory, and a broker and a database of one's own."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from pymongo import MongoClient

from shared.embedded import EmbeddedMongo, EmbeddedNats, EmbeddedStack
from shared.store import Store
from tests.support.live import Bus, open_bus, open_store

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """Return a NATS and a MongoDB that every test of the run may use under names of its own."""
    with EmbeddedStack(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture
def database_prefix(stack: EmbeddedStack) -> Iterator[str]:
    """Return a prefix for names of databases that nobody else uses; what is made under it is dropped."""
    prefix = f"test{next(_NUMBERS)}"
    yield prefix
    with MongoClient[dict[str, object]](stack.mongo_url) as client:
        for name in client.list_database_names():
            if name.startswith(f"{prefix}_"):
                client.drop_database(name)


@pytest.fixture(scope="module")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    """Return a MongoDB of the module's own."""
    server = EmbeddedMongo(tmp_path_factory.mktemp("mongo"))
    yield server.start()
    server.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedNats]:
    """Return a NATS of the test's own: streams are never purged, so a shared one would tell of other tests."""
    server = EmbeddedNats(tmp_path / "nats")
    yield server.start()
    server.stop()


@pytest.fixture
async def client(broker: EmbeddedNats) -> AsyncIterator[Client]:
    """Return a connection to the test's own NATS."""
    connected = await nats.connect(broker.url, max_reconnect_attempts=-1, reconnect_time_wait=0.05)
    yield connected
    await connected.close()


@pytest.fixture
async def bus(client: Client) -> Bus:
    """Return the streams of a deployment, empty."""
    return await open_bus(client)


@pytest.fixture
async def store(stack: EmbeddedStack, database_prefix: str) -> AsyncIterator[Store]:
    """Return an empty database of registry."""
    opened = await open_store(stack.mongo_url, f"{database_prefix}_registry")
    yield opened
    opened.close()
