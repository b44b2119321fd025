"""The clock is a fact: the only source of "today" for anything that accrues, falls due or expires."""

from shared.events.contract import Fact
from shared.events.types import Day


class DayClosed(Fact, topic="calendar.day_closed", entity="date", partition="*"):
    """A civil day in Asia/Shanghai is over; the open day is the next one."""

    date: Day
