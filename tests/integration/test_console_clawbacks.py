"""Clawbacks at the desk: two people decide under a hash, money that comes back is recorded, giving up takes two."""

import secrets
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from services.notify.adapters.web.endpoint import Role
from shared.embedded import EmbeddedMongo
from shared.ops.running import find_services
from shared.runner.memory import Memory
from tests.support.booked import Behind, behind
from tests.support.console import Console, Officer, console
from tests.support.facts import KEYS, closing, offer

pytestmark = pytest.mark.real

CLAWBACK = "C-L000000002"
PAGE = f"/money/clawbacks/{CLAWBACK}"
DAYS = [date(2018, 3, 1) + timedelta(n) for n in range(45)]


def told(last: date) -> Memory:
    """Return a county in which 742.00 yuan were paid, and taken back on 2 April; days are closed until the last."""
    memory = Memory([each for each in find_services() if each.name != "matching"], KEYS)
    on: dict[date, list[Any]] = {
        DAYS[1]: [
            offer("parameter.published", "cure", parameter="recovery.cure_days", value=3, county=None),
            offer("employer.registered", "e-1"),
            offer("roster.entry", "r-1"),
            offer("employment.confirmed", "c-1", starts_on="2018-03-01", vacancy_id=None),
            offer("premium.paid", "p-1"),
        ],
        date(2018, 4, 1): [
            offer("payment.settled", "s-1", instruction_id="L000000001", date="2018-04-01", amount_fen=74_200)
        ],
        date(2018, 4, 2): [offer("premium.refunded", "rf-1", date="2018-04-02")],
    }
    for day in DAYS:
        for each in (*on.get(day, ()), *([closing(day)] if day <= last else [])):
            assert memory.publish(each.subject, each.body).outcome == "applied", each
    return memory


@pytest.fixture(scope="module")
async def opened(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "clawbacks") as found:
        yield found


async def a_desk(opened: Console, last: date) -> Behind:
    system = await behind(opened)
    await system.forget()
    system.memory = told(last)
    await system.write()
    return system


async def people(desk: Behind) -> tuple[Officer, Officer]:
    return await desk.console.enter(Role.PREPARER, user_id="pre"), await desk.console.enter(
        Role.APPROVER, user_id="app"
    )


async def sent(officer: Officer, path: str, **fields: str) -> str:
    """Send a form; return what the next page says."""
    answer = await officer.post(path, None, token=secrets.token_hex(16), **fields)
    assert answer.status_code == 303, answer.text
    return (await officer.get(answer.headers["location"])).text


async def decided(officer: Officer, word: str = "approve", **fields: str) -> str:
    """Send the form of a decision as the page shows it."""
    page = await officer.json(PAGE)
    path = f"/money/decisions/{page['subject_id']}/{word}"
    return await sent(officer, path, content_hash=page["content_hash"], **fields)


async def test_before_the_time_to_put_things_right_is_over_nobody_is_offered_to_decide(opened: Console) -> None:
    preparer, _ = await people(await a_desk(opened, date(2018, 4, 2)))
    seen = await preparer.json(PAGE)
    assert (seen["clawback"]["state"], seen["clawback"]["cure_ends"], seen["why_not"]) == (
        "proposed", "2018-04-08", "notice_running",
    )  # fmt: skip
    assert "说明、更正期" in await decided(preparer)


async def test_from_two_signatures_to_money_that_came_back_and_what_was_given_up(opened: Console) -> None:
    desk = await a_desk(opened, date(2018, 4, 12))
    preparer, approver = await people(desk)
    (row,) = (await preparer.json("/money/clawbacks"))["rows"]
    assert (row["clawback_id"], row["fen"], row["state"]) == (CLAWBACK, 74_200, "proposed")
    assert "第一人审批已记录" in await decided(preparer)
    assert (await preparer.json(PAGE))["why_not"] == "same_person"
    assert "两人审批完成" in await decided(approver)
    assert "已入账" in await sent(preparer, f"{PAGE}/recovery", amount="700.00", doc_no="收1号")
    assert "已提出核销" in await sent(preparer, f"{PAGE}/write-off", amount="42", doc_no="云财〔2018〕9号")
    seen = await approver.json(PAGE)
    assert (seen["clawback"]["state"], seen["decides_fen"], seen["owed_fen"]) == (
        "write_off_proposed", 4_200, 4_200,
    )  # fmt: skip
    for each in (preparer, approver):
        await decided(each)
    assert (await preparer.json("/money/clawbacks"))["rows"] == []
    (over,) = (await preparer.json("/money/clawbacks?state=over"))["rows"]
    assert (over["fen"], over["state"]) == (0, "over")
    page = (await preparer.get(PAGE)).text
    assert all(said in page for said in ("收到还款", "700.00", "核销", "收1号"))


