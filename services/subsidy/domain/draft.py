"""A decision under way: what it says is folded at once, so that its next step sees it."""

from collections.abc import Sequence
from typing import Any, TypeVar

from shared.events.contract import Event
from shared.runner.core import Aggregate, Message, Peek

S = TypeVar("S")


class Draft:
    """Aggregates as they will stand after what was said so far.

    Args:
        message: What is being decided about.
        aggregates: The kinds that the decision itself looks at again.
    """

    def __init__(self, message: Message, peek: Peek, aggregates: Sequence[Aggregate[Any]]) -> None:
        self.message = message
        self.said: list[Event] = []
        self._peek = peek
        self._aggregates = aggregates
        self._states: dict[tuple[str, str], Any] = {}

    def __call__(self, aggregate: Aggregate[S], id_: str) -> S:
        """Return an aggregate as it stands now."""
        found: S | None = self._states.get((aggregate.kind, id_))
        return self._peek(aggregate, id_) if found is None else found

    def say(self, event: Event) -> None:
        """Say an event, and fold it."""
        self.said.append(event)
        message = Message("", "", event, self.message.sequence, self.message.known_on, "", None, self.message.partition)
        for aggregate in self._aggregates:
            for id_ in aggregate.concerns(message):
                state = aggregate.evolve(self(aggregate, id_), message)
                self._states[aggregate.kind, id_] = state if aggregate.keep(state) else aggregate.initial(id_)
