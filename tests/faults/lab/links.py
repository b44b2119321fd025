"""A TCP proxy on one link: it can cut, delay, and swallow the acknowledgements that a NATS client sends."""

import asyncio
import contextlib
from dataclasses import dataclass, field

_ACK = b"$JS.ACK."
_CHUNK = 65_536
_CLOSE_S = 5.0


@dataclass
class Link:
    """A way to a server on loopback; connect to `port` instead of the server's own.

    Args:
        delay_s: How much later everything arrives, in both directions.
        cut: New connections are closed at once; `sever` closes those there are.
        nats: The client speaks NATS, so that its messages can be told apart.
        drop_acks: Acknowledgements from the client vanish; everything else passes.
        dropped: How many have vanished.
    """

    target: int
    nats: bool = False
    delay_s: float = 0.0
    cut: bool = False
    drop_acks: bool = False
    dropped: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def open(self) -> "Link":
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def sever(self) -> None:
        """Close every connection at once, as a cable that is pulled."""
        for writer in list(self._open):
            writer.transport.abort()

    async def close(self) -> None:
        """Stop listening and close everything."""
        if self._server is not None:
            self._server.close()
        self.sever()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self._open |= {writer, back}
            try:
                await asyncio.gather(
                    self._pump(reader, back, AckFilter(self) if self.nats else None), self._pump(there, writer, None)
                )
            finally:
                for side in (writer, back):
                    self._open.discard(side)
                    side.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, acks: "AckFilter | None") -> None:
        """Copy one direction; a delay holds every chunk back but keeps their order and does not add up."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        async def deliver() -> None:
            while True:
                due, chunk = await queue.get()
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                if not chunk:
                    break
                sink.write(chunk)
                await sink.drain()
            sink.close()

        delivery = asyncio.create_task(deliver())
        try:
            while chunk := await source.read(_CHUNK):
                passed = acks.feed(chunk) if acks is not None else chunk
                if passed:
                    queue.put_nowait((loop.time() + self.delay_s, passed))
            queue.put_nowait((loop.time() + self.delay_s, b""))
            await delivery
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            delivery.cancel()


class AckFilter:
    """Takes acknowledgements out of what a NATS client says (client protocol: PUB and HPUB carry a payload)."""

    def __init__(self, link: Link) -> None:
        self._link, self._buffer = link, b""

    def feed(self, chunk: bytes) -> bytes:
        """Return what passes of a chunk; the rest of an unfinished message waits for the next one."""
        self._buffer += chunk
        passed = []
        while (end := self._buffer.find(b"\r\n")) >= 0:
            words = self._buffer[:end].split()
            size = end + 2
            if words and words[0].upper() in (b"PUB", b"HPUB"):
                size += int(words[-1]) + 2
                if len(self._buffer) < size:
                    break
            message, self._buffer = self._buffer[:size], self._buffer[size:]
            if self._link.drop_acks and len(words) > 1 and words[1].startswith(_ACK):
                self._link.dropped += 1
            else:
                passed.append(message)
        return b"".join(passed)
