"""The inbox: whose alerts somebody sees, how they are listed, and how soon a change is heard of."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.notify.adapters.web import live
from services.notify.adapters.web.endpoint import Principal, Role
from services.notify.adapters.web.inbox_names import named
from services.notify.adapters.web.inbox_queries import COUNTED, unread
from services.notify.adapters.web.live import _counts
from services.notify.adapters.web.scope import Scope
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, Officer, add_alerts, an_alert, console

DAY = date(2018, 2, 10)


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "inbox") as opened:
        await opened.desk.db["alert_clock"].insert_one({"_id": "p0", "state": {"day": "2018-03-01"}})
        other = {"coordinator_id": "c-2", "area": "350622102200"}
        office = {"coordinator_id": None, "person_id": None}
        await add_alerts(
            opened.desk,
            *(an_alert(number) for number in range(60)),
            *(an_alert(number, **other, state="seen", seen_on=DAY) for number in range(60, 65)),
            an_alert(100, state="done", over_on=DAY, done_on=DAY),
            an_alert(101, state="snoozed", snoozed_until=date(2018, 4, 1)),
            an_alert(102, **office, kind="fact_rejected", matter="feed|x|y", area="350622", details=REJECTED),
            an_alert(
                103, **office, kind="fact_rejected", matter="feed|z", county="350624", area="350624", details=REJECTED
            ),
            an_alert(104, **office, kind="clearing_late", county=None, area=None, details=LATE),
            an_alert(105, urgency="know", kind="hire_confirmed", details=HIRED),
        )
        yield opened


REJECTED = {"source": "feed", "fact": "premium.paid", "code": "missing", "path": "data.month"}
LATE = {"run_id": "R1", "instructions": "2", "total": "3.00", "approved_on": "2018-01-02", "late_on": "2018-01-09"}
HIRED = {"employment_id": "E1", "uscc": "91350622MA2Y1A2B7G", "starts_on": "2018-02-01"}


async def coordinator(desk: Console) -> Officer:
    return await desk.enter(Role.COORDINATOR, ["350622101200"], coordinator_id="c-1")


async def test_a_coordinator_sees_their_own_fifty_a_page_what_needs_action_first(desk: Console) -> None:
    officer = await coordinator(desk)
    first, second = await officer.json("/"), await officer.json("/?page=2")
    assert (first["total"], first["pages"], len(first["rows"]), len(second["rows"])) == (61, 2, 50, 11)
    assert [row["urgency"] for row in first["rows"] + second["rows"]] == ["act"] * 60 + ["know"]
    days = [row["last_on"] for row in first["rows"]]
    assert days == sorted(days, reverse=True)
    assert (await officer.get("/unread")).text.strip() == "61"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=snoozed", [101]),
        ("state=done", [100]),
        ("urgency=know", [105]),
        ("kind=hire_confirmed", [105]),
        ("q=person-00007", [7]),
        ("q=就业&urgency=know", [105]),
        ("area=350622102", []),
        ("q=.*", []),
    ],
)
async def test_filters_leave_what_was_asked_for(desk: Console, query: str, numbers: list[int]) -> None:
    officer = await coordinator(desk)
    assert [row["alert_id"] for row in (await officer.json(f"/?{query}"))["rows"]] == [f"alert-{n:05}" for n in numbers]


@pytest.mark.parametrize("query", ["page=0", "urgency=x", "area=3506a", "kind=$ne", "state[$ne]=open", "page=1&page=2"])
async def test_a_filter_that_does_not_fit_is_422_and_its_value_is_not_repeated(desk: Console, query: str) -> None:
    answer = await (await coordinator(desk)).get(f"/?{query}")
    assert answer.status_code == 422
    assert "$ne" not in answer.text


@pytest.mark.parametrize(
    ("role", "areas", "query", "numbers"),
    [
        (Role.COUNTY, ["350622"], "", [102]),
        (Role.COUNTY, ["350622"], "view=area&kind=fact_rejected", [102]),
        (Role.COUNTY, ["350624"], "view=area", [103]),
        (Role.COUNTY, ["350622", "350624"], "view=area&kind=fact_rejected", [102, 103]),
        (Role.TOWNSHIP, ["350622102"], "", []),
        (Role.TOWNSHIP, ["350622102"], "view=area", [60, 61, 62, 63, 64]),
        (Role.APPROVER, ["3506"], "", [104]),
        (Role.PREPARER, ["350622"], "view=area", []),
        (Role.OPS, ["3506"], "view=area", [102, 103]),
        (Role.AUDITOR, ["350624"], "view=area", [103]),
        (Role.COORDINATOR, [], "", []),
    ],
)
async def test_each_role_sees_its_own_inbox_and_its_own_area(
    desk: Console, role: Role, areas: list[str], query: str, numbers: list[int]
) -> None:
    officer = await desk.enter(role, areas)
    found = sorted(row["alert_id"] for row in (await officer.json(f"/?{query}"))["rows"])
    assert found == [f"alert-{n:05}" for n in numbers]


async def test_an_alert_of_another_county_is_as_little_there_as_one_that_never_was(desk: Console) -> None:
    county = await desk.enter(Role.COUNTY, ["350624"])
    answers = [await county.get(f"/alerts/{each}") for each in ("alert-00001", "alert-00102", "never-was")]
    posts = [await county.post(f"/alerts/{each}/seen") for each in ("alert-00001", "never-was")]
    token = {"token": "0" * 32, "act": "done"}
    posts += [await county.post(f"/alerts/{each}/act", **token) for each in ("alert-00001", "never-was")]
    posts += [await county.post("/alerts/act", alert=["alert-00103", "alert-00001"], **token)]
    assert {answer.status_code for answer in answers + posts} == {404}
    assert len({answer.text for answer in answers + posts}) == 1
    assert (await county.get("/alerts/alert-00103")).status_code == 200


async def test_an_auditor_reads_and_does_not_act(desk: Console) -> None:
    auditor = await desk.enter(Role.AUDITOR, ["3506"])
    page = await auditor.get("/alerts/alert-00001")
    assert page.status_code == 200
    assert 'name="act"' not in page.text
    assert (await auditor.post("/alerts/alert-00001/act", token="0" * 32, act="done")).status_code == 403


async def test_an_alert_goes_to_coordinators_of_the_same_places_and_to_the_offices_around(desk: Console) -> None:
    await desk.user(Role.COORDINATOR, ["350622101300"], coordinator_id="c-3", name="邻村")
    await desk.user(Role.COORDINATOR, ["350622102300"], coordinator_id="c-4")
    shown = await (await coordinator(desk)).json("/alerts/alert-00001")
    assert [each["address"] for each in shown["choices"]] == [
        "to:c-3",
        "office:350622",
        "office:350622101",
        "office:city",
    ]
    refused = await (await coordinator(desk)).post(
        "/alerts/alert-00001/act", {"Accept": "application/json"}, token="0" * 32, act="hand_over", to="to:c-4"
    )
    assert refused.json()["tone"] == "bad"


async def test_a_count_is_pushed_when_ones_own_inbox_changes_and_not_when_anothers_does(desk: Console) -> None:
    listening = asyncio.create_task(desk.desk.live.run(desk.desk.db))
    await asyncio.wait_for(desk.desk.live.listening.wait(), 5)
    officer = await desk.enter(Role.COUNTY, ["350625"])
    session = await desk.sessions.find(officer.browser.cookies["bangfu_session"])
    assert session is not None
    events = _counts(desk.desk, session.principal, session.name)
    assert await anext(events) == {"event": "unread", "data": "0"}
    heard = asyncio.ensure_future(anext(events))
    mine = {"county": "350625", "area": "350625", "coordinator_id": None}
    await add_alerts(desk.desk, an_alert(200), an_alert(201, **mine))
    assert await asyncio.wait_for(heard, 5) == {"event": "unread", "data": "1"}
    heard = asyncio.ensure_future(anext(events))
    await desk.desk.db["alert"].update_one({"_id": "alert-00201"}, {"$set": {"state.state": "done", "tags": []}})
    assert await asyncio.wait_for(heard, 5) == {"event": "unread", "data": "0"}
    await events.aclose()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.mark.parametrize("what", ["ended", "locked", "moved"])
async def test_the_push_stops_with_the_session_or_the_right_however_busy_the_inbox_is(
    desk: Console, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(live, "_CHECK_S", 0.2)
    officer = await desk.enter(Role.COUNTY, ["350681"])
    session = await desk.sessions.find(officer.browser.cookies["bangfu_session"])
    assert session is not None
    events = _counts(desk.desk, session.principal, session.name)
    assert await anext(events) == {"event": "unread", "data": "0"}
    if what == "ended":
        await desk.sessions.end(session)
    else:
        changed: dict[str, Any] = {"locked": True} if what == "locked" else {"areas": ["350624"]}
        await desk.desk.db["desk_users"].update_one({"_id": officer.user_id}, {"$set": changed})
    over = asyncio.ensure_future(anext(events))
    for _ in range(500):
        desk.desk.live.wake(["office:350681"])
        if (await asyncio.wait([over], timeout=0.01))[0]:
            break
    assert over.done()
    assert over.result() == {"event": "over", "data": ""}


async def test_every_page_is_small_and_has_no_inline_code(desk: Console) -> None:
    officer = await coordinator(desk)
    page = (await officer.get("/")).text
    assert len(page.encode()) < 150_000
    for forbidden in ("<style", " style=", " onclick=", "javascript:"):
        assert forbidden not in page


class Cards:
    """Cards that can be read or not; `asked` counts how often somebody looked."""

    def __init__(self, name: str | None) -> None:
        self.name, self.asked = name, 0

    async def get(self, _: str) -> dict[str, str]:
        self.asked += 1
        if self.name is None:
            raise TimeoutError
        return {"name": self.name}


PERSON = f"p{7:025}"
UNNAMED = {"person_id": PERSON, "sentence": f"{PERSON} has no plan"}
OFFICER, FINANCE = (Principal("x", "x", role, Scope(("350622",))) for role in (Role.COUNTY, Role.APPROVER))


def with_cards(desk: Console, monkeypatch: pytest.MonkeyPatch, name: str | None) -> Cards:
    cards = Cards(name)
    monkeypatch.setattr(desk.desk, "cards", cards)
    desk.desk.masks.clear()
    return cards


async def test_an_officer_reads_a_masked_name_and_finance_only_the_id(
    desk: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cards(desk, monkeypatch, "林小梅")
    assert (await named(desk.desk, OFFICER, [UNNAMED]))[0]["sentence"] == "林**（…0007） has no plan"
    assert await named(desk.desk, FINANCE, [UNNAMED]) == [UNNAMED]


async def test_a_mask_is_kept_for_a_minute(desk: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = with_cards(desk, monkeypatch, "林小梅")
    for asked, seconds in ((1, 0), (1, 59), (2, 1)):
        desk.clock.move(seconds=seconds)
        await named(desk.desk, OFFICER, [UNNAMED])
        assert cards.asked == asked


async def test_a_card_that_could_not_be_read_is_looked_at_again_the_next_time(
    desk: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = with_cards(desk, monkeypatch, None)
    assert await named(desk.desk, OFFICER, [UNNAMED]) == [UNNAMED]
    cards.name = "林小梅"
    assert (await named(desk.desk, OFFICER, [UNNAMED]))[0]["sentence"].startswith("林**")


async def test_what_is_unread_is_counted_in_the_index_alone(desk: Console) -> None:
    scope = Scope(("350622101200",), "c-1")
    query = unread(Principal("x", "x", Role.COORDINATOR, scope))
    command = {"count": "alert", "query": query, "hint": dict(COUNTED)}
    told = await desk.desk.db.command("explain", command, verbosity="executionStats")
    assert told["executionStats"]["totalDocsExamined"] == 0
    assert told["executionStats"]["totalKeysExamined"] > 60
