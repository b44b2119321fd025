"""A county's full roster becomes parts that a fact may hold, or nothing at all."""

import csv
from datetime import date, datetime
from pathlib import Path

import orjson
import pytest

from shared.events.envelope import MAX_BYTES
from shared.identity import make_id_number
from shared.ops.importing import ImportedFact, RowError, facts_of, refusal, sheet_of

NOW = datetime.fromisoformat("2018-04-02T09:00:00+08:00")
AS_OF = date(2018, 4, 1)
SHEET = sheet_of("roster-snapshot")
HEADERS = [column.header for column in SHEET.required]


def line(number: int, county: str = "350622", name: str = "许金春") -> list[str]:
    id_number = make_id_number("350699", date(1970, 1, 1 + number % 28), number // 28)
    return [id_number, name, f"H{number:05d}", "已脱贫", "2016-01-01", county, f"{county}100", f"{county}100201"]


def roster(path: Path, lines: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADERS, *lines])
    return path


def imported(path: Path, as_of: date | None = AS_OF) -> list[ImportedFact | RowError]:
    return list(facts_of(path, "roster-snapshot", source="import", now=NOW, id_key=b"k", as_of=as_of))


def parts(path: Path) -> list[ImportedFact]:
    return [fact for fact in imported(path) if isinstance(fact, ImportedFact)]


def test_a_part_holds_at_most_64_kib_and_the_parts_hold_every_row_once(tmp_path: Path) -> None:
    found = parts(roster(tmp_path / "a.csv", [line(n, name="名" * 60) for n in range(700)]))

    assert len(found) > 2
    assert all(len(orjson.dumps(part.event)) <= MAX_BYTES for part in found)
    assert [(p.event["data"]["part"], p.event["data"]["parts"]) for p in found] == [
        (number, len(found)) for number in range(1, len(found) + 1)
    ]
    assert [row for part in found for row in part.rows] == list(range(2, 702))
    assert [entry["household_id"] for p in found for entry in p.event["data"]["entries"]][699] == "H00699"


def test_each_county_has_a_snapshot_of_its_own_named_by_county_and_day(tmp_path: Path) -> None:
    path = roster(tmp_path / "a.csv", [line(1), line(2, "350624"), line(3)])
    found = parts(path)

    assert [(part.event["subject"], part.rows) for part in found] == [
        ("roster-350622-20180401", (2, 4)),
        ("roster-350624-20180401", (3,)),
    ]
    assert found[0].event["data"]["as_of"] == "2018-04-01"
    assert found[0].event["id"] == parts(path)[0].event["id"]


def test_one_row_that_is_wrong_leaves_errors_only_because_a_row_that_lacks_is_an_exit(tmp_path: Path) -> None:
    wrong = line(2)
    wrong[4] = "2018-02-30"
    found = imported(roster(tmp_path / "a.csv", [line(1), wrong, line(3)]))

    assert [(e.number, e.code) for e in found if isinstance(e, RowError)] == [(3, "bad_date")]
    assert len(found) == 1


def test_a_person_who_stands_twice_is_an_error_of_the_second_row(tmp_path: Path) -> None:
    (error,) = imported(roster(tmp_path / "a.csv", [line(1), line(2), line(1)]))

    assert isinstance(error, RowError)
    assert (error.number, error.column, error.code) == (4, "身份证号", "stands_twice")


def test_the_day_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="day"):
        imported(roster(tmp_path / "a.csv", [line(1)]), as_of=None)


def test_a_refusal_of_an_entry_names_the_row_and_the_column(tmp_path: Path) -> None:
    (part,) = parts(roster(tmp_path / "a.csv", [line(1), line(2), line(3)]))
    error = refusal(part, SHEET, "bad_check_digit", "data.entries.2.id_number", "english")

    assert (error.number, error.column) == (4, "身份证号")
    assert "校验码" in error.wrong


def test_a_refusal_of_something_else_keeps_the_words_of_registry() -> None:
    error = refusal(ImportedFact(7, {}), SHEET, "day_out_of_order", "data.as_of", "the open day is 2018-04-03")

    assert (error.number, error.column, error.wrong) == (7, "as_of", "the open day is 2018-04-03")
