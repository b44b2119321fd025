"""A console whose facts go to the system in memory, and whose database is filled from there: no broker, no consumer."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson

from services.notify.service import SERVICE as NOTIFY
from services.registry.service import SERVICE as REGISTRY
from shared.runner.loaded import Codec
from shared.runner.memory import Memory
from tests.support.console import Console
from tests.support.facts import KEYS, Offer

_WORDS = {"applied": "accepted"}


class Wired:
    """Stands where the broker stands: what the desk publishes is judged at once, and the pages see what follows."""

    def __init__(self, console: Console) -> None:
        self.memory = Memory([REGISTRY, NOTIFY], KEYS)
        self.desk, self.stated = console.desk, list[dict[str, Any]]()
        self.desk.js = self  # type: ignore[assignment]

    async def tell(self, *offers: Offer) -> None:
        """Let upstream state facts."""
        for each in offers:
            assert self.memory.publish(each.subject, each.body).outcome == "applied", each.id
        await self.show()

    async def show(self) -> None:
        """Put what notify keeps where the pages read it."""
        for subscription in NOTIFY.subscriptions:
            codec = Codec(subscription)
            for kind in (aggregate.kind for aggregate in subscription.aggregates):
                kept = self.memory.states(kind)
                await self.desk.db[kind].delete_many({"_id": {"$nin": list(kept)}})
                for id_, state in kept.items():
                    row = codec.document(kind, id_, state, 0)
                    await self.desk.db[kind].replace_one({"_id": id_}, row, upsert=True)
        closed = self.memory.states("calendar")["open"].last_closed.isoformat()
        await self.desk.db["alert_clock"].replace_one({"_id": "wired"}, {"state": {"day": closed}}, upsert=True)

    async def publish(self, subject: str, body: bytes, **_: Any) -> Any:
        """Take a fact as the broker does, and let registry say at once what becomes of it."""
        self.stated.append(orjson.loads(body))
        became = self.memory.publish(subject, body)
        await self.show()
        said = {"fact_id": self.stated[-1]["id"], "outcome": _WORDS.get(became.outcome, became.outcome)}
        said |= {"code": became.code, "path": became.path, "hint": became.hint, "waiting_for": became.waiting_for}
        await self.desk.outcomes.take(SimpleNamespace(data=orjson.dumps({"data": said})))  # type: ignore[arg-type]
        return SimpleNamespace(duplicate=False)


@dataclass
class Cards:
    """Contact cards by id."""

    cards: dict[str, dict[str, str]]

    async def get(self, subject_id: str) -> dict[str, str] | None:
        """Return a card."""
        return self.cards.get(subject_id)
