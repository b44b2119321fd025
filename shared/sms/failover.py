"""Several gateways as one: in order, each behind a circuit breaker and under a daily cap.

Another gateway is asked only where nothing was sent. An unknown answer ends the attempt: asking another would be the
second message. A gateway that wants less at a time is waited for, unless it keeps saying so.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.calendar import today_in_shanghai
from shared.errors import Unavailable
from shared.sms.breaker import Breaker, Circuit
from shared.sms.gateway import GatewayUnavailable, SendResult, SmsGateway, Throttled, UnknownAnswerError
from shared.sms.text import segments
from shared.sms.usage import UsageLog
from shared.store import StoreError
from shared.telemetry import logger


@dataclass(slots=True)
class Line:
    """One gateway of the list.

    Args:
        cap: Most segments a day, None for no limit. counted: not of an outbox, which costs and reaches nobody.
        counts: How often it was asked and how that ended.
    """

    name: str
    gateway: SmsGateway
    cap: int | None = None
    counted: bool = True
    breaker: Breaker = field(default_factory=Breaker)
    counts: Counter[str] = field(default_factory=Counter)
    capped_on: date | None = None


class Failover:
    """An `SmsGateway` over an ordered list of them.

    Args:
        usage: Counts the segments of the day.
        clock: Says which day it is in Asia/Shanghai. steady: seconds that never go back, for the circuits.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        usage: UsageLog,
        clock: Callable[[], datetime],
        steady: Callable[[], float] | None = None,
    ) -> None:
        self.lines = tuple(lines)
        self._usage, self._clock = usage, clock
        self._steady = steady or asyncio.get_running_loop().time

    @property
    def reaches_phones(self) -> bool:
        """Tell whether a message may ring: not where every gateway is an outbox."""
        return any(line.counted for line in self.lines)

    def circuit(self, line: Line) -> Circuit:
        """Return how the circuit of a line stands."""
        return line.breaker.circuit(self._steady())

    def capped(self, line: Line) -> bool:
        """Tell whether the day's segments of a line are used up."""
        return line.capped_on == today_in_shanghai(self._clock())

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Hand the message to the first gateway that is there (`SmsGateway`)."""
        for line in self.lines:
            if not line.breaker.admits(self._steady()):
                line.counts["skipped"] += 1
                continue
            try:
                return await self._through(line, message_id, to, text)
            except Throttled:
                raise
            except GatewayUnavailable:
                continue
            finally:
                line.breaker.left()
        raise GatewayUnavailable("no gateway takes messages now")

    async def _through(self, line: Line, message_id: str, to: str, text: str) -> SendResult:
        day, count = today_in_shanghai(self._clock()), segments(text)
        await self._take(line, day, count)
        try:
            result = await line.gateway.send(message_id, to, text)
        except GatewayUnavailable as error:
            await self._give_back(line, day, count)
            self._failed(line, error)
            raise
        except BaseException as error:
            # Who leaves one message after the other unconfirmed is left alone as well.
            self._failed(line, error)
            if isinstance(error, Unavailable):  # of another part, and nobody knows whether before the message was out
                raise UnknownAnswerError(type(error).__name__) from None
            raise
        line.breaker.worked()
        line.counts[type(result).__name__.lower()] += 1
        line.counts["segments"] += count
        return result

    async def _take(self, line: Line, day: date, count: int) -> None:
        if not line.counted:
            return
        try:
            taken = await self._usage.take(line.name, day, count, line.cap)
        except StoreError as error:
            raise GatewayUnavailable(type(error).__name__) from None
        if taken:
            return
        line.counts["capped"] += 1
        if line.capped_on != day:
            line.capped_on = day
            logger().error("sms.daily_cap_reached", component=line.name, date=day.isoformat(), count=line.cap)
        raise GatewayUnavailable(f"{line.name}: the {line.cap} segments of {day.isoformat()} are used up")

    async def _give_back(self, line: Line, day: date, count: int) -> None:
        if not line.counted:
            return
        try:
            await self._usage.give_back(line.name, day, count)
        except StoreError as error:  # then the day has a little less
            logger().warning("sms.usage_lost", component=line.name, error=type(error).__name__, count=count)

    def _failed(self, line: Line, error: BaseException) -> None:
        away = "unavailable" if isinstance(error, GatewayUnavailable) else "unknown"
        line.counts["throttled" if isinstance(error, Throttled) else away] += 1
        if line.breaker.failed(self._steady()):
            logger().error("sms.circuit_open", component=line.name, count=line.breaker.failures)
