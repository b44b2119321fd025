"""The directory of one embedded server: who may work in it, and on which port."""

import fcntl
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from shared.embedded.binaries import EmbeddedError

LOOPBACK = "127.0.0.1"

_POLL_S = 0.01
_FORERUNNER_GONE_WITHIN_S = 60.0

# Below the ports that Linux (32768) and macOS (49152) hand to outgoing connections: one of those could hold
# the port when the server wants it back after a crash. The usual ports of nats-server and mongod lie outside too.
_FIRST_PORT, _PORTS = 20_000, 7_000


class ServerDirectory:
    """A directory that one launcher and one server at a time may use; readable by its owner only.

    Both locks are flocks, which the kernel takes back when their holder ends, however it ends. The launcher's
    refuses a second launcher at once. The server's is inherited by the server: nats-server does not lock its
    store, and the server of a launcher that was killed ends a little later than that launcher, so without it
    two servers could write to one store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._ownership: IO[bytes] | None = None

    def own(self) -> None:
        """Become the directory's only launcher; make the directory when there is none.

        Raises:
            EmbeddedError: Another launcher owns it.
        """
        if self._ownership is not None:
            return
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        ownership = (self.path / "launcher.lock").open("ab")
        if not _try_lock(ownership):
            ownership.close()
            raise EmbeddedError(
                f"{self.path} is in use by another launcher: stop that one, or choose another directory"
            )
        self._ownership = ownership

    def disown(self) -> None:
        """Let another launcher have the directory."""
        if self._ownership is not None:
            self._ownership.close()
            self._ownership = None

    def server_lock(self) -> IO[bytes]:
        """Wait until no server works here and return the lock that the next one shall inherit.

        Raises:
            EmbeddedError: A server whose launcher is gone does not end.
        """
        lock = (self.path / "server.lock").open("ab")
        deadline = time.monotonic() + _FORERUNNER_GONE_WITHIN_S
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                lock.close()
                raise EmbeddedError(f"a server whose launcher is gone still works in {self.path}: end that process")
            time.sleep(_POLL_S)
        return lock

    def choose_port(self, wanted: int | None) -> int:
        """Return `wanted`, or without it the port of the last start, or where that is taken a free one.

        Raises:
            EmbeddedError: `wanted` is taken, or nothing is free.
        """
        if wanted is not None and not _is_free(wanted):
            raise EmbeddedError(
                f"port {wanted} of {LOOPBACK} is taken: stop what listens there, or choose another port"
            )
        candidates = self._candidate_ports() if wanted is None else [wanted]
        for port in candidates:
            if _is_free(port):
                self._port_memory.write_text(str(port))
                return port
        raise EmbeddedError(f"no port from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1} of {LOOPBACK} is free: name one")

    @property
    def _port_memory(self) -> Path:
        return self.path / "port"

    def _candidate_ports(self) -> Iterator[int]:
        remembered = self._port_memory.read_text() if self._port_memory.exists() else ""
        if remembered.isdecimal():
            yield int(remembered)
        # Begin where no other directory is likely to begin, so that two launchers seldom want one port at once.
        offset = zlib.crc32(bytes(self.path))
        yield from (_FIRST_PORT + (offset + step) % _PORTS for step in range(_PORTS))


def occupied(path: Path) -> bool:
    """Tell whether a server works in a directory."""
    try:
        with (path / "server.lock").open("rb") as lock:
            return not _try_lock(lock)
    except FileNotFoundError:
        return False


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # The servers set it too: connections of a killed forerunner that linger do not keep the port from them.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
