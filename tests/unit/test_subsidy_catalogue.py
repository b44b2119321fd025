"""The programmes as people read them, and what follows for every one: a case, a decision task, a file without code."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from services.subsidy.adapters.programme_files import read_rulebook, shipped_rulebook, texts_of
from services.subsidy.catalogue import cases_by_programme, described, missing_of, programmes_page
from services.subsidy.domain.parameters import Parameters, Values
from services.subsidy.explaining import explained
from services.subsidy.service import SERVICE
from services.subsidy.subscribers import under
from shared.errors import ConfigurationError
from shared.events.subsidy import ParameterFoundUnset
from shared.ops.cases.model import Case, read_cases
from shared.ops.cases.run import KEYS, Run, run_case
from shared.ops.main import app
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.memory import Memory
from tests.unit.test_subsidy_world import E1, P1, World, listed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "programmes.md"
CASES = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
NEW = ("village_posts_and_work_relief", "stations_bases_and_agencies", "postdocs_experts_and_village_funds",
       "claims_without_an_amount", "honours_quotas_and_targets", "published_later")  # fmt: skip
EXTRA = """
programme: night-post
title: {zh: 夜间护林岗补贴, en: Night post}
version: 2018-01-01
source: {document: 异地挂职工作总结五篇, clause: 第三篇, says: 多类型公益岗位。, office: 县扶贫部门}
kind: attended_days
payee: person
names_person: true
period: month
posted: when_the_fact_arrives
driven_by: [attendance.recorded]
post_kinds: [secondment]
evidence: []
exclusions: []
procedure: {}
uses: {amount: night_post.day_fen}
conditions: []
parameters:
  night_post.day_fen:
    meaning: 每夜标准
    unit: fen
    when_unset: nothing_accrues
    values:
      - {from: 2018-01-01, value: 5000, document: 异地挂职工作总结五篇, clause: 第三篇}
"""
EXTRA_CASE = """
- case: four nights
  people:
    P1: {id_number: "350622198502031219", status: listed, status_from: 2016-01-01, county: "350622"}
  employers:
    E1: {uscc: "123506220041234545", kind: public_body, size: sme, county: "350622"}
  facts:
    - {type: employment.confirmed, employment_id: J1, person: P1, employer: E1, starts_on: 2018-07-01,
       post_kind: secondment, at: 2018-07-01}
    - {type: attendance.recorded, employment_id: J1, period: "2018-07", working_days: 22, attended_days: 4,
       at: 2018-08-01}
  until: 2018-08-01
  expect:
    - {programme: night-post, payee: P1, person: P1, period: 2018-07, posted: 2018-08, amount: "200.00"}
