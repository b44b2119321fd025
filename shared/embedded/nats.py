"""A nats-server with JetStream as a child process."""

import http.client
import json
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from shared.embedded.binaries import NATS_SERVER, EmbeddedError, Program
from shared.embedded.directory import LOOPBACK
from shared.embedded.process import ChildServer

_MAX_PAYLOAD_BYTES = 1024 * 1024
_HEALTH_TIMEOUT_S = 1.0


class EmbeddedNats(ChildServer):
    """A nats-server that keeps its streams in `directory`; what it acknowledged survives a crash."""

    program: ClassVar[Program] = NATS_SERVER
    grace_s: ClassVar[float] = 10.0

    _monitor: str | None = None

    @property
    def url(self) -> str:
        """Address for clients: "nats://127.0.0.1:<port>"; the same after a restart as long as its port is free."""
        return f"nats://{LOOPBACK}:{self.port}"

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
        configuration.write_text(json.dumps(_configuration(self.directory, port), indent=2), encoding="utf-8")
        return [str(executable), "--config", str(configuration)]

    def is_ready(self) -> bool:
        """Tell whether the server has announced its ports and recovered its streams."""
        self._monitor = self._announced_monitor()
        return self._monitor is not None and _is_healthy(self._monitor)

    def _announced_monitor(self) -> str | None:
        """Read `<executable>_<pid>.ports`, which the server writes when it listens."""
        for announcement in self.directory.glob(f"*_{self.pid}.ports"):
            try:
                return str(json.loads(announcement.read_bytes())["monitoring"][0])
            except json.JSONDecodeError:
                return None  # half written
        return None


def _configuration(directory: Path, port: int) -> dict[str, Any]:
    """Return the server's settings; its configuration language includes JSON."""
    return {
        "server_name": "bangfu-embedded",
        "listen": f"{LOOPBACK}:{port}",
        "http": f"{LOOPBACK}:-1",
        "ports_file_dir": str(directory),
        "max_payload": _MAX_PAYLOAD_BYTES,
        # An acknowledged message is on disk, not in a buffer that is written every two minutes.
        "jetstream": {"store_dir": str(directory / "jetstream"), "sync_interval": "always"},
    }


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
