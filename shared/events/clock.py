"""The clock is a fact: the only source of "today" for anything that accrues, falls due or expires."""

from shared.events.contract import CLOCK, Fact
from shared.events.types import Day


class DayClosed(Fact, topic="calendar.day_closed", entity="date", partition="*"):
    """A civil day in Asia/Shanghai is over; the open day is the next one.

    Said by our own clock; by a source where a city's own system closes the days, and its key lists it.
    """

    ours = CLOCK

    date: Day
