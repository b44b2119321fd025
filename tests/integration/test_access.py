"""The bus is closed: everybody may do what the table says and nothing else, tried on a real server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.access.connection import Bus, connect
from shared.access.nats_conf import inbox_of
from shared.access.principals import WHO_AM_I
from shared.access.ring import publics
from shared.catalog import CATALOG
from shared.embedded import EmbeddedMongo
from shared.errors import BangfuError, ConfigurationError
from shared.ops import publishing, rights
from shared.ops.auditing import Scope
from shared.ops.looking import View
from shared.ops.replay import Span, audited
from shared.ops.running import find_services
from shared.runner.topology import ensure_consumer, places
from shared.store import Store
from tests.support.access_table import LISTS, PRINCIPALS, STREAMS, Deed, deeds, may
from tests.support.closed import ClosedBus, closed_bus, ring_with
from tests.support.live import until

pytestmark = pytest.mark.real

PRODUCERS = {entry.event.topic: entry.producer for entry in CATALOG}
EVERY_PLACE = [p for service in find_services() for each in service.subscriptions for p in places(each)]
DURABLES = {place.durable: place.stream for place in EVERY_PLACE}
CELLS_AT_LEAST = 11_000  # a table that shrinks proves less
LAST = "nobody.may.do.this"
SILENT = {"ack", "listen", "consumer.MSG.NEXT"}  # nothing comes back, or not before something is there


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedBus]:
    found = closed_bus(tmp_path_factory.mktemp("closed"), "yunxiao-hr", "office", lists=LISTS)
    yield found
    found.server.stop()


@pytest.fixture
async def streams(closed: ClosedBus) -> ClosedBus:
    await closed.provisioned()
    closed.errors.clear()
    return closed


class Trial:
    """One principal tries everything."""

    def __init__(self, closed: ClosedBus, name: str, tried: list[Deed]) -> None:
        self.closed, self.name, self.tried = closed, name, tried
        self.answered: set[int] = set()

    async def run(self) -> dict[Deed, bool]:
        """Return of each deed whether the server let it happen: it answered it, or said nothing against it."""
        key = publics(self.closed.ring.keys())[self.name][0]
        async with self.closed.entered(self.name) as client:
            await client.subscribe(f"{inbox_of(key)}.tried.*", cb=self._answered)
            for number, deed in enumerate(self.tried):
                await self._try(client, deed, f"{inbox_of(key)}.tried.{number}")
            # The server answers in order, so this comes last; nats-py's `flush` may overtake what is still to be sent.
            await client.publish(LAST, b"")
            await until(lambda: f'publish to "{LAST}"' in self._refused() and self._unsaid() == [])
        refused = self._refused()
        return {deed: _said(deed) not in refused for deed in self.tried}

    async def _try(self, client: Client, deed: Deed, reply: str) -> None:
        if deed.listens:
            await client.subscribe(deed.subject)
        else:
            await client.publish(deed.subject, b"", reply=reply)

    async def _answered(self, message: Msg) -> None:
        self.answered.add(int(message.subject.rpartition(".")[2]))

    def _refused(self) -> set[str]:
        return {error.removeprefix("nats: permissions violation for ") for error in self._errors()}

    def _errors(self) -> list[str]:
        return self.closed.errors.get(self.name, [])

    def _unsaid(self) -> list[Deed]:
        """Return what was neither refused nor answered; a deed of which both came is wrong too."""
        refused = self._refused()
        return [
            deed
            for number, deed in enumerate(self.tried)
            if deed.what not in SILENT and (number in self.answered) == (_said(deed) in refused)
        ]


def _said(deed: Deed) -> str:
    return f'{"subscription" if deed.listens else "publish"} to "{deed.subject.lower()}"'


async def test_everybody_may_do_what_the_table_says_and_nothing_else(streams: ClosedBus) -> None:
    async with streams.entered("provisioner") as client:
        for place in EVERY_PLACE:
            await ensure_consumer(client, place)
    streams.errors.clear()
    inboxes = {name: inbox_of(keys[0]) for name, keys in publics(streams.ring.keys()).items()}
    tried = list(deeds(iter(PRODUCERS), DURABLES, inboxes))
    wrong, cells = [], 0
    for name in PRINCIPALS:
        found = await Trial(streams, name, tried).run()
        wrong += [(name, d.what, d.on, got) for d, got in found.items() if got != may(name, d, PRODUCERS)]
        cells += len(found)
    allowed = sum(may(name, deed, PRODUCERS) for name in PRINCIPALS for deed in tried)
    said = f"{cells} cells: {len(PRINCIPALS)} principals x {len(tried)} deeds; {allowed} allowed, wrong {len(wrong)}"
    sys.stdout.write(f"{said}\n")
    assert wrong == []
    assert cells == len(PRINCIPALS) * len(tried) >= CELLS_AT_LEAST
    async with streams.entered("ops") as client:  # nothing that was tried took a stream away
        for stream in STREAMS:
            await client.jetstream().stream_info(stream)


async def test_who_has_no_key_or_an_unknown_one_is_not_let_in(closed: ClosedBus, tmp_path: Path) -> None:
    stranger = ring_with(tmp_path / "elsewhere").seed("ops")
    for bus in (Bus(closed.server.url), Bus(closed.server.url, stranger)):
        with pytest.raises(ConfigurationError, match="it does not know this key"):
            await connect(bus)


async def test_a_source_can_have_nothing_sent_where_it_may_not_publish(streams: ClosedBus) -> None:
    async with streams.entered("ops") as ops, streams.entered("source-yunxiao-hr") as source:
        before = (await ops.jetstream().stream_info("EVENTS")).state.last_seq
        stored = await source.jetstream().publish("intake.yunxiao-hr.visit.recorded", b"{}", stream="INTAKE")
        # The server answers a publication at whatever subject it names; inside the account of sources nobody is there.
        await source.publish("intake.yunxiao-hr.visit.recorded", b"{}", reply="bangfu.line.posted.0.forged")
        last = await source.jetstream().publish("intake.yunxiao-hr.visit.recorded", b"{}", stream="INTAKE")
        assert last.seq == stored.seq + 2
        assert (await ops.jetstream().stream_info("EVENTS")).state.last_seq == before


async def test_a_source_hears_its_own_outcomes_only(streams: ClosedBus) -> None:
    heard: list[str] = []

    async def take(message: Msg) -> None:
        heard.append(message.subject)

    async with streams.entered("registry") as registry, streams.entered("source-yunxiao-hr") as source:
        await source.subscribe("outcome.yunxiao-hr.>", cb=take)
        await source.request(WHO_AM_I, b"", timeout=5)  # answered in order, as `flush` is not
        for name in ("office", "yunxiao-hr"):
            await registry.jetstream().publish(f"outcome.{name}.visit.recorded", b"{}")
        await until(lambda: heard)
        assert heard == ["outcome.yunxiao-hr.visit.recorded"]


async def test_a_refusal_looks_like_silence_and_is_told_aside(streams: ClosedBus) -> None:
    async with streams.entered("auditor") as auditor:
        with pytest.raises((TimeoutError, nats.errors.TimeoutError)):
            await auditor.jetstream(timeout=0.2).delete_stream("EVENTS")
    assert streams.errors["auditor"] == ['nats: permissions violation for publish to "$js.api.stream.delete.events"']


async def test_an_auditor_replays_with_a_key_of_their_own_and_tells_nothing_under_it(
    streams: ClosedBus, mongo: EmbeddedMongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = find_services()
    stores = {service.name: Store(mongo.url, f"audited_{service.name}") for service in services}
    try:
        async with streams.entered("auditor") as client:
            found = await audited(View(client.jetstream(), services, stores), Span(), Scope())
    finally:
        for store in stores.values():
            store.close()
    assert (found["equal"], found["events"], streams.errors.get("auditor", [])) == (True, 0, [])
    monkeypatch.setattr(rights, "_KNOWN_S", 0.5)
    with pytest.raises(BangfuError, match="a key that only reads"):
        async with publishing.publisher(streams.bus("auditor")):
            pass
    async with publishing.publisher(streams.bus("ops")) as ops:
        assert ops.client.is_connected
