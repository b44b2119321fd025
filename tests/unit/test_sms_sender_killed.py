"""The sender killed, overtaken or without a term: whatever was under way is never sent a second time."""

import asyncio

import pytest

from shared.sms.sending import NotOwnerError, Outcome, instant
from tests.support.sending import NOON, NUMBER, Killed, World, fail_once


@pytest.fixture
def world() -> World:
    return World()


class TestAKill:
    async def test_while_sending_leaves_the_message_unconfirmed_and_never_sends_it_again(self, world: World) -> None:
        world.gateway.answers["m-1"] = Killed()
        with pytest.raises(Killed):
            await world.sender().send_queued()
        del world.gateway.answers["m-1"]

        successor = world.sender()
        await successor.recover()
        await successor.send_queued()

        assert world.gateway.handed == ["m-1", "m-2"]
        assert world.receipts() == [("m-1", "unconfirmed"), ("m-2", "accepted")]

    async def test_before_publishing_repeats_the_receipt_not_the_message(self, world: World) -> None:
        world.before_publish = fail_once(Killed())
        with pytest.raises(Killed):
            await world.sender().send_queued()

        successor = world.sender()
        await successor.recover()
        await successor.send_queued()

        assert world.gateway.handed == ["m-1", "m-2"]
        assert world.receipts() == [("m-1", "accepted"), ("m-2", "accepted")]

    async def test_an_overtaken_sender_does_not_overrule_its_successor(self, world: World) -> None:
        await world.log.begin("m-1", 0)
        await world.sender().recover()

        assert not await world.log.finish(Outcome("m-1", "accepted", instant(NOON)))
        assert [outcome.status for outcome in await world.log.unpublished(10)] == ["unconfirmed"]

    async def test_an_overtaken_sender_says_nothing_of_its_own(self, world: World) -> None:
        overtaking = world.sender()

        async def phone_of(_: str) -> str:
            await overtaking.recover(2)
            return NUMBER

        world.phone_of = phone_of  # type: ignore[method-assign,assignment]
        overtaken = world.sender()
        await overtaken.recover(1)
        with pytest.raises(NotOwnerError):
            await overtaken.send_queued()
        told = world.receipts()

        await overtaking.send_queued()

        assert (told, world.receipts()) == ([], [("m-1", "unconfirmed"), ("m-2", "accepted")])
        assert world.gateway.handed == ["m-1", "m-2"]

    async def test_without_a_term_nothing_is_sent_and_with_one_everything(self, world: World) -> None:
        stop, terms = asyncio.Event(), [None, None, 7]
        handed: list[int] = []

        def term() -> int | None:
            handed.append(len(world.gateway.handed))
            if not terms:
                stop.set()
                return None
            return terms.pop(0)

        await world.sender(term).run(stop, pause_s=0)

        assert handed == [0, 0, 0, 2]

    async def test_who_comes_back_from_standing_still_begins_no_message(self, world: World) -> None:
        asleep, heir = world.sender(), world.sender()
        await asleep.recover(1)
        await heir.recover(2)

        with pytest.raises(NotOwnerError):
            await asleep.send_queued()

        assert world.gateway.handed == []
        assert await heir.send_queued() == 2
