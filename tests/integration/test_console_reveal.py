"""Revealing a name or a phone: for a reason that is kept, once, and read by the auditors."""

from collections.abc import AsyncIterator

import pytest

from services.notify.adapters.web.case_reveal import REVEALS
from services.notify.adapters.web.endpoint import Role
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, Officer
from tests.support.facts import NAME, PHONE, TOWNSHIP
from tests.support.wired import PERSON, a_county


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with a_county(mongo.url, "reveal") as (opened, _):
        yield opened


async def coordinator(desk: Console) -> Officer:
    return await desk.enter(Role.COORDINATOR, [f"{TOWNSHIP}201"], coordinator_id="C1")


async def test_a_reveal_shows_the_fields_once_and_keeps_who_asked_why(desk: Console) -> None:
    officer = await coordinator(desk)
    answer = await officer.post(f"/cases/{PERSON}/reveal", shown="phone", reason="电话通知面试")
    assert PHONE in answer.text
    assert NAME not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    row = await desk.desk.db[REVEALS].find_one({"who": officer.user_id})
    assert row is not None
    assert {name: row[name] for name in ("whom", "fields", "reason", "area")} == {
        "whom": PERSON, "fields": ["phone"], "reason": "电话通知面试", "area": "350622100201",
    }  # fmt: skip


async def test_a_reveal_counts_as_often_as_a_card_was_opened_in_full(desk: Console) -> None:
    officer = await coordinator(desk)
    for _ in range(2):
        await officer.post(f"/cases/{PERSON}/reveal", shown=["name", "phone"], reason="核对身份")
    assert await desk.desk.db[REVEALS].count_documents({}) == desk.desk.opened["revealed"]


@pytest.mark.parametrize("fields", [{"shown": "phone"}, {"reason": "核对身份"}, {"shown": "phone", "reason": "x"}])
async def test_a_reveal_wants_a_reason_and_what_is_to_be_shown(desk: Console, fields: dict[str, str]) -> None:
    officer, before = await coordinator(desk), desk.desk.opened["revealed"]
    assert (await officer.post(f"/cases/{PERSON}/reveal", **fields)).status_code == 422
    assert desk.desk.opened["revealed"] == before


async def test_a_reason_holds_no_number_of_a_person(desk: Console) -> None:
    answer = await (await coordinator(desk)).post(f"/cases/{PERSON}/reveal", shown="phone", reason=f"打{PHONE}")
    assert answer.status_code == 422
    assert PHONE not in answer.text


async def test_a_reveal_is_read_by_the_auditors_of_the_area_only(desk: Console) -> None:
    officer = await coordinator(desk)
    await officer.post(f"/cases/{PERSON}/reveal", shown="phone", reason="通知体检时间")
    near, far = [await desk.enter(Role.AUDITOR, [area]) for area in ("3506", "350624")]
    text = (await near.get("/reveals")).text
    assert "通知体检时间" in text
    assert officer.user_id in text
    assert PHONE not in text
    assert (await far.json("/reveals"))["rows"] == []
    assert (await officer.get("/reveals")).status_code == 403
