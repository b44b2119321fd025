"""The registry's questions, asked of a running system: each as it is, as of a day, as known on a day, and wrongly.

The facts are of a county of their own. They are published as a user does; the questions run in this process, because
a process for each would cost more than what it asks.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from samples.employers import organisation_code
from samples.people import UNASSIGNED_REGION
from shared.errors import BangfuError
from shared.identity import make_uscc
from shared.ops.running import find_services
from tests.support.commandline import run
from tests.support.facts import Offer, id_number, offer
from tests.support.rosters import row

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

COUNTY, TOWNSHIP, VILLAGE = "350623", "350623100", "350623100201"
USCC = make_uscc(f"12{UNASSIGNED_REGION}{organisation_code('MB230001')}")
PLACE = {"county": COUNTY, "township": TOWNSHIP, "village": VILLAGE}
JOB, LECTURES, VISITS = "desk-D1", "school-lectures", "expert-visits"
NEVER = ("--known-at", "2017-01-01")


def said(fact: str, id_: str, **fields: Any) -> Offer:
    return offer(fact, f"desk-{id_}", fields, by_source="zhangpu-e2e")


def story() -> Iterator[Offer]:
    """Yield a roster, an officer, a plan, a risk, a dispatched worker with an application, and a lecture."""
    home = PLACE | {"household_id": "H-desk"}
    people = [row(71, **home), row(72, **home, status="monitored"), row(73, **PLACE, labour_ability=False)]
    listed = {"snapshot_id": "S-desk", "county": COUNTY, "as_of": "2017-12-01", "part": 1, "parts": 1}
    yield said("coordinator.registered", "officer", coordinator_id="desk-1", name="陈志明", phone="13912345678",
               county=COUNTY, townships=[TOWNSHIP], villages=[VILLAGE], role="village")  # fmt: skip
    yield said("roster.snapshot", "roster", **listed, entries=people)
    yield said("plan.agreed", "plan", id_number=id_number(71), coordinator_id="desk-1", date="2017-12-05",
               measures=["推荐岗位"])  # fmt: skip
    yield said("household.risk_raised", "risk", household_id="H-desk", date="2017-12-08", kind="大病", by="desk-1")
    yield said("employer.registered", "host", uscc=USCC, name="漳浦县样例文化站", kind="public_body", size="sme",
               county=COUNTY, insured_county=COUNTY)  # fmt: skip
    yield said("application.received", "applied", application_id="desk-A1", programme="dispatch-quota",
               id_number=id_number(73), date="2017-09-01")  # fmt: skip
    yield said("employment.confirmed", "posted", employment_id=JOB, id_number=id_number(73), uscc=USCC,
               starts_on="2017-10-09", post_kind="dispatch", contract_until="2018-10-08", county=COUNTY,
               programme="dispatch-quota")  # fmt: skip
    yield said("attendance.recorded", "attended", employment_id=JOB, period="2017-10", working_days=17,
               attended_days=17)  # fmt: skip
    held = {"county": COUNTY, "kind": "现场指导", "headcount": 35, "date": "2017-12-13"}
    yield said("activity.held", "visit", programme="expert-service", **held)
    yield said("activity.held", "lecture", programme="school-pairs", county=COUNTY, kind="讲师团讲学", headcount=12,
               date="2017-12-12")  # fmt: skip


class Desk:
    """A running system that is asked in this process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment, self._app = environment, typer.Typer()
        for service in find_services():
            if "commands" in service.extras:
                service.extras["commands"](self._app)

    def ask(self, *arguments: str) -> Any:
        """Return what a command says as JSON."""
        result = CliRunner().invoke(self._app, [*arguments, "--json"], env=self._environment)
        assert result.exception is None, (arguments, result.exception, result.output)
        return json.loads(result.stdout)

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the rows that a command lists of this file's county."""
        return [row for row in self.ask(*arguments) if row["county"] == COUNTY]

    def mistake(self, *arguments: str) -> str:
        """Return what a command says of a mistake."""
        result = CliRunner().invoke(self._app, arguments, env=self._environment)
        assert isinstance(result.exception, BangfuError), (arguments, result.output)
        return str(result.exception)

    def person(self, status: str) -> str:
        """Return whom the roster lists with a status and an officer looks after."""
        (row,) = [row for row in self.cases() if row["status"] == status and row["coordinator_id"]]
        found: str = row["person_id"]
        return found

    def cases(self, *more: str) -> list[dict[str, Any]]:
        """Return all cases of the county."""
        found: list[dict[str, Any]] = self.ask("casework", "--county", COUNTY, "--all", *more)[0]["rows"]
        return found

    def knows_all(self) -> bool:
        """Tell whether everybody who follows the registry has heard the story."""
        return (
            any(row["plan_on"] for row in self.cases())
            and bool(self.ask("duties", "--placement", JOB)["duties"])
            and bool(self.ask("targets", "--facts", VISITS, "--year", "2017"))
            and bool(self.ask("targets", "--facts", LECTURES))
            and bool(self.ask("households", "--county", COUNTY, "--at-risk"))
            and any(row["open"] for row in self.ask("placements", "--county", COUNTY))
            and any(row["event"] == "plan.agreed" for row in self.timeline())
        )

    def timeline(self, *more: str) -> list[dict[str, Any]]:
        """Return what happened to the person who is listed."""
        found: list[dict[str, Any]] = self.ask("person", self.person("listed"), *more)["timeline"]
        return found


