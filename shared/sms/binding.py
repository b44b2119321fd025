"""A session with an SMSC that is kept up, and what comes in through it."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from shared.sms.delivery import is_receipt, report_of, text_of
from shared.sms.gateway import Reply
from shared.sms.inbox import Inbox, patiently
from shared.sms.joining import Joiner
from shared.sms.pdus import UNBIND
from shared.sms.sending import instant
from shared.sms.session import BUSY, OK, Acknowledge, Session, SessionLostError
from shared.store import StoreError
from shared.telemetry import logger

WINDOW: Final = 10
HEARING_MAX: Final = 1_000  # receipts and texts that are being kept; beyond them the SMSC is told to come again
ENQUIRE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class SmppAddress:
    """Where an SMSC is, and as whom we bind.

    Args:
        source: Number or name that messages come from (接入号), as the SMSC assigned it.
        window: How many parts may be without an answer at a time.
        answer_s: How long to wait for an answer; below the sender's own patience.
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
        self.session: Session | None = None
        self._at, self._inbox, self._clock = address, inbox, clock
        self._broken = asyncio.Event()
        self._joiner = Joiner()
        self._keeping: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()

    def give_up(self, session: Session | None) -> None:
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
            session = await self._connected()
            failures = 0 if session is not None else failures + 1
            if session is not None:
                try:
                    await self._bound(session, wanted, look_s)
                finally:
                    await self._unbind(session)
            else:
                logger().warning("sms.gateway_away", component=self._at.name, attempt=failures)
            await asyncio.sleep(min(self._at.pause_s * 2.0 ** min(max(failures - 1, 0), 10), self._at.pause_max_s))

    async def _connected(self) -> Session | None:
        at, made = self._at, None
        context = ssl.create_default_context() if at.tls else None
        try:
            async with asyncio.timeout(at.connect_s * 2):
                _, made = await asyncio.get_running_loop().create_connection(
                    lambda: Session(self._heard, at.answer_s), at.host, at.port, ssl=context
                )
                if await made.bind(at.system_id, at.password, at.system_type):
                    found, made = made, None
                    return found
        except (OSError, TimeoutError, SessionLostError) as error:  # nobody is there, or it is no SMSC
            logger().info("sms.gateway_not_bound", component=at.name, error=type(error).__name__)
        finally:
            if made is not None:
                made.close()
        return None

    async def _bound(self, session: Session, wanted: Callable[[], bool], look_s: float) -> None:
        logger().info("sms.gateway_bound", component=self._at.name)
        self.session = session
        self._broken.clear()
        tasks = (asyncio.create_task(session.watch(ENQUIRE_S)), asyncio.create_task(self._broken.wait()))
        ends: list[asyncio.Future[Any]] = [session.lost, *tasks]
        try:
            while wanted() and not any(each.done() for each in ends):
                await asyncio.wait(ends, timeout=look_s, return_when=asyncio.FIRST_COMPLETED)
                for sender, to, text in self._joiner.late(asyncio.get_running_loop().time()):
                    await self._hand_on(sender, to, text)
        finally:
            self.session = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            logger().warning("sms.gateway_unbound", component=self._at.name)

    async def _unbind(self, session: Session) -> None:
        """Say good-bye, wait for what is being kept, and close the connection whatever happens."""
        try:
            async with asyncio.timeout(self._at.connect_s):
                if not self._broken.is_set():
                    await session.ask(UNBIND)
                if self._keeping:
                    await asyncio.wait(set(self._keeping))
        except (SessionLostError, TimeoutError):
            logger().info("sms.gateway_gone", component=self._at.name)
        finally:
            session.close()

    def _heard(self, pdu: Any, acknowledge: Acknowledge) -> None:
        """Keep what comes in, side by side; it is acknowledged once it is kept, put off if it is too much."""
        if len(self._keeping) >= HEARING_MAX:
            self._inbox.counts["put_off"] += 1
            acknowledge(BUSY)
            return
        task = asyncio.create_task(self._keep(pdu, acknowledge))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _keep(self, pdu: Any, acknowledge: Acknowledge) -> None:
        if not is_receipt(pdu):
            await self._text(pdu)
        elif (report := report_of(pdu, instant(self._clock()))) is None:
            self._inbox.unreadable(self._at.name)
        else:
            await patiently(lambda: self._inbox.report(self._at.name, report), (StoreError,))
        acknowledge(OK)

    async def _text(self, pdu: Any) -> None:
        """Hand on a person's text, one after the other, as they came; parts wait here until the text is whole."""
        async with self._in_turn:
            joined, piece = text_of(pdu)
            now = asyncio.get_running_loop().time()
            text = self._joiner.add(pdu.source_addr, pdu.destination_addr, joined, piece, now)
            if text is not None:
                await self._hand_on(pdu.source_addr, pdu.destination_addr, text)

    async def _hand_on(self, sender: str, to: str, text: str) -> None:
        reply = Reply(f"sms-{token_hex(12)}", sender, text, instant(self._clock()), to or None)
        await patiently(lambda: self._inbox.reply(reply))
