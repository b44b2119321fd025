"""One look at a running system: its broker and its databases, to read from."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from nats.js import JetStreamContext
from pydantic import TypeAdapter

from shared.access.connection import connect
from shared.access.principals import INTAKE_READER, OPS
from shared.errors import BangfuError
from shared.ops.running import Running, find_running, find_services
from shared.runner.core import Aggregate, Service
from shared.settings import Settings
from shared.store import Row, Store


@dataclass(frozen=True)
class View:
    """Connections for one look, and the services that are installed.

    Args:
        reads_intake: Whether what stands in the intake may be read, which is registry's.
    """

    js: JetStreamContext
    services: list[Service]
    stores: dict[str, Store]
    reads_intake: bool = True

    async def states(self, kind: str, query: Row | None = None) -> dict[str, Any]:
        """Return the aggregates of a kind that match a query, by id in order, as their service reads them.

        Raises:
            BangfuError: No installed service keeps that kind.
        """
        service, aggregate = self.keeper(kind)
        adapter = TypeAdapter(aggregate.state)
        found = self.stores[service.name].db[kind].find(query or {}).sort("_id", 1)
        return {row["_id"]: adapter.validate_python(row["state"]) async for row in found}

    def keeper(self, kind: str) -> tuple[Service, Aggregate[Any]]:
        """Return who keeps a kind of aggregate.

        Raises:
            BangfuError: Nobody does.
        """
        for service in self.services:
            for aggregate in service.aggregates:
                if aggregate.kind == kind:
                    return service, aggregate
        raise BangfuError(f"no installed service keeps {kind!r}")

    def work(self, name: str) -> Callable[..., Any]:
        """Return what a service offers under a name.

        Raises:
            BangfuError: None does.
        """
        found = next((s.extras[name] for s in self.services if name in s.extras), None)
        if found is None:
            raise BangfuError(f"no installed service offers {name!r}")
        work: Callable[..., Any] = found
        return work


@asynccontextmanager
async def looking(
    settings: Settings,
    running: Running | None = None,
    services: list[Service] | None = None,
    roles: Sequence[str] = (OPS,),
) -> AsyncIterator[View]:
    """Connect to the system that runs here, or to the one given; as the first of the roles whose key is at hand.

    Raises:
        ConfigurationError: Nothing runs here, or no such key is at hand.
    """
    where = running or find_running(settings)
    installed = find_services() if services is None else services
    bus = where.bus_of(roles, settings)
    client = await connect(bus, connect_timeout=5)
    stores = {s.name: Store(where.mongo_url, settings.database(s.name)) for s in installed}
    try:
        reads_intake = bus.seed is None or bus.seed.stem == INTAKE_READER
        yield View(client.jetstream(), installed, stores, reads_intake=reads_intake)
    finally:
        await client.close()
        for store in stores.values():
            store.close()
