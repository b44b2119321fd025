"""A server as a child process that does not outlive its launcher."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import IO, ClassVar, Self

from shared.embedded.binaries import EmbeddedError, Program, find
from shared.embedded.directory import ServerDirectory

_POLL_S = 0.01
_READY_WITHIN_S = 120.0
_LOG_EXCERPT = 300
_FATAL_MARKS = ("[FTL]", '"s":"F"', '"s":"E"')

# prctl(PR_SET_PDEATHSIG, SIGTERM) outlives exec. It is set in a small Python that turns into the server, because
# a preexec_fn is unsafe in a launcher that has threads (subprocess, Python manual). A launcher that died
# before the call is told by the changed parent.
_TIE_TO_LAUNCHER = (
    "import ctypes, os, sys\n"
    f"ctypes.CDLL(None).prctl(1, {int(signal.SIGTERM)})\n"
    "os.getppid() == int(sys.argv[1]) or os._exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


def tied_to_launcher(command: list[str]) -> list[str]:
    """Return a command line under which `command` ends when the thread that starts it ends (on Linux)."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", "-c", _TIE_TO_LAUNCHER, str(os.getpid()), *command]


class ChildServer(ABC):
    """A server that works in `directory`, listens on loopback only and (on Linux) ends with its launcher.

    Start it from a thread that lives as long as the server shall: Linux ends the server with the thread
    that started it. `port` None means: the port of the last start if it is free, else any free one.
    The directory keeps the data, the port, the log of this run (`<name>.log`) and of the run before
    (`<name>.previous.log`).
    """

    program: ClassVar[Program]
    grace_s: ClassVar[float]
    """How long a stop waits for the server's own end before it kills."""

    def __init__(self, directory: Path, *, port: int | None = None) -> None:
        self._place = ServerDirectory(directory)
        self._wanted_port = port
        self._port: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self, executable: Path, port: int) -> list[str]:
        """Prepare the directory and return the command line that serves it on `port`."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether the server answers."""

    @property
    def directory(self) -> Path:
        """Where the server works, as an absolute path."""
        return self._place.path

    @property
    def log(self) -> Path:
        """What the server wrote since its last start."""
        return self.directory / f"{self.program.name}.log"

    @property
    def running(self) -> bool:
        """Whether the process exists."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the last start."""
        return self._started().pid

    @property
    def port(self) -> int:
        """Port of the last start."""
        if self._port is None:
            raise EmbeddedError(f"{self.program.name} in {self.directory} has no port yet: call start() first")
        return self._port

    def start(self) -> Self:
        """Return when the server answers; one that runs already is left as it is.

        Raises:
            EmbeddedError: No usable program, the directory or the port is in use, or the server gave up.
        """
        try:
            self.spawn()
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def spawn(self) -> None:
        """Start the process unless it runs and return at once; errors as in `start`, which also cleans up."""
        if self.running:
            return
        executable = self._executable
        self._place.own()
        with self._place.server_lock() as lock:
            self._port = self._place.choose_port(self._wanted_port)
            self._process = self._launch(self.command(executable, self._port), lock)

    def wait_until_ready(self) -> None:
        """Return when the server answers; raise EmbeddedError when it ended or stays silent."""
        self.poll_until(self.is_ready)

    def poll_until(self, condition: Callable[[], bool]) -> None:
        """Ask `condition` until it holds, for as long as the process lives and is not overdue."""
        deadline = time.monotonic() + _READY_WITHIN_S
        while not condition():
            if not self.running:
                raise EmbeddedError(self._why_it_ended())
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.program.name} in {self.directory} was not ready in {_READY_WITHIN_S:.0f} s: see {self.log}"
                )
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End the server, by force when it takes longer than its grace, and give the directory free."""
        self.ask_to_stop()
        self.finish_stop()

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return at once."""
        if self._process is not None:
            self._process.terminate()

    def finish_stop(self) -> None:
        """Do the rest of `stop` after `ask_to_stop`."""
        if self._process is not None:
            try:
                self._process.wait(self.grace_s)
            except subprocess.TimeoutExpired:
                self.kill9()
        self._place.disown()

    def kill9(self) -> None:
        """Crash the server: SIGKILL, no clean-up. The directory stays this launcher's; `start` brings it back."""
        process = self._started()
        process.kill()
        process.wait()

    @cached_property
    def _executable(self) -> Path:
        return find(self.program)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise EmbeddedError(f"{self.program.name} in {self.directory} has no process yet: call start() first")
        return self._process

    def _launch(self, command: list[str], lock: IO[bytes]) -> subprocess.Popen[bytes]:
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".previous.log"))
        with self.log.open("wb") as log:
            return subprocess.Popen(
                tied_to_launcher(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),
                # Ctrl-C in the terminal reaches the launcher only, which then stops its servers in order.
                start_new_session=True,
            )

    def _why_it_ended(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() or ["nothing"]
        telling = [line for line in lines if any(mark in line for mark in _FATAL_MARKS)] or lines
        return (
            f"{self.program.name} in {self.directory} ended with exit code {self._started().returncode}: "
            f"see {self.log}, which says {telling[-1][:_LOG_EXCERPT]}"
        )
