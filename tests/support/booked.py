"""A console whose facts a whole system in memory judges: what notify makes of them lies in the console's database."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson
from pydantic import TypeAdapter

from services.notify.service import SERVICE
from shared.events.alerts import FactJudged
from shared.ops.running import find_services
from shared.runner.judging import judged
from shared.runner.loaded import longs
from shared.runner.memory import Memory
from tests.support.console import Console
from tests.support.facts import KEYS, Offer


@dataclass
class Behind:
    """What stands behind a console instead of a broker and its consumers.

    Args:
        asleep: The system takes facts and does not judge them yet.
    """

    console: Console
    memory: Memory = field(default_factory=lambda: Memory(find_services(), KEYS))
    written: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def js(self) -> Any:
        """Return what the desk publishes through."""
        return SimpleNamespace(publish=self._publish)

    async def tell(self, *offers: Offer) -> None:
        """State facts from upstream."""
        for each in offers:
            self.memory.publish(each.subject, each.body)
        await self.write()

    async def _publish(self, subject: str, body: bytes, **_: Any) -> Any:
        before = len(self.memory.outcomes)
        self.memory.publish(subject, body)
        await self.write()
        for item, disposition in self.memory.outcomes[before:]:
            said: FactJudged = judged(item, disposition)
            message: Any = SimpleNamespace(data=orjson.dumps({"data": said.payload()}))
            await self.console.desk.outcomes.take(message)
        return SimpleNamespace(duplicate=False)

    async def forget(self) -> None:
        """Empty the console's database; its indexes stay."""
        db = self.console.desk.db
        for name in await db.list_collection_names():
            await db[name].delete_many({})

    async def write(self) -> None:
        """Write what notify's aggregates are now."""
        for aggregate in SERVICE.aggregates:
            adapter = TypeAdapter(aggregate.state)
            rows = self.memory.states(aggregate.kind)
            store = self.console.desk.db[aggregate.kind]
            for id_, state in rows.items():
                if self.written.get((aggregate.kind, id_)) is not state:
                    row = {"_id": id_, "state": longs(adapter.dump_python(state, mode="json"))}
                    row["tags"] = sorted(aggregate.tags(state))
                    await store.replace_one({"_id": id_}, row, upsert=True)
                    self.written[aggregate.kind, id_] = state
            gone = [id_ for kind, id_ in self.written if kind == aggregate.kind and id_ not in rows]
            for id_ in gone:
                await store.delete_one({"_id": id_})
                del self.written[aggregate.kind, id_]


async def behind(console: Console) -> Behind:
    """Put a system in memory behind a console."""
    found = Behind(console)
    console.desk.js = found.js
    return found
