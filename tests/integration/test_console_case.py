"""The Case pages over a real MongoDB: whose cases are found, what is shown, what is done, what is revealed."""

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.notify.adapters.web.case_reveal import REVEALS
from services.notify.adapters.web.endpoint import Role
from shared.catalog import partition_of
from shared.embedded import EmbeddedMongo
from shared.events.takeup import EntitlementUnclaimed, Missing
from shared.events.tasks import TaskOpened
from shared.privacy import person_id
from shared.runner.core import Message
from tests.support.console import Console, Officer, console, token_in
from tests.support.facts import COUNTY, KEYS, NAME, PHONE, TOWNSHIP, USCC, closing, id_number, offer
from tests.support.wired import Cards, Wired

PERSON, ELSEWHERE, QUIET = (person_id(KEYS.person, id_number(n)) for n in (1, 2, 3))
NOBODY = "p" + "z" * 25
OTHER = {"county": "350624", "township": "350624100", "village": "350624100201"}
DAY = date(2018, 3, 2)
FACE = {"name": NAME, "phone": f"+86{PHONE}"}


@pytest.fixture(scope="module")
async def wired(mongo: EmbeddedMongo) -> AsyncIterator[tuple[Console, Wired]]:
    """Return a console on a county with one pair, a hire, money that is missing, and a person of another county."""
    async with console(mongo.url, "case") as opened:
        opened.desk.cards = Cards({PERSON: FACE, ELSEWHERE: FACE})  # type: ignore[assignment]
        told = Wired(opened)
        await told.tell(
            closing(date(2018, 3, 1)),
            offer("coordinator.registered", "o-1"),
            offer("roster.entry", "r-1"),
            offer("roster.entry", "r-2", id_number=id_number(2), household_id="H-2", **OTHER),
            offer("roster.entry", "r-3", id_number=id_number(3), labour_ability=False, **OTHER),
            offer("employer.registered", "e-1"),
            offer("employment.confirmed", "j-1", starts_on="2018-03-01", post_kind="dispatch"),
        )
        missing = Missing(
            programme="social-insurance", payee=USCC, reason="not_paid", awaits="premium.paid", since="2018-01",
            until="2018-02", periods=2,
        )  # fmt: skip
        unclaimed = EntitlementUnclaimed(person_id=PERSON, county=COUNTY, as_of=DAY, missing=[missing])
        waits = TaskOpened(
            task_id="t-1", kind="exit_waits", matter=PERSON, person_id=PERSON, county=COUNTY, opened_on=DAY,
            details={"snapshot_id": "S1"},
        )  # fmt: skip
        for number, event in enumerate((unclaimed, waits)):
            told.memory.recall(Message(f"m{number}", "", event, 90 + number, DAY, "c", partition=partition_of(PERSON)))
        await told.show()
        yield opened, told


@pytest.fixture
def desk(wired: tuple[Console, Wired]) -> Console:
    return wired[0]


@pytest.fixture
def told(wired: tuple[Console, Wired]) -> Wired:
    return wired[1]


async def coordinator(desk: Console) -> Officer:
    return await desk.enter(Role.COORDINATOR, [f"{TOWNSHIP}201"], coordinator_id="C1")


async def do(officer: Officer, act: str, **fields: Any) -> str:
    """Send a form of the case and return what the next page says of it."""
    token = token_in((await officer.get(f"/cases/{PERSON}")).text)
    answer = await officer.post(f"/cases/{PERSON}/{act}", **({"token": token, "on": "2018-03-02"} | fields))
    assert answer.status_code == 303, answer.text
    found = re.search(r'<p class="said[^>]*>(.*?)</p>', (await officer.get(answer.headers["location"])).text)
    assert found
    return found[1]


