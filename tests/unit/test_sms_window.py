"""Several messages under way at once: to different people, and none of them twice."""

import pytest

from shared.sms.gateway import GatewayUnavailable
from shared.sms.sender import Outgoing
from tests.support.sending import FIRST, SECOND, Killed, World


@pytest.fixture
def world() -> World:
    return World()


class TestSeveralAtOnce:
    async def test_people_are_sent_to_side_by_side_and_one_person_in_order(self, world: World) -> None:
        world.waiting = [FIRST, SECOND, Outgoing("m-3", "panna", "【帮扶就业】三")]

        assert await world.sender(window=9).send_queued() == 3
        assert sorted(world.gateway.handed) == ["m-1", "m-2", "m-3"]
        assert await world.sender(window=9).send_queued() == 0
        assert len(world.gateway.handed) == 3

    async def test_a_failure_of_one_lets_the_others_end(self, world: World) -> None:
        world.gateway.answers["m-1"] = GatewayUnavailable("away")
        with pytest.raises(GatewayUnavailable):
            await world.sender(window=2).send_queued()
        assert world.receipts() == [("m-2", "accepted")]

        del world.gateway.answers["m-1"]
        await world.sender(window=2).send_queued()
        assert world.gateway.handed == ["m-2", "m-1"]

    async def test_what_was_under_way_when_it_was_killed_is_unconfirmed_and_never_sent_again(
        self, world: World
    ) -> None:
        world.gateway.answers["m-1"] = world.gateway.answers["m-2"] = Killed()
        with pytest.raises(Killed):
            await world.sender(window=2).send_queued()
        world.gateway.answers.clear()
        after = world.sender(window=2)

        assert await after.recover() == 2
        assert await after.send_queued() == 0
        assert sorted(world.receipts()) == [("m-1", "unconfirmed"), ("m-2", "unconfirmed")]
