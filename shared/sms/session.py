"""One bound session with an SMSC (SMPP 3.4): questions, their answers, and what comes in.

What comes in is acknowledged by whoever takes it, once it is kept: an SMSC that hears nothing, or "come again", still
has it. The library's client acknowledges before we have it, and its refusal claims 16 octets where it writes 17: the
first receipt too many makes an SMSC lose its place in the stream and cut the line.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import smpp34

from shared.sms.pdus import (
    ALERT,
    ANSWER,
    BIND,
    DELIVER,
    ENQUIRE,
    NACK,
    SEQUENCE_MAX,
    SUBMIT,
    UNBIND,
    FramingError,
    Pdu,
    bind_body,
    body_of,
    framed,
    taken,
)

# SMPP 3.4, 5.1.3: command_status of our own answers.
OK: Final = 0x00
BUSY: Final = 0x14  # ESME_RMSGQFUL: come again
UNREADABLE: Final = 0x65  # ESME_RX_P_APPN: it would be no better the next time
_BAD_COMMAND: Final = 0x03  # ESME_RINVCMDID

Acknowledge = Callable[[int], None]
# Takes a `deliver_sm` and what says to the SMSC how that went; is called on the loop and does not wait.
Delivered = Callable[[Any, Acknowledge], None]


class SessionLostError(Exception):
    """No answer, or none that can be understood: whether the SMSC did what it was asked is not known."""


class Session(asyncio.Protocol):
    """A session.

    Args:
        delivered: Takes what comes in.
        answer_s: How long an answer may take.

    `lost` is done once the line is.
    """

    def __init__(self, delivered: Delivered, answer_s: float) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._delivered, self._answer_s = delivered, answer_s
        self._buffer = bytearray()
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._sequence, self._read = 0, 0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        del exc
        if not self.lost.done():
            self.lost.set_result(None)
        for each in self._waiting.values():
            if not each.done():
                each.set_exception(SessionLostError("the line was cut"))

    def data_received(self, data: bytes) -> None:
        """Deal with every PDU that is whole."""
        self._read += 1
        self._buffer += data
        try:
            for pdu in taken(self._buffer):
                self._take(pdu)
        except FramingError:
            self._transport.abort()

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & ANSWER:
            waiting = self._waiting.get(pdu.sequence)
            if waiting is not None and not waiting.done():
                waiting.set_result(pdu)
        elif pdu.command == DELIVER:
            self._deliver(pdu)
        elif pdu.command in (ENQUIRE, UNBIND):
            self._write(framed(pdu.command | ANSWER, pdu.sequence))
            if pdu.command == UNBIND:
                self.close()
        elif pdu.command != ALERT:  # which wants no answer
            self._write(framed(NACK, pdu.sequence, status=_BAD_COMMAND))

    def _deliver(self, pdu: Pdu) -> None:
        def acknowledge(status: int) -> None:
            self._write(framed(DELIVER | ANSWER, pdu.sequence, b"\0", status))

        try:
            found = smpp34.decode(pdu.octets)
        except smpp34.SmppError:
            acknowledge(UNREADABLE)
            return
        self._delivered(found, acknowledge)

    def _write(self, octets: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(octets)

    async def ask(self, command: int, body: bytes = b"") -> Pdu:
        """Ask, and return the answer, whatever its status.

        Raises:
            SessionLostError: The line was cut, no answer came in time, or a `generic_nack`.
        """
        if self.lost.done() or self._transport.is_closing():
            raise SessionLostError("the line was cut before")
        self._sequence = sequence = self._sequence % SEQUENCE_MAX + 1
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answer
        try:
            self._write(framed(command, sequence, body))
            async with asyncio.timeout(self._answer_s):
                found = await answer
        except TimeoutError:
            raise SessionLostError("no answer") from None
        finally:
            del self._waiting[sequence]
        if found.command != command | ANSWER:
            raise SessionLostError("not understood")
        return found

    async def bind(self, system_id: str, password: str, system_type: str) -> bool:
        """Bind as transceiver; False if we are not wanted. Raises `SessionLostError` like any question."""
        return (await self.ask(BIND, bind_body(system_id, password, system_type))).status == OK

    async def submit(self, to: str, body: bytes, **fields: Any) -> Pdu:
        """Submit one part; the fields are those of `submit_sm`, by the codec's names."""
        source = fields.pop("source_addr")
        return await self.ask(SUBMIT, body_of(smpp34.SubmitSm(source, to, body, **fields).encode()))

    async def watch(self, every_s: float) -> None:
        """Ask whether the other end is still there whenever nothing was heard for a while; raises if it is not."""
        while True:
            before = self._read
            await asyncio.sleep(every_s)
            if self._read == before:
                await self.ask(ENQUIRE)

    def close(self) -> None:
        """Close the line, once what was written is out."""
        self._transport.close()
