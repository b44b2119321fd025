"""The SMPP session over a real line: whatever comes in, and however much, it stays whole."""

import asyncio

import pytest

from shared.sms.gateway import Accepted, Report
from shared.sms.inbox import Inbox
from shared.sms.memory import MemoryHeardLog
from shared.sms.pdus import UNBIND, framed
from shared.sms.session import Session, SessionLostError
from tests.support.gateways import Told, inbox_of, smpp_gateway
from tests.support.sending import NUMBER
from tests.support.smsc import OK, QUEUE_FULL, bare_smsc, until

pytestmark = pytest.mark.real


class SlowLog(MemoryHeardLog):
    """Keeps nothing before it is told that the disks are back."""

    def __init__(self) -> None:
        super().__init__()
        self.back = asyncio.Event()

    async def hear(self, gateway: str, report: Report) -> bool:
        """Wait, then keep."""
        await self.back.wait()
        return await super().hear(gateway, report)


class TestMoreReceiptsThanCanBeKept:
    async def test_are_told_to_come_again_and_the_line_stays_whole(self) -> None:
        log = SlowLog()
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, Inbox(log, Told().publish)) as gateway:
            for n in range(3_000):
                await smsc.receipt(f"r{n}")
            await until(lambda: QUEUE_FULL in smsc.heard.values())

            assert await gateway.send("m-1", NUMBER, "您好") == Accepted()
            log.back.set()
            await until(lambda: len(smsc.heard) == 3_000 or smsc.confused)

        assert not smsc.confused
        assert smsc.binds == 1
        assert set(smsc.heard.values()) == {OK, QUEUE_FULL}


class TestWhatComesIn:
    async def test_is_acknowledged_once_it_is_kept_and_not_before(self) -> None:
        log = SlowLog()
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, Inbox(log, Told().publish)) as gateway:
            await smsc.receipt("r1")
            assert await gateway.send("m-1", NUMBER, "您好") == Accepted()
            before = dict(smsc.heard)
            log.back.set()
            await until(lambda: smsc.heard)

        assert (before, list(smsc.heard.values())) == ({}, [OK])

    async def test_texts_reach_the_broker_in_the_order_in_which_they_came(self) -> None:
        told = Told(failures=1)
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(told)):
            for n in range(20):
                await smsc.deliver(f"Y{n}".encode(), source="13812345678")
            await until(lambda: len(smsc.heard) == 20)

        assert told.texts() == [f"Y{n}" for n in range(20)]

    async def test_may_come_in_pieces_and_several_at_once(self) -> None:
        told = Told()
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(told)):
            octets = b"".join(smsc.delivery(f"Y{n}".encode(), source="13812345678") for n in range(3))
            for piece in (octets[:5], octets[5:70], octets[70:]):
                await smsc.write(piece)
                await asyncio.sleep(0)
            await until(lambda: len(smsc.heard) == 3)

        assert told.texts() == ["Y0", "Y1", "Y2"]

    @pytest.mark.parametrize("octets", [bytes(16), b"HTTP/1.1 400 Bad Request\r\n"], ids=["zeros", "another protocol"])
    async def test_that_is_no_smpp_ends_the_session_and_another_begins(self, octets: bytes) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())):
            await smsc.write(octets)
            await until(lambda: smsc.binds == 2)

    async def test_that_we_do_not_speak_is_answered_as_such(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())):
            await smsc.write(framed(0x103, 7))  # data_sm
            await until(lambda: smsc.nacked)

        assert smsc.nacked == [0x03]


class TestTheLine:
    async def test_is_asked_for_when_it_is_silent_and_given_up_without_an_answer(self) -> None:
        async with bare_smsc() as smsc:
            session = await _session(smsc.port)
            smsc.silent_from = 3
            with pytest.raises(SessionLostError):
                await asyncio.wait_for(session.watch(0.01), 10)
            session.close()

        assert smsc.asked == 3

    async def test_that_the_smsc_ends_is_ended_politely(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())):
            await smsc.write(framed(UNBIND, 1))
            await until(lambda: smsc.binds == 2)

        assert smsc.unbound == 1


async def _session(port: int) -> Session:
    loop = asyncio.get_running_loop()
    _, session = await loop.create_connection(lambda: Session(lambda _, __: None, 0.2), "127.0.0.1", port)
    assert await session.bind("bangfu", "secret", "")
    return session