class TestWhoseCases:
    async def test_an_officer_finds_the_cases_of_the_own_area_and_no_other(self, desk: Console) -> None:
        for role, areas in ((Role.COORDINATOR, ["350622100201"]), (Role.TOWNSHIP, [TOWNSHIP]), (Role.COUNTY, [COUNTY])):
            found = await (await desk.enter(role, areas)).json("/cases")
            assert [row["person_id"] for row in found["rows"]] == [PERSON]
        city = await (await desk.enter(Role.COUNTY, ["3506"])).json("/cases")
        assert {row["person_id"] for row in city["rows"]} == {PERSON, ELSEWHERE, QUIET}

    async def test_a_pair_is_found_by_its_coordinator_wherever_the_person_lives(self, desk: Console) -> None:
        officer = await desk.enter(Role.COORDINATOR, ["350624100201"], coordinator_id="C1")
        assert (await officer.get(f"/cases/{PERSON}")).status_code == 200

    @pytest.mark.parametrize("path", ["/cases/{}", "/cases?person_id={}"])
    async def test_another_countys_case_looks_like_none_at_all(self, desk: Console, path: str) -> None:
        officer = await desk.enter(Role.COUNTY, [COUNTY])
        theirs, none = [await officer.get(path.format(each)) for each in (ELSEWHERE, NOBODY)]
        assert (theirs.status_code, none.status_code) == (404, 404)
        assert theirs.text == none.text

    @pytest.mark.parametrize("act", ["visit", "plan", "exit", "risk", "reveal"])
    async def test_nothing_is_done_on_another_countys_case(self, desk: Console, told: Wired, act: str) -> None:
        officer = await desk.enter(Role.COUNTY, [COUNTY])
        before = len(told.stated)
        fields: dict[str, Any] = {"token": "0" * 32, "on": "2018-03-02", "kind": "survey"}
        fields = {
            "visit": fields,
            "risk": fields,
            "plan": {"token": "0" * 32, "on": "2018-03-02"},
            "exit": {"token": "0" * 32, "on": "2018-03-02", "says": "left"},
            "reveal": {"shown": "name", "reason": "核对电话"},
        }[act]
        answers = [await officer.post(f"/cases/{each}/{act}", **fields) for each in (ELSEWHERE, NOBODY)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text
        assert len(told.stated) == before

    async def test_who_has_no_business_with_cases_is_turned_away(self, desk: Console) -> None:
        for role in (Role.PREPARER, Role.APPROVER, Role.OPS):
            assert (await (await desk.enter(role, ["3506"])).get(f"/cases/{PERSON}")).status_code == 403

    async def test_a_list_is_filtered_by_what_people_lack(self, desk: Console) -> None:
        officer = await desk.enter(Role.COUNTY, ["3506"])
        for query, expected in {
            "lacks=pair": {ELSEWHERE, QUIET},
            "status=listed&lacks=plan": {PERSON, ELSEWHERE, QUIET},
            "status=exited": set(),
            "days=30": {PERSON, ELSEWHERE, QUIET},
            "open=1": {PERSON, ELSEWHERE},
            f"after={max(PERSON, ELSEWHERE, QUIET)}": set(),
        }.items():
            assert {row["person_id"] for row in (await officer.json(f"/cases?{query}"))["rows"]} == expected, query


class TestACase:
    async def test_shows_name_and_phone_masked_and_never_in_full(self, desk: Console) -> None:
        text = (await (await coordinator(desk)).get(f"/cases/{PERSON}")).text
        assert "林**" in text
        assert "138****5678" in text
        assert NAME not in text
        assert PHONE not in text

    async def test_shows_what_is_open_what_is_due_and_what_happened(self, desk: Console) -> None:
        officer = await coordinator(desk)
        text = (await officer.get(f"/cases/{PERSON}")).text
        for each in (
            "建档立卡未脱贫",
            "C1",
            "云霄县",
            "社会保险补贴",
            "当期没有实际缴费记录",
            "社保缴费记录",
            "2018-03-01",
        ):
            assert each in text, each
        data = await officer.json(f"/cases/{PERSON}")
        assert data["counts"]["work"] == 1
        assert [line["topic"] for year in data["years"] for line in year["lines"]][-1] == "roster.entry"
        only = await officer.json(f"/cases/{PERSON}?about=work")
        assert {line["about"] for year in only["years"] for line in year["lines"]} == {"work"}

    async def test_is_read_in_english_too(self, desk: Console) -> None:
        officer = await desk.enter(Role.COUNTY, [COUNTY], lang="en")
        text = (await officer.get(f"/cases/{PERSON}")).text
        assert "Due but not claimed" in text
        assert "Social-insurance subsidy" in text

    async def test_opens_no_card_for_a_list(self, desk: Console) -> None:
        officer, before = await coordinator(desk), sum(desk.desk.opened.values())
        await officer.get("/cases")
        assert sum(desk.desk.opened.values()) == before

    async def test_an_auditor_reads_and_does_nothing(self, desk: Console) -> None:
        auditor = await desk.enter(Role.AUDITOR, ["3506"])
        text = (await auditor.get(f"/cases/{PERSON}")).text
        assert 'id="act-' not in text
        assert 'name="reason"' not in text
        answer = await auditor.post(f"/cases/{PERSON}/visit", token="0" * 32, on="2018-03-02", kind="survey")
        assert answer.status_code == 403

    async def test_an_employer_is_seen_in_its_county(self, desk: Console) -> None:
        text = (await (await desk.enter(Role.TOWNSHIP, [TOWNSHIP])).get(f"/employers/{USCC}")).text
        assert "云霄县春晖制衣厂" in text
        assert "单位登记" in text
        assert (await (await desk.enter(Role.COUNTY, ["350624"])).get(f"/employers/{USCC}")).status_code == 404


class TestAnAct:
    async def test_is_a_fact_under_the_officers_name_and_stands_in_the_timeline(
        self, desk: Console, told: Wired
    ) -> None:
        officer = await coordinator(desk)
        assert await do(officer, "visit", kind="follow_up", note="在家务农") == "已受理。"
        stated = told.stated[-1]
        assert stated["source"] == "desk"
        assert stated["data"] == {
            "person_id": PERSON, "date": "2018-03-02", "coordinator_id": "C1", "kind": "follow_up", "by": "C1",
            "findings": {"情况": "在家务农"},
        }  # fmt: skip
        assert "C1 走访：回访" in (await officer.get(f"/cases/{PERSON}")).text

    async def test_sent_twice_is_one_fact(self, desk: Console, told: Wired) -> None:
        officer = await coordinator(desk)
        token = token_in((await officer.get(f"/cases/{PERSON}")).text)
        fields = {"token": token, "on": "2018-03-02", "measures": "guidance", "others": "送岗上门\n\n "}
        for said in ("已受理。", "这件事已经提交过，没有重复登记。"):
            await officer.post(f"/cases/{PERSON}/plan", **fields)
            assert said in (await officer.get(f"/cases/{PERSON}")).text
        plans = [entry for entry in told.memory.states("timeline_entry").values() if entry.topic == "plan.agreed"]
        assert [plan.said["measures"] for plan in plans] == ["职业指导、送岗上门"]

    async def test_that_registry_refuses_is_told_with_its_reason(self, desk: Console) -> None:
        assert "未受理" in await do(await coordinator(desk), "risk", kind="a.b")

    async def test_cannot_lie_in_the_future(self, desk: Console, told: Wired) -> None:
        before = len(told.stated)
        assert "2018-03-02" in await do(await coordinator(desk), "visit", kind="survey", on="2018-03-03")
        assert len(told.stated) == before

    async def test_an_exit_is_confirmed_by_an_office_and_only_while_it_is_proposed(self, desk: Console) -> None:
        county = await desk.enter(Role.COUNTY, [COUNTY])
        assert 'id="act-exit"' not in (await (await coordinator(desk)).get(f"/cases/{PERSON}")).text
        assert 'id="act-exit"' in (await county.get(f"/cases/{PERSON}")).text
        assert await do(county, "exit", says="stays", reason="收入未达标") == "已受理。"
        assert "脱贫退出未获" in (await county.get(f"/cases/{PERSON}")).text

    async def test_a_household_is_put_at_risk_and_released_item_by_item(self, desk: Console, told: Wired) -> None:
        officer = await coordinator(desk)
        assert await do(officer, "risk", kind="大病") == "已受理。"
        assert "大病" in (await officer.get(f"/cases/{PERSON}")).text
        await do(officer, "release", kind="大病", met=["food", "clothing"])
        assert told.stated[-1]["data"]["checklist"]["food"] is True
        assert [risk.missing.count("、") for risk in told.memory.states("household_risk").values()] == [10]

    async def test_a_duty_of_a_running_placement_is_reported_as_done(self, desk: Console, told: Wired) -> None:
        assert await do(await coordinator(desk), "duty", duty="J1|dispatch_plan|") == "已受理。"
        said = {"employment_id": "J1", "duty": "工作计划", "date": "2018-03-02", "by": "C1"}
        assert told.stated[-1]["data"] == said

    @pytest.mark.parametrize(
        ("act", "fields"),
        [
            ("duty", {"duty": "J9|dispatch_plan|"}),
            ("violation", {"employment_id": "J9", "kind": "空岗"}),
            ("release", {"kind": "别家的风险"}),
        ],
    )
    async def test_an_id_that_the_page_does_not_offer_is_not_found(
        self, desk: Console, act: str, fields: dict[str, str]
    ) -> None:
        county = await desk.enter(Role.COUNTY, [COUNTY])
        answer = await county.post(f"/cases/{PERSON}/{act}", token="0" * 32, on="2018-03-02", **fields)
        assert answer.status_code == 404


class TestAReveal:
    async def test_shows_the_fields_once_and_keeps_who_asked_why(self, desk: Console) -> None:
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

    async def test_counts_as_often_as_a_card_was_opened_in_full(self, desk: Console) -> None:
        officer = await coordinator(desk)
        for _ in range(2):
            await officer.post(f"/cases/{PERSON}/reveal", shown=["name", "phone"], reason="核对身份")
        assert await desk.desk.db[REVEALS].count_documents({}) == desk.desk.opened["revealed"]

    @pytest.mark.parametrize("fields", [{"shown": "phone"}, {"reason": "核对身份"}, {"shown": "phone", "reason": "x"}])
    async def test_wants_a_reason_and_what_is_to_be_shown(self, desk: Console, fields: dict[str, str]) -> None:
        officer, before = await coordinator(desk), desk.desk.opened["revealed"]
        assert (await officer.post(f"/cases/{PERSON}/reveal", **fields)).status_code == 422
        assert desk.desk.opened["revealed"] == before

    async def test_a_reason_holds_no_number_of_a_person(self, desk: Console) -> None:
        answer = await (await coordinator(desk)).post(f"/cases/{PERSON}/reveal", shown="phone", reason=f"打{PHONE}")
        assert answer.status_code == 422
        assert PHONE not in answer.text

    async def test_is_read_by_the_auditors_of_the_area_only(self, desk: Console) -> None:
        officer = await coordinator(desk)
        await officer.post(f"/cases/{PERSON}/reveal", shown="phone", reason="通知体检时间")
        near, far = [await desk.enter(Role.AUDITOR, [area]) for area in ("3506", "350624")]
        text = (await near.get("/reveals")).text
        assert "通知体检时间" in text
        assert officer.user_id in text
        assert PHONE not in text
        assert (await far.json("/reveals"))["rows"] == []
        assert (await officer.get("/reveals")).status_code == 403
