"""The life without faults: the same facts through the same fold, one after the other, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.catalog import CATALOG
from shared.events.contract import Event
from shared.runner.core import Message, Service
from shared.runner.loaded import Codec
from shared.runner.memory import Memory
from shared.runner.wire import encode, recorded
from tests.support.facts import KEYS
from tests.support.sim_broker import SimBroker
from tests.support.sim_streams import SimStream

LISTENER = "notify"
_PRODUCER: dict[type[Event], str] = {entry.event: entry.producer for entry in CATALOG}


@dataclass(frozen=True)
class Expected:
    """What a life without faults leaves behind.

    Args:
        events: Id to bytes of every event. order: their ids by producer. states: service and kind to id to state.
    """

    events: dict[str, bytes]
    order: dict[str, list[str]]
    states: dict[tuple[str, str], dict[str, Any]]


def expected(broker: SimBroker, services: tuple[Service, ...]) -> Expected:
    """Fold everything that stands in the intake, duplicates and nonsense too.

    Notify hears of one person from several services, and what it says may depend on whom it heard first. So it is held
    against the fold of the events in the order in which they stand in their stream.
    """
    memory = Memory([each for each in services if each.name != LISTENER], KEYS)
    for message in broker.streams["INTAKE"].messages:
        memory._position = message.sequence - 1  # it names what came without an id
        memory.publish(message.subject, message.data, message.headers)
    listening = Memory([each for each in services if each.name == LISTENER], KEYS)
    for event in _first_events(broker.streams["EVENTS"]):
        listening.recall(event)
    said = memory.emitted + [m for m in listening.emitted if _PRODUCER[type(m.event)] == LISTENER]
    order: dict[str, list[str]] = {}
    for message in said:
        order.setdefault(_PRODUCER[type(message.event)], []).append(message.id)
    events = {m.id: encode(m, _PRODUCER[type(m.event)]) for m in said}
    states = {p: states_in(listening if p[0] == LISTENER else memory, *p) for p in places(services)}
    return Expected(events, order, states)


def _first_events(stream: SimStream) -> Iterator[Message]:
    """Yield each event that others told, where it stands first."""
    known: set[str] = set()
    for stored in stream.messages:
        message = recorded(stored.headers, stored.data, stored.sequence).message
        if message is not None and message.id not in known and _PRODUCER[type(message.event)] != LISTENER:
            known.add(message.id)
            yield message


def places(services: tuple[Service, ...]) -> list[tuple[str, str]]:
    """Return every service and kind of aggregate."""
    return [(service.name, aggregate.kind) for service in services for aggregate in service.aggregates]


def states_in(memory: Memory, service: str, kind: str) -> dict[str, Any]:
    """Return a kind's states as documents hold them; two services may use the same name for a kind."""
    found = next(each for each in memory.services if each.name == service)
    subscription = next(s for s in found.subscriptions if kind in {a.kind for a in s.aggregates})
    codec, merged = Codec(subscription), {}
    for (name, _), consumer in memory._consumers.items():
        if name == subscription.name:
            merged |= {i: codec.document(kind, i, s, None)["state"] for i, s in consumer.kinds.get(kind, {}).items()}
    return merged
