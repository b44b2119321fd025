"""`bangfu import` on a small real system: what was accepted, what goes back, and going on where it broke off."""

import csv
import json
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.embedded import EmbeddedStack
from shared.identity import make_id_number
from shared.ops import importer
from shared.ops.imports import app
from shared.ops.publishing import Outcome
from tests.support.facts import FIRST_CLOSED, closing
from tests.support.whole import Whole, at_work, ran

pytestmark = pytest.mark.real

HEADERS = ["身份证号", "姓名", "户编号", "帮扶状态", "状态起始日", "县区代码", "乡镇代码", "村代码"]
COORDINATORS = ["协理员编号", "姓名", "手机号", "县区代码", "负责乡镇代码", "负责村代码", "职责层级"]


def line(number: int) -> list[str]:
    id_number = make_id_number("350699", date(1970, 1, 1 + number % 28), number // 28)
    return [id_number, "许金春", f"H{number:05d}", "已脱贫", "2016-01-01", "350622", "350622100", "350622100201"]


def table(path: Path, headers: list[str], lines: list[list[str]]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([headers, *lines])
    return path


def errors_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system whose first day is closed."""
    async with at_work(stack, tmp_path_factory.mktemp("importing"), "importing", [closing(FIRST_CLOSED)]) as found:
        yield found


async def imported(whole: Whole, *arguments: str) -> Any:
    said = (await ran(whole, *arguments, "--json", commands=app)).stdout
    found = re.search(r"^\{\n.*?^\}$", said, re.DOTALL | re.MULTILINE)  # the system's log may stand around it
    assert found is not None, said
    return json.loads(found[0])


async def test_good_rows_are_accepted_and_wrong_ones_go_back_with_row_column_and_what_is_right(
    whole: Whole, tmp_path: Path
) -> None:
    wrong = line(2)
    wrong[4] = "昨天"
    path = table(tmp_path / "roster.csv", HEADERS, [line(1), wrong, line(3)])

    found = await imported(whole, str(path), "--kind", "roster")

    assert found["outcomes"] == {"accepted": 2}
    assert errors_of(tmp_path / "roster.errors.csv") == [
        [
            "3",
            "状态起始日",
            "bad_date",
            "no date, or there is no such day",
            "date such as 2018-03-01, 2018/3/1 or 2018年3月1日",
        ]
    ]
    assert (await ran(whole, str(path), "--kind", "roster", commands=app)).exit_code == 1


async def test_a_dry_run_checks_everything_and_publishes_nothing(whole: Whole, tmp_path: Path) -> None:
    path = table(tmp_path / "roster.csv", HEADERS, [line(10), line(11)[:7]])
    before = await whole.bus.count("INTAKE")

    result = await ran(whole, str(path), "--kind", "roster", "--dry-run", commands=app)

    assert result.exit_code == 1
    assert "1 good, 1 rows with errors" in result.stdout
    assert await whole.bus.count("INTAKE") == before


async def test_what_registry_refuses_goes_back_by_row_and_column_too(whole: Whole, tmp_path: Path) -> None:
    unborn = [make_id_number("350699", date(2090, 1, 1), 1), *line(1)[1:]]
    path = table(tmp_path / "roster.csv", HEADERS, [line(1), unborn])

    found = await imported(whole, str(path), "--kind", "roster")

    assert found["outcomes"] == {"duplicate": 1, "rejected": 1}
    assert [(error["row"], error["column"], error["code"]) for error in found["errors"]] == [
        (3, "身份证号", "bad_date")
    ]
    assert unborn[0] not in (tmp_path / "roster.errors.csv").read_text(encoding="utf-8-sig")


async def test_an_import_that_broke_off_goes_on_behind_what_had_its_outcome(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unborn = [make_id_number("350699", date(2090, 1, 1), 2), *line(1)[1:]]
    path = table(tmp_path / "roster.csv", HEADERS, [unborn, *(line(n) for n in range(100, 130))])
    hear = importer._Import.hear

    def broken(work: importer._Import, outcome: Outcome) -> None:
        if outcome.offered.number == 12:
            raise KeyboardInterrupt
        hear(work, outcome)

    with monkeypatch.context() as patch:
        patch.setattr(importer._Import, "hear", broken)
        await ran(whole, str(path), "--kind", "roster", commands=app)
    found = await imported(whole, str(path), "--kind", "roster")
    assert found["earlier"] == 10
    assert found["facts"] == 31
    assert sum(found["outcomes"].values()) == 31
    assert [(error["row"], error["code"]) for error in found["errors"]] == [(2, "bad_date")]

    again = await imported(whole, str(path), "--kind", "roster")
    assert again["earlier"] == 0
    assert again["outcomes"] == {"duplicate": 31}


async def test_a_full_roster_is_accepted_in_parts_and_pairs_its_people(whole: Whole, tmp_path: Path) -> None:
    officer = ["C1", "陈协理", "19900000001", "350624", "350624100", "350624100201", "村级"]
    await imported(whole, str(table(tmp_path / "c.csv", COORDINATORS, [officer])), "--kind", "coordinators")
    lines = [[*line(n)[:5], "350624", "350624100", "350624100201"] for n in range(200, 205)]
    path = table(tmp_path / "full.csv", HEADERS, lines)

    found = await imported(whole, str(path), "--kind", "roster-snapshot", "--as-of", "2018-03-01")

    assert found["outcomes"] == {"accepted": 1}
    people = whole.view.stores["registry"].db["person"]
    assert await people.count_documents({"state.coordinator_id": "C1"}) == 5


async def test_only_who_has_a_phone_gets_a_contact_card(whole: Whole) -> None:
    vault = whole.view.stores["registry"].db["vault"]

    assert await vault.count_documents({"card": {"$exists": True}}) == 1
    assert await vault.count_documents({"_id": "C1", "card": "written"}) == 1
    assert await vault.count_documents({"fields.name": {"$exists": True}}) > 30


async def test_the_kinds_are_listed_and_each_has_a_template(whole: Whole, tmp_path: Path) -> None:
    said = (await ran(whole, "kinds", "--json", commands=app)).stdout
    kinds = json.loads(said[said.index("[\n") :])

    assert {"kind": "exits", "title": "退出确认", "fact": "exit.confirmed", "required": "身份证号、日期、经办"} in kinds
    result = await ran(whole, "template", "exits", "-o", str(tmp_path / "x.xlsx"), commands=app)
    assert (result.exit_code, (tmp_path / "x.xlsx").exists()) == (0, True)
