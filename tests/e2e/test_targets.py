"""`bangfu targets` and `bangfu platforms`, run as a user runs them."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.commandline import run
from tests.support.facts import COUNTY, offer

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
VISITS = "expert-visits"


def asked(system: dict[str, str], *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(system, *arguments, "--json"))
    return found


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_visit_is_counted_known_on_its_day_and_traced_to_its_fact(system: dict[str, str]) -> None:
    said = {"programme": "expert-service", "county": COUNTY, "kind": "现场指导", "headcount": 35, "date": "2018-01-01"}
    visit = offer("activity.held", "e2e-visit", said, by_source="e2e")
    assert "accepted" in run(system, "publish", "-", given=visit.body)
    until(lambda: bool(asked(system, "targets", "--facts", VISITS, "--year", "2018")))
    (fact,) = asked(system, "targets", "--facts", VISITS, "--year", "2018")
    assert (fact["fact"], fact["times"], fact["county"]) == ("activity.held", 35, COUNTY)
    now = {row["target"]: row["reached"] for row in asked(system, "targets", "--year", "2018")}
    before = {
        row["target"]: row["reached"] for row in asked(system, "targets", "--year", "2018", "--known-at", "2017-01-01")
    }
    assert (now[VISITS], before[VISITS]) == (35, 0)


def test_platforms_are_asked_by_village_and_year(system: dict[str, str]) -> None:
    assert asked(system, "platforms", "--village", f"{COUNTY}100999") == []
    assert "--village" in run(system, "platforms", "--explain", code=2)
