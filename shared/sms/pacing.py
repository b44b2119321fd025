"""When a message may ring: quiet hours in Asia/Shanghai, and how many messages one number gets. Pure.

The machine's own time zone counts for nothing: a moment has an offset, and China has had no summer time since 1991.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from shared.calendar import SHANGHAI

WEEK = timedelta(days=7)
OFF = "off"

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours in which nothing rings, from the first minute up to the second; equal ones: none.

    Args:
        start, end: Times of day in Asia/Shanghai; they may lie across midnight.
    """

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> "QuietHours":
        """Return the hours of `21:00-08:00`; of `off`, none.

        Raises:
            ValueError: It is neither.
        """
        if text == OFF:
            return cls(time.min, time.min)
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError("quiet hours are written 21:00-08:00, or off")
        start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
        return cls(time(start_hour, start_minute), time(end_hour, end_minute))

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in them; ``ValueError`` for a naive one, which is no moment."""
        if moment.tzinfo is None:
            raise ValueError("a moment has an offset")
        now = moment.astimezone(SHANGHAI).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class Caps:
    """How many messages one number gets at most, on a day and in any seven days."""

    per_day: int
    per_week: int

    def allow(self, days: list[date], today: date) -> bool:
        """Tell whether one more may go out today to a number that was written to on these days."""
        this_week = [day for day in days if day > today - WEEK]
        return len(this_week) < self.per_week and this_week.count(today) < self.per_day


class NumberBook(Protocol):
    """Which number was written to on which days, by the number's pseudonym; a family shares a number."""

    async def days(self, phone_id: str, since: date, but: str) -> list[date]:
        """Return the day of each message to a number since a day, without the one whose id is `but`."""

    async def note(self, message_id: str, phone_id: str, day: date) -> None:
        """Note that a message is about to be handed over; a later day replaces an earlier one."""


class MemoryNumberBook:
    """A `NumberBook` in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[str, date]] = {}

    async def days(self, phone_id: str, since: date, but: str) -> list[date]:
        """Look through all of it."""
        rows = sorted(self._rows.items())
        return [day for id_, (phone, day) in rows if phone == phone_id and day >= since and id_ != but]

    async def note(self, message_id: str, phone_id: str, day: date) -> None:
        """Keep the row."""
        self._rows[message_id] = (phone_id, day)
