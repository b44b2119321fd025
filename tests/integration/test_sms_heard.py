"""What is heard of messages: the same by MongoDB and by its twin in memory, and over a real line."""

import asyncio
from datetime import timedelta

import pytest

from shared.events.contract import offered_form
from shared.events.offers import SmsReceipt, SmsReplied
from shared.sms.gateway import Accepted, Report
from shared.sms.heard import OVERTAKING, Fate, HeardLog
from shared.sms.heard_stores import FATES_COLLECTION, PARTS_COLLECTION, MongoHeardLog
from shared.sms.inbox import Inbox
from shared.sms.memory import MemoryHeardLog
from shared.sms.receipts import receipt_of
from shared.sms.sender import SOURCE
from shared.sms.sending import instant
from shared.sms.usage import USAGE_COLLECTION, Allowance, MemoryUsageLog, MongoUsageLog, UsageLog
from shared.store import Store
from tests.support.gateways import Told, inbox_of, smpp_gateway
from tests.support.sending import NOON, NUMBER
from tests.support.smsc import Taken, bare_smsc, until

pytestmark = pytest.mark.real

AT, LATER = instant(NOON), instant(NOON + timedelta(seconds=5))


def said(reference: str, status: str = "delivered", at: str = AT) -> Report:
    return Report(reference, status, at)  # type: ignore[arg-type]


@pytest.fixture(params=["mongo", "memory"])
async def log(request: pytest.FixtureRequest, store: Store) -> HeardLog:
    if request.param == "memory":
        return MemoryHeardLog()
    found = MongoHeardLog(store.db[PARTS_COLLECTION], store.db[FATES_COLLECTION])
    await found.prepare()
    return found


@pytest.fixture(params=["mongo", "memory", "in blocks"])
async def usage(request: pytest.FixtureRequest, store: Store) -> UsageLog:
    log = MemoryUsageLog() if request.param == "memory" else MongoUsageLog(store.db[USAGE_COLLECTION])
    return Allowance(log, block=4) if request.param == "in blocks" else log


class TestHeardLog:
    async def test_a_report_of_a_noted_reference_is_the_fate_of_its_message(self, log: HeardLog) -> None:
        await log.note("g", ["r1"], "m-1", 1, NOON)

        assert await log.hear("g", said("r1"))
        assert await log.untold(10) == [Fate("m-1", "delivered", AT)]

    async def test_a_report_that_comes_twice_or_changes_its_mind_changes_nothing(self, log: HeardLog) -> None:
        await log.note("g", ["r1"], "m-1", 1, NOON)
        await log.hear("g", said("r1"))
        await log.told([Fate("m-1", "delivered", AT)])

        assert await log.hear("g", said("r1", at=LATER))
        assert await log.hear("g", said("r1", "undelivered", at=LATER))
        assert await log.untold(10) == []

    async def test_a_report_that_overtakes_the_answer_counts_once_its_reference_is_known(self, log: HeardLog) -> None:
        assert not await log.hear("g", said("r1"))
        assert (await log.untold(10), await log.unknown(NOON + OVERTAKING)) == ([], 1)

        await log.note("g", ["r1"], "m-1", 1, NOON)

        assert (await log.untold(10), await log.unknown(NOON + OVERTAKING)) == ([Fate("m-1", "delivered", AT)], 0)

    async def test_a_report_from_long_before_speaks_of_an_earlier_message(self, log: HeardLog) -> None:
        await log.hear("g", said("r1"))
        await log.note("g", ["r1"], "m-1", 1, NOON + OVERTAKING + timedelta(seconds=1))

        assert await log.untold(10) == []

    async def test_a_reference_that_is_used_again_means_the_new_message(self, log: HeardLog) -> None:
        await log.note("g", ["r1"], "m-1", 1, NOON)
        await log.hear("g", said("r1"))
        await log.told([Fate("m-1", "delivered", AT)])
        await log.note("g", ["r1"], "m-2", 1, NOON)
        await log.hear("g", said("r1", "expired", LATER))

        assert await log.untold(10) == [Fate("m-2", "expired", LATER)]

    async def test_a_message_in_parts_is_delivered_with_its_last_part(self, log: HeardLog) -> None:
        await log.note("g", ["r1", "r2"], "m-1", 2, NOON)
        await log.hear("g", said("r2", at=LATER))
        assert await log.untold(10) == []
        await log.hear("g", said("r1"))

        assert await log.untold(10) == [Fate("m-1", "delivered", LATER)]

    async def test_a_message_of_which_a_part_was_never_taken_is_never_delivered(self, log: HeardLog) -> None:
        await log.note("g", ["r1"], "m-1", 2, NOON)
        await log.hear("g", said("r1"))

        assert await log.untold(10) == []

    async def test_a_message_in_parts_is_lost_with_its_first_lost_part_and_told_once(self, log: HeardLog) -> None:
        await log.note("g", ["r1", "r2"], "m-1", 2, NOON)
        await log.hear("g", said("r1", "undelivered"))
        await log.hear("g", said("r2", "undelivered", LATER))

        assert await log.untold(10) == [Fate("m-1", "undelivered", AT)]

    async def test_the_same_reference_of_another_gateway_is_another_message(self, log: HeardLog) -> None:
        await log.note("g", ["r1"], "m-1", 1, NOON)

        assert not await log.hear("h", said("r1"))
        assert await log.untold(10) == []


