"""A message of a version that is newer than the process waits, keeps nobody else waiting, and runs after an upgrade."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from services.registry.adapters.vault import Vault
from shared.events.people import VisitRecorded
from shared.runner.core import Subscription
from shared.runner.late import Late, redrive_asked
from shared.runner.runner import Runner
from shared.runner.wire import admitted, encode, recorded
from shared.settings import Settings
from shared.store import Row, Store
from tests.support import toy
from tests.support.evolving import REGISTRY_OF_TOMORROW, TOY_OF_TOMORROW, TimedVisit
from tests.support.facts import FIRST_CLOSED, KEYS, NAME, SOURCE, closing, id_number, offer
from tests.support.live import Bus, handled, runner
from tests.support.toy import TODAY, TOY, person, visit

pytestmark = pytest.mark.real

LATER = TODAY.replace(day=5)
NEW = TimedVisit(**visit(1).model_dump(), minutes=20)
_SETTINGS = Settings(vault_key="ab" * 32, card_key="cd" * 32, person_key="ef" * 32)
ROOM = "version/cn.bangfu.visit.recorded.v2"


def body(id_: str, event: VisitRecorded, **stamp: Any) -> bytes:
    return encode(toy.message(id_, event, **stamp), "registry")


async def take(running: Runner, subscription: Subscription, *bodies: bytes, first: int = 1) -> None:
    await handled(running, [recorded(None, one, n, subscription.schemas) for n, one in enumerate(bodies, first)])


async def row(store: Store, id_: str, inbox: str = "inbox_toy") -> Row:
    found: Row | None = await store.db[inbox].find_one({"_id": f"/bangfu/registry|{id_}"})
    assert found is not None
    return found


async def visits(store: Store, number: int) -> int:
    found = await store.db["count"].find_one({"_id": person(number)})
    return found["state"]["visits"] if found else 0


class TestAConsumerOfEvents:
    async def test_parks_a_newer_version_with_its_bytes_and_goes_on_with_everybody_else(
        self, store: Store, bus: Bus
    ) -> None:
        old = runner(store, bus, TOY)
        await old.start()
        await take(old, TOY, body("v-1", NEW), body("v-2", visit(1)), body("v-3", visit(2)))
        waits = await row(store, "v-1")
        assert (waits["outcome"], waits["waiting_for"], bytes(waits["body"])) == ("parked", ROOM, body("v-1", NEW))
        assert (await visits(store, 1), await visits(store, 2)) == (1, 1)
        assert old.progress.warnings["unknown_version"] == 1

    async def test_that_is_started_again_without_an_upgrade_lets_it_wait(self, store: Store, bus: Bus) -> None:
        for number in (1, 2):
            old = runner(store, bus, TOY)
            await old.start()
            await take(old, TOY, body("v-1", NEW), body(f"v-{number + 1}", visit(2)), first=number)
        assert (await row(store, "v-1"))["outcome"] == "parked"

    async def test_applies_it_after_an_upgrade_on_the_day_of_the_first_new_message(
        self, store: Store, bus: Bus
    ) -> None:
        old = runner(store, bus, TOY)
        await old.start()
        await take(old, TOY, body("v-1", NEW), body("v-2", visit(1)))
        new = runner(store, bus, TOY_OF_TOMORROW)
        await new.start()
        await take(new, TOY_OF_TOMORROW, body("v-2", visit(1)), first=2)
        assert await visits(store, 1) == 1
        await take(new, TOY_OF_TOMORROW, body("v-3", visit(2), known_on=LATER), first=3)
        ran = await row(store, "v-1")
        assert (ran["outcome"], ran["position"], ran["waiting_for"]) == ("applied", 1, "")
        assert (ran["ran_before"], ran["known_on"]) == ("/bangfu/registry|v-3", LATER.isoformat())
        assert await visits(store, 1) == 2

    async def test_that_dies_between_the_late_message_and_the_new_one_handles_each_once(
        self, store: Store, bus: Bus
    ) -> None:
        old = runner(store, bus, TOY)
        await old.start()
        await take(old, TOY, body("v-1", NEW))
        first, second = (runner(store, bus, TOY_OF_TOMORROW) for _ in range(2))
        await first.start()
        await second.start()
        await first._catch_up([recorded(None, body("v-2", visit(1)), 2)])
        await take(second, TOY_OF_TOMORROW, body("v-2", visit(1)), first=2)
        assert await visits(store, 1) == 2

    async def test_handles_a_message_again_whose_handler_was_wrong_when_an_operator_asked(
        self, store: Store, bus: Bus
    ) -> None:
        broken = body("v-1", visit(1, "broken"))
        old = runner(store, bus, TOY)
        await old.start()
        await take(old, TOY, broken, body("v-2", visit(2)))
        assert (await row(store, "v-1"))["code"] == "handler_failed"
        corrected = replace(TOY, decide=lambda *_: [])
        unasked = runner(store, bus, corrected)
        await unasked.start()
        await take(unasked, corrected, body("v-3", visit(2)), first=3)
        assert (await row(store, "v-1"))["outcome"] == "rejected"
        registry = runner(store, bus)
        await registry.start()
        asked = {"letter": "/bangfu/registry|v-1", "by": "ops-1", "reason": "corrected", "body": ""}
        request = offer("ops.redrive_requested", "ask-1", asked)
        door = REGISTRY_OF_TOMORROW.intake.door(KEYS)  # type: ignore[union-attr]
        facts = (closing(FIRST_CLOSED), request)
        await handled(registry, [admitted(door, each.subject, None, each.body, n) for n, each in enumerate(facts, 1)])
        late = Late(corrected, None, store, asked=lambda key: redrive_asked(bus.js, key))
        new = runner(store, bus, corrected, late=late)
        await new.start()
        await take(new, corrected, body("v-4", visit(2)), first=4)
        assert (await row(store, "v-1"))["outcome"] == "applied"
        assert await visits(store, 1) == 1


@pytest.fixture
def vault(store: Store, bus: Bus) -> Vault:
    """Return a vault with keys of its own."""
    context: Any = SimpleNamespace(store=store, js=bus.js, settings=_SETTINGS)
    return Vault(context)


class TestRegistry:
    async def test_parks_a_fact_of_a_newer_version_sealed_and_judges_it_after_an_upgrade(
        self, store: Store, bus: Bus, vault: Vault
    ) -> None:
        known = offer("roster.entry", "r-1")
        exit_ = offer("exit.confirmed", "x-1", review_year=2018, reason=NAME)
        exit_ = exit_.but(type="cn.bangfu.exit.confirmed.v2")
        old = runner(store, bus, companions=(vault,))
        await old.start()
        facts = [closing(FIRST_CLOSED), known, exit_, offer("visit.recorded", "w-1"), exit_]
        door = REGISTRY_OF_TOMORROW.intake.door(KEYS)  # type: ignore[union-attr]
        today = old.subscription.intake.door(KEYS)  # type: ignore[union-attr]
        await handled(old, [admitted(today, each.subject, None, each.body, n) for n, each in enumerate(facts, 1)])
        assert await self.said(bus, "x-1") == [("parked", "version/cn.bangfu.exit.confirmed.v2"), ("duplicate", None)]
        kept = await store.db["deadletters"].find_one({"_id": f"{SOURCE}|x-1"})
        assert kept is not None
        assert id_number().encode() not in bytes(kept["sealed"])
        late = Late(REGISTRY_OF_TOMORROW, None, store, door, vault.letter)
        new = runner(store, bus, REGISTRY_OF_TOMORROW, companions=(vault,), late=late)
        await new.start()
        assert (await self.said(bus, "x-1"))[2:] == [("accepted", None)]
        assert await store.db["deadletters"].find_one({"_id": f"{SOURCE}|x-1"}) is None
        stored = [orjson.loads(body) for _, body in await bus.stored("EVENTS")]
        years = [event["data"]["review_year"] for event in stored if event["type"] == "cn.bangfu.exit.confirmed.v2"]
        assert years == [2018]

    async def said(self, bus: Bus, fact_id: str) -> list[tuple[str, str | None]]:
        """Return what the publisher of a fact heard, in order."""
        heard = [orjson.loads(stored)["data"] for _, stored in await bus.stored("OUTCOMES")]
        return [(each["outcome"], each.get("waiting_for")) for each in heard if each["fact_id"] == fact_id]
