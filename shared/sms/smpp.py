"""A gateway that speaks SMPP 3.4: long texts in parts, receipts, incoming texts.

A lost connection, a missing answer and a `generic_nack` all mean that nobody knows: the session is given up, and the
message may have gone out. An answer with an error status is an answer: the part was not taken.
"""

import asyncio
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from shared.sms.binding import Binding, SmppAddress
from shared.sms.gateway import Accepted, GatewayUnavailable, Rejected, SendResult, Throttled, UnknownAnswerError
from shared.sms.inbox import Inbox, patiently
from shared.sms.parts import UCS2, UDHI, split
from shared.sms.pdus import Pdu, message_id_of
from shared.sms.session import Session, SessionLostError
from shared.store import StoreError

# SMPP 3.4, 5.1.3: command_status, as far as it means something else than "never".
_NOT_BOUND: Final = 0x04  # ESME_RINVBNDSTS
_BUSY: Final = frozenset({0x14, 0x58})  # ESME_RMSGQFUL, ESME_RTHROTTLED
_UNKNOWN: Final = frozenset({0x08, 0xFF})  # ESME_RSYSERR, ESME_RUNKNOWNERR: nobody says what became of it
_NAMES: Final = {
    0x01: "bad_length",
    0x0A: "bad_source",
    0x0B: "bad_destination",
    0x33: "bad_destination",
    0x43: "bad_parts",
    0x45: "submit_failed",
}


class SmppGateway:
    """An `SmsGateway`; bound while `run` is told that it is wanted, unavailable otherwise."""

    def __init__(self, address: SmppAddress, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        self._at, self._inbox, self._clock = address, inbox, clock
        self._binding = Binding(address, inbox, clock)
        self._window = asyncio.Semaphore(address.window)
        self._busy, self._rest_until = 0, 0.0
        self._noting: set[asyncio.Task[None]] = set()

    @property
    def bound(self) -> bool:
        """Tell whether there is a session."""
        return self._binding.session is not None

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Submit the parts of a message: the first, and the others once that is taken (`SmsGateway`)."""
        self._rest()
        session = self._binding.session
        if session is None:
            raise GatewayUnavailable(f"{self._at.name} is not bound")
        try:
            bodies = split(text, zlib.crc32(message_id.encode()))
        except ValueError:
            return Rejected("bad_text")
        answer = await self._submit(session, to, bodies[0], several=len(bodies) > 1)
        if answer.status:
            return self._refusal(answer.status)
        self._busy = 0
        taken = [message_id_of(answer)]
        try:
            if len(bodies) > 1:
                others = (self._insist(session, to, body, taken) for body in bodies[1:])
                failed = [e for e in await asyncio.gather(*others, return_exceptions=True) if e is not None]
                if failed:
                    raise UnknownAnswerError("a part of the message was not taken") from failed[0]
        finally:
            await self._note(message_id, [each for each in taken if each], len(bodies))
        return Accepted()

    def _rest(self) -> None:
        if asyncio.get_running_loop().time() < self._rest_until:
            raise Throttled(f"{self._at.name} asked for less at a time")

    def _refusal(self, status: int) -> SendResult:
        if status in _BUSY:
            self._busy += 1
            pause = min(self._at.pause_s * 2.0 ** min(self._busy - 1, 10), self._at.pause_max_s)
            self._rest_until = asyncio.get_running_loop().time() + pause
            raise Throttled(f"{self._at.name} asked for less at a time")
        if status == _NOT_BOUND:
            self._binding.give_up(self._binding.session)
            raise GatewayUnavailable(f"{self._at.name} does not know the session")
        if status in _UNKNOWN:
            raise UnknownAnswerError(f"{self._at.name} failed")
        return Rejected(_NAMES.get(status, "refused"))

    async def _submit(self, session: Session, to: str, body: bytes, *, several: bool) -> Pdu:
        async with self._window:
            if session is not self._binding.session:
                raise GatewayUnavailable(f"{self._at.name} is not bound")
            try:
                return await session.submit(
                    to.removeprefix("+"),
                    body,
                    source_addr=self._at.source,
                    source_addr_ton=0 if self._at.source.isdigit() or not self._at.source else 5,
                    source_addr_npi=1 if self._at.source.isdigit() else 0,
                    dest_addr_ton=1,
                    dest_addr_npi=1,
                    esm_class=UDHI if several else 0,
                    registered_delivery=1,
                    data_coding=UCS2,
                )
            except SessionLostError:
                self._binding.give_up(session)
                raise UnknownAnswerError(f"{self._at.name} did not answer") from None

    async def _insist(self, session: Session, to: str, body: bytes, taken: list[str]) -> None:
        """Submit a further part; a busy gateway is asked again, as the first part cannot be taken back."""
        deadline = asyncio.get_running_loop().time() + self._at.answer_s
        while True:
            answer = await self._submit(session, to, body, several=True)
            if not answer.status:
                taken.append(message_id_of(answer))
                return
            if answer.status not in _BUSY or asyncio.get_running_loop().time() > deadline:
                raise UnknownAnswerError(f"{self._at.name} took a part of the message only")
            await asyncio.sleep(self._at.pause_s)

    async def _note(self, message_id: str, references: list[str], parts: int) -> None:
        """Keep whose the references are. The message is out, so a store that is away must not undo that."""
        if not references:
            return
        now, log = self._clock(), self._inbox.log

        async def note() -> None:
            await patiently(lambda: log.note(self._at.name, references, message_id, parts, now), (StoreError,))
            self._inbox.news()

        task = asyncio.create_task(note())
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)
        await asyncio.wait({task}, timeout=self._at.answer_s)

    async def run(self, wanted: Callable[[], bool] = lambda: True, look_s: float = 1.0) -> None:
        """Be bound while wanted, and hear; finishes what is being kept when cancelled."""
        try:
            await self._binding.run(wanted, look_s)
        finally:
            if self._noting:
                await asyncio.wait(set(self._noting), timeout=self._at.connect_s)
