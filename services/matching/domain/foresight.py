"""What follows from a message, step by step: each step sees what the ones before it will have changed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES
from shared.events.contract import Event
from shared.runner.core import Aggregate, Message, Peek

S = TypeVar("S")

_SEEN: tuple[Aggregate[Any], ...] = (SEEKERS, VACANCIES)


class Foresight:
    """People and vacancies as they stand once some events are folded; all else as it stands now.

    Args:
        events: What follows so far, in order.
    """

    def __init__(self, message: Message, peek: Peek) -> None:
        self.events: list[Event] = []
        self._message = message
        self._peek = peek
        self.changed: dict[tuple[str, str], Any] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Let events follow."""
        for event in events:
            self.events.append(event)
            message = replace(self._message, event=event)
            for aggregate in _SEEN:
                for id_ in aggregate.concerns(message):
                    self.changed[aggregate.kind, id_] = aggregate.evolve(self(aggregate, id_), message)

    def __call__(self, aggregate: Aggregate[S], id_: str) -> S:
        """Return an aggregate as it will stand."""
        found: S | None = self.changed.get((aggregate.kind, id_))
        return self._peek(aggregate, id_) if found is None else found

    def every(self, aggregate: Aggregate[S]) -> Iterator[tuple[str, S]]:
        """Yield all aggregates of a resident kind as they will stand, in id order; what follows begins none."""
        for id_, state in self._peek.every(aggregate):
            yield id_, self.changed.get((aggregate.kind, id_), state)
