"""Somebody publishes the whole stream again, on the old subjects: nothing changes, nothing is sent, and it is said."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg, StreamConfig

from services.matching.views import queue_of
from shared.embedded import EmbeddedStack
from shared.ops.dispositions import account
from shared.runner.replicas import LEASES
from shared.sms.mongo import OUTBOX_COLLECTION, SENDING_COLLECTION, MongoOutbox, MongoSendingLog
from shared.sms.outbox import OutboxGateway
from shared.sms.sender import Sender
from tests.support.facts import FIRST_CLOSED, PHONE, closing, id_number, offer
from tests.support.live import until
from tests.support.whole import Whole, at_work

pytestmark = pytest.mark.real

FORGOTTEN_S = 150.0  # the broker forgets ids by a timer, which may have been set under the former window of two minutes

FACTS = (
    closing(FIRST_CLOSED),
    offer("coordinator.registered", "o-1"),
    offer("employer.registered", "e-1"),
    *(offer("roster.entry", f"r-{n}", id_number=id_number(n)) for n in range(1, 13)),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    offer("jobseeker.registered", "j-2", id_number=id_number(2)),
    offer("vacancy.opened", "v-1"),
    offer("exit.confirmed", "refused-1", by="?"),
    offer("vacancy.changed", "waits-1", vacancy_id="V9"),
    *(closing(date(2018, 3, day)) for day in (2, 3, 4)),
)


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that has dealt with the facts."""
    async with at_work(stack, tmp_path_factory.mktemp("again"), "again", FACTS) as found:
        yield found


async def sent(whole: Whole) -> list[str]:
    """Send what is queued, as matching's process does; return the texts that ever went out."""
    store = whole.view.stores["matching"]
    outbox = MongoOutbox(store.db[OUTBOX_COLLECTION])

    async def phone_of(_: str) -> str | None:
        return f"+86{PHONE}"

    async def published(_: str, __: Any) -> None:
        """The receipt of the provider is not what this is about."""

    sender = Sender(
        gateway=OutboxGateway(outbox, lambda: datetime(2018, 3, 4, tzinfo=UTC)),
        log=MongoSendingLog(store.db[SENDING_COLLECTION], store.db[LEASES]),
        queued=queue_of(store, "帮扶"),
        phone_of=phone_of,
        publish=published,
        clock=lambda: datetime(2018, 3, 4, tzinfo=UTC),
    )
    await sender.recover()
    await sender.send_queued()
    return [row.text for row in await outbox.latest(100)]


async def _stored(js: JetStreamContext, message: RawStreamMsg, headers: dict[str, str]) -> bool:
    return not (await js.publish(str(message.subject), message.data or b"", headers=headers or None)).duplicate


async def republished(whole: Whole, stream: str, *, with_ids: bool) -> int:
    """Publish what a stream holds again, once the broker does not know the ids any more; return how many."""
    js = whole.bus.js
    config: StreamConfig = (await js.stream_info(stream)).config
    await js.update_stream(replace(config, duplicate_window=0.1))
    last = (await js.stream_info(stream)).state.last_seq
    first = [await js.get_msg(stream, number) for number in range(1, last + 1)]
    once = [message for number, message in enumerate(first) if message.data not in {m.data for m in first[:number]}]
    for message in once:
        kept = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-Batch")}
        await until(partial(_stored, js, message, kept if with_ids else {}), within_s=FORGOTTEN_S)
    assert (await js.stream_info(stream)).state.last_seq == last + len(once)
    return len(once)


async def standing(whole: Whole) -> dict[str, Any]:
    """Return everything that must stay as it is: every aggregate, every journal entry, every sealed field's owner."""
    found: dict[str, Any] = {"digest": whole.view.work("digest")((await whole.view.states("line")).values())}
    for service in whole.view.services:
        db = whole.view.stores[service.name].db
        for aggregate in service.aggregates:
            rows = [row async for row in db[aggregate.kind].find().sort("_id", 1)]
            found[f"{service.name}.{aggregate.kind}"] = rows
        for subscription in service.subscriptions:
            entries = [e async for e in db[f"journal_{subscription.name}"].find({"entries.stream": "EVENTS"})]
            found[f"journal.{subscription.name}"] = [e["_id"] for e in entries]
    return found


def warnings(whole: Whole) -> Counter[str]:
    """Return how often each consumer said that the stream was published again."""
    found: Counter[str] = Counter()
    for reader in whole.readers:
        found[reader.runner.subscription.name] += reader.runner.progress.warnings["replayed_into_production"]
    return found


@pytest.mark.timeout(2 * FORGOTTEN_S)
@pytest.mark.parametrize("with_ids", [True, False])
@pytest.mark.parametrize("stream", ["INTAKE", "EVENTS"])
async def test_the_whole_stream_again_changes_and_sends_nothing(whole: Whole, stream: str, *, with_ids: bool) -> None:
    texts, before, said = await sent(whole), await standing(whole), warnings(whole)
    counts = {row["consumer"]: Counter(row) for row in await account(whole.view)}

    again = await republished(whole, stream, with_ids=with_ids)
    await whole.drain()

    assert await standing(whole) == before
    assert (len(texts), await sent(whole)) == (1, texts)
    for row in await account(whole.view):
        columns = ("published", "duplicate", "unexplained")
        published, duplicate, unexplained = (row[name] - counts[row["consumer"]][name] for name in columns)
        assert (published, unexplained) == (duplicate, 0), row["consumer"]
        if stream == "INTAKE":
            assert published == (again if row["consumer"] == "registry" else 0)
    # Those that met enough of it in one batch.
    lanes = {"registry-casework", "registry-targets", "subsidy-ledger", "notify-registers", "notify-ops"}
    assert set(warnings(whole) - said) == ({"registry"} if stream == "INTAKE" else lanes)


async def test_a_few_facts_that_are_published_twice_are_ordinary(whole: Whole) -> None:
    before = warnings(whole)
    await whole.tell(*FACTS[:5])
    assert warnings(whole) == before
