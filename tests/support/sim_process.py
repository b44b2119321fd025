"""A process of the simulation: it can be killed and paused, and everything it asks of a server travels."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TypeVar

from tests.support.sim_chance import Chance

T = TypeVar("T")
PROCESS: ContextVar["Process | None"] = ContextVar("process", default=None)


class KilledError(BaseException):
    """The process is dead; no handler of its own runs any more, so nothing may catch it."""


class BlockedError(Exception):
    """The server lets the request wait for somebody else's transaction."""


class Process:
    """Something that lives, stands still, and dies without a word."""

    def __init__(self, name: str, chance: Chance) -> None:
        self.name, self.chance = name, chance
        self.dead = False
        self.tasks: list[asyncio.Task[Any]] = []
        self.at_death: list[Callable[[], None]] = []
        self.failed: Callable[[BaseException], None] = lambda _: None
        self._going = asyncio.Event()
        self._going.set()

    def spawn(self, work: Any) -> "asyncio.Task[Any]":
        """Start a task of this process."""
        token = PROCESS.set(self)
        task = asyncio.get_running_loop().create_task(work)
        PROCESS.reset(token)
        self.tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        """Note a task that ended by a mistake; in a real process it would be a bug that nobody hears of."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, KilledError):
            self.failed(error)

    def kill(self) -> None:
        """Die now: what is on its way may arrive, nothing else happens."""
        if self.dead:
            return
        self.dead = True
        self._going.set()
        for last in self.at_death:
            last()
        for task in self.tasks:
            task.cancel()

    def pause(self, seconds: float) -> None:
        """Stand still for a while, as a stopped process or a long garbage collection does."""
        self._going.clear()
        asyncio.get_running_loop().call_later(seconds, self._going.set)

    async def going(self) -> None:
        """Wait while the process stands still."""
        await self._going.wait()
        if self.dead:
            raise KilledError(self.name)

    async def call(self, effect: Callable[[], T]) -> T:
        """Have a server do something: the request travels, the answer too; a dead process hears no answer."""
        await self.going()
        try:
            await asyncio.sleep(self.chance.between(0.0002, 0.003))
        except asyncio.CancelledError:
            if self.dead and self.chance.dice.random() < 0.5:
                with suppress(Exception):
                    effect()
            raise
        while True:
            try:
                result = effect()
                break
            except BlockedError:
                await asyncio.sleep(0.05)
        if self.chance.dice.random() < 0.3:
            await asyncio.sleep(self.chance.between(0.0002, 0.003))
        await self.going()
        return result
