"""The fault lab's hook: a process that kills itself at a named point of its cycle."""

import os
import signal
from collections import Counter

_PASSED: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die here, hard, if the environment says so (`BANGFU_CRASH=after_commit@3`): the fault lab's hook."""
    wanted = os.environ.get("BANGFU_CRASH", "")
    if not wanted.startswith(f"{name}@"):
        return
    _PASSED[name] += 1
    if _PASSED[name] == int(wanted.partition("@")[2]):
        os.kill(os.getpid(), signal.SIGKILL)
