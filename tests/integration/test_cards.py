"""Contact cards: of two who write the same card, the one that read older fields never has the last word."""

import pytest

from shared.cards import ContactCards
from tests.support.live import Bus

pytestmark = pytest.mark.real

PERSON = "panna".ljust(26, "a")
OLD, NEW = {"phone": "+8613812345678"}, {"phone": "+8613912345678"}


def cards(bus: Bus) -> ContactCards:
    return ContactCards(bus.js, bytes(32))


async def test_a_card_is_written_over_the_revision_that_was_read(bus: Bus) -> None:
    writer = cards(bus)
    assert await writer.revision(PERSON) == 0
    assert await writer.put(PERSON, OLD, 0)
    assert await writer.put(PERSON, NEW, await writer.revision(PERSON))
    assert await writer.get(PERSON) == NEW


async def test_who_was_overtaken_writes_nothing(bus: Bus) -> None:
    slow, quick = cards(bus), cards(bus)
    read = await slow.revision(PERSON)
    assert await quick.put(PERSON, NEW, await quick.revision(PERSON))

    assert not await slow.put(PERSON, OLD, read)

    assert await slow.get(PERSON) == NEW


async def test_a_card_that_was_deleted_can_be_written_anew(bus: Bus) -> None:
    writer = cards(bus)
    await writer.put(PERSON, OLD, 0)
    bucket = await bus.js.key_value("contacts")
    await bucket.delete(PERSON)

    assert await writer.put(PERSON, NEW, await writer.revision(PERSON))

    assert await writer.get(PERSON) == NEW
