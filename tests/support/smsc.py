"""Peers of the SMPP gateway: the server of the library, and one on bare sockets that misbehaves as it is told."""

import asyncio
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import smpp34

_HEADER = struct.Struct(">IIII")
_ANSWER, _NACK = 0x80000000, 0x80000000
BIND, SUBMIT, DELIVER, UNBIND, ENQUIRE = 0x09, 0x04, 0x05, 0x06, 0x15
_KNOWN = {BIND, SUBMIT, UNBIND, ENQUIRE, DELIVER | _ANSWER, ENQUIRE | _ANSWER, UNBIND | _ANSWER, _NACK}
OK, THROTTLED, QUEUE_FULL, BAD_NUMBER, SYSTEM_ERROR = 0x00, 0x58, 0x14, 0x0B, 0x08


@dataclass
class Taken:
    """A submission as it came over the wire."""

    to: str
    source: str
    body: bytes
    esm_class: int
    data_coding: int
    reference: str


@dataclass
class Smsc:
    """What an SMSC does with submissions: `answers` are used up one by one, then everything is accepted.

    An answer is a command_status, `close` (the line is cut), `silent` (no answer), `nack`, or a function that is called
    with the submission before it is accepted. `heard` holds what the client answered to each `deliver_sm`, by its
    sequence number; an SMSC that reads what is no PDU cuts the line, as real ones do, and is `confused`. `asked` counts
    `enquire_link`; from the one numbered `silent_from` on there is no answer. `unbound` counts answers to our `unbind`.
    """

    answers: list[Any] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    heard: dict[int, int] = field(default_factory=dict)
    nacked: list[int] = field(default_factory=list)
    confused: bool = False
    asked: int = 0
    silent_from: int = 0
    unbound: int = 0
    binds: int = 0
    refuse_binds: bool = False
    port: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _sequence: int = 1_000
    _count: int = 0

    async def deliver(self, body: bytes, *, source: str, esm_class: int = 0, data_coding: int = 0) -> None:
        """Send a `deliver_sm` down the newest line."""
        await self.write(self.delivery(body, source=source, esm_class=esm_class, data_coding=data_coding))

    async def write(self, octets: bytes) -> None:
        """Send octets down the newest line."""
        self._writers[-1].write(octets)
        await self._writers[-1].drain()

    def delivery(self, body: bytes, *, source: str, esm_class: int = 0, data_coding: int = 0) -> bytes:
        """Return the octets of a `deliver_sm`."""
        self._sequence += 1
        pdu = smpp34.DeliverSm(
            source, "10690000", body, esm_class=esm_class, data_coding=data_coding, sequence_number=self._sequence
        )
        encoded: bytes = pdu.encode()
        return encoded

    async def receipt(self, reference: str, stat: str = "DELIVRD", err: str = "000", text: str = "") -> None:
        """Send a receipt as appendix B of SMPP 3.4 has it; `text` is how the message began."""
        said = (
            f"id:{reference} sub:001 dlvrd:001 submit date:1803011200 done date:1803011201 stat:{stat} err:{err} "
            f"text:{text}"
        )
        await self.deliver(said.encode(), source="8613812345678", esm_class=4)

    async def cut(self) -> None:
        """Cut every line."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                size, command, status, sequence = _HEADER.unpack(await reader.readexactly(16))
                if size < _HEADER.size or command not in _KNOWN:
                    self.confused = True
                    break
                await self._take(writer, command, status, sequence, await reader.readexactly(size - _HEADER.size))
        writer.close()

    async def _take(self, writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == SUBMIT:
            octets = _HEADER.pack(_HEADER.size + len(body), command, 0, sequence) + body
            await self._submitted(writer, sequence, smpp34.decode(octets))
        elif command == BIND:
            await self._bound(writer, sequence)
        elif command & _ANSWER:
            self._answered(command, status, sequence)
        elif command == UNBIND or not self._keeps_silent():
            _write(writer, command | _ANSWER, OK, sequence)

    def _answered(self, command: int, status: int, sequence: int) -> None:
        if command == DELIVER | _ANSWER:
            self.heard[sequence] = status
        elif command == _NACK:
            self.nacked.append(status)
        elif command == UNBIND | _ANSWER:
            self.unbound += 1

    def _keeps_silent(self) -> bool:
        self.asked += 1
        return 0 < self.silent_from <= self.asked

    async def _bound(self, writer: asyncio.StreamWriter, sequence: int) -> None:
        if self.refuse_binds:
            _write(writer, BIND | _ANSWER, 0x0E, sequence)
            return
        self.binds += 1
        self._writers.append(writer)
        _write(writer, BIND | _ANSWER, OK, sequence, b"SMSC\0")

    async def _submitted(self, writer: asyncio.StreamWriter, sequence: int, pdu: Any) -> None:
        self._count += 1
        reference = f"ref{self._count}"
        answer = self.answers.pop(0) if self.answers else OK
        taken = Taken(
            pdu.destination_addr, pdu.source_addr, pdu.short_message, pdu.esm_class, pdu.data_coding, reference
        )
        if answer in (OK, "close", "silent") or callable(answer):
            self.taken.append(taken)
        if callable(answer):
            await answer(taken)
        if answer == "close":
            writer.close()
        elif answer == "nack":
            _write(writer, _NACK, 0x03, sequence)
        elif answer != "silent":
            status = answer if isinstance(answer, int) else OK
            _write(writer, SUBMIT | _ANSWER, status, sequence, f"{reference}\0".encode() if status == OK else b"")


def _write(writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes = b"") -> None:
    writer.write(_HEADER.pack(16 + len(body), command, status, sequence) + body)


@asynccontextmanager
async def bare_smsc() -> AsyncIterator[Smsc]:
    """Run an SMSC on bare sockets."""
    smsc = Smsc()
    server = await asyncio.start_server(smsc.on, "127.0.0.1", 0)
    smsc.port = server.sockets[0].getsockname()[1]
    try:
        yield smsc
    finally:
        await smsc.cut()
        server.close()


@contextmanager
def smsc_aside() -> Iterator[tuple[Smsc, asyncio.AbstractEventLoop]]:
    """Run an SMSC on bare sockets in a thread with a loop of its own, for tests that block theirs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = bare_smsc()
    try:
        yield asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10), loop
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class LibrarySmsc(Smsc):
    """The same over the library's own server, as far as that can: it cannot cut lines or say nothing."""

    async def serve(self, server: Any) -> None:
        """Answer what comes."""
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.binds += 1
                self._esme = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                await self._answer(event)

    async def _answer(self, event: Any) -> None:
        self._count += 1
        answer = self.answers.pop(0) if self.answers else OK
        if answer != OK:
            event.reject(answer)
            return
        reference = f"ref{self._count}"
        self.taken.append(
            Taken(
                event.destination_addr,
                event.source_addr,
                event.short_message,
                event.esm_class,
                event.data_coding,
                reference,
            )
        )
        event.accept(reference)

    async def deliver(self, body: bytes, *, source: str, esm_class: int = 0, data_coding: int = 0) -> None:
        """Push through the library."""
        await self._esme.deliver_sm("10690000", body, source_addr=source, esm_class=esm_class, data_coding=data_coding)


@asynccontextmanager
async def library_smsc(port: int) -> AsyncIterator[LibrarySmsc]:
    """Run the library's server."""
    server = smpp34.Server("127.0.0.1", port, system_id="SMSC")
    await server.start()
    smsc = LibrarySmsc(port=port)
    serving = asyncio.create_task(smsc.serve(server))
    try:
        yield smsc
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await server.stop()


def whole(taken: list[Taken]) -> str:
    """Return the text that a phone puts together of the parts."""
    headed = [(each.body[5], each.body[6:]) if each.esm_class & 0x40 else (1, each.body) for each in taken]
    return b"".join(body for _, body in sorted(headed)).decode("utf-16-be")


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Let others run until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event
            await asyncio.sleep(0.005)
