"""Registry in memory, for tests that tell it facts one by one and look at what followed."""

from collections.abc import Iterable
from typing import Any

from services.registry.service import SERVICE
from services.registry.subscribers import REGISTRY
from shared.events.contract import Event
from shared.runner.batch import Disposition
from shared.runner.core import Message, Service
from shared.runner.memory import Memory
from shared.runner.wire import encode
from tests.support.facts import FIRST_CLOSED, KEYS, Offer, closing

DOOR = Service("registry", "", (REGISTRY,))
"""The consumer of the intake alone, without those that follow what it passes on."""


class Registry:
    """Registry with an open day: the first of March 2018 is closed."""

    def __init__(self, *, opened: bool = True, service: Service = SERVICE) -> None:
        self.memory = Memory([service], KEYS)
        if opened:
            self.tell(closing(FIRST_CLOSED))

    def tell(self, *offers: Offer) -> list[Disposition]:
        """Publish facts and return what became of each at its arrival."""
        return [self.memory.publish(each.subject, each.body) for each in offers]

    def after(self, *offers: Offer) -> list[Message]:
        """Publish facts and return what registry emitted meanwhile."""
        before = len(self.memory.emitted)
        self.tell(*offers)
        return self.memory.emitted[before:]

    def events(self, kind: type[Event]) -> list[Any]:
        """Return every event of one kind, in order of emission."""
        return [message.event for message in self.memory.emitted if isinstance(message.event, kind)]


def accepted(offers: Iterable[Offer]) -> "Registry":
    """Return a registry that accepted these facts."""
    registry = Registry()
    for each in offers:
        assert [said.outcome for said in registry.tell(each)] == ["applied"], each.id
    return registry


def published(messages: Iterable[Message]) -> list[bytes]:
    """Return the bytes that registry publishes for messages."""
    return [encode(message, "registry") for message in messages]
