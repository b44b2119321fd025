"""Virtual time: an event loop whose clock moves only when nobody has anything left to do."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StalledError(Exception):
    """Nobody has anything to do and nobody waits for a moment: the run would stand still for ever."""


class _NoWaiting(selectors.SelectSelector):
    """A selector that never waits: it tells the loop how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Pass the time at once."""
        if timeout is None:
            raise StalledError("everybody waits and no timer runs")
        self.waited += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: a month passes as fast as its timers can be called."""

    def __init__(self) -> None:
        self._clock = _NoWaiting()
        super().__init__(self._clock)

    def time(self) -> float:
        """Return the virtual seconds since the beginning."""
        return self._clock.waited

    def jump(self, seconds: float) -> None:
        """Move the clock forward at once; every timer in between is late."""
        self._clock.waited += seconds


def run_virtually(main: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Run a coroutine to its end in virtual time, and leave nothing behind."""
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.close()
