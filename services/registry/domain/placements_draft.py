"""What follows from a message while it is being worked out: each event is folded at once, so that the next sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.runner.core import Aggregate, Message, Peek
from shared.runner.resident import View

S = TypeVar("S")
V = TypeVar("V", bound=View)
_ONE_DAY: Final = timedelta(days=1)


class Draft:
    """The aggregates as they stand after the events that were drafted.

    Args:
        aggregates: The kinds that fold them.
    """

    def __init__(self, message: Message, peek: Peek, aggregates: Sequence[Aggregate[Any]]) -> None:
        self.message, self.events = message, list[Event]()
        self._peek, self._aggregates = peek, aggregates
        self._states: dict[tuple[str, str], Any] = {}

    @property
    def day(self) -> date:
        """The open day, or the day that is closed."""
        return self.message.known_on

    @property
    def closed(self) -> date:
        """The last day that is over."""
        is_closing = isinstance(self.message.event, DayClosed)
        return self.day if is_closing or self.day == date.min else self.day - _ONE_DAY

    def __call__(self, aggregate: Aggregate[S], id_: str) -> S:
        """Return an aggregate as it stands after the draft."""
        found: S = (
            self._states[aggregate.kind, id_] if (aggregate.kind, id_) in self._states else self._peek(aggregate, id_)
        )
        return found

    def every(self, aggregate: Aggregate[S]) -> Iterator[tuple[str, S]]:
        """Yield what is stored of a resident kind."""
        return self._peek.every(aggregate)

    def view(self, aggregate: Aggregate[S], make: Callable[[Mapping[str, S]], V]) -> tuple[V, AbstractSet[str]]:
        """Return a view of what is stored of a resident kind."""
        return self._peek.view(aggregate, make)

    def say(self, events: Iterable[Event]) -> None:
        """Add events, each folded at once."""
        for event in events:
            self.events.append(event)
            message = replace(self.message, event=event)
            for aggregate in self._aggregates:
                for id_ in aggregate.concerns(message):
                    self._states[aggregate.kind, id_] = aggregate.evolve(self(aggregate, id_), message)
