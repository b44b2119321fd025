"""What the watchdog sees at a real broker, and what a publisher does behind a loss or before a full stream."""

import asyncio
import shutil
from pathlib import Path

import pytest
from nats.js.api import DiscardPolicy

from services.registry.service import SERVICE
from shared.embedded import EmbeddedNats
from shared.runner.looking import Look
from shared.runner.marks import keep, kept
from shared.runner.publisher import Entry, Published, Publisher
from shared.runner.topology import provision
from shared.store import Store
from tests.support.live import Bus, reborn, until

pytestmark = pytest.mark.real


def events(*ids: str) -> list[Entry]:
    return [Entry("EVENTS", id_, f"bangfu.a.b.0.{id_}", b"{}" * 40) for id_ in ids]


def look(bus: Bus, store: Store, published: Published) -> Look:
    return Look(
        SERVICE, store, client=lambda: bus.client, js=lambda: bus.js, consumers=(), published=published,
        started=lambda: True, ended=lambda: "",
    )  # fmt: skip


def publisher(bus: Bus, published: Published) -> Publisher:
    return Publisher(bus.client, bus.js, lambda error, _: bus.failures.append(type(error).__name__), published)


class TestALook:
    async def test_finds_nothing_wrong_and_keeps_marks_for_the_next_process(self, bus: Bus, store: Store) -> None:
        published = Published()
        await publisher(bus, published).publish(events("a", "b"))
        seen = await look(bus, store, published)()
        assert (seen.broker, seen.store, set(seen.streams.values())) == (True, True, {frozenset()})
        assert [(mark.stream, mark.position, mark.id) for mark in await kept(store)] == [
            ("EVENTS", 2, "b"), ("KV_contacts", 0, ""), ("KV_payees", 0, ""),
        ]  # fmt: skip

    async def test_finds_a_stream_that_is_gone(self, bus: Bus, store: Store) -> None:
        await bus.js.delete_stream("EVENTS")
        assert (await look(bus, store, Published())()).streams["EVENTS"] == {"gone"}

    async def test_finds_an_end_that_is_lost_also_where_the_stream_has_grown_past_it(
        self, broker: EmbeddedNats, bus: Bus, store: Store, tmp_path: Path
    ) -> None:
        await reborn(broker, bus, lambda directory: shutil.copytree(directory, tmp_path / "copy"))
        looking = look(bus, store, Published())
        await bus.publisher().publish(events("a", "b"))
        await looking()

        def set_back(directory: Path) -> None:
            shutil.rmtree(directory)
            shutil.copytree(tmp_path / "copy", directory)

        await reborn(broker, bus, set_back)
        await bus.publisher().publish(events("c", "d", "e"))
        assert (await looking()).streams["EVENTS"] == {"end_lost"}
        assert [mark.id for mark in await kept(store) if mark.stream == "EVENTS"] == ["b"]

    async def test_takes_what_expired_for_well(self, bus: Bus, store: Store) -> None:
        await bus.publisher().publish([Entry("OUTCOMES", id_, "outcome.a.b", b"{}") for id_ in ("a", "b")])
        looking = look(bus, store, Published())
        await looking()
        await bus.js.purge_stream("OUTCOMES")
        assert (await looking()).streams["OUTCOMES"] == frozenset()

    async def test_says_that_nobody_answers_within_seconds(self, broker: EmbeddedNats, bus: Bus, store: Store) -> None:
        broker.kill9()
        assert not (await look(bus, store, Published())()).broker
        broker.start()


class TestAPublisher:
    async def test_publishes_nothing_behind_a_loss(self, broker: EmbeddedNats, bus: Bus) -> None:
        published = Published()
        publishing = publisher(bus, published)
        await publishing.publish(events("a"))
        await reborn(broker, bus, shutil.rmtree)
        await provision(bus.js)
        later = asyncio.create_task(publishing.publish(events("b")))
        await until(lambda: published.lost == {"EVENTS"})
        later.cancel()
        assert await bus.count("EVENTS") == 0

    async def test_finds_a_loss_behind_which_the_client_sent_what_was_in_hand_by_itself(
        self, broker: EmbeddedNats, bus: Bus
    ) -> None:
        published = Published()
        publishing = publisher(bus, published)
        await publishing.publish(events("a"))
        store = publishing._one_by_one

        async def overtaken(chunk: list[Entry]) -> int:
            await reborn(broker, bus, shutil.rmtree)
            await provision(bus.js)
            return await store(chunk)

        publishing._one_by_one = overtaken  # type: ignore[method-assign]
        later = asyncio.create_task(publishing.publish(events("b")))
        await until(lambda: published.lost == {"EVENTS"})
        later.cancel()
        assert published.last["EVENTS"].id == "a"

    async def test_waits_before_a_full_stream_until_there_is_room(self, bus: Bus) -> None:
        published = Published()
        config = (await bus.js.stream_info("EVENTS")).config
        await bus.js.update_stream(config.evolve(max_bytes=1_000))
        later = asyncio.create_task(publisher(bus, published).publish(events(*(f"e{n}" for n in range(50)))))
        await until(lambda: published.full == {"EVENTS"})
        assert await bus.count("EVENTS") < 50
        await bus.js.update_stream(config.evolve(max_bytes=-1))
        await later
        assert (await bus.count("EVENTS"), published.full, published.waiting) == (50, set(), {})


class TestProvision:
    async def test_gives_streams_the_room_that_is_said_but_never_less_than_they_hold(self, bus: Bus) -> None:
        assert await provision(bus.js, max_bytes=100_000) == []
        config = (await bus.js.stream_info("EVENTS")).config
        assert (config.max_bytes, config.discard) == (100_000, DiscardPolicy.NEW)
        await bus.publisher().publish(events(*(f"e{n}" for n in range(20))))
        assert await provision(bus.js, max_bytes=100) == ["EVENTS.max_bytes"]
        assert await bus.count("EVENTS") == 20
        assert await provision(bus.js) == []
        assert (await bus.js.stream_info("EVENTS")).config.max_bytes == -1


async def test_marks_are_set_over_those_before(store: Store, bus: Bus) -> None:
    await bus.publisher().publish(events("a"))
    looking = look(bus, store, Published())
    await looking()
    first = await kept(store)
    await keep(store, first)
    assert await kept(store) == first
