"""The outbox is written in the batch that decides: however often that runs, the same rows."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.notify.adapters.channels.outbox import DELIVERIES, Outbox
from services.notify.service import RULES, SERVICE
from services.notify.subscribers import subscription
from shared.embedded import EmbeddedStack
from shared.events.alerts import FactRejected
from shared.runner.batch import Folded, Input
from shared.runner.core import Message
from shared.store import Row, Store
from tests.support.live import Bus, handled, open_store, runner
from tests.support.sending import Killed

pytestmark = pytest.mark.real

NOTIFY = subscription(RULES)
DAY = date(2018, 3, 5)


class Dies:
    """A companion that dies inside the transaction, behind the outbox, as often as it is told."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def within(self, *_: object, **__: object) -> None:
        if self.left:
            self.left -= 1
            raise Killed

    async def after(self, _: Folded) -> None:
        """Nothing."""

    async def resume(self) -> None:
        """Nothing."""


@pytest.fixture
async def notify(stack: EmbeddedStack, database_prefix: str) -> AsyncIterator[Store]:
    opened = await open_store(stack.mongo_url, f"{database_prefix}_notify", SERVICE)
    yield opened
    opened.close()


def refused(*codes: str) -> list[Input]:
    events = [FactRejected(source="insurance", fact="premium.paid", code=code, county="350622") for code in codes]
    messages = [Message(f"m-{n}", "registry", event, n, DAY, "c", None, 3) for n, event in enumerate(events, 1)]
    return [Input(message.id, n, message=message) for n, message in enumerate(messages, 1)]


async def rows(store: Store) -> list[Row]:
    return [row async for row in store.db[DELIVERIES].find().sort("_id", 1)]


async def test_a_batch_that_dies_leaves_no_row_and_one_that_is_repeated_no_second_one(bus: Bus, notify: Store) -> None:
    dies = Dies(1)
    options: dict[str, Any] = {"partition": 3, "companions": (Outbox(notify.db), dies)}
    batch = refused("unknown_employer", "unknown_person")
    running = runner(notify, bus, NOTIFY, **options)
    await running.start()
    with pytest.raises(Killed):
        await handled(running, batch)
    assert await rows(notify) == []

    for _ in range(2):  # as it should be, and delivered once more to a process that was started again
        running = runner(notify, bus, NOTIFY, **options)
        await running.start()
        await handled(running, batch)

    found = await rows(notify)
    assert [(row["address"], row["state"], row["digest"]) for row in found] == [("office:350622", "new", True)] * 2
    assert len({row["alert_id"] for row in found}) == 2


async def test_what_was_spread_stays_spread_when_the_database_of_the_fold_is_built_anew(
    bus: Bus, notify: Store
) -> None:
    running = runner(notify, bus, NOTIFY, partition=3, companions=(Outbox(notify.db),))
    await running.start()
    await handled(running, refused("unknown_employer"))
    await notify.db[DELIVERIES].update_many({}, {"$set": {"state": "spread"}})
    for name in await notify.db.list_collection_names():
        if name != DELIVERIES:
            await notify.db[name].delete_many({})

    running = runner(notify, bus, NOTIFY, partition=3, companions=(Outbox(notify.db),))
    await running.start()
    await handled(running, refused("unknown_employer"))

    assert [row["state"] for row in await rows(notify)] == ["spread"]
