"""Many messages under way at once over a real database: what is written together is never sent twice."""

import asyncio
from collections import Counter

import pytest

from shared.runner.replicas import LEASES
from shared.sms.gateway import Accepted, SendResult
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.sms.sender import Outgoing
from shared.store import Store
from tests.support.sending import NUMBER, Gateway, Killed, World

pytestmark = pytest.mark.real


class DeadlyGateway(Gateway):
    """The process dies with the n-th message in its hands, whatever else is under way."""

    def __init__(self, deadly: int) -> None:
        super().__init__()
        self.deadly = deadly

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Take it; die of one of them."""
        assert (to, text[:1]) == (NUMBER, "【")
        self.handed.append(message_id)
        if len(self.handed) == self.deadly:
            raise Killed
        await asyncio.sleep(0)
        return Accepted()


@pytest.fixture
async def world(store: Store) -> World:
    found = World()
    found.log = MongoSendingLog(store.db[SENDING_COLLECTION], store.db[LEASES])  # type: ignore[assignment]
    found.waiting = [Outgoing(f"m-{n:02}", f"p{n % 30}", "【帮扶就业】一") for n in range(40)]
    found.cards = {f"p{n}": NUMBER for n in range(30)}
    return found


async def test_all_are_sent_once_and_told_once(world: World) -> None:
    sender = world.sender(window=16)
    await sender.recover()

    assert [await sender.send_queued(), await sender.send_queued()] == [40, 0]
    assert Counter(world.gateway.handed) == Counter(each.message_id for each in world.waiting)
    assert sorted(world.receipts()) == [(each.message_id, "accepted") for each in world.waiting]


@pytest.mark.parametrize("deadly", [1, 17, 39])
async def test_whenever_the_sender_dies_none_goes_out_twice_and_each_is_told_once(world: World, deadly: int) -> None:
    world.gateway = DeadlyGateway(deadly)
    sender = world.sender(window=16)
    await sender.recover()
    with pytest.raises(Killed):
        await sender.send_queued()

    heir = world.sender(window=16)
    lost = await heir.recover(2)
    await heir.send_queued()

    assert max(Counter(world.gateway.handed).values()) == 1
    told = dict(world.receipts())
    assert (len(told), len(world.receipts())) == (40, 40)
    assert Counter(told.values()) == {"accepted": 40 - lost, "unconfirmed": lost}
    assert 1 <= lost <= 16
