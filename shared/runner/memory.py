"""The whole system in memory: the same fold, no broker, no database, no clock.

One in-memory fold serves `bangfu cases`, the oracle of the fault lab, replay and simulation.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from shared.catalog import PARTITIONS
from shared.runner.batch import Disposition, Folded, Input, Seen
from shared.runner.core import Aggregate, Keys, Message, Service, Subscription, Walk
from shared.runner.fold import fold_batch
from shared.runner.resident import Resident
from shared.runner.waiting import WAITING
from shared.runner.wire import admitted
from shared.runner.workspace import Key, covers


@dataclass(frozen=True, slots=True)
class Deferral:
    """When a live consumer handled what it could not handle at its turn: before another message, on that one's day.

    Args:
        before: Id of the other message; empty: not at all so far.
    """

    before: str = ""
    known_on: date = date.min


Deferrals = Mapping[str, Mapping[str, Deferral]]


@dataclass
class _Consumer:
    """One consumer of a subscription: its inbox and the aggregates that only it touches."""

    subscription: Subscription
    deferrals: Mapping[str, Deferral] = field(default_factory=dict)
    held: dict[str, Message] = field(default_factory=dict)
    states: dict[Key, Any] = field(default_factory=dict)
    kinds: dict[str, Resident] = field(default_factory=dict)
    due: dict[str, dict[str, date]] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)

    def find(self, kind: str, id_: str) -> Any | None:
        return self.every(kind).get(id_)

    def every(self, kind: str) -> Mapping[str, Any]:
        return self.kinds.setdefault(kind, Resident())

    def walk(self, walk: Walk) -> list[str]:
        if walk.due_by is not None:
            return [id_ for id_, due_on in self.due.get(walk.kind, {}).items() if due_on <= walk.due_by]
        tags, stored = self.aggregate(walk.kind).tags, self.every(walk.kind)
        return [id_ for id_, state in stored.items() if covers(walk, None, tags(state))]

    def aggregate(self, kind: str) -> Aggregate[Any]:
        return next(a for a in (*self.subscription.aggregates, WAITING) if a.kind == kind)

    def turn(self, message: Message) -> list[Message]:
        """Return what is handled when a message comes: what is late and ran before it, and itself if it is not late."""
        ready = [id_ for id_ in self.held if self.deferrals[id_].before == message.id]
        late = [replace(self.held.pop(id_), known_on=self.deferrals[id_].known_on) for id_ in ready]
        if message.id in self.deferrals and _key(message) not in self.seen:
            self.held[message.id] = message
            return late
        return [*late, message]

    def take(self, item: Input) -> Folded:
        folded = fold_batch(self.subscription, [item], self, self.seen)
        if not isinstance(folded, Folded):
            raise TypeError("in memory everything is loaded")
        for failed, error in folded.failures:
            raise RuntimeError(f"{self.subscription.name} failed on {failed.fact or failed.key}") from error
        for key, (judged, said) in folded.dispositions.items():
            before = self.seen.get(key, Seen(judged.content_hash, judged.position))
            self.seen[key] = replace(before, outcome=said.outcome)
        for (kind, id_), state in folded.changed.items():
            self.kinds.setdefault(kind, Resident()).settle(id_, state)
            due_on = None if state is None else self.aggregate(kind).due_on(state)
            if due_on is None:
                self.due.get(kind, {}).pop(id_, None)
            else:
                self.due.setdefault(kind, {})[id_] = due_on
        return folded


class Memory:
    """Services wired to each other in memory.

    Args:
        services: What takes part.
        keys: Secrets for the pseudonyms; the same keys give the same ids.
        deferrals: By chain (`<subscription>` or `<subscription>-p<k>`) and message id: what ran late, and when.
    """

    def __init__(self, services: Iterable[Service], keys: Keys, deferrals: Deferrals = MappingProxyType({})) -> None:
        self.services, self._deferrals = tuple(services), deferrals
        self.emitted: list[Message] = []
        self.outcomes: list[tuple[Input, Disposition]] = []
        self._consumers: dict[tuple[str, int], _Consumer] = {}
        self._offered, self._recorded = 0, 0  # positions in the two streams, as a broker numbers them
        subscriptions = [s for service in self.services for s in service.subscriptions]
        self._intake = [s for s in subscriptions if s.intake is not None]
        self._doors = {s.name: s.intake.door(keys) for s in self._intake if s.intake is not None}
        self._listeners: dict[type, list[Subscription]] = {}
        for subscription in subscriptions:
            for event in subscription.listens:
                self._listeners.setdefault(event, []).append(subscription)

    def publish(self, subject: str, body: bytes, headers: dict[str, str] | None = None) -> Disposition:
        """Take one raw fact through the whole system until nothing is in flight; return what became of it."""
        self._offered += 1
        emitted: list[Message] = []
        disposition = Disposition("superseded")
        for subscription in self._intake:
            item = admitted(self._doors[subscription.name], subject, headers, body, self._offered)
            folded = self._consumer(subscription, 0).take(item)
            self.outcomes.extend(folded.dispositions.values())
            disposition = next((d for i, d in folded.dispositions.values() if i is item), disposition)
            emitted += folded.emitted
        self._drain(emitted)
        return disposition

    def recall(self, message: Message) -> None:
        """Take one recorded event through whoever listens until nothing is in flight; its own door has judged it."""
        self._drain([message])

    def states(self, kind: str) -> dict[str, Any]:
        """Return all aggregates of a kind, over all partitions, by id in order."""
        merged: dict[str, Any] = {}
        for consumer in self._consumers.values():
            merged |= consumer.every(kind)
        return dict(sorted(merged.items()))

    def _drain(self, emitted: list[Message]) -> None:
        flight = deque(emitted)
        while flight:
            message = flight.popleft()
            self.emitted.append(message)
            for subscription in self._listeners.get(type(message.event), ()):
                if not subscription.partitioned and message.partition and message.event.partition == "*":
                    continue
                place = message.partition % PARTITIONS if subscription.partitioned else 0
                consumer = self._consumer(subscription, place)
                for each in consumer.turn(message):
                    self._recorded += 1
                    flight.extend(consumer.take(Input(_key(each), self._recorded, message=each)).emitted)

    def _consumer(self, subscription: Subscription, partition: int) -> _Consumer:
        found = self._consumers.get((subscription.name, partition))
        if found is None:
            chain = f"{subscription.name}-p{partition}" if subscription.partitioned else subscription.name
            found = _Consumer(subscription, self._deferrals.get(chain, {}))
            self._consumers[subscription.name, partition] = found
        return found


def _key(message: Message) -> str:
    return f"|{message.id}"
