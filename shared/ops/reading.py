"""Reading the aggregates of a service that runs, for the commands a service adds to `bangfu`."""

import asyncio
from typing import Any

from pydantic import TypeAdapter

from shared.ops.running import find_running
from shared.runner.core import Aggregate
from shared.settings import Settings
from shared.store import Row, Store


def states(service: str, aggregate: Aggregate[Any], query: Row, sort: str = "_id") -> dict[str, Any]:
    """Return the states of a kind that match a query, by id, in the order of a field.

    Raises:
        ConfigurationError: Nothing runs here.
    """
    settings = Settings()
    running = find_running(settings)
    adapter = TypeAdapter(aggregate.state)

    async def read() -> dict[str, Any]:
        store = Store(running.mongo_url, settings.database(service))
        try:
            found = store.db[aggregate.kind].find(query).sort(sort, 1)
            return {row["_id"]: adapter.validate_python(row["state"]) async for row in found}
        finally:
            store.close()

    return asyncio.run(read())
