"""One channel at work: each letter is looked at once more, handed over, and what became of it is noted.

What is not true any more never goes out: a letter tells what is open and still its recipient's when it goes. One that
nobody heard an answer to goes again under the same id, unless a repeat would harm.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.notify.adapters.channels.addressing import Addressing, Gone, Held
from services.notify.adapters.channels.breakers import Lines
from services.notify.adapters.channels.letters import Letter, LetterBook
from services.notify.adapters.channels.port import (
    Channel,
    ChannelName,
    ChannelUnavailable,
    Delivered,
    Delivery,
    Refused,
)
from services.notify.adapters.channels.timing import ATTEMPTS_MAX, pause_s
from shared.sms.gateway import UnknownAnswerError
from shared.telemetry import logger, where
from shared.together import side_by_side

QUEUE_MAX: Final = 100  # letters that are taken up at a time; the others wait in the database
WINDOW: Final = 8
PAUSE_S: Final = 1.0


@dataclass
class Courier:
    """Carries the letters of one channel.

    Args:
        leads: Tells whether this process is the one to send.
        clock: The moment with an offset. steady: seconds that never go back.
    """

    name: ChannelName
    channel: Channel
    letters: LetterBook
    addressing: Addressing
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    leads: Callable[[], bool] = lambda: True
    counts: Counter[str] = field(default_factory=Counter)
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.lines = Lines(self.name)

    async def run(self, stop: asyncio.Event, pause: float = PAUSE_S) -> None:
        """Carry until told to stop; whatever a round meets is logged by kind, and the next one comes."""
        while not stop.is_set():
            try:
                if self.leads() and await self.round(stop):
                    continue
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever a round meets
                logger().warning("channel.round_failed", component=self.name, error=type(error).__name__,
                                 where=where(error))  # fmt: skip
            await wait(stop, pause)

    async def round(self, stop: asyncio.Event | None = None) -> int:
        """Take up what is due; return how many letters ended."""

        def go_on() -> bool:
            return self.leads() and not (stop is not None and stop.is_set())

        due = await self.letters.due(self.name, QUEUE_MAX)
        return await side_by_side(due, self._carry, window=WINDOW, key=lambda letter: letter.recipient, go_on=go_on)

    async def _carry(self, letter: Letter) -> bool:
        """Deal with one letter; tell whether that was its end."""
        breaker = self.lines.of(letter)
        if not breaker.admits(self.steady()):
            await self._hold(letter, breaker.pause_s)
            return False
        try:
            return await self._looked_at(letter)
        finally:
            breaker.left()

    async def _looked_at(self, letter: Letter) -> bool:
        found = await self.addressing.of(letter)
        if isinstance(found, Gone):
            await self.letters.end(letter, found.how, found.code)
            self.counts[found.how] += 1
            return True
        if isinstance(found, Held):
            await self.letters.hold(letter, found.until)
            return False
        wait_s = self.lines.room_in_s(letter, self.steady())
        if wait_s > 0:
            await self._hold(letter, wait_s)
            return False
        return await self._handed_over(letter, found)

    async def _handed_over(self, letter: Letter, delivery: Delivery) -> bool:
        try:
            result = await self.channel.deliver(delivery)
        except ChannelUnavailable as error:
            return await self._failed(letter, error.code, error.after_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows whether the letter went out
            code = str(error) if isinstance(error, UnknownAnswerError) else type(error).__name__
            return await self._unheard(letter, code)
        self.lines.of(letter).worked()
        if isinstance(result, Refused):
            logger().warning("channel.refused", component=self.name, message_id=letter.id, reason=result.reason)
            await self.letters.end(letter, "refused", result.reason)
            self.counts["refused"] += 1
            return True
        await self._sent(letter, delivery, result)
        return True

    async def _sent(self, letter: Letter, delivery: Delivery, result: Delivered) -> None:
        told = [matter.notice_id for matter in delivery.matters]
        await self.letters.end(letter, "sent", result.answer, told)
        self.counts["sent"] += 1
        self.counts["told"] += len(told)

    async def _unheard(self, letter: Letter, code: str) -> bool:
        if self.channel.repeats:
            return await self._failed(letter, code)
        self.lines.of(letter).failed(self.steady())
        logger().error("channel.unknown", component=self.name, message_id=letter.id, code=code)
        await self.letters.end(letter, "unknown", code)
        self.counts["unknown"] += 1
        return True

    async def _failed(self, letter: Letter, code: str, after_s: float = 0.0) -> bool:
        """Try again later, or give up; tell whether it was given up."""
        self.counts["failed"] += 1
        if self.lines.of(letter).failed(self.steady()):
            logger().error("channel.circuit_open", component=self.name, code=code)
        if letter.attempts + 1 >= ATTEMPTS_MAX:
            logger().error("channel.gave_up", component=self.name, message_id=letter.id, code=code)
            await self.letters.end(letter, "given_up", code)
            self.counts["given_up"] += 1
            return True
        again = max(pause_s(letter.id, letter.attempts + 1), after_s)
        await self.letters.put_off(letter, self.clock() + timedelta(seconds=again), code)
        return False

    async def _hold(self, letter: Letter, seconds: float) -> None:
        await self.letters.hold(letter, self.clock() + timedelta(seconds=seconds))


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Return after some seconds, or once told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
