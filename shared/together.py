"""Group commit: while one write is under way, what is asked for waits, and goes with the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final, Generic, TypeVar

MOST: Final = 500

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Does for many at once what each asks for alone.

    One piece of work is under way at a time, in the order of asking, so that who asks later is never overtaken. Nobody
    waits for company: what is asked for alone is done alone.

    Args:
        work: Does it for a list of items; returns the result of each, in their order. What it raises, all of them get.
        most: How many items one piece of work takes.
    """

    def __init__(self, work: Callable[[list[Item]], Awaitable[Sequence[Result]]], most: int = MOST) -> None:
        self._work, self._most = work, most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Result:
        """Return the result for one item, once it is there. Who stops waiting does not stop the work."""
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await result

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._one(batch)
        finally:
            self._task = None
            for _, result in self._waiting:  # only where the loop is closed over us
                result.cancel()
            self._waiting = []

    async def _one(self, batch: list[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        results = [result for _, result in batch]
        try:
            found = await self._work([item for item, _ in batch])
            for result, each in zip(results, found, strict=True):
                _settle(result, partial(result.set_result, each))
        except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
            for result in results:
                _settle(result, partial(result.set_exception, error))
        finally:  # only where the loop is closed over us is one left
            for result in results:
                _settle(result, result.cancel)


def _settle(result: "asyncio.Future[Result]", how: Callable[[], object]) -> None:
    if not result.done():
        how()


async def side_by_side(
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[bool]],
    *,
    window: int,
    key: Callable[[Item], str],
    go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Work through items in their order, some at a time; return for how many the work was true.

    Args:
        items: Taken one after the other, as there is room.
        work: What to do with one.
        window: How many are under way at most.
        key: Of items with one key, one at a time is under way.
        go_on: Asked before each; once it is false, or one has failed, no further one begins.

    Raises:
        BaseException: What the first that failed raised, once all that are under way have ended.
    """
    flight, left = _Flight(), iter(items)
    try:
        while await flight.room(window) and go_on() and (item := next(left, None)) is not None:
            if not (await flight.room(window, key(item)) and go_on()):
                break
            flight.under_way[asyncio.ensure_future(work(item))] = key(item)
        return await flight.landed()
    finally:
        await flight.cancel()


class _Flight:
    """What is under way, by its key; how many came true, and what failed."""

    def __init__(self) -> None:
        self.under_way: dict[asyncio.Future[bool], str] = {}
        self._count = 0
        self._failed: list[asyncio.Future[bool]] = []

    async def room(self, window: int, key: str | None = None) -> bool:
        """Wait until there is room for one with this key; False if one has failed."""
        while len(self.under_way) >= window or key in self.under_way.values():
            await self._one_ends()
        return not self._failed

    async def landed(self) -> int:
        """Wait for all; return how many came true, or raise what the first that failed raised."""
        while self.under_way:
            await self._one_ends()
        for each in self._failed:
            each.result()
        return self._count

    async def _one_ends(self) -> None:
        done, _ = await asyncio.wait(self.under_way, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            del self.under_way[each]
            if each.cancelled() or each.exception() is not None:
                self._failed.append(each)
            else:
                self._count += each.result()

    async def cancel(self) -> None:
        """Cancel what is still under way."""
        for each in self.under_way:
            each.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
