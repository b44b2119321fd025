"""A console whose facts go to the system in memory, and whose database is filled from there: no broker, no consumer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import orjson

from services.notify.service import SERVICE as NOTIFY
from services.registry.service import SERVICE as REGISTRY
from shared.catalog import partition_of
from shared.events.takeup import EntitlementUnclaimed, Missing
from shared.events.tasks import TaskOpened
from shared.privacy import person_id
from shared.runner.core import Message
from shared.runner.loaded import Codec
from shared.runner.memory import Memory
from tests.support.console import Console, console
from tests.support.facts import COUNTY, KEYS, NAME, PHONE, USCC, Offer, closing, id_number, offer

PERSON, ELSEWHERE, QUIET = (person_id(KEYS.person, id_number(n)) for n in (1, 2, 3))
OTHER = {"county": "350624", "township": "350624100", "village": "350624100201"}
DAY = date(2018, 3, 2)
FACE = {"name": NAME, "phone": f"+86{PHONE}"}
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


@asynccontextmanager
async def a_county(mongo_url: str, prefix: str) -> AsyncIterator[tuple[Console, Wired]]:
    """Open a console on a county with one pair, a hire, money that is missing, and two people of another county."""
    async with console(mongo_url, prefix) as opened:
        opened.desk.cards = Cards({PERSON: FACE, ELSEWHERE: FACE})  # type: ignore[assignment]
        told = Wired(opened)
        await told.tell(
            closing(date(2018, 3, 1)),
            offer("coordinator.registered", "o-1"),
            offer("roster.entry", "r-1"),
            offer("roster.entry", "r-2", id_number=id_number(2), household_id="H-2", **OTHER),
            offer("roster.entry", "r-3", id_number=id_number(3), labour_ability=False, **OTHER),
            offer("employer.registered", "e-1"),
            offer("employment.confirmed", "j-1", starts_on="2018-03-01", post_kind="dispatch"),
        )
        missing = Missing(
            programme="social-insurance", payee=USCC, reason="not_paid", awaits="premium.paid", since="2018-01",
            until="2018-02", periods=2,
        )  # fmt: skip
        unclaimed = EntitlementUnclaimed(person_id=PERSON, county=COUNTY, as_of=DAY, missing=[missing])
        waits = TaskOpened(
            task_id="t-1", kind="exit_waits", matter=PERSON, person_id=PERSON, county=COUNTY, opened_on=DAY,
            details={"snapshot_id": "S1"},
        )  # fmt: skip
        for number, event in enumerate((unclaimed, waits)):
            told.memory.recall(Message(f"m{number}", "", event, 90 + number, DAY, "c", partition=partition_of(PERSON)))
        await told.show()
        yield opened, told
