"""`bangfu ops replay --tell` on a real system: what came out is on record, a difference alarms, a part is not told."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared.embedded import EmbeddedStack
from shared.ops.auditing import Scope
from shared.ops.looking import View
from shared.ops.replay import Span, audited
from shared.runner.topology import places
from shared.store import Row
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.whole import Whole, at_work, ran, told

pytestmark = pytest.mark.real

FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    *(closing(date(2018, 3, day)) for day in (2, 3)),
)
LINE = {"_id": "L000000001"}
TELL = ("replay", "--tell", "--by", "ops-1")


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that has posted a line."""
    async with at_work(stack, tmp_path_factory.mktemp("told"), "told", FACTS) as found:
        yield found


async def proof(whole: Whole) -> dict[str, Any]:
    """Return what notify keeps of replays."""
    kept = await whole.view.stores["notify"].db["ops_proof"].find_one({})
    return dict(kept["state"]) if kept else {}


async def alerts(whole: Whole) -> list[tuple[str, list[str]]]:
    """Return how the alerts about replays stand, and in which inboxes."""
    rows = whole.view.stores["notify"].db["alert"].find({"state.kind": "replay_disagrees"})
    return [(row["state"]["state"], row.get("tags", [])) async for row in rows]


async def at_rest(whole: Whole) -> None:
    """Have the broker say that every consumer is at the end of its stream; the system here reads without the broker."""
    for service in whole.view.services:
        for place in (place for each in service.subscriptions for place in places(each)):
            with suppress(NotFoundError):
                await whole.bus.js.delete_consumer(place.stream, place.durable)
            new = ConsumerConfig(
                durable_name=place.durable, deliver_policy=DeliverPolicy.NEW, filter_subjects=list(place.filters)
            )
            await whole.bus.js.add_consumer(place.stream, new)


async def test_without_the_option_nothing_is_published(whole: Whole) -> None:
    before = await whole.bus.count("INTAKE")
    assert (await ran(whole, "replay")).exit_code == 0
    assert (await whole.bus.count("INTAKE"), await proof(whole)) == (before, {})


async def test_what_came_out_is_on_record_under_the_name_of_who_did_it(whole: Whole) -> None:
    found = await told(whole, "replay")
    result = await ran(whole, *TELL)
    assert (result.exit_code, "the desk is told" in result.stderr) == (0, True)
    kept = await proof(whole)
    assert kept["last"] == kept["agreed"]
    said = kept["last"]["said"]
    assert (said["span"], said["by"], kept["last"]["on"], said["posted_until"]) == (
        "whole", "ops-1", "2018-03-04", "2018-03-03"
    )  # fmt: skip
    assert (said["first"], said["last"], said["events"]) == (found["first"], found["position"], found["events"])
    assert said["digest"] == said["live_digest"] == found["digests"]["live"]
    assert await alerts(whole) == []
    assert (await ran(whole, *TELL)).exit_code == 0  # the replay of a system in which one was told
    assert (await proof(whole))["last"]["said"]["last"] > said["last"]


async def test_a_difference_is_told_when_nothing_moves_and_alarms_until_a_replay_agrees(whole: Whole) -> None:
    lines = whole.view.stores["subsidy"].db["line"]
    agreed = (await proof(whole))["agreed"]
    await lines.update_one(LINE, {"$inc": {"state.posted.amount_fen": 100}})
    moving = await ran(whole, *TELL)
    assert (moving.exit_code, "not told" in str(moving.exception), "NOT equal" in moving.stdout) == (1, True, True)
    assert ((await proof(whole))["last"], await alerts(whole)) == (agreed, [])

    await at_rest(whole)
    assert (await ran(whole, *TELL)).exit_code == 1
    kept = await proof(whole)
    assert (kept["agreed"], kept["last"]["said"]["differences"]) == (agreed, 1)
    assert kept["last"]["said"]["digest"] == agreed["said"]["digest"] != kept["last"]["said"]["live_digest"]
    assert await alerts(whole) == [("raised", ["office:city"])]

    await lines.update_one(LINE, {"$inc": {"state.posted.amount_fen": -100}})
    assert (await ran(whole, *TELL)).exit_code == 0
    assert await alerts(whole) == [("retracted", [])]


@pytest.mark.parametrize(
    "bounds",
    [
        ["--person", "nobody"],
        ["--employer", "91350622MA2XN0K4TC"],
        ["--programme", "social-insurance"],
        ["--to", "2018-03-02"],
        ["--from", "2018-03-02"],
        ["--known-at", "2018-03-02"],
    ],
)
async def test_a_part_is_not_told_as_if_it_were_the_whole(whole: Whole, bounds: list[str]) -> None:
    before = await whole.bus.count("INTAKE")
    result = await ran(whole, *TELL, *bounds)
    assert "only a replay of the whole is told" in str(result.exception)
    assert (await whole.bus.count("INTAKE"), result.stdout) == (before, "")


@pytest.mark.parametrize("asked", [["--tell"], ["--tell", "--by", "张三"], ["--by", "ops-1"]])
async def test_who_tells_is_named_and_only_who_tells(whole: Whole, asked: list[str]) -> None:
    before = await whole.bus.count("INTAKE")
    assert "--by" in str((await ran(whole, "replay", *asked)).exception)
    assert await whole.bus.count("INTAKE") == before


class Meanwhile(View):
    """A look during which something is published that no consumer reads."""

    async def states(self, kind: str, query: Row | None = None) -> dict[str, Any]:
        await self.js.publish("bangfu.heard.by_nobody.0.x", b"{}", stream="EVENTS")
        return await super().states(kind, query)


async def test_a_stream_that_went_on_meanwhile_is_as_good_as_a_system_that_works(whole: Whole) -> None:
    await at_rest(whole)
    seen = [await audited(each(**vars(whole.view)), Span(), Scope()) for each in (View, Meanwhile)]
    assert [(found["equal"], found["in_flight"]) for found in seen] == [(True, False), (True, True)]
