"""The Case pages over a real MongoDB: whose cases are found, what is shown, what is done, what is revealed."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.notify.adapters.web.endpoint import Role
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, Officer, token_in
from tests.support.facts import COUNTY, NAME, PHONE, TOWNSHIP, USCC
from tests.support.wired import ELSEWHERE, PERSON, QUIET, Wired, a_county

NOBODY = "p" + "z" * 25


@pytest.fixture(scope="module")
async def wired(mongo: EmbeddedMongo) -> AsyncIterator[tuple[Console, Wired]]:
    async with a_county(mongo.url, "case") as opened:
        yield opened


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
        officer = await desk.enter(Role.TOWNSHIP, [TOWNSHIP])
        assert (await officer.get(f"/cases?uscc={USCC}")).headers["location"] == f"/employers/{USCC}"
        text = (await officer.get(f"/employers/{USCC}")).text
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

    async def test_that_registry_refuses_is_told_with_its_reason_and_alerts_nobody(
        self, desk: Console, told: Wired
    ) -> None:
        assert "未受理" in await do(await coordinator(desk), "risk", kind="a.b")
        assert "fact_rejected" not in {alert.kind for alert in told.memory.states("alert").values()}

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