class TestUsageLog:
    async def test_a_cap_is_reached_and_never_passed(self, usage: UsageLog) -> None:
        day = NOON.date()
        assert [await usage.take("g", day, 2, 5) for _ in range(3)] == [True, True, False]
        assert await usage.take("g", day, 1, 5)
        assert await usage.of(day) == {"g": 5}

    async def test_what_was_not_sent_is_given_back_and_another_day_begins_anew(self, usage: UsageLog) -> None:
        day = NOON.date()
        await usage.take("g", day, 5, 5)
        await usage.give_back("g", day, 5)

        assert await usage.take("g", day, 5, 5)
        assert await usage.take("g", day + timedelta(days=1), 5, 5)

    async def test_without_a_cap_it_only_counts(self, usage: UsageLog) -> None:
        assert await usage.take("g", NOON.date(), 1_000, None)
        assert not await usage.take("h", NOON.date(), 11, 10)

    async def test_many_at_once_do_not_pass_the_cap(self, usage: UsageLog) -> None:
        taken = await asyncio.gather(*(usage.take("g", NOON.date(), 1, 10) for _ in range(30)))

        assert sum(taken) == 10


class TestOverTheLine:
    async def test_receipts_come_twice_late_and_for_unknown_references(self, log: HeardLog) -> None:
        told = Told()
        inbox = Inbox(log, told.publish)
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox) as gateway:
            await gateway.send("m-1", NUMBER, "您好")
            await smsc.receipt("nobody")
            await smsc.receipt("ref1", "ACCEPTD")
            await smsc.receipt("ref1")
            await smsc.receipt("ref1")
            await until(lambda: inbox.counts["report"] == 4 and told.facts)

        assert told.receipts() == [("m-1", "delivered")]
        assert (inbox.counts["report_early"], await log.unknown(NOON + OVERTAKING)) == (1, 1)

    async def test_a_receipt_before_the_answer_to_the_submission_is_not_lost(self, log: HeardLog) -> None:
        told = Told()
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, Inbox(log, told.publish)) as gateway:

            async def early(taken: Taken) -> None:
                await smsc.receipt(taken.reference, "UNDELIV", "01B")
                await asyncio.sleep(0.05)

            smsc.answers.append(early)
            assert await gateway.send("m-1", NUMBER, "您好") == Accepted()
            await until(lambda: told.facts)

        assert told.receipts() == [("m-1", "undelivered")]
        assert told.facts[0][1].data["detail"] == "err_01B"

    async def test_a_receipt_after_a_restart_still_finds_its_message(self, log: HeardLog) -> None:
        told = Told()
        async with bare_smsc() as smsc:
            async with smpp_gateway(smsc.port, Inbox(log, told.publish)) as gateway:
                await gateway.send("m-1", NUMBER, "一" * 100)
            async with smpp_gateway(smsc.port, Inbox(log, told.publish)):
                await smsc.receipt("ref2")
                await smsc.receipt("ref1")
                await until(lambda: told.facts)

        assert told.receipts() == [("m-1", "delivered")]

    async def test_a_receipt_waits_for_a_broker_that_is_away(self, log: HeardLog) -> None:
        told = Told(failures=2)
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, Inbox(log, told.publish)) as gateway:
            await gateway.send("m-1", NUMBER, "您好")
            await smsc.receipt("ref1", "EXPIRED")
            await until(lambda: told.facts)

        assert told.receipts() == [("m-1", "expired")]


class TestTexts:
    async def test_an_incoming_text_becomes_a_fact_with_a_number_that_registry_reads(self) -> None:
        told = Told(failures=1)
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(told)):
            await smsc.deliver("接受".encode("utf-16-be"), source="8613812345678", data_coding=8)
            # One after the other: the library hands on in any order what arrives together.
            await until(lambda: told.facts)
            await smsc.deliver(b"Y", source="13812345678")
            await until(lambda: len(told.facts) == 2)

        assert told.texts() == ["接受", "Y"]
        assert [e.data["from"] for _, e in told.facts] == ["+8613812345678", "13812345678"]
        for _, envelope in told.facts:
            offered_form(SmsReplied).model_validate(envelope.data)
            assert "138" not in envelope.id

    async def test_a_text_in_parts_is_joined_whatever_their_order(self) -> None:
        told = Told()
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(told)):
            for number, piece in ((2, "去吗？"), (1, "我明天能")):
                body = bytes([5, 0, 3, 77, 2, number]) + piece.encode("utf-16-be")
                await smsc.deliver(body, source="8613812345678", esm_class=0x40, data_coding=8)
            await until(lambda: told.facts)

        assert told.texts() == ["我明天能去吗？"]


def test_the_fact_about_a_fate_is_one_that_registry_takes() -> None:
    envelope = receipt_of(Fate("m-1", "undelivered", AT, "err_01B"), SOURCE)

    assert offered_form(SmsReceipt).model_validate(envelope.data)
    assert envelope.id == "m-1-undelivered"
