"""A broker that is closed: its keys, and connections under them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from nats.aio.client import Client

from shared.access.connection import Bus, Tls, connect
from shared.access.laptop import guard_of
from shared.access.principals import PROVISIONER, standard
from shared.access.ring import Ring
from shared.embedded import EmbeddedNats
from shared.embedded.nats import reload
from shared.ops.running import find_services
from shared.runner.topology import provision
from tests.support.live import until

MADE = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass
class ClosedBus:
    """A closed nats-server and the keys of everybody."""

    server: EmbeddedNats
    ring: Ring
    tls: Tls | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    def bus(self, name: str) -> Bus:
        """Return the way in under somebody's newest key."""
        return Bus(self.server.url, self.ring.seed(name), self.tls)

    @asynccontextmanager
    async def entered(self, name: str) -> AsyncIterator[Client]:
        """Yield a connection under somebody's key; what the server refuses is noted under the name."""

        async def heard(error: Exception) -> None:
            self.errors.setdefault(name, []).append(str(error).lower())

        client = await connect(self.bus(name), error_cb=heard, reconnect_time_wait=0.05)
        try:
            yield client
        finally:
            await client.close()

    async def provisioned(self) -> None:
        """Make the streams, as registry does at its start."""
        async with self.entered(PROVISIONER) as client:
            assert await provision(client.jetstream()) == []

    async def reload(self) -> None:
        """Have the server read the users again, and wait until it has."""
        self.ring.configure(find_services())
        before = self.server.log.read_text().count("Reloaded server configuration")
        assert reload(self.server.directory)
        await until(lambda: self.server.log.read_text().count("Reloaded server configuration") > before)


def ring_with(directory: Path, *sources: str, lists: Mapping[str, Sequence[str]] | None = None) -> Ring:
    """Return the keys of everybody, and of some sources; of those with a list, by name of their keys, too."""
    ring = Ring(directory)
    ring.made([*standard(find_services(), laptop=True), *(f"source-{name}" for name in sources)], MADE)
    for name, facts in (lists or {}).items():
        ring.made([name], MADE, facts)
    ring.configure(find_services())
    return ring


def closed_bus(directory: Path, *sources: str, lists: Mapping[str, Sequence[str]] | None = None) -> ClosedBus:
    """Start a closed broker without streams; stop its server afterwards."""
    ring = ring_with(directory / "keys", *sources, lists=lists)
    return ClosedBus(EmbeddedNats(directory / "nats", guard=guard_of(ring)).start(), ring)
