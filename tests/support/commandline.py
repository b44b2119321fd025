"""The command line, run as a user runs it."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
BANGFU = Path(sys.executable).parent / "bangfu"


def run(environment: dict[str, str], *arguments: str, given: bytes = b"", code: int | None = 0) -> str:
    """Run a command; return what it printed."""
    done = subprocess.run(
        [BANGFU, *arguments], env=environment, cwd=ROOT, input=given, capture_output=True, check=False
    )
    assert code is None or done.returncode == code, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode() + done.stderr.decode()


@contextmanager
def up(environment: dict[str, str]) -> Iterator[Path]:
    """Run `bangfu up` as a user starts it, until the block ends; yields its data directory once everything is ready."""
    data = Path(environment["BANGFU_DATA_DIR"])
    with (data / "up.out").open("wb") as out:
        system = subprocess.Popen([BANGFU, "up"], env=environment, stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + 90
            while not (data / "running.json").exists():
                assert system.poll() is None, (data / "up.out").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield data
        finally:
            system.send_signal(signal.SIGINT)
            assert system.wait(40) == 0
