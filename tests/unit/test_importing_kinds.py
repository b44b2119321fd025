"""Every fact that fits a row has a kind of file, and what its template asks for is what registry takes."""

import csv
from datetime import date, datetime
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import orjson
import pytest

from services.registry.domain.door import IntakeDoor
from shared.catalog import FACTS
from shared.ops.importing import KINDS, ImportedFact, RowError, facts_of, labels, sheet_of
from shared.ops.importing.columns import Column
from shared.ops.importing.kinds import NOT_IN_TABLES, Sheet
from shared.runner.wire import admitted
from tests.support.facts import KEYS

NOW = datetime.fromisoformat("2018-04-02T09:00:00+08:00")
AS_OF = date(2018, 4, 1)
SHEETS = [sheet_of(kind) for kind in KINDS]
EACH = pytest.mark.parametrize("sheet", SHEETS, ids=KINDS)
_POSTING = "programme township sender_uscc sender_kind title_level grassroots_months"
NO_MORE = {"coordinator-reliefs", "vacancy-closings"}  # who or what is over: a row need not say again what it was
AT_THE_DESK = {"by"}  # the officer who states a fact at our own desk; a sheet's source says who told
OTHERS = {"into_id_number": "350699197001010013", "from_id_number": "350699197001010013"}


def example(column: Column) -> str:
    """Return what the template shows for a column; two people are not the same one."""
    return OTHERS.get(column.field, column.reader.example)


def table(path: Path, sheet: Sheet, *, without: tuple[Column, ...] = (), **cells: str) -> Path:
    kept = [column for column in sheet.columns if column not in without]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(column.header for column in kept)
        lines.writerow(cells.get(column.field, example(column)) for column in kept)
    return path


def imported(path: Path, sheet: Sheet) -> list[ImportedFact | RowError]:
    day = AS_OF if sheet.whole else None
    return list(facts_of(path, sheet.kind, source="import", now=NOW, id_key=b"k", as_of=day))


def literals(annotation: Any) -> set[str]:
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return {code for inner in get_args(annotation) if inner is not NoneType for code in literals(inner)}


class TestTheCatalogue:
    def test_has_a_kind_for_every_fact_but_those_with_a_reason(self) -> None:
        made = {(sheet.whole or sheet.fact).topic for sheet in SHEETS}

        assert made | NOT_IN_TABLES.keys() == {fact.topic for fact in FACTS}
        assert not made & NOT_IN_TABLES.keys()
        assert all(NOT_IN_TABLES.values())

    def test_has_no_fact_with_two_kinds(self) -> None:
        made = [(sheet.whole or sheet.fact).topic for sheet in SHEETS]

        assert len(made) == len(set(made))

    def test_keeps_the_names_of_the_first_kinds(self) -> None:
        assert {"roster", "jobseekers", "vacancies", "employers", "employments", "premiums"} <= set(KINDS)

    @pytest.mark.parametrize(
        ("kind", "first", "later"),
        [
            ("vacancies", "reserved_for", "programme local_only"),
            ("vacancy-changes", "reserved_for", "programme local_only"),
            ("employments", "county", _POSTING),
            ("employment-corrections", "post_kind", _POSTING),
            ("trainings", "free", "programme kind village"),
            ("duties", "evidence", "period"),
            ("activities", "participants", "village"),
        ],
    )
    def test_has_what_facts_say_since_behind_what_was_there(self, kind: str, first: str, later: str) -> None:
        fields = [column.field for column in sheet_of(kind).columns]
        assert fields[fields.index(first) + 1 :] == later.split()


class TestAKind:
    @EACH
    def test_has_a_column_for_everything_that_a_fact_may_say(self, sheet: Sheet) -> None:
        said = {info.alias or name for name, info in sheet.form.model_fields.items()}
        told = {column.field.partition(".")[0] for column in sheet.columns}
        optional = {name for name, info in sheet.form.model_fields.items() if not info.is_required()}
        assert said - (AT_THE_DESK & optional) == told or sheet.kind in NO_MORE

    @EACH
    def test_has_a_column_for_every_field_that_the_fact_requires(self, sheet: Sheet) -> None:
        fields = {info.alias or name: info for name, info in sheet.form.model_fields.items()}

        assert {column.field.partition(".")[0] for column in sheet.columns} <= set(fields)
        assert {name for name, info in fields.items() if info.is_required()} == {c.field for c in sheet.required}

    @EACH
    def test_has_no_header_twice_and_a_title_that_a_spreadsheet_takes(self, sheet: Sheet) -> None:
        headers = [column.header for column in sheet.columns]

        assert len(headers) == len(set(headers))
        assert 0 < len(sheet.title) <= 31
        assert [other.kind for other in SHEETS if other.title == sheet.title] == [sheet.kind]

    @EACH
    def test_offers_every_code_of_a_closed_list_and_no_other(self, sheet: Sheet) -> None:
        for column in sheet.columns:
            info = sheet.form.model_fields.get(column.field)
            codes = literals(info.annotation) if info else set()
            if codes:
                assert set(column.reader.codes.values()) == codes, column.header
                assert len(labels.shown(column.reader.codes)) == len(codes)

    @EACH
    def test_says_in_both_languages_what_is_right_and_gives_an_example(self, sheet: Sheet) -> None:
        assert all(c.reader.zh and c.reader.en and c.reader.example for c in sheet.columns)


class TestTheExamplesOfATemplate:
    @EACH
    def test_make_a_fact_that_registry_takes(self, tmp_path: Path, sheet: Sheet) -> None:
        only = sheet.either[1:]  # a fact about one thing or another names one of them
        (fact,) = imported(table(tmp_path / "a.csv", sheet, without=only), sheet)

        assert isinstance(fact, ImportedFact)
        assert judged(fact) == ""

    @EACH
    def test_make_a_fact_without_the_optional_columns_too(self, tmp_path: Path, sheet: Sheet) -> None:
        wanted = (*sheet.required, *sheet.either[:1])
        optional = tuple(column for column in sheet.columns if column not in wanted)
        (fact,) = imported(table(tmp_path / "a.csv", sheet, without=optional), sheet)

        assert isinstance(fact, ImportedFact)
        assert judged(fact) == ""

    @pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if sheet.either], ids=lambda sheet: sheet.kind)
    def test_are_about_one_thing_at_least(self, tmp_path: Path, sheet: Sheet) -> None:
        found = imported(table(tmp_path / "a.csv", sheet, without=sheet.either), sheet)

        assert [(e.column, e.code) for e in found if isinstance(e, RowError)] == [
            (sheet.either[0].header, "missing_field")
        ]


def judged(fact: ImportedFact) -> str:
    """Return the code by which registry's door refuses a fact, empty if it takes it."""
    topic = fact.event["type"].removeprefix("cn.bangfu.").removesuffix(".v1")
    item = admitted(IntakeDoor(KEYS), f"intake.import.{topic}", None, orjson.dumps(fact.event), 1)
    return item.refusal.code if item.refusal else ""
