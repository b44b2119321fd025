"""The last closed day, as each partition has heard: what is raised late takes at once what fell due by it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.events.clock import DayClosed
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Closed:
    """The last closed day; None before the first."""

    day: date | None = None


def clock_id(partition: int) -> str:
    """Return the id of a partition's clock."""
    return f"p{partition}"


def _concerns(message: Message) -> Iterable[str]:
    return (clock_id(message.partition),) if isinstance(message.event, DayClosed) else ()


def _evolve(closed: Closed, message: Message) -> Closed:
    return Closed(message.event.date) if isinstance(message.event, DayClosed) else closed


CLOCK = Aggregate("alert_clock", Closed, lambda _: Closed(), _evolve, _concerns)