async def test_an_objection_stops_the_decision_and_a_refusal_undoes_the_first_signature(opened: Console) -> None:
    preparer, approver = await people(await a_desk(opened, date(2018, 4, 12)))
    assert "异议已登记" in await sent(preparer, "/money/objections", notice_id=CLAWBACK, reason="有证明")
    assert (await preparer.json(PAGE))["clawback"]["state"] == "objected"
    assert "异议已处理" in await sent(preparer, "/money/objections/clear", notice_id=CLAWBACK, reason="不成立")
    await decided(preparer)
    assert "已退回" in await decided(approver, "refuse", reason="再核")
    assert (await preparer.json(PAGE))["clawback"]["prepared_by"] == ""


async def test_a_clawback_of_another_county_is_neither_listed_nor_shown_nor_acted_on(opened: Console) -> None:
    await a_desk(opened, date(2018, 4, 12))
    stranger, own = [await opened.enter(Role.APPROVER, [area]) for area in ("350628", "350622")]
    assert (await own.get(PAGE)).status_code == 200
    assert len((await own.json("/money/clawbacks"))["rows"]) == 1
    assert (await stranger.json("/money/clawbacks"))["rows"] == []
    assert (await stranger.get(PAGE)).status_code == 404
    signed, money = {"content_hash": "0" * 64}, {"amount": "1", "doc_no": "收1号"}
    for path, fields in (
        (f"/money/decisions/{CLAWBACK}/approve", signed),
        (f"/money/decisions/W-{CLAWBACK}/approve", signed),
        (f"/money/decisions/{CLAWBACK}/refuse", signed | {"reason": "不同意"}),
        (f"{PAGE}/recovery", money),
        (f"{PAGE}/write-off", money),
        ("/money/objections", {"notice_id": CLAWBACK, "reason": "有证明"}),
        ("/money/objections/clear", {"notice_id": CLAWBACK, "reason": "不成立"}),
    ):
        answer = await stranger.post(path, None, token=secrets.token_hex(16), **fields)
        assert (path, answer.status_code) == (path, 404)
    assert (await own.json(PAGE))["acts"] == []


async def test_what_a_payee_owes_is_that_of_ones_own_counties(opened: Console) -> None:
    desk = await a_desk(opened, date(2018, 4, 12))
    preparer, approver = await people(desk)
    for each in (preparer, approver):
        await decided(each)
    db = opened.desk.db
    theirs = await db["money_clawback"].find_one({"_id": CLAWBACK}) or {}
    state = theirs["state"] | {"area": "350628", "fen": 100_000, "is_owed": True, "moves": []}
    await db["money_clawback"].insert_one({"_id": "C-L000000009", "state": state})
    await db["money_debt"].update_one({}, {"$inc": {"state.owed_fen": 100_000}})
    both = await opened.enter(Role.APPROVER, ["3506"])
    assert [(await each.json(PAGE))["owed_fen"] for each in (preparer, both)] == [74_200, 174_200]
    assert "您辖区内共欠" in (await preparer.get(PAGE)).text


async def test_what_later_payments_set_off_is_owed_no_more_in_any_county(opened: Console) -> None:
    desk = await a_desk(opened, date(2018, 4, 12))
    preparer, approver = await people(desk)
    for each in (preparer, approver):
        await decided(each)
    for left in (50_000, 0):
        await opened.desk.db["money_debt"].update_one({}, {"$set": {"state.owed_fen": left}})
        assert (await preparer.json(PAGE))["owed_fen"] == left


async def test_the_second_signature_on_a_clawback_is_an_approvers(opened: Console) -> None:
    preparer, _ = await people(await a_desk(opened, date(2018, 4, 12)))
    other = await opened.enter(Role.PREPARER)
    await decided(preparer)
    content_hash = (await other.json(PAGE))["content_hash"]
    path = f"/money/decisions/{CLAWBACK}/approve"
    assert (await other.post(path, None, content_hash=content_hash, token="0" * 32)).status_code == 404
    assert (await other.json(PAGE))["clawback"]["prepared_by"] == "pre"


@pytest.mark.parametrize("amount", ["0", "-1", "1.234", "abc", "1e3"])
async def test_an_amount_that_is_none_is_refused_by_the_form(opened: Console, amount: str) -> None:
    preparer, _ = await people(await a_desk(opened, date(2018, 3, 2)))
    answer = await preparer.post(f"{PAGE}/recovery", None, amount=amount, doc_no="收1号", token="0" * 32)
    assert answer.status_code == 422
