"""The open day and the count of accepted facts: what every fact is stamped with."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.events.clock import DayClosed
from shared.events.contract import Fact
from shared.runner.core import Aggregate, Decision, Message, Park, Peek, Refuse

OPEN = "open"
ROOM = f"calendar/{OPEN}"


@dataclass(frozen=True)
class Calendar:
    """The last closed day and the number of the last accepted fact."""

    last_closed: date | None = None
    accepted: int = 0


def _concerns(message: Message) -> Iterable[str]:
    return (OPEN,) if isinstance(message.event, Fact) else ()


def _evolve(calendar: Calendar, message: Message) -> Calendar:
    accepted = max(calendar.accepted, message.sequence)
    if isinstance(message.event, DayClosed):
        return Calendar(message.event.date, accepted)
    return replace(calendar, accepted=accepted)


CALENDAR = Aggregate("calendar", Calendar, lambda _: Calendar(), _evolve, _concerns)


def open_day(peek: Peek) -> date:
    """Return the day after the last closed one; before the first, the earliest day there is."""
    last = peek(CALENDAR, OPEN).last_closed
    return date.min if last is None else last + timedelta(days=1)


def stamp(message: Message, peek: Peek) -> Message | Park:
    """Give a fact its number and the open day; before the first closed day every fact waits."""
    calendar = peek(CALENDAR, OPEN)
    number = calendar.accepted + 1
    if isinstance(message.event, DayClosed):
        return replace(message, sequence=number, known_on=message.event.date)
    if calendar.last_closed is None:
        return Park(ROOM)
    return replace(message, sequence=number, known_on=open_day(peek))


def close_day(day: DayClosed, peek: Peek) -> Decision:
    """Close the open day; days are closed one by one, none twice and none left out."""
    last = peek(CALENDAR, OPEN).last_closed
    if last is not None and day.date != last + timedelta(days=1):
        code = "day_already_closed" if day.date <= last else "day_out_of_order"
        return Refuse(code, "data.date", f"the open day is {last + timedelta(days=1)}")
    return [day]
