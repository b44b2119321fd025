"""The aggregates of a batch while it is folded: what is loaded, overlaid by what was decided so far."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from shared.runner.core import Aggregate, Message, Subscription, Walk
from shared.runner.resident import Resident, View
from shared.runner.waiting import WAITING

S = TypeVar("S")
V = TypeVar("V", bound=View)
Key = tuple[str, str]


class NotLoadedError(Exception):
    """Raised by `States` for an aggregate or a walk that is not loaded."""

    def __init__(self, need: Key | Walk) -> None:
        super().__init__(repr(need))
        self.need = need


class TooManyError(Exception):
    """A message walks over more aggregates than one batch holds."""


class States(Protocol):
    """The aggregates that are loaded for this batch."""

    def find(self, kind: str, id_: str) -> Any | None:
        """Return the stored state, None if there is none; raises NotLoadedError."""

    def walk(self, walk: Walk) -> list[str] | None:
        """Return the ids that a walk covers among the stored ones, None if they are too many for one batch."""

    def every(self, kind: str) -> Mapping[str, Any]:
        """Return all stored states of a resident kind."""


class Workspace:
    """States of a batch: what is stored, overlaid by what was decided so far and by a draft of the message in hand."""

    def __init__(self, subscription: Subscription, states: States, changed: dict[Key, Any]) -> None:
        self.needs: set[Key | Walk] = set()
        self._aggregates = (*subscription.aggregates, *((WAITING,) if subscription.intake else ()))
        self._by_kind = {aggregate.kind: aggregate for aggregate in self._aggregates}
        self._states = states
        self._settled = changed
        self._settled_of: dict[str, dict[str, Any]] = {}  # the same by kind: `every` is asked for once a message
        self._index(changed)
        self._draft: dict[Key, Any] = {}

    def __call__(self, aggregate: Aggregate[S], id_: str) -> S:
        """Return an aggregate as it stands now; one that is not loaded is noted in `needs` and reads as absent."""
        found = self._find(aggregate.kind, id_)
        return aggregate.initial(id_) if found is None else found

    def every(self, aggregate: Aggregate[S]) -> Iterator[tuple[str, S]]:
        """Yield every aggregate of a resident kind as it stands now, in id order."""
        merged = dict(self._states.every(aggregate.kind))
        merged |= self._changed(aggregate.kind)
        yield from sorted((id_, state) for id_, state in merged.items() if state is not None)

    def view(self, aggregate: Aggregate[S], make: Callable[[Mapping[str, S]], V]) -> tuple[V, AbstractSet[str]]:
        """Return what `make` derives from the stored states of a resident kind, and who has changed since."""
        stored = self._states.every(aggregate.kind)
        made = stored.view(make) if isinstance(stored, Resident) else make(stored)
        return made, self._changed(aggregate.kind).keys()

    def _changed(self, wanted: str) -> dict[str, Any]:
        draft = {id_: state for (kind, id_), state in self._draft.items() if kind == wanted}
        return self._settled_of.get(wanted, {}) | draft

    def _index(self, states: Mapping[Key, Any]) -> None:
        for (kind, id_), state in states.items():
            self._settled_of.setdefault(kind, {})[id_] = state

    def fold(self, message: Message) -> None:
        """Fold a message into the draft of every aggregate that it concerns; what it leaves as it is is not written."""
        for aggregate in self._aggregates:
            for id_ in aggregate.concerns(message):
                before = self._find(aggregate.kind, id_)
                state = aggregate.evolve(aggregate.initial(id_) if before is None else before, message)
                after = state if aggregate.keep(state) else None
                if aggregate.append_only and before is not None:
                    if after != before:
                        raise ValueError(f"{aggregate.kind} {id_} is there already, and none of its kind ever changes")
                elif after is not before:
                    self._draft[aggregate.kind, id_] = after

    def walked(self, walk: Walk) -> list[str] | None:
        """Return the ids that a walk touches now, None if they are too many for one batch."""
        if walk.given is not None:
            giver = self._find(*walk.given)
            if giver is None:
                return []
            walk = led(walk, self._by_kind[walk.given[0]].tags(giver))
        try:
            stored = self._states.walk(walk)
        except NotLoadedError as missing:
            self.needs.add(missing.need)
            return []
        if stored is None:
            return None
        touched = {id_ for layer in (self._settled, self._draft) for kind, id_ in layer if kind == walk.kind}
        return sorted(id_ for id_ in touched.union(stored) if self._is_walked(walk, id_))

    def _is_walked(self, walk: Walk, id_: str) -> bool:
        aggregate = self._by_kind[walk.kind]
        state = self._find(walk.kind, id_)
        return state is not None and covers(walk, aggregate.due_on(state), aggregate.tags(state))

    def _find(self, kind: str, id_: str) -> Any | None:
        key = (kind, id_)
        if key in self._draft:
            return self._draft[key]
        if key in self._settled:
            return self._settled[key]
        try:
            return self._states.find(kind, id_)
        except NotLoadedError as missing:
            self.needs.add(missing.need)
            return None

    def keep(self) -> None:
        """Make the draft part of the batch."""
        self._settled |= self._draft
        self._index(self._draft)
        self._draft = {}

    def forget(self) -> None:
        """Drop the draft."""
        self._draft = {}


def led(walk: Walk, tags: Iterable[str]) -> Walk:
    """Return the walk on which an aggregate with these tags sends a message; its first one is looked for."""
    return replace(walk, given=None, tag=walk.tag or next(iter(tags)))


def covers(walk: Walk, due_on: date | None, tags: Iterable[str]) -> bool:
    """Tell whether a walk touches an aggregate with this due day and these tags."""
    if walk.due_by is not None:
        return due_on is not None and due_on <= walk.due_by
    return walk.tag == "*" or walk.tag in set(tags)
