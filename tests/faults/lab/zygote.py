"""A process that has imported everything and forks services: a restart takes a tenth of a second, not two.

Each service is a process of its own, in its own process group, that runs `services.<name>.main:app` under uvicorn, as
`bangfu up` does; only the time to import is saved. Orders come as lines of JSON on standard input
(`{"order": 1, "name": ..., "environment": {...}, "log": ...}`), births (`{"order", "pid", "port"}`) and deaths
(`{"pid", "code"}`) go out on standard output.
"""

import ctypes
import importlib
import json
import os
import selectors
import signal
import socket
from pathlib import Path
from typing import Any

import uvicorn

_IMPORTED_ONCE = (
    "services.matching.service",
    "services.matching.adapters.sms",
    "services.notify.service",
    "services.registry.service",
    "services.registry.adapters.vault",
    "services.registry.adapters.clock",
    "services.subsidy.service",
    "shared.runner.app",
)
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main() -> None:
    """Serve orders until standard input ends; children end with this process."""
    for name in _IMPORTED_ONCE:
        importlib.import_module(name)
    wakeup, signalled = socket.socketpair()
    wakeup.setblocking(False)
    signalled.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(signalled.fileno())
    selector = selectors.DefaultSelector()
    orders = os.fdopen(0, "rb", buffering=0)  # a buffer would hide the second order from the selector
    selector.register(orders, selectors.EVENT_READ)
    selector.register(wakeup, selectors.EVENT_READ)
    _tell({"ready": os.getpid()})
    while True:
        for key, _ in selector.select():
            if key.fileobj is wakeup:
                wakeup.recv(4096)
                _reap()
            elif line := orders.readline():
                _fork(json.loads(line))
            else:
                return


def _tell(said: dict[str, Any]) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _fork(order: dict[str, Any]) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    parent = os.getpid()
    pid = os.fork()
    if pid:
        port = listener.getsockname()[1]
        listener.close()
        _tell({"order": order["order"], "pid": pid, "port": port})
        return
    try:
        _become(order, listener, parent)
    finally:
        os._exit(70)


def _become(order: dict[str, Any], listener: socket.socket, parent: int) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(71)
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(Path(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, null), (1, log), (2, log)):
        os.dup2(source, target)
    os.environ.update(order["environment"])
    app = importlib.import_module(f"services.{order['name']}.main").app
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[listener])
    os._exit(0)


if __name__ == "__main__":
    main()
