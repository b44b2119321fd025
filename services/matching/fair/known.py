"""The market around a fair: what the rules and the score look at besides the person and the post."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

from services.matching.domain.household import HOUSEHOLDS
from services.matching.domain.market import MARKET
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.skill import SKILLS
from services.matching.domain.stability import STABILITIES
from services.matching.domain.vacancy import VACANCIES
from shared.runner.core import Aggregate, Message

V = TypeVar("V")
States = dict[str, dict[str, Any]]

AGGREGATES = (MARKET, SEEKERS, VACANCIES, SKILLS, HOUSEHOLDS, STABILITIES)


@dataclass(frozen=True)
class Known:
    """States by kind and id, read as deciders read them; it can be handed to another process."""

    states: Mapping[str, Mapping[str, Any]]

    def __call__(self, aggregate: Aggregate[Any], id_: str) -> Any:
        """Return a state, the initial one of what is unknown."""
        found = self.states.get(aggregate.kind, {}).get(id_)
        return aggregate.initial(id_) if found is None else found

    def view(self, aggregate: Aggregate[Any], make: Callable[[Mapping[str, Any]], V]) -> tuple[V, AbstractSet[str]]:
        """Return what `make` derives from all states of a kind; none is newer."""
        return make(self.states.get(aggregate.kind, {})), frozenset()

    def every(self, aggregate: Aggregate[Any]) -> Iterator[tuple[str, Any]]:
        """Return all states of a kind, by id."""
        return iter(sorted(self.states.get(aggregate.kind, {}).items()))


def take(states: States, message: Message) -> None:
    """Fold a message into states."""
    for aggregate in AGGREGATES:
        for id_ in aggregate.concerns(message):
            kind = states.setdefault(aggregate.kind, {})
            kind[id_] = aggregate.evolve(kind.get(id_, aggregate.initial(id_)), message)
