"""The last look before a message is handed over: state, day, words and caps as they are stored at that moment."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.matching.adapters.admission import Admission
from services.matching.subscribers import MATCHING
from services.matching.views import queue_of
from services.matching.weights import load_manners
from shared.embedded import EmbeddedMongo
from shared.events.contract import Event
from shared.events.employers import VacancyClosed
from shared.runner.loaded import Codec
from shared.sms.memory import MemorySendingLog
from shared.sms.numbers import NUMBERS_COLLECTION, MongoNumberBook
from shared.sms.pacing import QuietHours
from shared.sms.sender import GO, WAIT, Sender
from shared.store import Store
from tests.support.market import Market, opened, person, phone, receipt, registered, reply
from tests.support.sending import NUMBER, Gateway

pytestmark = pytest.mark.real
NOON = datetime(2018, 3, 1, 4, tzinfo=UTC)


class Post:
    """A market whose states are stored, and a sender that looks at them."""

    def __init__(self, store: Store) -> None:
        self.store, self.market, self.gateway = store, Market(), Gateway()
        self.now = NOON
        self.numbers: dict[str, str] = {}
        self.admission = self.admitting()

    def admitting(self, **changed: Any) -> Admission:
        told: dict[str, Any] = {
            "store": self.store,
            "numbers": MongoNumberBook(self.store.db[NUMBERS_COLLECTION]),
            "manners": load_manners(),
            "clock": lambda: self.now,
            "phone_id": lambda number: f"id of {number}",
        }
        return Admission(**told | changed)

    async def tell(self, *facts: Event) -> None:
        self.market.tell(*facts)
        await self.keep()

    async def close_days(self, count: int) -> None:
        self.market.close_days(count)
        await self.keep()

    async def keep(self) -> None:
        codec = Codec(MATCHING)
        for aggregate in MATCHING.aggregates:
            for id_, state in self.market.memory.states(aggregate.kind).items():
                row = codec.document(aggregate.kind, id_, state, None)
                await self.store.db[aggregate.kind].replace_one({"_id": id_}, row, upsert=True)

    def sender(self) -> Sender:
        async def phone_of(person_id: str) -> str:
            return self.numbers.get(person_id, NUMBER)

        async def publish(_: str, envelope: Any) -> None:
            await self.tell(receipt(envelope.data["message_id"], envelope.data["status"], envelope.data.get("detail")))

        return Sender(
            gateway=self.gateway,
            log=MemorySendingLog(),
            queued=queue_of(self.store, "帮扶就业", self.admission.held),
            phone_of=phone_of,
            publish=publish,
            clock=lambda: self.now,
            is_quiet=self.admission.is_quiet,
            admits=self.admission.admits,
        )


@pytest.fixture
async def post(mongo: EmbeddedMongo, request: pytest.FixtureRequest) -> AsyncIterator[Post]:
    store = Store(mongo.url, f"adm_{zlib.crc32(request.node.nodeid.encode()):x}")
    yield Post(store)
    store.close()


async def test_a_message_whose_offer_closed_after_the_queue_was_read_does_not_go_out(post: Post) -> None:
    await post.tell(opened("V1"), registered("anna"))
    (queued,) = await queue_of(post.store, "帮扶就业")()
    before = await post.admission.admits(queued, NUMBER)
    await post.tell(VacancyClosed(vacancy_id="V1"))

    assert (before, await post.admission.admits(queued, NUMBER)) == (GO, WAIT)


async def test_a_message_does_not_go_out_once_its_last_day_is_over_even_before_the_offer_is_closed(post: Post) -> None:
    await post.tell(opened("V1"), registered("anna"))
    (queued,) = await queue_of(post.store, "帮扶就业")()
    by_clock = post.admitting(by_clock=True)
    told = []
    for days in (7, 8):
        post.now = NOON + timedelta(days=days)
        told.append(await by_clock.admits(queued, NUMBER))

    assert told == [GO, WAIT]
    assert await post.admission.admits(queued, NUMBER) == GO, "where days are closed by hand, the clock says nothing"


async def test_nothing_of_an_expired_offer_is_handed_over(post: Post) -> None:
    await post.tell(opened("V1"), registered("anna"))
    await post.close_days(8)

    assert await post.sender().send_queued() == 0
    assert post.gateway.handed == []


async def test_a_stop_keeps_back_even_the_confirmation_of_the_start_before_it(post: Post) -> None:
    await post.tell(registered("anna"), reply("anna", "stop"), reply("anna", "start"))
    (confirmation,) = post.market.queue()
    await post.tell(reply("anna", "stop"))

    await post.sender().send_queued()

    assert post.gateway.handed == []
    assert post.market.memory.states("message")[confirmation].status == "rejected"


async def test_a_family_behind_one_number_gets_no_more_than_the_cap_and_the_rest_the_day_after(post: Post) -> None:
    family = [registered(name, phone_id=phone("anna")) for name in ("anna", "bela", "cora")]
    await post.tell(opened("V1"), opened("V2"), *family)
    order = [each.message_id for each in await queue_of(post.store, "帮扶就业")()]
    sender = post.sender()

    await sender.send_queued()
    await sender.send_queued()
    on_the_first = list(post.gateway.handed)
    await post.close_days(1)
    post.now += timedelta(days=1)
    await sender.send_queued()

    assert (len(order), on_the_first, post.gateway.handed) == (6, order[:4], order)


async def test_messages_to_one_number_that_are_judged_side_by_side_stay_under_the_cap(post: Post) -> None:
    family = [registered(name, phone_id=phone("anna")) for name in ("anna", "bela", "cora")]
    await post.tell(opened("V1"), opened("V2"), *family)
    queued = await queue_of(post.store, "帮扶就业")()

    told = await asyncio.gather(*(post.admission.admits(each, NUMBER) for each in queued))

    assert sorted(told) == [GO] * 4 + [WAIT] * 2


async def test_other_numbers_do_not_wait_for_one_that_has_had_enough(post: Post) -> None:
    await post.tell(opened("V1"), opened("V2"))
    await post.tell(
        *(registered(name, phone_id=phone("anna")) for name in ("anna", "bela", "cora")), registered("dora")
    )
    post.numbers[person("dora")] = "+8613912345678"
    post.gateway.number = None

    await post.sender().send_queued()

    assert len(post.gateway.handed) == 4 + 2


async def test_a_landline_on_the_card_is_never_dialled_and_the_officer_hears_of_it(post: Post) -> None:
    await post.tell(opened("V1"), registered("anna"))
    post.numbers[person("anna")] = "+865968512345"

    await post.sender().send_queued()

    assert post.gateway.handed == []
    assert [offer.reason for offer in post.market.memory.states("offer").values()] == ["no_mobile"]


async def test_a_post_with_a_sensitive_word_goes_to_the_officer_and_to_nobody_else(post: Post) -> None:
    await post.tell(opened("V1", title="博彩客服"), registered("anna"))

    await post.sender().send_queued()

    assert post.gateway.handed == []
    assert [offer.reason for offer in post.market.memory.states("offer").values()] == ["sensitive_words"]


async def test_quiet_hours_hold_what_is_queued_until_the_morning(post: Post) -> None:
    await post.tell(opened("V1"), registered("anna"))
    post.admission = post.admitting(quiet=QuietHours.read("21:00-08:00"))
    sender = post.sender()
    post.now = datetime(2018, 3, 1, 13, tzinfo=UTC)  # 21:00 in Shanghai
    night = await sender.send_queued()
    post.now = datetime(2018, 3, 2, 0, tzinfo=UTC)

    assert (night, await sender.send_queued()) == (0, 1)


async def test_a_number_is_kept_as_a_pseudonym_with_its_day(post: Post) -> None:
    await post.close_days(1)
    await post.tell(opened("V1"), registered("anna"))
    await post.sender().send_queued()

    (row,) = [row async for row in post.store.db[NUMBERS_COLLECTION].find()]
    assert (row["phone_id"], date.fromisoformat(row["day"])) == (f"id of {NUMBER}", date(2018, 3, 2))
