"""Operations at the desk: what the broker holds and how far readers are, what is refused or waits, and wishes of it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import orjson
import pytest

from services.notify.adapters.web.endpoint import Role
from services.notify.service import SERVICE
from shared.embedded import EmbeddedMongo
from shared.events.ops import LettersWished
from shared.runner.topology import ensure_consumer, places
from tests.support.booked import Behind, behind
from tests.support.console import Console, console
from tests.support.facts import SOURCE, Offer, closing, offer
from tests.support.live import Bus

pytestmark = pytest.mark.real

EARLY = [offer("calendar.day_closed", f"day-2018-03-0{n}", {"date": f"2018-03-0{n}"}) for n in (3, 4)]


@pytest.fixture(scope="module")
async def opened(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "ops") as found:
        yield found


@pytest.fixture
async def desk(opened: Console) -> Behind:
    """Return a console behind which two days were refused and one fact waits."""
    system = await behind(opened)
    await system.forget()
    await system.tell(closing(date(2018, 3, 1)), *EARLY, offer("vacancy.changed", "waits-1"))
    return system


async def test_refused_facts_are_counted_by_source_fact_and_reason_and_rooms_by_what_they_wait_for(
    desk: Behind,
) -> None:
    ops = await desk.console.enter(Role.OPS, ())
    seen = await ops.json("/ops/letters")
    (group,) = seen["groups"]
    assert (group["source"], group["fact"], group["code"], group["count"]) == (
        SOURCE, "calendar.day_closed", "day_out_of_order", 2
    )  # fmt: skip
    (room,) = seen["rooms"]
    assert (room["room"], room["facts"]) == ("vacancy/V1", 1)
    listed = await ops.json(f"/ops/letters?source={SOURCE}")
    assert [row["letter"] for row in listed["letters"]] == [f"{SOURCE}|{each.id}" for each in EARLY]
    assert "day_out_of_order" in (await ops.get(f"/ops/letters?source={SOURCE}")).text


async def test_of_many_rooms_the_overdue_and_the_fullest_come_first_and_all_are_counted(desk: Behind) -> None:
    kept = [
        {"_id": f"person/{number}", "state": {"counts": {"a b": number, "a c": 1}, "since": "2018-03-01"}
         | {"is_overdue": number == 7}}
        for number in range(1, 221)
    ]  # fmt: skip
    await desk.console.desk.db["ops_room"].insert_many(kept)
    ops = await desk.console.enter(Role.OPS, ())
    rooms = (await ops.json("/ops/letters"))["rooms"]
    assert [room["room"] for room in rooms[:3]] == ["person/7", "person/220", "person/219"]
    assert (len(rooms), rooms[0]["facts"], rooms[0]["since"]) == (200, 8, "2018-03-01")
    assert "person/219" in (await ops.get("/ops/letters")).text
    desk.console.desk.js = None
    assert (await ops.json("/ops"))["waiting"] == 1 + sum(range(1, 221)) + 220


async def test_an_operator_wishes_and_registry_hears_it_under_the_operators_name(desk: Behind) -> None:
    ops = await desk.console.enter(Role.OPS, (), user_id="op1")
    which: dict[str, Any] = {"source": SOURCE, "fact": "calendar.day_closed", "code": "day_out_of_order"}
    fields = which | {"reason": "前日已结"}
    answer = await ops.post("/ops/letters", wish="redrive", token="0" * 32, **fields)
    assert "已受理" in (await ops.get(answer.headers["location"])).text
    (heard,) = [m.event for m in desk.memory.emitted if isinstance(m.event, LettersWished)]
    assert heard == LettersWished(wish="redrive", by="op1", **fields)
    assert "op1" in (await ops.get("/ops/letters")).text


async def test_refused_facts_of_another_county_are_neither_listed_nor_counted_nor_wished_of(desk: Behind) -> None:
    kept = [
        {"_id": f"feed|{area}", "state": {"source": "feed", "fact": "premium.paid", "code": "missing", "path": ""}
         | {"is_named": True, "area": area, "on": "2018-03-01"}}
        for area in ("350622", "350624")
    ]  # fmt: skip
    await desk.console.desk.db["ops_letter"].insert_many(kept)
    for role in (Role.OPS, Role.AUDITOR):
        reader = await desk.console.enter(role, ["350624"])
        seen = await reader.json("/ops/letters?source=feed")
        assert [row["letter"] for row in seen["letters"]] == ["feed|350624"]
        assert {row["source"]: row["count"] for row in seen["groups"]} == {"feed": 1, SOURCE: 2}
    ops = await desk.console.enter(Role.OPS, ["350624"])
    wish: dict[str, Any] = {"wish": "discard", "reason": "不需要"}
    reaching = (
        {"source": "feed"},
        {"source": "feed", "fact": "premium.paid"},
        {"source": "x", "letter": "feed|350622"},
    )
    for number, which in enumerate(reaching):
        answer = await ops.post("/ops/letters", None, token=f"{number:032}", **wish, **which)
        assert "不在您辖区内" in (await ops.get(answer.headers["location"])).text
    assert [m for m in desk.memory.emitted if isinstance(m.event, LettersWished)] == []
    await ops.post("/ops/letters", None, token="a" * 32, source="feed", letter="feed|350624", **wish)
    assert len([m for m in desk.memory.emitted if isinstance(m.event, LettersWished)]) == 1
    desk.console.desk.js = None
    assert (await ops.json("/ops"))["refused"] == 3


async def test_an_auditor_reads_and_wishes_nothing(desk: Behind) -> None:
    auditor = await desk.console.enter(Role.AUDITOR)
    assert 'name="wish"' not in (await auditor.get("/ops/letters")).text
    fields = {"wish": "discard", "source": SOURCE, "reason": "不需要", "token": "0" * 32}
    assert (await auditor.post("/ops/letters", None, **fields)).status_code == 403
    for role in (Role.COORDINATOR, Role.COUNTY, Role.APPROVER):
        assert (await (await desk.console.enter(role)).get("/ops")).status_code == 403


async def test_streams_lag_and_seals_are_told_by_the_broker(desk: Behind, bus: Bus) -> None:
    ops = await desk.console.enter(Role.OPS, ())
    desk.console.desk.js = bus.js
    timeline = next(s for s in SERVICE.subscriptions if s.name == "notify-ops")
    await ensure_consumer(bus.client, places(timeline)[0])
    await bus.js.publish("bangfu.fact.parked.3.x", b"{}", stream="EVENTS")
    for chain, day in (("registry", "2018-03-01"), ("subsidy-ledger", "2018-02-28")):
        said: dict[str, Any] = {"chain": chain, "number": 7, "day": day, "hash": chain * 4}
        await bus.js.publish(f"seals.{chain}", orjson.dumps(said), stream="SEALS")
    seen = await ops.json("/ops")
    (consumer,) = seen["consumers"]
    assert (consumer["name"], consumer["consumers"], consumer["behind"], consumer["reading"]) == ("notify-ops", 1, 1, 0)
    states = {row["service"]: row["state"] for row in seen["services"]}
    assert states == {"registry": "absent", "matching": "absent", "subsidy": "absent", "notify": "idle"}
    held = {row["stream"]: row["messages"] for row in seen["streams"]}
    assert (held["EVENTS"], held["SEALS"], held["KV_payees"]) == (1, 2, 0)
    assert [(row["chain"], row["number"], row["is_missing"]) for row in seen["seals"]] == [
        ("registry", 7, False), ("subsidy-ledger", 7, True),
    ]  # fmt: skip
    page = (await ops.get("/ops")).text
    assert ("最近一日尚未封印" in page, "bangfu ops seals" in page) == (True, True)


async def test_without_a_broker_the_page_says_so_and_what_it_knows(desk: Behind) -> None:
    ops = await desk.console.enter(Role.OPS, ())
    desk.console.desk.js = None
    seen = await ops.json("/ops")
    assert (seen["answers"], seen["refused"], seen["waiting"]) == (False, 2, 1)
    assert "没有应答" in (await ops.get("/ops")).text


def replayed(id_: str, **changed: Any) -> Offer:
    return offer("ops.replay_finished", id_, **changed)


async def test_replays_are_shown_beside_the_seals_with_range_digest_hand_and_verdict(desk: Behind) -> None:
    desk.console.desk.js = None
    ops, auditor = await desk.console.enter(Role.OPS, ()), await desk.console.enter(Role.AUDITOR)
    assert (await ops.json("/ops"))["replays"] == []
    assert "还没有告知过重放结果" in (await auditor.get("/ops")).text
    await desk.tell(replayed("r-1"), closing(date(2018, 3, 2)))
    (shown,) = (await ops.json("/ops"))["replays"]
    assert {name: shown[name] for name in ("on", "by", "posted_until", "days_since", "first", "last", "agrees")} == {
        "on": "2018-03-02", "by": "ops-1", "posted_until": "2018-03-01", "days_since": 1, "first": 1, "last": 40,
        "agrees": True,
    }  # fmt: skip
    page = (await auditor.get("/ops")).text
    for said in ("重放核对", "全部 1–40", ">12<", "a" * 64, "ops-1", "此后已结账 1 天", "与现账一致", "--tell --by"):
        assert said in page
    english = await desk.console.enter(Role.AUDITOR, lang="en")
    assert "equal to the live ledger" in (await english.get("/ops")).text


async def test_a_replay_that_disagrees_is_shown_with_both_digests_and_lies_in_the_inbox_of_operations_and_finance(
    desk: Behind,
) -> None:
    desk.console.desk.js = None
    await desk.tell(replayed("r-1"), replayed("r-2", last=50, differences=2, live_digest="b" * 64, unhandled=1))
    ops, approver = await desk.console.enter(Role.OPS, ["3506"]), await desk.console.enter(Role.APPROVER, ["3506"])
    page = (await ops.get("/ops")).text
    for said in ("与现账不一致（2 处）", "现行：", "b" * 64, "另有 1 条未能处理", "与现账一致"):
        assert said in page
    for officer in (ops, approver):
        (row,) = (await officer.json("/?kind=replay_disagrees"))["rows"]
        assert (row["urgency"], "2 处差异" in row["sentence"]) == ("act", True)
    await desk.tell(replayed("r-3", last=60))
    assert (await ops.json("/?kind=replay_disagrees"))["rows"] == []
    assert [row["last"] for row in (await ops.json("/ops"))["replays"]] == [60]
