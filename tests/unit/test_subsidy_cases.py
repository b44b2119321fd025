"""The policy cases of subsidy's three programmes, with subsidy alone; `bangfu cases` runs them through registry too."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentEnded, EmploymentVoided
from shared.events.premiums import HeadcountReported, PremiumCorrected, PremiumPaid, PremiumRefunded
from shared.ops.cases.model import read_cases
from shared.ops.cases.run import run_case
from shared.ops.running import find_services
from tests.unit.test_subsidy_world import World, listed

FOLDER = Path(__file__).parents[1] / "cases"
FACTS: dict[str, type[Event]] = {
    fact.topic: fact
    for fact in (
        EmploymentConfirmed, EmploymentEnded, EmploymentVoided,
        PremiumPaid, PremiumCorrected, PremiumRefunded, HeadcountReported,
    )
}  # fmt: skip
FILES = ("social_insurance.yaml", "stable_post.yaml", "stable_employment.yaml")


def cases() -> Iterator[Any]:
    for name in FILES:
        for case in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")):
            yield pytest.param(case, id=case["case"])


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any]) -> None:
    world = played(case)

    people = {person_id(name): name for name in case["people"]}
    employers = {stated["uscc"]: name for name, stated in case["employers"].items()}
    names = people | employers | {None: None}
    posted = [
        (line[0], names[line[1]], people.get(post.claim.person_id), *line[2:])
        for line, post in zip(world.lines, world.posted, strict=True)
    ]
    expected = [
        (e["programme"], e["payee"], e.get("person"), e["period"], e["posted"], e["amount"]) for e in case["expect"]
    ]
    assert posted == expected

    for refusal in case.get("expect_refused", ()):
        reasons = {
            reason for (programme, payee, period), reason in world.refused.items()
            if programme == refusal["programme"] and employers[payee] == refusal["payee"]
            and period == refusal.get("period", period)
        }  # fmt: skip
        assert refusal["reason"] in reasons

    for balance in case.get("expect_balances", ()):
        uscc = case["employers"][balance["payee"]]["uscc"]
        assert world.balances(uscc)[balance["account"]] == balance["amount"]


@pytest.mark.parametrize(
    "name", ["budget_and_clawback.yaml", "public_posts_and_internship.yaml", "training_and_grants.yaml"]
)
def test_the_cases_of_a_file_pass_through_the_whole_system(name: str) -> None:
    verdicts = [run_case(case, find_services()) for case in read_cases(FOLDER / name)]

    assert [(verdict.case.case, verdict.differences) for verdict in verdicts if not verdict.passed] == []


def played(case: dict[str, Any]) -> World:
    world = World(arrival(case["facts"][0]))
    for parameter in case.get("parameters", ()):
        world.parameter(**{"valid_from": date(2013, 1, 1)} | {"name": parameter["parameter"]} | {
            key: value for key, value in parameter.items() if key != "parameter"
        })  # fmt: skip
    for name, stated in case["people"].items():
        world.fact(listed(person_id(name), stated["status"], stated["status_from"]))
    for stated in case["employers"].values():
        world.registered(**stated)
    for stated in case["facts"]:
        world.close_until(date.fromordinal(arrival(stated).toordinal() - 1))
        take(world, case, dict(stated))
    world.close_until(case["until"])
    return world


def take(world: World, case: dict[str, Any], stated: dict[str, Any]) -> None:
    fact = FACTS[stated.pop("type")]
    stated.pop("at", None)
    if "person" in stated:
        stated["person_id"] = person_id(stated.pop("person"))
    if "employer" in stated:
        stated["uscc"] = case["employers"][stated.pop("employer")]["uscc"]
    if fact is EmploymentConfirmed:
        stated |= world.registrations[stated["uscc"]]
    if fact in (EmploymentEnded, EmploymentVoided):
        confirmed = next(f for f in case["facts"] if f.get("employment_id") == stated["employment_id"])
        stated["person_id"] = person_id(confirmed["person"])
    event = fact.model_validate(stated)
    if isinstance(event, PremiumPaid | PremiumCorrected | PremiumRefunded):
        world.premium(event)
    else:
        world.fact(event)


def arrival(stated: dict[str, Any]) -> date:
    day = stated.get("at") or stated.get("paid_on") or stated.get("date")
    assert isinstance(day, date)
    return day


def person_id(name: str) -> str:
    return f"p{'abcdefgh'[int(name[1:]) - 1] * 25}"
