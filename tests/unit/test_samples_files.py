"""The files of the sample county hold its facts, as a clerk writes them, and are those of the repository."""

import csv
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import samples
from samples import columns
from samples.county import make_sample
from samples.facts import Fact, of_kind
from samples.files import cell
from samples.generate import SEED, contents

HERE = Path(samples.__file__).parent


@pytest.fixture(scope="module")
def good() -> list[Fact]:
    return make_sample(SEED).facts


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return contents(SEED)


def test_the_same_seed_writes_the_same_bytes_and_they_are_the_files_of_the_repository(
    files: dict[str, bytes],
) -> None:
    assert contents(SEED) == files
    assert {name: (HERE / name).read_bytes() for name in files} == files


def test_another_seed_makes_another_county(files: dict[str, bytes]) -> None:
    assert contents(SEED + 1)["events.jsonl"] != files["events.jsonl"]


@pytest.mark.parametrize(
    ("file", "kind", "headers"),
    [
        ("roster.xlsx", "roster.entry", columns.ROSTER),
        ("jobseekers.xlsx", "jobseeker.registered", columns.JOBSEEKERS),
        ("employers.xlsx", "employer.registered", columns.EMPLOYERS),
    ],
)
def test_a_workbook_holds_its_facts_as_text(
    file: str, kind: str, headers: dict[str, str], good: list[Fact], files: dict[str, bytes]
) -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(files[file])).get_sheet_by_index(0).to_python()

    assert rows[0] == list(headers.values())
    assert rows[1:] == [
        [cell(field, fact.data.get(field)) for field in headers] for fact in of_kind(good, kind)[: len(rows) - 1]
    ]
    assert all(isinstance(value, str) for row in rows for value in row)


@pytest.mark.parametrize(
    ("file", "kind", "headers"),
    [
        ("vacancies.csv", "vacancy.opened", columns.VACANCIES),
        ("employments.csv", "employment.confirmed", columns.EMPLOYMENTS),
        ("premiums.csv", "premium.paid", columns.PREMIUMS),
    ],
)
def test_a_gb18030_file_holds_its_facts(
    file: str, kind: str, headers: dict[str, str], good: list[Fact], files: dict[str, bytes]
) -> None:
    rows = list(csv.reader(io.StringIO(files[file].decode("gb18030"), newline="")))

    assert rows[0] == list(headers.values())
    assert rows[1:] == [[cell(field, fact.data.get(field)) for field in headers] for fact in of_kind(good, kind)]


def test_cells_are_written_as_a_clerk_writes_them() -> None:
    assert cell("pension_fen", 50_405) == "504.05"
    assert cell("head", value=True) == "是"
    assert cell("skills", ["裁剪", "锁边"]) == "裁剪、锁边"
    assert cell("openings", 3) == "3"
    assert cell("late_fee_fen", None) == ""
