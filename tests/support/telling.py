"""Facts for a runner, what registry publishes for them, and what then stands in the streams."""

from tests.support.facts import FIRST_CLOSED, Offer, closing, id_number, offer
from tests.support.live import Bus
from tests.support.story import story
from tests.support.world import DOOR, Registry, published

STORY = story(8)
PEOPLE = [closing(FIRST_CLOSED), *(offer("roster.entry", f"r-{n}", id_number=id_number(n)) for n in range(1, 60))]


def told(offers: list[Offer]) -> list[bytes]:
    """Return what registry publishes for facts when nothing goes wrong."""
    registry = Registry(opened=False, service=DOOR)
    registry.tell(*offers)
    return published(registry.memory.emitted)


async def events(bus: Bus) -> list[bytes]:
    """Return what is on the stream, each event once, in the order of its first appearance."""
    return list(dict.fromkeys(body for _, body in await bus.stored("EVENTS")))
