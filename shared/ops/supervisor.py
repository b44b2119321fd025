"""Everything in the foreground: NATS, MongoDB and the services as child processes, restarted when they die.

A service runs in one process or in several (`subsidy`, `subsidy-2`, ...), which share its partitions.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from shared.access.laptop import guard_of, laptop_ring, ring_of, seeds_for
from shared.access.principals import INTAKE_READER
from shared.access.ring import Ring
from shared.embedded import EmbeddedStack, resolve
from shared.embedded.process import tied_to_launcher
from shared.errors import BangfuError, ConfigurationError
from shared.ops.mongo_doors import MongoDoors
from shared.ops.running import Running, find_services, service_names
from shared.settings import SECRETS, Settings, laptop_secrets

READY_S = 60.0
PORTS = range(27_100, 32_000)


@dataclass
class _Child:
    service: str
    name: str
    port: int
    process: subprocess.Popen[bytes]
    restarts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Supervisor:
    """A whole system on this machine, for `bangfu up` and `bangfu demo`.

    Args:
        settings: Where to keep data, which servers to use.
        environment: Settings that only this system's services get.
        replicas: In how many processes a service runs; one where it is not named.
        said: Hears what happens, one line at a time.
    """

    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)
    said: Callable[[str], None] = lambda _: None
    replicas: Mapping[str, int] = field(default_factory=dict)
    _stack: EmbeddedStack | None = None
    _doors: MongoDoors = field(default_factory=MongoDoors)
    _ring: Ring | None = None
    _children: dict[str, _Child] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Start the servers, then the services; wait until every one of them is ready.

        Raises:
            BangfuError: A part did not start; the message names its log.
        """
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the services, then the servers."""
        self._stop()

    @property
    def running(self) -> Running:
        """Return the addresses of everything."""
        if self._stack is None:
            raise BangfuError("the system is not started")
        urls = {name: child.url for name, child in self._children.items()}
        keys = str(self._ring.directory.absolute()) if self._ring is not None else ""
        mongo_url, mongo_user = self._doors.url("ops", self._stack.mongo_url), self._doors.user("ops")
        return Running(self._stack.nats_url, mongo_url, urls, mongo_user, credentials=keys)

    @property
    def pids(self) -> dict[str, int]:
        """Return the process ids by name."""
        return {name: child.process.pid for name, child in self._children.items()}

    @property
    def restarts(self) -> int:
        """Return how often a service had to be started again."""
        return sum(child.restarts for child in self._children.values())

    def kill(self, name: str) -> None:
        """Kill a process hard, as a power cut would; it is started again."""
        self.send(name, signal.SIGKILL)

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""
        self._children[name].process.send_signal(number)

    def add(self, service: str) -> str:
        """Start one more process of a service that runs in several; return its name once it is ready."""
        name = _name(service, 1 + sum(child.service == service for child in self._children.values()))
        self._children[name] = self._spawn(service, name, 0)
        self._wait_ready([self._children[name]])
        self.running.write(self.settings.data_dir)
        return name

    def remove(self, name: str) -> None:
        """Stop a process in order, and do not start it again."""
        _ended([self._children.pop(name)])
        self.running.write(self.settings.data_dir)

    def watch(self) -> None:
        """Restart what dies until `stop` is asked for."""
        while not self._stopping.wait(0.2):
            self.revive()

    def revive(self) -> int:
        """Start again whatever has died, wait until it is ready; return how many that were."""
        revived = []
        for name, child in list(self._children.items()):
            code = child.process.poll()
            if code is not None and not self._stopping.is_set():
                self.said(f"{name} ended ({code}), starting it again; log: {self._log(name)}")
                self._children[name] = self._spawn(child.service, name, child.restarts + 1, child.port)
                revived.append(self._children[name])
        if revived:
            # All of them first: after a loss of the broker, one waits for what another one brings back.
            self.running.write(self.settings.data_dir)
            try:
                self._wait_ready(revived)
            except BangfuError as error:
                self.said(str(error))  # what it waits for may come back; if it ends, it is started again
        return len(revived)

    def serve(self) -> None:
        """Stay in the foreground until Ctrl-C or SIGTERM, restarting what dies."""
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, lambda *_: self._stopping.set())
        self.watch()

    def _start(self) -> None:
        data = self.settings.data_dir
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data / "logs").mkdir(exist_ok=True)
        guard = None
        if not self.settings.nats_url:
            self._ring = laptop_ring(self.settings, find_services())
            guard = guard_of(self._ring)
        elif self.settings.credentials is not None:
            self._ring = ring_of(self.settings)
        self._doors = MongoDoors() if self.settings.mongo_url else MongoDoors.of(self.settings)
        given = (self.settings.nats_url, self.settings.mongo_url)
        self._stack = resolve(*given, data, guard, mongo_key=self._doors.key)
        self.said("starting NATS and MongoDB")
        self._stack.start()
        if self._stack.mongo is not None:
            self._doors.hang(self._stack.mongo)
        for service in service_names():
            for name in (_name(service, number) for number in range(1, self.replicas.get(service, 1) + 1)):
                self._children[name] = self._spawn(service, name, 0)
        self.said("starting " + ", ".join(self._children))
        self._wait_ready(list(self._children.values()))
        self.running.write(data)

    def _spawn(self, service: str, name: str, restarts: int, port: int = 0) -> _Child:
        if self._stack is None:
            raise BangfuError("the system is not started")
        given = {f"BANGFU_{key.upper()}" for key in SECRETS if getattr(self.settings, key) is not None}
        made = {k: v for k, v in laptop_secrets(self.settings.data_dir).items() if k not in given}
        replicas = {"BANGFU_REPLICAS": "many" if service in self.replicas else "one"}
        environment = os.environ | made | replicas | self.environment
        if self._ring is not None:
            environment |= seeds_for(self._ring, service, provisions=service == INTAKE_READER)
        mongo_url = self._doors.renewed().url(service, self._stack.mongo_url)
        environment |= {"NATS_URL": self._stack.nats_url, "MONGO_URL": mongo_url}
        environment.pop("BANGFU_NATS_URL", None)
        environment.pop("BANGFU_MONGO_URL", None)
        # The port is bound here and handed on: one that is only looked up may be somebody else's before it is used.
        with _bound(self.settings.host, port) as bound, self._log(name).open("ab") as log:
            command = [
                sys.executable, "-m", "uvicorn", f"services.{service}.main:app", "--fd", str(bound.fileno()),
                "--log-level", "warning", "--no-access-log",
            ]  # fmt: skip
            process = subprocess.Popen(
                tied_to_launcher(command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(bound.fileno(),),
                start_new_session=True,
            )
            return _Child(service, name, bound.getsockname()[1], process, restarts)

    def _log(self, name: str) -> Path:
        return self.settings.data_dir / "logs" / f"{name}.log"

    def _wait_ready(self, children: list[_Child]) -> None:
        deadline = time.monotonic() + READY_S
        for child in children:
            while not _is_ready(child.service, child.url):
                if child.process.poll() is not None:
                    raise BangfuError(f"{child.name} ended while starting; log: {self._log(child.name)}")
                if time.monotonic() > deadline:
                    raise BangfuError(f"{child.name} is not ready after {READY_S:.0f} s; log: {self._log(child.name)}")
                time.sleep(0.05)

    def _stop(self) -> None:
        self._stopping.set()
        _ended(list(self._children.values()))
        if self._stack is not None:
            self._stack.stop()
        Running.forget(self.settings.data_dir)


def replicas_named(text: str) -> dict[str, int]:
    """Return in how many processes services are to run, from `subsidy=2,notify=2`.

    Raises:
        ConfigurationError: A part does not read so, or names no service.
    """
    found = {}
    for part in filter(None, text.split(",")):
        service, _, count = part.strip().partition("=")
        if service not in service_names() or not re.fullmatch(r"[1-9]", count):
            raise ConfigurationError(f"replicas '{part}': wanted is <service>=<1-9>, as in subsidy=2,notify=2")
        found[service] = int(count)
    return found


def _name(service: str, number: int) -> str:
    return service if number == 1 else f"{service}-{number}"


def _ended(children: list[_Child]) -> None:
    """Stop processes in order; one that does not stop is killed."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    for child in children:
        try:
            child.process.wait(20)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def _bound(host: str, former: int = 0) -> socket.socket:
    """Return a socket on a port that nobody has, the former one if it is free: browsers have the console there.

    The ports are below those that outgoing connections are given.
    """
    for port in (*filter(None, [former]), *PORTS):
        found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        # Connections of the former process linger; elsewhere two systems that start at once would share a port.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(port == former))
        try:
            found.bind((host, port))
        except OSError:
            found.close()
            continue
        return found
    raise BangfuError(f"no free port of {host} from {PORTS.start} to {PORTS.stop - 1}")


def _is_ready(name: str, url: str) -> bool:
    """Tell whether this very service is ready; something else may listen on its port."""
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(json.load(answer)["service"] == name)
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return False
