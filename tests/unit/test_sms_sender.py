"""The sender: whatever fails and whenever it stops, no message goes out twice."""

import asyncio
from datetime import timedelta

import pytest

from shared.errors import Unavailable
from shared.events.contract import offered_form
from shared.events.envelope import decode
from shared.events.offers import SmsReceipt
from shared.sms.gateway import Accepted, GatewayUnavailable, Rejected
from shared.sms.memory import MemoryOutbox
from shared.sms.outbox import OutboxGateway, OutboxRow
from shared.sms.receipts import receipt_of
from shared.sms.sender import CARD_PATIENCE, SOURCE, Outgoing
from shared.sms.sending import Outcome, instant
from tests.support.sending import NOON, NUMBER, World, fail_once


@pytest.fixture
def world() -> World:
    return World()


class TestSending:
    async def test_sends_what_is_queued_in_order_and_publishes_each_receipt(self, world: World) -> None:
        assert await world.sender().send_queued() == 2

        assert world.gateway.handed == ["m-1", "m-2"]
        assert world.receipts() == [("m-1", "accepted"), ("m-2", "accepted")]

    async def test_leaves_alone_what_is_still_queued_because_its_receipt_is_under_way(self, world: World) -> None:
        sender = world.sender()

        await sender.send_queued()
        assert await sender.send_queued() == 0

        assert world.gateway.handed == ["m-1", "m-2"]
        assert len(world.published) == 2

    async def test_publishes_a_receipt_again_once_a_term_if_it_does_not_come_back(self, world: World) -> None:
        sender = world.sender()
        await sender.recover()
        for minutes in (0, 0, 1, 2, 3):
            world.now = NOON + timedelta(minutes=minutes)
            await sender.send_queued()

        assert world.gateway.handed == ["m-1", "m-2"]
        assert [e.id for e in world.published] == ["m-1-accepted", "m-2-accepted"] * 2

    async def test_passes_on_a_rejection_as_a_code_without_digits(self, world: World) -> None:
        world.gateway.answers["m-1"] = Rejected("isv.BLACK_LIST: 13812345678")

        await world.sender().send_queued()

        assert world.published[0].data["detail"] == "isv_BLACK_LIST"

    async def test_a_contact_card_that_is_not_there_yet_is_waited_for_and_nobody_else_waits(self, world: World) -> None:
        world.cards["panna"] = None
        sender = world.sender()
        await sender.send_queued()
        assert world.gateway.handed == ["m-2"]

        world.cards["panna"] = NUMBER
        await sender.send_queued()
        assert world.gateway.handed == ["m-2", "m-1"]

    async def test_who_has_no_contact_card_for_good_is_rejected_and_nothing_is_handed_over(self, world: World) -> None:
        world.cards["panna"] = None
        sender = world.sender()

        await sender.send_queued()
        assert world.receipts() == [("m-2", "accepted")]
        world.now += CARD_PATIENCE
        await sender.send_queued()

        assert world.gateway.handed == ["m-2"]
        assert world.published[-1].data["detail"] == "no_contact"

    async def test_a_card_that_cannot_be_read_holds_up_nobody_else_and_is_tried_again(self, world: World) -> None:
        world.cards["panna"] = ValueError("altered")
        sender = world.sender()
        await sender.send_queued()
        handed = list(world.gateway.handed)
        world.cards["panna"] = NUMBER

        await sender.send_queued()

        assert (handed, world.gateway.handed) == (["m-2"], ["m-2", "m-1"])

    @pytest.mark.parametrize("error", [ConnectionResetError("no answer"), TimeoutError(), RuntimeError("odd")])
    async def test_an_answer_nobody_heard_makes_the_message_unconfirmed_for_good(
        self, world: World, error: Exception
    ) -> None:
        world.gateway.answers["m-1"] = error
        sender = world.sender()

        await sender.send_queued()
        await sender.send_queued()

        assert world.gateway.handed == ["m-1", "m-2"]
        assert world.receipts() == [("m-1", "unconfirmed"), ("m-2", "accepted")]


class TestWhatIsAway:
    async def test_a_gateway_that_sent_nothing_is_asked_again(self, world: World) -> None:
        world.gateway.answers["m-1"] = GatewayUnavailable("503")
        sender = world.sender()
        with pytest.raises(GatewayUnavailable):
            await sender.send_queued()
        del world.gateway.answers["m-1"]

        await sender.send_queued()

        assert world.gateway.handed == ["m-1", "m-2"]
        assert world.receipts() == [("m-1", "accepted"), ("m-2", "accepted")]

    async def test_cards_that_are_away_stop_the_round_and_nothing_is_lost(self, world: World) -> None:
        world.cards["panna"] = Unavailable("cards")
        sender = world.sender()
        with pytest.raises(Unavailable):
            await sender.send_queued()
        world.cards["panna"] = NUMBER

        assert await sender.send_queued() == 2

    async def test_a_bus_that_is_away_gets_the_same_receipt_later(self, world: World) -> None:
        world.before_publish = fail_once(Unavailable("bus"))
        sender = world.sender()
        with pytest.raises(Unavailable):
            await sender.send_queued()

        await sender.send_queued()

        assert world.gateway.handed == ["m-1", "m-2"]
        assert world.receipts() == [("m-1", "accepted"), ("m-2", "accepted")]

    async def test_the_loop_outlives_a_round_that_fails_and_stops_when_told(self, world: World) -> None:
        stop = asyncio.Event()
        rounds = 0

        async def queued() -> list[Outgoing]:
            nonlocal rounds
            rounds += 1
            if rounds == 1:
                raise RuntimeError("store")
            if rounds == 3:
                stop.set()
            return world.waiting

        world.queued = queued  # type: ignore[method-assign]

        await world.sender().run(stop, pause_s=0)

        assert (rounds, world.gateway.handed) == (3, ["m-1", "m-2"])

    async def test_a_stop_ends_the_pause_at_once(self, world: World) -> None:
        stop = asyncio.Event()
        world.before_publish = stop.set

        async with asyncio.timeout(10):
            await world.sender().run(stop, pause_s=3_600)

        assert world.receipts() == [("m-1", "accepted")]  # and no further message begins


class TestTheReceipt:
    def test_is_a_fact_that_keeps_the_intake_contract(self) -> None:
        envelope = decode(
            None, receipt_of(Outcome("m-1", "rejected", instant(NOON), "no_contact"), SOURCE).structured()
        )

        fact = offered_form(SmsReceipt).model_validate(envelope.data)

        assert (envelope.id, envelope.source, envelope.subject) == ("m-1-rejected", "bangfu-matching", "m-1")
        assert fact.model_dump()["detail"] == "no_contact"

    def test_is_the_same_bytes_however_often_it_is_made(self) -> None:
        outcome = Outcome("m-1", "accepted", instant(NOON))

        assert receipt_of(outcome, SOURCE).structured() == receipt_of(outcome, SOURCE).structured()

    def test_wants_a_moment_with_an_offset(self) -> None:
        with pytest.raises(ValueError, match="offset"):
            instant(NOON.replace(tzinfo=None))


class TestTheOutbox:
    async def test_keeps_the_text_and_only_the_masked_number(self) -> None:
        store = MemoryOutbox()

        result = await OutboxGateway(store, lambda: NOON).send("m-1", NUMBER, "字" * 71)

        expected = OutboxRow("m-1", "2018-03-01T04:00:00+00:00", "138****5678", "字" * 71, 2)
        assert (result, await store.latest(5)) == (Accepted(), [expected])
