"""One contract for the sender's memory and the outbox, kept by MongoDB and by its twin in memory."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest

from services.matching.domain.message import MESSAGES
from services.matching.domain.vacancy import VACANCIES
from services.matching.subscribers import MATCHING
from services.matching.views import queue_of
from shared.embedded import EmbeddedMongo
from shared.runner.loaded import Codec
from shared.runner.replicas import LEASES
from shared.sms.memory import MemoryOutbox, MemorySendingLog
from shared.sms.mongo import OUTBOX_COLLECTION, SENDING_COLLECTION, MongoOutbox, MongoSendingLog
from shared.sms.outbox import OutboxRow, OutboxStore
from shared.sms.sending import NotOwnerError, Outcome, SendingLog
from shared.store import Store
from tests.support.market import Market, opened, receipt, registered

pytestmark = pytest.mark.real

AT = "2018-03-01T12:00:00+08:00"
LATER = "2018-03-01T12:00:01+08:00"


@pytest.fixture
async def store(mongo: EmbeddedMongo, request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    # A database's name has at most 63 bytes, and each test wants an empty one.
    opened_store = Store(mongo.url, f"sms_{zlib.crc32(request.node.nodeid.encode()):x}")
    yield opened_store
    opened_store.close()


@pytest.fixture(params=["mongo", "memory"])
async def log(request: pytest.FixtureRequest, store: Store) -> SendingLog:
    found: SendingLog = MemorySendingLog()
    if request.param == "mongo":
        found = MongoSendingLog(store.db[SENDING_COLLECTION], store.db[LEASES])
    await found.prepare()
    await found.own(1)
    return found


@pytest.fixture(params=["mongo", "memory"])
async def outbox(request: pytest.FixtureRequest, store: Store) -> OutboxStore:
    if request.param == "memory":
        return MemoryOutbox()
    found = MongoOutbox(store.db[OUTBOX_COLLECTION])
    await found.prepare()
    return found


class TestSendingLog:
    async def test_a_message_begins_once(self, log: SendingLog) -> None:
        assert [await log.begin("m-1", 1), await log.begin("m-1", 1)] == [True, False]

    async def test_of_many_at_once_those_end_that_had_begun_and_each_once(self, log: SendingLog) -> None:
        for message_id in ("m-1", "m-2"):
            await log.begin(message_id, 1)
        ended = [Outcome(each, "accepted", AT) for each in ("m-1", "m-2", "m-3")]
        late = [Outcome("m-2", "rejected", LATER), Outcome("m-1", "unconfirmed", LATER)]

        assert await asyncio.gather(*(log.finish(each) for each in ended)) == [True, True, False]
        assert await asyncio.gather(*(log.finish(each) for each in late)) == [False, False]
        assert await log.unpublished(10) == ended[:2]
        await asyncio.gather(*(log.mark_published(each.message_id) for each in ended))
        assert await log.unpublished(10) == []

    async def test_of_many_those_begin_that_never_did(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)

        asked = ["m-1", "m-2", "m-3", "m-2"]
        assert await asyncio.gather(*(log.begin(each, 1) for each in asked)) == [False, True, True, False]
        assert await asyncio.gather(*(log.begin(each, 1) for each in asked)) == [False] * 4
        with pytest.raises(NotOwnerError):
            await log.begin("m-4", 0)
        assert await log.begin("m-4", 1)

    async def test_a_released_message_begins_again(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)
        await log.release("m-1")

        assert await log.begin("m-1", 1)

    async def test_an_ended_message_neither_begins_nor_is_released(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)
        await log.finish(Outcome("m-1", "accepted", AT))
        await log.release("m-1")

        assert not await log.begin("m-1", 1)

    async def test_a_message_ends_once_and_only_if_it_began(self, log: SendingLog) -> None:
        unknown = await log.finish(Outcome("m-1", "accepted", AT))
        await log.begin("m-1", 1)
        first = await log.finish(Outcome("m-1", "rejected", AT, "no_contact"))
        second = await log.finish(Outcome("m-1", "accepted", LATER))

        assert (unknown, first, second) == (False, True, False)
        assert await log.unpublished(10) == [Outcome("m-1", "rejected", AT, "no_contact")]

    async def test_what_is_given_up_is_unconfirmed_and_what_ended_stays(self, log: SendingLog) -> None:
        for message_id in ("m-3", "m-1", "m-2"):
            await log.begin(message_id, 1)
        await log.finish(Outcome("m-2", "accepted", AT))

        assert [await log.give_up(LATER, 1), await log.give_up(LATER, 1)] == [2, 0]
        assert await log.unpublished(2) == [Outcome("m-1", "unconfirmed", LATER), Outcome("m-2", "accepted", AT)]

    async def test_a_published_outcome_is_not_asked_for_again(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)
        await log.finish(Outcome("m-1", "accepted", AT))
        await log.mark_published("m-1")

        assert await log.unpublished(10) == []
        assert not await log.begin("m-1", 1)

    async def test_only_what_ended_is_asked_for_again(self, log: SendingLog) -> None:
        await log.begin("m1", 1)
        await log.tell_again("m1")
        assert await log.unpublished(10) == []
        await log.finish(Outcome("m1", "accepted", AT))
        await log.mark_published("m1")
        await log.tell_again("m1")
        assert [outcome.message_id for outcome in await log.unpublished(10)] == ["m1"]

    async def test_a_former_owner_begins_nothing_and_cannot_own_again(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)
        await log.own(2)

        with pytest.raises(NotOwnerError):
            await log.begin("m-2", 1)
        with pytest.raises(NotOwnerError):
            await log.own(1)

        assert await log.begin("m-2", 2)

    async def test_a_former_owner_gives_up_nothing_of_its_successor(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)
        await log.own(2)
        await log.begin("m-2", 2)

        assert await log.give_up(AT, 1) == 1
        assert await log.unpublished(10) == [Outcome("m-1", "unconfirmed", AT)]

    async def test_owning_again_in_the_same_term_changes_nothing(self, log: SendingLog) -> None:
        await log.own(1)
        assert await log.begin("m-1", 1)

    async def test_preparing_again_changes_nothing(self, log: SendingLog) -> None:
        await log.begin("m-1", 1)
        await log.prepare()

        assert not await log.begin("m-1", 1)


class TestOutbox:
    async def test_shows_the_latest_messages_oldest_first(self, outbox: OutboxStore) -> None:
        rows = [
            OutboxRow(f"m-{n}", f"2018-03-01T12:00:0{n}+08:00", "138****5678", "【帮扶就业】", 1) for n in (1, 2, 3)
        ]
        for row in reversed(rows):
            await outbox.add(row)

        assert await outbox.latest(2) == rows[1:]

    async def test_keeps_the_first_of_two_messages_with_one_id(self, outbox: OutboxStore) -> None:
        first = OutboxRow("m-1", AT, "138****5678", "【帮扶就业】一", 1)
        await outbox.add(first)
        await outbox.add(OutboxRow("m-1", LATER, "139****5678", "【帮扶就业】二", 1))

        assert await outbox.latest(2) == [first]


async def test_the_queue_holds_what_waits_in_the_order_of_the_offers(store: Store) -> None:
    market = Market()
    market.tell(opened("V1"), opened("V2", township="350622101"), registered("anna"), registered("bela"))
    sent = next(id_ for id_, sms in market.memory.states("message").items() if sms.vacancy_id == "V1")
    market.tell(receipt(sent, "accepted"))
    codec = Codec(MATCHING)
    for kind in (MESSAGES.kind, VACANCIES.kind):
        states = market.memory.states(kind).items()
        await store.db[kind].insert_many([codec.document(kind, id_, state, None) for id_, state in states])

    queued = await queue_of(store, "帮扶就业")()

    waiting = {id_: sms for id_, sms in market.memory.states("message").items() if id_ != sent}
    expected = sorted(waiting, key=lambda id_: (waiting[id_].sequence, waiting[id_].score_bp, id_))
    assert [each.message_id for each in queued] == expected
    assert len(queued) == 3
    assert all(each.text.startswith("【帮扶就业】岗位推荐：云霄县") for each in queued)