@pytest.fixture(scope="module")
def desk(system: dict[str, str]) -> Desk:
    """Return a system that has heard the story."""
    told = Desk(system)
    run(system, "publish", "-", given=b"\n".join(each.body for each in story()))
    deadline = time.monotonic() + 60
    while not told.knows_all():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return told


def test_the_case_of_a_person_and_of_an_employer_is_told_in_order(desk: Desk) -> None:
    told = [row["event"] for row in desk.timeline()]
    assert told[0] == "roster.entry"
    assert set(told) >= {"pair.assigned", "plan.agreed"}
    assert "plan.agreed" not in [row["event"] for row in desk.timeline("--as-of", "2017-12-04")]
    assert desk.timeline(*NEVER) == []

    now, before = (desk.ask("person", desk.person("listed"), *more) for more in ((), NEVER))
    assert now["coordinator_id"]
    assert (before["coordinator_id"], before["county"], before["open"]) == (None, None, [])

    employer = desk.ask("employer", USCC)["timeline"]
    assert {row["event"] for row in employer} == {"employer.registered", "employment.confirmed"}
    assert f"works at {USCC}: dispatch ({JOB})" in [row["sentence"] for row in employer]


def test_casework_and_households_say_who_is_helped_and_what_is_missing(desk: Desk) -> None:
    (found,) = desk.ask("casework", "--county", COUNTY)
    assert {name: found["counts"][name] for name in ("people", "owed", "paired", "planned", "lacks_plan")} == {
        "people": 3, "owed": 1, "paired": 1, "planned": 1, "lacks_plan": 0,
    }  # fmt: skip
    (before,) = desk.ask("casework", "--county", COUNTY, "--as-of", "2017-12-04")
    assert [row["missing"] for row in before["rows"]] == [["pair", "plan"]]

    (home,) = desk.ask("households", "--county", COUNTY)
    assert (home["household_id"], home["risk"], home["certified"]) == ("H-desk", "大病", ["monitored"])
    (calm,) = desk.ask("households", "--county", COUNTY, "--as-of", "2017-12-07")
    assert (calm["risk"], len(calm["members"])) == ("", 2)


def test_placements_and_recruiting_say_what_is_open(desk: Desk) -> None:
    (job,) = desk.ask("placements", "--county", COUNTY)
    assert (job["employment_id"], job["kind"], job["until"]) == (JOB, "dispatch", "2018-10-08")
    assert {"agreement_missing", "arrival_missing"} <= set(job["open"])
    assert {gate["gate"]: gate["answer"] for gate in job["gates"]}["education"] == "unknown"
    assert desk.ask("placements", "--county", COUNTY, *NEVER) == []

    (found,) = desk.ask("recruiting", "--programme", "dispatch-quota")
    (applied,) = [row for row in found["applications"] if row["application_id"] == "desk-A1"]
    assert (applied["step"], applied["employment_id"]) == ("review", JOB)
    assert applied["round_id"] in [row["round_id"] for row in found["rounds"]]
    (none,) = desk.ask("recruiting", "--as-of", "2017-08-31")
    assert "desk-A1" not in [row["application_id"] for row in none["applications"]]


