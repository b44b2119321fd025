"""The command line, run as a user runs it."""

import subprocess
import sys
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
