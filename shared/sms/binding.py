"""A session with an SMSC that is kept up, and what comes in through it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

import smpp34

from shared.sms.delivery import is_receipt, report_of, text_of
from shared.sms.gateway import Reply, Report
from shared.sms.inbox import Inbox, patiently
from shared.sms.joining import Joiner
from shared.sms.sending import instant
from shared.store import StoreError
from shared.telemetry import logger

WINDOW: Final = 10
_HEARING_MAX: Final = 64  # receipts that are being kept; beyond them the library tells the SMSC to come again


@dataclass(frozen=True, slots=True)
class SmppAddress:
    """Where an SMSC is, and as whom we bind.

    Args:
        source: Number or name that messages come from (接入号), as the SMSC assigned it.
        window: How many parts may be without an answer at a time.
        answer_s: How long to wait for an answer; below the sender's own patience, and the library's thirty seconds.
    """

    name: str
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str = ""
    system_type: str = ""
    tls: bool = False
    window: int = WINDOW
    connect_s: float = 5.0
    answer_s: float = 25.0
    pause_s: float = 1.0
    pause_max_s: float = 60.0


class Binding:
    """Binds as transceiver while it is wanted, again and again, with a growing pause.

    Args:
        inbox: Takes receipts and texts.

    `session` is the one to submit through, None while there is none.
    """

    def __init__(self, address: SmppAddress, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        self.session: Any = None
        self._at, self._inbox, self._clock = address, inbox, clock
        self._broken = asyncio.Event()
        self._joiner = Joiner()
        self._keeping: set[asyncio.Task[None]] = set()

    def give_up(self, session: Any) -> None:
        """Let go of a session that failed; another one is made."""
        if session is self.session:
            self.session = None
            self._broken.set()

    async def run(self, wanted: Callable[[], bool], look_s: float) -> None:
        """Be bound while wanted; says good-bye when cancelled."""
        failures = 0
        while True:
            if not wanted():
                await asyncio.sleep(look_s)
                continue
            client = self._client()
            session = await self._connected(client)
            failures = 0 if session is not None else failures + 1
            if session is not None:
                try:
                    await self._bound(client, session, wanted, look_s)
                finally:
                    await self._unbind(client, session)
            else:
                logger().warning("sms.gateway_away", component=self._at.name, attempt=failures)
                await client.stop()
            await asyncio.sleep(min(self._at.pause_s * 2.0 ** min(max(failures - 1, 0), 10), self._at.pause_max_s))

    def _client(self) -> Any:
        return smpp34.Client(
            self._at.host,
            self._at.port,
            self._at.system_id,
            self._at.password,
            bind_type="TRX",
            system_type=self._at.system_type,
            tls=self._at.tls,
            window_size=self._at.window,
            connect_timeout_ms=int(self._at.connect_s * 1_000),
        )

    async def _connected(self, client: Any) -> Any:
        try:
            async with asyncio.timeout(self._at.connect_s * 2):
                return await client.connect()
        except (smpp34.SmppError, TimeoutError):
            return None

    async def _bound(self, client: Any, session: Any, wanted: Callable[[], bool], look_s: float) -> None:
        logger().info("sms.gateway_bound", component=self._at.name)
        self.session = session
        self._broken.clear()
        hearing = asyncio.create_task(self._hear(session))
        broken = asyncio.create_task(self._broken.wait())
        try:
            while wanted() and not (broken.done() or hearing.done()) and await client.is_alive():
                await asyncio.wait({hearing, broken}, timeout=look_s, return_when=asyncio.FIRST_COMPLETED)
                for sender, to, text in self._joiner.late(asyncio.get_running_loop().time()):
                    await self._hand_on(sender, to, text)
        finally:
            self.session = None
            for task in (hearing, broken):
                task.cancel()
            await asyncio.gather(hearing, broken, return_exceptions=True)
            logger().warning("sms.gateway_unbound", component=self._at.name)

    async def _unbind(self, client: Any, session: Any) -> None:
        """Say good-bye, wait for what is being kept, and close the connection whatever happens."""
        try:
            async with asyncio.timeout(self._at.connect_s):
                if not self._broken.is_set():
                    await session.unbind()
                if self._keeping:
                    await asyncio.wait(set(self._keeping))
        except (smpp34.SmppError, TimeoutError):
            logger().info("sms.gateway_gone", component=self._at.name)
        finally:
            await client.stop()

    async def _hear(self, session: Any) -> None:
        while not isinstance(event := await session.next(), smpp34.Disconnected):
            if not is_receipt(event):
                await self._text(event)
            elif (report := report_of(event, instant(self._clock()))) is None:
                self._inbox.unreadable(self._at.name)
            else:
                await self._keep(report)

    async def _keep(self, report: Report) -> None:
        """Keep receipts side by side: one waits for the disks of a majority as long as many do."""
        while len(self._keeping) >= _HEARING_MAX:
            await asyncio.wait(set(self._keeping), return_when=asyncio.FIRST_COMPLETED)
        kept = patiently(lambda: self._inbox.report(self._at.name, report), (StoreError,))
        task = asyncio.create_task(kept)
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _text(self, pdu: Any) -> None:
        """Hand on a person's text, one after the other, as the library gave them: not always as they came."""
        joined, piece = text_of(pdu)
        now = asyncio.get_running_loop().time()
        text = self._joiner.add(pdu.source_addr, pdu.destination_addr, joined, piece, now)
        if text is not None:
            await self._hand_on(pdu.source_addr, pdu.destination_addr, text)

    async def _hand_on(self, sender: str, to: str, text: str) -> None:
        reply = Reply(f"sms-{token_hex(12)}", sender, text, instant(self._clock()), to or None)
        await patiently(lambda: self._inbox.reply(reply))
