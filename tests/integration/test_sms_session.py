"""The SMPP session over a real line: whatever comes in, and however much, it stays whole."""

import asyncio

import pytest

from shared.sms.gateway import Accepted, Report
from shared.sms.heard_stores import MemoryHeardLog
from shared.sms.inbox import Inbox
from tests.support.gateways import Told, smpp_gateway
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