"""


def cases(*stems: str) -> list[Case]:
    return [case for path in CASES if not stems or path.stem in stems for case in read_cases(path)]


def test_the_page_is_what_the_files_and_the_cases_say() -> None:
    page = programmes_page(shipped_rulebook(), cases_by_programme(cases()))

    assert PAGE.read_text(encoding="utf-8") == page, "run `make docs` and look at what changed"
    assert {line.count(" | ") for line in page.splitlines() if line.startswith("| `")} == {6}


def test_every_programme_has_a_case() -> None:
    assert shipped_rulebook().programmes.keys() - cases_by_programme(cases()).keys() == set()


@pytest.mark.parametrize("stem", NEW)
def test_the_cases_of_a_file_pass_through_the_whole_system(stem: str) -> None:
    verdicts = [run_case(case, find_services()) for case in cases(stem)]

    assert verdicts
    assert [(verdict.case.case, verdict.differences) for verdict in verdicts if not verdict.passed] == []


def test_a_missing_figure_opens_one_task_a_county_however_many_claims_wait_for_it() -> None:
    case = next(c for c in cases("claims_without_an_amount") if c.case.startswith("a labour allowance"))
    run = Run(case, Memory(find_services(), KEYS))
    run.play()
    told = Counter((e.parameter, e.county) for e in run._events(ParameterFoundUnset))

    assert told == {("labour_allowance.claim_fen", "350622"): 1}


def test_a_programme_of_a_known_kind_is_a_file_that_accrues_without_code(tmp_path: Path) -> None:
    (tmp_path / "night-post.yaml").write_text(EXTRA, encoding="utf-8")
    (case,) = (Case.model_validate(stated) for stated in yaml.safe_load(EXTRA_CASE))
    rulebook = read_rulebook(texts_of(tmp_path))
    services = [
        Service(s.name, s.title, under(rulebook), s.extras) if s.name == "subsidy" else s for s in find_services()
    ]

    assert run_case(case, services).differences == []


def test_a_folder_without_programme_files_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no programme file"):
        texts_of(tmp_path)


def test_conflicts_of_the_source_hold_both_readings_and_who_decided() -> None:
    found = {
        conflict.clause: (programme.name, conflict)
        for programme in shipped_rulebook().programmes.values()
        for conflict in programme.charter.conflicts
    }

    assert {clause: name for clause, (name, _) in found.items()} == {
        "2": "public-welfare-post",
        "4": "employment-certificate",
        "11": "social-insurance",
        "13": "talent-allowance",
    }
    for _, conflict in found.values():
        assert conflict.readings.keys() == {"body", "annex"}
        assert conflict.in_force == "body"
        assert conflict.decided_by
        assert (ROOT / conflict.record).exists()


def test_what_a_file_says_is_shown_with_what_is_missing() -> None:
    rulebook = shipped_rulebook()
    shown = described(rulebook.programmes["work-relief"], rulebook)

    assert shown["missing"] == ["work_relief.day_fen"] == missing_of(rulebook.programmes["work-relief"], rulebook)
    assert shown["status"] == "unset"
    assert shown["source"]["office"] == "就业促进与失业保险科；市就业培训和失业保险管理中心"
    assert [item["item"] for item in shown["evidence"]] == ["attendance", "market_failed"]


def test_a_person_is_told_what_comes_of_a_programme_and_which_condition_fails() -> None:
    world = World(date(2018, 3, 1))
    world.fact(listed(P1, "exited"))
    world.registered(E1)
    world.employed("J1", P1, E1, date(2018, 3, 1), "village_post")
    rulebook = shipped_rulebook()

    told = explained(
        rulebook.programmes["village-post"],
        P1,
        world.memory.states("person")[P1],
        Values(rulebook, Parameters()),
        closed=date(2018, 3, 31),
        providers={},
    )

    assert [condition["holds"] for condition in told["conditions"]] == [False]
    first = told["claims"][0]
    assert (first["period"], first["reason"]) == ("2018-03", "not_eligible_status")


class TestTheCommands:
    def run(self, *arguments: str) -> tuple[int, str]:
        if not any(group.name == "programmes" for group in app.registered_groups):
            SERVICE.extras["commands"](app)
        result = CliRunner().invoke(app, ["programmes", *arguments])
        return result.exit_code, result.output

    def test_list_and_check_count_what_ships(self) -> None:
        code, listed_ = self.run("list", "--json")
        assert code == 0
        assert {row["programme"] for row in json.loads(listed_)} == shipped_rulebook().programmes.keys()
        code, checked = self.run("check", "--json")
        assert (code, json.loads(checked)["programmes"]) == (0, len(shipped_rulebook().programmes))

    def test_show_says_everything_and_a_slip_names_the_closest(self) -> None:
        code, shown = self.run("show", "postdoc")
        assert code == 0
        assert "16" in shown
        code, _ = self.run("show", "post-doc")
        assert code == 1

    def test_check_of_a_folder_names_file_and_line(self, tmp_path: Path) -> None:
        (tmp_path / "night-post.yaml").write_text(EXTRA.replace("amount:", "amounts:"), encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"night-post\.yaml, line 16: 'amount' is missing"):
            read_rulebook(texts_of(tmp_path))
