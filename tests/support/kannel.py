"""A real Kannel on loopback, with the fake SMSC of its own or with an SMPP peer behind it."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from tests.support.gateways import free_port
from tests.support.smsc import until

FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
_LISTENING = Path("/proc/net/tcp")
_GRACE_S = 3.0


def missing() -> str:
    """Return why Kannel cannot run here; empty if it can."""
    absent = [name for name in ("bearerbox", "smsbox") if _program(name) is None]
    absent += [] if FAKESMSC.exists() else ["fakesmsc"]
    return f"no {', '.join(absent)}: apt-get install --no-install-recommends kannel kannel-extras" if absent else ""


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@dataclass
class Kannel:
    """Ports of a running Kannel, and the folder of its logs."""

    sendsms: int
    fake: int
    folder: Path

    def arrived(self) -> list[str]:
        """Return what the fake SMSC was handed, part by part, as it writes it: `from to kind [header] text`."""
        said = (self.folder / "fakesmsc.log").read_bytes()
        return re.findall(r"Got message \d+: <([^>]*)>", said.decode("utf-8", "replace"))


def text_of(parts: list[str]) -> str:
    """Return the text that the parts of one message make: each is `from to udh HEADER TEXT` or `from to ucs2 TEXT`."""
    bodies = [unquote_to_bytes(part.rsplit(" ", 1)[1].replace("+", " ")) for part in parts]
    return b"".join(bodies).decode("utf-16-be")


@asynccontextmanager
async def running(
    folder: Path, *, callback: str, smpp_port: int | None = None, mo: str | None = None
) -> AsyncIterator[Kannel]:
    """Run bearerbox, smsbox and, without an SMPP port, fakesmsc; `mo` is a text that comes in from a phone."""
    admin, boxes, kannel = free_port(), free_port(), Kannel(free_port(), free_port(), folder)
    smsc = _SMPP.format(port=smpp_port) if smpp_port else _FAKE.format(port=kannel.fake)
    config = folder / "kannel.conf"
    (folder / "spool").mkdir()
    config.write_text(
        _CONFIG.format(admin=admin, boxes=boxes, sendsms=kannel.sendsms, smsc=smsc, callback=callback, folder=folder)
    )
    processes = [_started(folder, "bearerbox", str(_program("bearerbox")), str(config))]
    try:
        await _open(boxes)
        processes.append(_started(folder, "smsbox", str(_program("smsbox")), str(config)))
        await _open(kannel.sendsms)
        if smpp_port is None:
            await _open(kannel.fake)
            # It sends a text at once and reads only while it has more to send.
            own = ("-H", "127.0.0.1", "-r", str(kannel.fake), "-i", "3600", mo or "1 2 text none")
            processes.append(_started(folder, "fakesmsc", str(FAKESMSC), *own))
            await until(lambda: b"Fakesmsc client connected" in (folder / "bearerbox.log").read_bytes(), 30.0)
        yield kannel
    finally:
        for process in reversed(processes):
            _ended(process)


def _started(folder: Path, name: str, *command: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, then make it: bearerbox does not stop while texts wait."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def _open(port: int) -> None:
    """Wait until a port is listened on, without connecting: that would count as a client."""
    await until(lambda: f":{port:04X} 00000000:0000 0A" in _LISTENING.read_text(encoding="ascii"), 30.0)


_CONFIG = """
group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = secret
smsbox-port = {boxes}
smsbox-interface = "127.0.0.1"
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"
store-type = spool
store-location = "{folder}/spool"
dlr-storage = internal
log-level = 1

{smsc}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = "127.0.0.1"
sendsms-chars = "0123456789 +-"
log-level = 1

group = sendsms-user
username = bangfu
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = yes
max-messages = 0
get-url = "{callback}/text?from=%p&to=%P&text=%a&coding=%c&id=%I&at=%T"
"""

_FAKE = """group = smsc
smsc = fake
smsc-id = FAKE
port = {port}
connect-allow-ip = "127.0.0.1"
"""

_SMPP = """group = smsc
smsc = smpp
smsc-id = SMPP
host = 127.0.0.1
port = {port}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
reconnect-delay = 1
"""
