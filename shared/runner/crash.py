"""The fault lab's hook: a process that kills itself at a named point of its cycle."""

import os
import signal
from collections import Counter
from contextvars import ContextVar

CHAIN: ContextVar[str] = ContextVar("CHAIN", default="")
_PASSED: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die here, hard, if the environment says so (`BANGFU_CRASH=after_commit@3`): the fault lab's hook.

    Of several consumers of a process one may be named, by what its chains begin with: `after_commit:registry-duties@3`.
    """
    point, _, count = os.environ.get("BANGFU_CRASH", "").partition("@")
    wanted, _, consumer = point.partition(":")
    if wanted != name or not CHAIN.get().startswith(consumer):
        return
    _PASSED[name] += 1
    if _PASSED[name] == int(count):
        os.kill(os.getpid(), signal.SIGKILL)
