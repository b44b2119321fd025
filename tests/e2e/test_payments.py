"""From a closed month to the file for the bank, as two officers do it at the command line."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_commands import fact, until
from tests.support.commandline import run

COUNTY = "350681"  # in which the sample has nobody
PERSON, EMPLOYER = "350622198704160035", "91350628MA32G1H29A"
pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def a_month() -> bytes:
    """Return one insured worker, and January 2018 day by day."""
    place = {"county": COUNTY, "township": f"{COUNTY}100", "village": f"{COUNTY}100201"}
    person = {"id_number": PERSON, "name": "案例甲", "household_id": "H-pay", "status": "listed"}
    facts: list[tuple[str, str, dict[str, Any]]] = [
        ("roster.entry", "pay-1", person | {"status_from": "2016-01-01"} | place),
        ("employer.registered", "pay-2", {
            "uscc": EMPLOYER, "name": "龙海某厂", "kind": "workshop", "size": "sme", "county": COUNTY,
            "insured_county": COUNTY,
        }),
        ("employment.confirmed", "pay-3", {
            "employment_id": "J-pay", "id_number": PERSON, "uscc": EMPLOYER, "starts_on": "2018-01-01",
            "post_kind": "workshop", "county": COUNTY,
        }),
        ("premium.paid", "pay-4", {
            "uscc": EMPLOYER, "id_number": PERSON, "period": "2018-01", "paid_on": "2018-01-02", "pension_fen": 50_400,
            "medical_fen": 22_400, "unemployment_fen": 1_400,
        }),
    ]  # fmt: skip
    days = [(date(2018, 1, 1) + timedelta(days=n)).isoformat() for n in range(31)]
    facts += [("calendar.day_closed", f"day-{day}", {"date": day}) for day in days]
    return b"\n".join(fact(*each) for each in facts)


def approve(system: dict[str, str], run_id: str, by: str) -> str:
    answer = json.loads(run(system, "payments", "approve", run_id, "--by", by, "--json"))
    outcome: str = answer["outcome"]
    return outcome


def test_a_run_is_approved_by_two_people_and_filed_once_its_payee_has_an_account(
    system: dict[str, str], tmp_path: Path
) -> None:
    run(system, "publish", "-", given=a_month(), code=None)
    listed = ("payments", "list", "--county", COUNTY, "--month", "2018-01", "--json")
    (shown,) = json.loads(until(lambda: run(system, *listed, code=None), '"state": "proposed"'))
    filed = ("payments", "file", shown["run_id"], "--out", str(tmp_path), "--json")

    assert [approve(system, shown["run_id"], by) for by in ("one", "two")] == ["first_approval", "approved"]
    refused = run(system, *filed, code=2)
    assert EMPLOYER in refused
    assert "payee.account_registered" in refused
    assert list(tmp_path.iterdir()) == []

    account = {"bank": "邮储银行", "account_no": "6217 0000 0000 0002"}
    told = {"uscc": EMPLOYER, "valid_from": "2018-01-01"} | account
    run(system, "publish", "-", given=fact("payee.account_registered", "pay-account", told))
    made = json.loads(run(system, *filed))

    assert (made["sum"], made["content_hash"]) == ("742.00", shown["content_hash"])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    table = (tmp_path / f"{shown['run_id']}.csv").read_text(encoding="utf-8-sig")
    assert f'"{EMPLOYER}","龙海某厂","邮储银行","6217000000000002\t","742.00"' in table