def test_duties_are_overdue_by_the_day_that_is_asked_for(desk: Desk) -> None:
    on = {
        day: {row["period"] for row in desk.ask("duties", "--placement", JOB, "--overdue", "--as-of", day)["duties"]}
        for day in ("2017-11-14", "2017-12-20")
    }
    assert on == {"2017-11-14": set(), "2017-12-20": {"2017-10", "2017-11"}}
    every = desk.ask("duties", "--placement", JOB, "--all")["duties"]
    (handed_in,) = [row for row in every if (row["duty"], row["period"]) == ("dispatch_attendance", "2017-10")]
    assert (handed_in["status"], handed_in["clause"], handed_in["rows"]) == ("late", "五（四）", ["H5d"])


def test_targets_and_platforms_say_how_far_they_got(desk: Desk) -> None:
    (visit,) = desk.rows("targets", "--facts", VISITS, "--year", "2017")
    assert (visit["fact"], visit["times"]) == ("activity.held", 35)
    (lecture,) = desk.rows("targets", "--facts", LECTURES)
    assert (lecture["day"], lecture["fact"], lecture["times"]) == ("2017-12-12", "activity.held", 12)
    assert desk.rows("targets", "--facts", LECTURES, "--as-of", "2017-12-11") == []
    asked = ("targets", "--county", COUNTY, "--year", "2017")
    rows = {row["target"]: row for row in desk.rows(*asked)}
    before = {row["target"]: row["reached"] for row in desk.rows(*asked, *NEVER)}
    assert (rows[VISITS]["reached"], before[VISITS]) == (35, 0)
    assert (rows[LECTURES]["reached"], rows[LECTURES]["status"]) == (12, "no_deadline")
    assert (rows["pension-coverage"]["whole"], rows["pension-coverage"]["reached"]) == (2, 0)

    (village,) = desk.ask("platforms", "--village", VILLAGE, "--year", "2017")
    assert (village["village"], village["county"], village["facts"]) == (VILLAGE, COUNTY, 0)
    assert desk.ask("platforms", "--village", f"{COUNTY}100999") == []


def test_the_roster_and_the_feeds_say_who_told_what(desk: Desk) -> None:
    report = desk.ask("roster", "report", "S-desk")
    assert (report["stage"], report["counts"]["entered"], report["told_by"]) == ("taken", 3, "zhangpu-e2e")
    (status,) = desk.ask("roster", "history", desk.person("monitored"))
    assert (status["status"], status["source"], status["in_force"]) == ("monitored", "zhangpu-e2e", True)
    assert desk.ask("roster", "history", desk.person("monitored"), "--as-of", "2015-12-31") == []

    feeds = {row["feed"]: row for row in desk.rows("feeds")}
    assert feeds.keys() == {"roster", "attendance"}
    assert (feeds["roster"]["days"], feeds["roster"]["silent"]) == (31, False)
    assert desk.rows("feeds", *NEVER) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("person", "350622"), "this is no person id"),
        (("employer", "123"), "this is no unified social credit code"),
        (("casework", "--as-of", "2018-13-01"), "a day is written 2018-03-31"),
        (("households", "--known-at", "yesterday"), "a day is written 2018-03-31"),
        (("placements", "--as-of", "soon"), "a day is written 2018-03-31"),
        (("recruiting", "notice", "R-none"), "R-none has no list"),
        (("duties", "--due", "soon"), "--due soon: a day is written"),
        (("targets", "--facts", "school-lecture"), "no target school-lecture"),
        (("platforms", "--explain"), "--explain needs --village"),
        (("roster", "report", "S-none"), "there is no snapshot S-none"),
        (("roster", "report", "S-desk", *NEVER), "there is no snapshot S-desk"),
        (("roster", "history", "p-none", "--as-of", "1"), "a day is written 2018-03-31"),
        (("feeds", "--known-at", "2017"), "a day is written 2018-03-31"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_sentence(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    assert says in desk.mistake(*arguments)
