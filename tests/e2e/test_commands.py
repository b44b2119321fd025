"""The README's commands, run as a user runs them, against one running system."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.support.commandline import ROOT, run

EMPLOYER = "91350699MA9X00142E"
pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def fact(topic: str, id_: str, data: dict[str, Any]) -> bytes:
    event = {"specversion": "1.0", "id": id_, "source": "e2e", "type": f"cn.bangfu.{topic}.v1", "data": data}
    return json.dumps(event).encode()


def services(environment: dict[str, str]) -> dict[str, str]:
    running = json.loads((Path(environment["BANGFU_DATA_DIR"]) / "running.json").read_text())
    found: dict[str, str] = running["services"]
    return found


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
        return answer.status, answer.read().decode()


class TestTheReadme:
    def test_imports_the_sample_tables_and_shows_what_is_due(self, system: dict[str, str]) -> None:
        for file, kind in (
            ("roster.xlsx", "roster"),
            ("employers.xlsx", "employers"),
            ("jobseekers.xlsx", "jobseekers"),
            ("vacancies.csv", "vacancies"),
            ("employments.csv", "employments"),
            ("premiums.csv", "premiums"),
        ):
            assert "accepted" in run(system, "import", f"samples/{file}", "--kind", kind)

        assert "duplicate 300" in run(system, "import", "samples/roster.xlsx", "--kind", "roster")
        assert "are to be posted" in until(lambda: run(system, "statement", "--employer", EMPLOYER), "are to be posted")

    def test_posts_it_when_the_day_is_closed(self, system: dict[str, str]) -> None:
        run(system, "publish", "-", given=fact("calendar.day_closed", "day-2018-01-01", {"date": "2018-01-01"}))

        said = until(lambda: run(system, "statement", "--employer", EMPLOYER, "--json"), "第11条")

        found = json.loads(said)
        assert found["waiting_lines"] == 0
        assert float(found["sum"]) == pytest.approx(sum(float(line["amount"]) for line in found["lines"]))
        assert len(json.loads(run(system, "digest", "--json"))["digest"]) == 64

    def test_says_why_somebody_was_offered_a_vacancy(self, system: dict[str, str]) -> None:
        offers = json.loads(run(system, "why", "V0003", "--json"))

        found = json.loads(run(system, "why", offers[-1]["offer_id"], "--json"))

        assert found["vacancy_id"] == "V0003"
        assert sum(term["score_bp"] for term in found["terms"]) == found["score_bp"] == offers[-1]["score_bp"]
        assert found["known_to"] > 0
        assert "rules passed" in run(system, "why", found["offer_id"])
        assert found["person_id"] in run(system, "why", found["person_id"], "--json")

    def test_says_what_another_rate_would_have_paid_and_knows_what_was_paid(
        self, system: dict[str, str], tmp_path: Path
    ) -> None:
        rules = (ROOT / "services/subsidy/programmes/social-insurance.yaml").read_text(encoding="utf-8")
        (tmp_path / "social-insurance.yaml").write_text(rules.replace("value: 100,", "value: 50,"), encoding="utf-8")

        asked = ("--programmes", str(tmp_path), "--from", "2017-01-01", "--out", str(tmp_path / "said.json"))
        found = json.loads(run(system, "whatif", *asked, "--json"))

        posted = json.loads(run(system, "clauses", "--json"))
        paid = next(row["sum"] for row in posted if row["programme"] == "social-insurance")
        assert found["sum"]["before_fen"] == round(100 * float(paid))
        assert json.loads((tmp_path / "said.json").read_bytes()) == found

    def test_reckons_a_fair_of_who_looks_for_work_on_the_day_that_is_open(self, system: dict[str, str]) -> None:
        found = json.loads(run(system, "fair", "--county", "350628", "--json"))

        assert found["on"] == "2018-01-02"
        assert found["plans"]["total"]["placed"] >= found["plans"]["stable"]["placed"] > 0
        assert all(row["person"].startswith("p") for row in found["assigned"])

    def test_shows_messages_and_alerts(self, system: dict[str, str]) -> None:
        assert "【" in until(lambda: run(system, "sms", "tail", "--json"), "【")
        assert json.loads(run(system, "inbox", "--office", "350622", "--json"))

    def test_takes_an_alert_on_and_ends_it_under_an_officers_name(self, system: dict[str, str]) -> None:
        alert = json.loads(run(system, "inbox", "--office", "350622", "--json"))[0]
        brief = alert["alert_id"][:8]

        assert "alert.acknowledged" in run(system, "alerts", "ack", brief, "--by", "u1")
        until(lambda: run(system, "alerts", "show", brief, "--json"), '"acknowledged_by": "u1"')
        run(system, "alerts", "done", alert["alert_id"], "--by", "u1")
        shown = json.loads(until(lambda: run(system, "alerts", "show", brief, "--json"), '"state": "done"'))

        assert [step["by"] for step in shown["history"]][-2:] == ["u1", "u1"]
        assert brief not in run(system, "inbox", "--office", "350622")
        assert "done" in run(system, "alerts", "ack", brief, "--by", "u1", code=2)
        assert "unknown" in run(system, "alerts", "show", "00000000", code=2)

    def test_previews_a_message_and_shows_who_agreed_to_it(self, system: dict[str, str]) -> None:
        (sent,) = json.loads(run(system, "sms", "tail", "-n", "1", "--json"))
        offer_id = sent["message_id"].replace("m-", "o-", 1)

        (shown,) = json.loads(run(system, "sms", "preview", offer_id, "--json"))

        assert (shown["text"], shown["segments"]) == (sent["text"], sent["segments"])
        assert "there is no offer" in run(system, "sms", "preview", "o-unknown", code=2)
        assert json.loads(run(system, "sms", "consent", "p" + "a" * 25, "--json")) == []

    def test_status_is_green_and_counts_everything(self, system: dict[str, str]) -> None:
        found = json.loads(run(system, "status", "--json"))

        assert {row["service"] for row in found["services"]} == {"registry", "matching", "subsidy", "notify"}
        assert all(row["ready"] for row in found["services"])


class TestBadInput:
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (fact("employer.registered", "bad-1", {"uscc": {"$gt": ""}}), "operator_in_key"),
            (fact("weather.observed", "bad-2", {}), "unknown_type"),
            (fact("calendar.day_closed", "bad-3", {"date": "2018-02-30"}), "bad_date"),
            (fact("calendar.day_closed", "bad-4", {"date": "2018-09-09"}), "day_out_of_order"),
            (fact("employer.registered", "bad-5", {"uscc": "x" * 70_000}), "too_large"),
        ],
    )
    def test_is_answered_with_a_code_and_a_path(self, system: dict[str, str], given: bytes, said: str) -> None:
        assert said in run(system, "publish", "-", "--json", given=given, code=1)

    def test_of_the_user_is_one_line(self, system: dict[str, str]) -> None:
        assert "no such file" in run(system, "publish", "nothing.jsonl", code=2)
        assert "there is no kind people" in run(system, "import", "samples/roster.xlsx", "--kind", "people", code=2)
        assert "name one" in run(system, "statement", code=2)

    def test_in_a_table_comes_back_with_its_row(self, system: dict[str, str], tmp_path: Path) -> None:
        table = tmp_path / "employers.csv"
        header = "统一社会信用代码,单位名称,单位类型,单位规模,县区代码,参保县区代码,联系电话\n"
        table.write_text(header + "91350622MA2Y1A2B7X,坏代码厂,企业,中小微,350622,350622,\n", encoding="utf-8")

        run(system, "import", str(table), "--kind", "employers", code=1)

        errors = (tmp_path / "employers.errors.csv").read_text(encoding="utf-8-sig")
        assert "2," in errors
        assert "91350622MA2Y1A2B7X" not in errors


class TestAForeignSdk:
    def test_of_cloudevents_is_understood(self, system: dict[str, str]) -> None:
        event = CloudEvent(
            attributes={
                "id": "sdk-1",
                "source": "e2e",
                "type": "cn.bangfu.employer.registered.v1",
                "specversion": "1.0",
                "datacontenttype": "application/json",
            },
            data={
                "uscc": "91350622MA31C4D53H", "name": "SDK", "kind": "enterprise", "size": "sme", "county": "350622",
                "insured_county": "350622",
            },
        )  # fmt: skip
        body = to_structured_event(event).body

        assert "accepted" in run(system, "publish", "-", "--json", given=body)


class TestEveryService:
    def test_serves_health_metrics_and_its_contract_without_a_cdn(self, system: dict[str, str]) -> None:
        for name, url in services(system).items():
            assert get(f"{url}/health/live")[0] == 200
            assert json.loads(get(f"{url}/health/ready")[1])["ready"]
            assert "bangfu_messages_total" in get(f"{url}/metrics")[1]
            assert json.loads(get(f"{url}/docs/asyncapi.json")[1])["asyncapi"] == "3.0.0"
            page = get(f"{url}/docs/asyncapi")[1]
            assert f"<h1>{name}" in page
            assert "https://" not in page


def until(look: Any, wanted: str) -> str:
    """Look again until what is wanted is there."""
    deadline = time.monotonic() + 60
    while wanted not in (said := look()):
        assert time.monotonic() < deadline, said
        time.sleep(0.2)
    found: str = said
    return found
