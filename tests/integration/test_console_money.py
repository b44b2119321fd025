"""Money at the desk: two people approve what they saw, under its hash; what leaves for the bank is noted."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from services.notify.adapters.web.endpoint import Role
from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.payment_views import notice_rows
from shared.cards import PayeeCards
from shared.embedded import EmbeddedMongo
from shared.money import yuan
from shared.ops.running import find_services
from shared.runner.memory import Memory
from tests.support.booked import Behind, behind
from tests.support.console import Console, Officer, console
from tests.support.facts import ACCOUNT, COUNTY, KEYS, OTHER_USCC, USCC, Offer, closing, id_number, offer
from tests.support.live import Bus

pytestmark = pytest.mark.real

RUN = f"R-{COUNTY}-social-insurance-2018-03-L0"
PAGE = f"/money/runs/{RUN}"
L1, L2 = "L000000001", "L000000002"
MARCH = [date(2018, 3, 28) + timedelta(n) for n in range(4)]


def month() -> list[Offer]:
    """Return a month in which two workshops are owed 742.00 yuan each."""
    found = [closing(MARCH[0])]
    for number, uscc in enumerate((USCC, OTHER_USCC), 1):
        person: dict[str, Any] = {"id_number": id_number(number)}
        found += [
            offer("employer.registered", f"e-{number}", uscc=uscc, name=f"云霄{number}厂"),
            offer("roster.entry", f"r-{number}", **person, household_id=f"H-{number}"),
            offer(
                "employment.confirmed", f"c-{number}", employment_id=f"J{number}", uscc=uscc, vacancy_id=None,
                starts_on="2018-03-01", **person,
            ),
            offer("premium.paid", f"p-{number}", uscc=uscc, **person),
        ]  # fmt: skip
    return [*found, *map(closing, MARCH[1:])]


def told(*more: Offer) -> Memory:
    memory = Memory([each for each in find_services() if each.name != "matching"], KEYS)
    for each in (*month(), *more):
        assert memory.publish(each.subject, each.body).outcome == "applied", each
    return memory


@pytest.fixture(scope="module")
async def opened(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "money", payer="云霄县财政局") as found:
        yield found


@pytest.fixture
async def desk(opened: Console) -> Behind:
    """Return a console behind which a month has been closed, and nothing else has happened."""
    system = await behind(opened)
    await system.forget()
    system.memory = told()
    await system.write()
    return system


async def people(desk: Behind) -> tuple[Officer, Officer]:
    """Return who prepares and who approves."""
    return await desk.console.enter(Role.PREPARER, user_id="pre"), await desk.console.enter(
        Role.APPROVER, user_id="app"
    )


async def shown(officer: Officer, path: str = PAGE) -> Any:
    return await officer.json(path)


async def sign(officer: Officer, content_hash: str = "", path: str = f"{PAGE}/approve", **fields: Any) -> str:
    """Send the form that a page shows; return what the next page says."""
    if not content_hash:
        content_hash = (await shown(officer))["run"]["content_hash"]
    answer = await officer.post(path, content_hash=content_hash, token=secrets.token_hex(16), **fields)
    assert answer.status_code == 303, answer.text
    return (await officer.get(answer.headers["location"])).text


async def test_a_run_needs_two_people_who_see_its_content_and_its_hash(desk: Behind) -> None:
    preparer, approver = await people(desk)
    seen = await shown(preparer)
    assert seen["run"]["content_hash"] in (await preparer.get(PAGE)).text
    assert [(row["instruction_id"], row["amount_fen"]) for row in seen["items"]] == [(L1, 74_200), (L2, 74_200)]
    assert "第一人审批已记录" in await sign(preparer)
    compared = (await shown(approver))["compared"]
    assert (compared["since"], compared["is_same"], compared["signed_by"]) == ("first", True, "pre")
    assert "两人审批完成" in await sign(approver)
    run = (await shown(approver))["run"]
    assert (run["state"], run["prepared_by"], run["approved_by"]) == ("approved", "pre", "app")


async def test_who_signed_first_is_offered_no_second_signature_and_the_ledger_refuses_one(desk: Behind) -> None:
    _, approver = await people(desk)
    content_hash = (await shown(approver))["run"]["content_hash"]
    await sign(approver)
    page = await approver.get(PAGE)
    assert (f'action="{PAGE}/approve"' in page.text, "须由另一人审批" in page.text) == (False, True)
    assert "第一次审批就是您给出的" in await sign(approver, content_hash)


async def test_the_second_signature_is_an_approvers(desk: Behind) -> None:
    preparer, _ = await people(desk)
    other = await desk.console.enter(Role.PREPARER)
    await sign(preparer)
    assert (await shown(other))["why_not"] == "second_is_approver"
    content_hash = (await shown(other))["run"]["content_hash"]
    refused = await other.post(f"{PAGE}/approve", content_hash=content_hash, token="0" * 32)
    assert refused.status_code == 404
    assert (await shown(preparer))["run"]["state"] == "prepared"


async def test_two_preparers_in_one_moment_are_not_two_signatures(desk: Behind) -> None:
    preparer, approver = await people(desk)
    other = await desk.console.enter(Role.PREPARER)
    behind_by_a_moment = await desk.console.desk.db["money_run"].find_one({"_id": RUN})
    content_hash = (await shown(other))["run"]["content_hash"]
    await sign(preparer)
    await desk.console.desk.db["money_run"].replace_one({"_id": RUN}, behind_by_a_moment or {})
    assert "未生效" in await sign(other, content_hash)
    assert desk.memory.states("run")[RUN].status == "prepared"
    assert "两人审批完成" in await sign(approver, content_hash)


async def test_a_content_that_changed_since_it_was_shown_is_refused_with_what_changed(desk: Behind) -> None:
    preparer, approver = await people(desk)
    await sign(preparer)
    before = (await shown(approver))["run"]["content_hash"]
    await desk.tell(offer("notice.objected", "n-1", notice_id=L1, date="2018-04-01", reason="不在岗"))
    page = await sign(approver, before)
    assert "送审后内容有变" in page
    compared = (await shown(approver, f"{PAGE}?seen={before}"))["compared"]
    assert (compared["since"], [item["instruction_id"] for item in compared["gone"]]) == ("seen", [L1])
    assert compared["total_fen"] == -74_200
    assert "-742.00" in page
    mine = (await shown(preparer))["compared"]
    assert (mine["since"], mine["revision"], len(mine["gone"])) == ("mine", 1, 1)
    assert (await shown(preparer))["left_out"] == [L1]


async def test_a_hash_that_was_never_shown_approves_nothing(desk: Behind) -> None:
    preparer, _ = await people(desk)
    assert "不是最新内容" in await sign(preparer, "0" * 64)
    assert (await shown(preparer))["run"]["state"] == "proposed"


async def test_a_double_click_is_one_signature(desk: Behind) -> None:
    preparer, _ = await people(desk)
    content_hash = (await shown(preparer))["run"]["content_hash"]
    for _ in range(2):
        await preparer.post(f"{PAGE}/approve", content_hash=content_hash, token="1" * 32)
    assert len((await shown(preparer))["acts"]) == 1


async def test_a_run_is_refused_with_a_reason(desk: Behind) -> None:
    _, approver = await people(desk)
    assert (await approver.post(f"{PAGE}/refuse", content_hash="0" * 64, token="0" * 32)).status_code == 422
    assert "已退回" in await sign(approver, path=f"{PAGE}/refuse", reason="材料不全")
    seen = await shown(approver)
    assert (seen["run"]["state"], seen["acts"][0]["reason"]) == ("nothing", "材料不全")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/notice", "/money/runs/R-350622-x-2018-03-L0"])
async def test_what_is_another_countys_is_not_found(desk: Behind, path: str) -> None:
    stranger = await desk.console.enter(Role.APPROVER, ("350628",))
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.json("/money"))["runs"] == []
    for act in ("approve", "refuse", "file"):
        fields: dict[str, Any] = {"kind": "csv"} if act == "file" else {"content_hash": "0" * 64}
        fields |= {"reason": "不同意"} if act == "refuse" else {}
        assert (await stranger.post(f"{PAGE}/{act}", token="0" * 32, **fields)).status_code == 404
    objected = await stranger.post("/money/objections", notice_id=L1, reason="不在岗", token="0" * 32)
    assert objected.status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COUNTY])
async def test_who_reads_signs_nothing(desk: Behind, role: Role) -> None:
    reader = await desk.console.enter(role)
    assert (await reader.get(PAGE)).status_code == 200
    assert "/approve" not in (await reader.get(PAGE)).text
    assert (await reader.post(f"{PAGE}/approve", content_hash="0" * 64, token="0" * 32)).status_code == 403
    assert (await (await desk.console.enter(Role.COORDINATOR)).get("/money")).status_code == 403


async def test_the_notice_says_what_the_command_says(desk: Behind) -> None:
    preparer, _ = await people(desk)
    rows = (await shown(preparer, f"{PAGE}/notice"))["rows"]
    wanted = notice_rows(desk.memory.states("run")[RUN], shipped_rulebook().programmes["social-insurance"])
    assert [{**row, "amount_fen": yuan(row["amount_fen"])} for row in rows] == [
        {"payee": row["payee"], "amount_fen": row["amount"], "clause": row["clause"]} for row in wanted
    ]
    assert "1,484.00" in (await preparer.get(f"{PAGE}/notice")).text


async def test_objections_are_recorded_and_settled_under_the_officers_name(desk: Behind) -> None:
    officer = await desk.console.enter(Role.COUNTY, user_id="ren")
    given = await officer.post("/money/objections", notice_id=L1, reason="不在岗", token="2" * 32)
    assert "异议已登记" in (await officer.get(given.headers["location"])).text
    (row,) = (await officer.json("/money/objections"))["rows"]
    assert (row["notice_id"], row["by"], row["reason"]) == (L1, "ren", "不在岗")
    assert (await shown(officer))["items"][0]["is_held"]
    await officer.post("/money/objections/clear", notice_id=L1, reason="已核实", token="3" * 32)
    assert (await officer.json("/money/objections"))["rows"] == []


async def test_an_objection_of_ones_own_is_found_among_thousands_of_other_counties(desk: Behind) -> None:
    officer = await desk.console.enter(Role.COUNTY)
    await desk.tell(offer("notice.objected", "n-1", notice_id=L1, date="2018-04-01", reason="不在岗"))
    db = desk.console.desk.db
    ids = [f"K{number:09}" for number in range(5_001)]
    await db["money_acts"].insert_many(
        [{"_id": id_, "state": {"area": "", "acts": [], "is_held": True}} for id_ in ids]
    )
    await db["money_payment"].insert_many([{"_id": id_, "state": {"area": "350628"}} for id_ in ids])
    assert [row["notice_id"] for row in (await officer.json("/money/objections"))["rows"]] == [L1]


async def test_the_list_tells_states_and_what_the_bank_owes(desk: Behind) -> None:
    preparer, approver = await people(desk)
    for each in (preparer, approver):
        await sign(each)
    listed = await preparer.json("/money?month=2018-03&state=approved")
    assert [row["run_id"] for row in listed["runs"]] == [RUN]
    assert (await preparer.json("/money?state=proposed"))["runs"] == []
    assert RUN in (await preparer.get("/money")).text
    assert [row["in_payment_fen"] for row in (await shown(preparer))["items"]] == [74_200, 74_200]
    twice: dict[str, Any] = {"instruction_id": L1, "date": "2018-04-01", "bank_ref": None}
    await desk.tell(*(offer("payment.settled", f"s-{n}", **twice, amount_fen=74_200 + n) for n in range(2)))
    assert [row["in_payment_fen"] for row in (await shown(preparer))["items"]] == [0, 74_200]
    (row,) = (await preparer.json("/money/unmatched"))["rows"]
    assert (row["subject_id"], row["unmatched_fen"]) == (L1, 74_201)
    assert "742.01" in (await preparer.get("/money/unmatched")).text


class TestTheFile:
    async def test_is_made_from_sealed_cards_once_two_people_have_approved_and_its_taker_is_noted(
        self, desk: Behind, bus: Bus
    ) -> None:
        preparer, approver = await people(desk)
        cards = desk.console.desk.payees = PayeeCards(bus.js, bytes(32))
        await cards.put(USCC, {"bank": "农业银行", "account_no": ACCOUNT}, 0)
        assert (await preparer.post(f"{PAGE}/file", kind="csv", token="4" * 32)).status_code == 404
        for each in (preparer, approver):
            await sign(each)
        lacking = await preparer.post(f"{PAGE}/file", kind="csv", token="5" * 32)
        assert OTHER_USCC in (await preparer.get(lacking.headers["location"])).text
        await cards.put(OTHER_USCC, {"bank": "建设银行", "account_no": "6222021001000003"}, 0)
        file = await preparer.post(f"{PAGE}/file", kind="csv", token="6" * 32)
        text = file.content.decode("utf-8-sig")
        assert all(said in text for said in (ACCOUNT.replace(" ", ""), "云霄1厂", "742.00", "社会保险补贴 2018-03"))
        assert file.headers["content-disposition"].endswith(f"{RUN}.csv")
        xml = await approver.post(f"{PAGE}/file", kind="pain001", token="7" * 32)
        assert b"pain.001.001.09" in xml.content
        assert "云霄县财政局".encode() in xml.content
        rows = [row async for row in desk.console.desk.db["desk_downloads"].find()]
        assert [(row["by"], row["kind"], row["run_id"], row["payments"]) for row in rows] == [
            ("pre", "csv", RUN, 2), ("app", "pain001", RUN, 2),
        ]  # fmt: skip
        assert rows[0]["file_hash"] == hashlib.sha256(file.content).hexdigest()
        assert ACCOUNT.replace(" ", "") not in repr(rows)
        auditor = await desk.console.enter(Role.AUDITOR)
        assert [(row["by"], row["kind"], row["file_hash"]) for row in (await shown(auditor))["downloads"]] == [
            (row["by"], row["kind"], row["file_hash"]) for row in reversed(rows)
        ]
        page = (await auditor.get(PAGE)).text
        assert all(said in page for said in ("谁取走了支付文件", rows[0]["file_hash"], "2098-03-01 09:00"))
        assert "谁取走了支付文件" not in (await preparer.get(PAGE)).text

    async def test_waits_where_the_cards_cannot_be_read_and_nobody_is_noted_as_having_taken_it(
        self, desk: Behind
    ) -> None:
        class Away:
            async def get(self, _: str) -> None:
                raise TimeoutError

        preparer, approver = await people(desk)
        for each in (preparer, approver):
            await sign(each)
        desk.console.desk.payees = Away()  # type: ignore[assignment]
        assert (await preparer.post(f"{PAGE}/file", kind="csv", token="8" * 32)).status_code == 503
        assert await desk.console.desk.db["desk_downloads"].count_documents({}) == 0
