"""Group commit, and work side by side: nothing waits for company, nothing is overtaken, nothing is lost."""

import asyncio
from collections.abc import Callable

import pytest

from shared.together import Together, side_by_side
from tests.support.smsc import until


class Disk:
    """Writes what it is given once it may; remembers in what pieces."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.pieces: list[list[int]] = []
        self.free = asyncio.Event()
        self.error = error

    async def write(self, items: list[int]) -> list[int]:
        self.pieces.append(items)
        await self.free.wait()
        if self.error is not None:
            raise self.error
        return [10 * each for each in items]


async def _asked(together: Together[int, int], items: range) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.create_task(together.do(each)) for each in items]
    await asyncio.sleep(0)
    return tasks


class TestTogether:
    async def test_one_alone_goes_at_once_and_those_that_come_meanwhile_go_next_in_their_order(self) -> None:
        disk = Disk()
        together = Together(disk.write, most=3)
        first = await _asked(together, range(1))
        await until(lambda: disk.pieces)
        others = await _asked(together, range(1, 6))
        disk.free.set()

        assert await asyncio.gather(*first, *others) == [0, 10, 20, 30, 40, 50]
        assert disk.pieces == [[0], [1, 2, 3], [4, 5]]

    async def test_a_failure_is_told_to_each_of_that_piece_and_the_next_piece_is_tried(self) -> None:
        disk = Disk(OSError("full"))
        together = Together(disk.write, most=2)
        tasks = await _asked(together, range(2))
        disk.free.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        disk.error = None

        assert [type(each) for each in found] == [OSError, OSError]
        assert await together.do(7) == 70

    async def test_who_stops_waiting_stops_neither_the_work_nor_the_others(self) -> None:
        disk = Disk()
        together = Together(disk.write)
        first = await _asked(together, range(1))
        await until(lambda: disk.pieces)
        impatient, patient = await _asked(together, range(1, 3))
        impatient.cancel()
        disk.free.set()

        assert await asyncio.gather(*first, patient) == [0, 20]
        assert disk.pieces == [[0], [1, 2]]


class Work:
    """Notes what begins, and ends when told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.end: dict[str, asyncio.Event] = {}
        self.errors: dict[str, BaseException] = {}
        self.cancelled: list[str] = []

    async def do(self, item: str) -> bool:
        self.begun.append(item)
        try:
            await self.end.setdefault(item, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(item)
            raise
        if item in self.errors:
            raise self.errors[item]
        return item.isupper()


async def _run(work: Work, items: str, window: int, go_on: Callable[[], bool] = lambda: True) -> "asyncio.Task[int]":
    running = asyncio.create_task(
        side_by_side(items, work.do, window=window, key=lambda each: each.upper(), go_on=go_on)
    )
    await until(lambda: work.begun)
    return running


class TestSideBySide:
    async def test_so_many_are_under_way_and_the_next_begins_when_one_ends(self) -> None:
        work = Work()
        running = await _run(work, "ABc", window=2)
        await until(lambda: work.begun == ["A", "B"])
        work.end["B"].set()
        await until(lambda: work.begun == ["A", "B", "c"])
        for each in work.end.values():
            each.set()

        assert await running == 2

    async def test_of_one_key_one_is_under_way_and_the_order_stays(self) -> None:
        work = Work()
        running = await _run(work, "AaB", window=9)
        await asyncio.sleep(0)
        begun = list(work.begun)
        work.end["A"].set()
        await until(lambda: len(work.begun) == 3)
        for each in work.end.values():
            each.set()

        assert (begun, work.begun, await running) == (["A"], ["A", "a", "B"], 2)

    async def test_after_a_failure_none_begins_and_those_under_way_end_before_it_is_raised(self) -> None:
        work = Work()
        work.errors["A"] = OSError("away")
        running = await _run(work, "ABC", window=2)
        await until(lambda: len(work.begun) == 2)
        work.end["A"].set()
        await asyncio.sleep(0.01)
        still_running = not running.done()
        work.end["B"].set()

        with pytest.raises(OSError, match="away"):
            await running
        assert (still_running, work.begun) == (True, ["A", "B"])

    async def test_none_begins_once_it_is_told_to_stop(self) -> None:
        work, go_on = Work(), [True]
        running = await _run(work, "ABC", window=1, go_on=lambda: go_on[0])
        go_on[0] = False
        work.end["A"].set()

        assert (await running, work.begun) == (1, ["A"])

    async def test_who_is_cancelled_cancels_what_is_under_way(self) -> None:
        work = Work()
        running = await _run(work, "AB", window=2)
        await until(lambda: len(work.begun) == 2)
        running.cancel()

        with pytest.raises(asyncio.CancelledError):
            await running
        assert sorted(work.cancelled) == ["A", "B"]
