"""A nats-server with JetStream as a child process."""

import http.client
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from shared.access.principals import CORE
from shared.embedded.binaries import NATS_SERVER, EmbeddedError, Program
from shared.embedded.directory import LOOPBACK, occupied
from shared.embedded.process import ChildServer

_MAX_PAYLOAD_BYTES = 1024 * 1024
_HEALTH_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may connect, and what hides the streams on disk: two files of a ring of keys, which the server includes."""

    users: Path
    store: Path


@dataclass(frozen=True, slots=True)
class ServerTls:
    """The server's certificate and key in PEM; with `clients`, the authority whose certificates clients must show."""

    certificate: Path
    key: Path
    clients: Path | None = None


class EmbeddedNats(ChildServer):
    """A nats-server that keeps its streams in `directory`; what it acknowledged survives a crash.

    Without `guard` whoever reaches its port may do everything, and the streams lie on disk as they are.
    """

    program: ClassVar[Program] = NATS_SERVER
    grace_s: ClassVar[float] = 10.0

    _monitor: str | None = None

    def __init__(
        self, directory: Path, *, port: int | None = None, guard: Guard | None = None, tls: ServerTls | None = None
    ) -> None:
        super().__init__(directory, port=port)
        self._guard, self._tls = guard, tls

    @property
    def url(self) -> str:
        """Address for clients: "nats://127.0.0.1:<port>"; the same after a restart as long as its port is free."""
        return f"{'tls' if self._tls else 'nats'}://{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Address of the monitoring pages ("/healthz", "/jsz"); another one after every start."""
        if self._monitor is None:
            raise EmbeddedError(f"nats-server in {self.directory} is not ready: call start() first")
        return self._monitor

    def command(self, executable: Path, port: int) -> list[str]:
        """Write the configuration and return the command line."""
        self._monitor = None
        # A server that was killed leaves its file behind, and process ids come round again.
        for stale in self.directory.glob("*.ports"):
            stale.unlink()
        _finish_checksums(self.directory)
        configuration = self.directory / "nats.conf"
        configuration.write_text(_written(self._configuration(port), self._guard, self.directory), encoding="utf-8")
        if self._guard is not None:
            _into_account(self.directory / "jetstream" / "jetstream")
        return [str(executable), "--config", str(configuration)]

    def is_ready(self) -> bool:
        """Tell whether the server has announced its ports and recovered its streams."""
        self._monitor = self._announced_monitor()
        return self._monitor is not None and _is_healthy(self._monitor)

    def _configuration(self, port: int) -> dict[str, Any]:
        found = {
            "server_name": "bangfu-embedded",
            "listen": f"{LOOPBACK}:{port}",
            "http": f"{LOOPBACK}:-1",
            "ports_file_dir": str(self.directory),
            "pid_file": str(self.directory / "pid"),
            "max_payload": _MAX_PAYLOAD_BYTES,
            # An acknowledged message is on disk, not in a buffer that is written every two minutes.
            "jetstream": {"store_dir": str(self.directory / "jetstream"), "sync_interval": "always"},
        }
        if self._tls is not None:
            said = {"cert_file": str(self._tls.certificate), "key_file": str(self._tls.key), "handshake_first": True}
            if self._tls.clients is not None:
                said |= {"ca_file": str(self._tls.clients), "verify": True}
            found["tls"] = said
        return found

    def _announced_monitor(self) -> str | None:
        """Read `<executable>_<pid>.ports`, which the server writes when it listens."""
        for announcement in self.directory.glob(f"*_{self.pid}.ports"):
            try:
                return str(json.loads(announcement.read_bytes())["monitoring"][0])
            except json.JSONDecodeError:
                return None  # half written
        return None


def reload(directory: Path) -> bool:
    """Have the server that works in a directory read its configuration again; False if none works there.

    Who may do what changes at once; connections that may go on do.
    """
    pid = directory / "pid"
    if not pid.exists() or not occupied(directory):
        return False
    os.kill(int(pid.read_text(encoding="utf-8")), signal.SIGHUP)
    return True


def _written(configuration: dict[str, Any], guard: Guard | None, directory: Path) -> str:
    """Return the configuration in the server's own language, because JSON knows no `include`."""
    lines = [f"{name}: {json.dumps(value)}" for name, value in configuration.items() if name != "jetstream"]
    streams = [f"  {name}: {json.dumps(value)}" for name, value in configuration["jetstream"].items()]
    if guard is not None:
        # An included file is looked for beside the one that includes it.
        lines.append(f"include {json.dumps(os.path.relpath(guard.users, directory))}")
        streams.append(f"  include {json.dumps(os.path.relpath(guard.store, directory))}")
    return "\n".join([*lines, "jetstream {", *streams, "}", ""])


def _into_account(stored: Path) -> None:
    """Let the account of the services have the streams of a server that had no accounts yet."""
    before, now = stored / "$G", stored / CORE
    if before.exists() and not now.exists():
        before.rename(now)


def _finish_checksums(directory: Path) -> None:
    """Give the checksums of streams their names: a kill between write and rename, and the server forgets the stream."""
    for written in directory.rglob("meta.sum.tmp"):
        if not (checksum := written.with_name("meta.sum")).exists():
            written.rename(checksum)


def _is_healthy(monitor: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(monitor).netloc, timeout=_HEALTH_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
