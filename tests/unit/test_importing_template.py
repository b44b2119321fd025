import csv
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from shared.ops.importing import (
    KINDS,
    ImportedFact,
    RowError,
    errors_beside,
    facts_of,
    write_errors,
)
from shared.ops.importing.headers import letter
from shared.ops.importing.kinds import sheet_of
from shared.ops.importing.template import write_template

NOW = datetime.fromisoformat("2018-04-02T09:00:00+08:00")
ERRORS = [
    RowError(2, "身份证号", "missing_field", "18位居民身份证号", "必填项没有填写"),
    RowError(9, "", "bad_headers", "缺少必填列：姓名"),
]


class TestTemplate:
    @pytest.mark.parametrize("kind", KINDS)
    def test_has_the_chinese_headers_over_text_columns_and_explains_each(self, tmp_path: Path, kind: str) -> None:
        write_template(kind, tmp_path / "a.xlsx")
        book, sheet = load_workbook(tmp_path / "a.xlsx"), sheet_of(kind)
        form, explained = book.worksheets
        headers = [column.header for column in sheet.columns]

        assert [cell.value for cell in form[1]] == headers
        assert {form.column_dimensions[letter(place)].number_format for place in range(len(headers))} == {"@"}
        assert (form.max_row, form.freeze_panes, form.title) == (1, "A2", sheet.title)
        assert explained.title == "填写说明"
        assert [row[0].value for row in explained.iter_rows() if row[1].value][1:] == headers
        assert all(row[2].value for row in explained.iter_rows() if row[1].value)

    def test_says_what_is_required_gives_an_example_and_the_codes(self, tmp_path: Path) -> None:
        write_template("premiums", tmp_path / "a.xlsx")
        write_template("employers", tmp_path / "b.xlsx")
        premiums, employers = (load_workbook(tmp_path / name).worksheets[1] for name in ("a.xlsx", "b.xlsx"))
        lines = {str(row[0]): row for book in (premiums, employers) for row in book.iter_rows(values_only=True)}

        assert lines["所属月份"][1] == "必填"
        assert lines["滞纳金(元)"][1] == "选填"
        assert lines["养老(元)"][3] == "1234.50"
        assert lines["单位规模"][4] == "大型（large）、中小微（sme）"

    def test_explains_in_english_where_that_is_the_language(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BANGFU_LANG", "en")
        write_template("accounts", tmp_path / "a.xlsx")
        form, explained = load_workbook(tmp_path / "a.xlsx").worksheets
        said = {row[0].value: row[1].value for row in explained.iter_rows()}

        assert form["A1"].value == "统一社会信用代码"
        assert said["统一社会信用代码"] == "one of them"
        assert said["银行账号"] == "required"

    def test_offers_closed_lists_in_chinese(self, tmp_path: Path) -> None:
        write_template("employers", tmp_path / "a.xlsx")
        form = load_workbook(tmp_path / "a.xlsx").worksheets[0]
        offered = {str(one.sqref): one.formula1 for one in form.data_validations.dataValidation}

        assert offered == {
            "C2:C1048576": '"企业,扶贫车间,合作社,个体工商户,公共机构,家政企业"',
            "D2:D1048576": '"大型,中小微"',
        }

    @pytest.mark.parametrize("kind", KINDS)
    def test_keeps_its_lists_within_what_a_spreadsheet_program_takes(self, kind: str) -> None:
        offered = [column.reader.drop_down for column in sheet_of(kind).columns]

        assert all(len(",".join(choices)) <= 255 for choices in offered)

    def test_that_was_filled_in_is_read_back(self, tmp_path: Path) -> None:
        write_template("employers", tmp_path / "a.xlsx")
        book = load_workbook(tmp_path / "a.xlsx")
        book.worksheets[0].append(
            ["91350699MA9X002147", "云霄样例制衣", "扶贫车间", "中小微", "350622", "350622", "0596-2026666"]
        )
        book.save(tmp_path / "a.xlsx")
        (fact,) = facts_of(tmp_path / "a.xlsx", "employers", source="yunxiao-job-centre", now=NOW)

        assert isinstance(fact, ImportedFact)
        assert fact.event["subject"] == "91350699MA9X002147"
        assert (fact.event["data"]["kind"], fact.event["data"]["size"]) == ("workshop", "sme")

    def test_that_is_still_empty_gives_nothing(self, tmp_path: Path) -> None:
        write_template("roster", tmp_path / "a.xlsx")

        assert list(facts_of(tmp_path / "a.xlsx", "roster", source="x", now=NOW)) == []

    def test_of_an_unknown_kind_names_the_kinds(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="premiums"):
            write_template("wages", tmp_path / "a.xlsx")


class TestErrorFile:
    def test_is_a_workbook_with_one_line_an_error(self, tmp_path: Path) -> None:
        assert write_errors(ERRORS, tmp_path / "a.xlsx") == 2

        rows = [list(row) for row in load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows(values_only=True)]
        assert rows[0] == ["行号", "列名", "错误代码", "错误说明", "应当如何填写"]
        assert rows[1] == [2, "身份证号", "missing_field", "必填项没有填写", "18位居民身份证号"]
        assert rows[2] == [9, None, "bad_headers", None, "缺少必填列：姓名"]

    def test_is_csv_that_spreadsheet_programs_recognise(self, tmp_path: Path) -> None:
        assert write_errors(iter(ERRORS), tmp_path / "a.csv") == 2

        assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file))[1] == [
                "2", "身份证号", "missing_field", "必填项没有填写", "18位居民身份证号",
            ]  # fmt: skip

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    @pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
    def test_holds_no_formula(self, tmp_path: Path, name: str, start: str) -> None:
        error = RowError(2, f"{start}cmd|' /C calc'!A0", "bad_headers", f"{start}1+1", f"{start}2")
        write_errors([error], tmp_path / name)

        if name == "a.csv":
            with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
                assert [cell[0] for cell in list(csv.reader(file))[1]] == ["2", "'", "b", "'", "'"]
        else:
            cells = load_workbook(tmp_path / name).worksheets[0][2]
            assert [cell.data_type for cell in cells] == ["n", "s", "s", "s", "s"]
            assert str(cells[1].value).startswith("'")

    def test_stands_beside_the_file_in_its_format(self) -> None:
        assert errors_beside(Path("in/roster.xlsx")) == Path("in/roster.errors.xlsx")
        assert errors_beside(Path("in/premiums.CSV")) == Path("in/premiums.errors.csv")
        assert errors_beside(Path("in/roster.xls")) == Path("in/roster.errors.xlsx")

    def test_tells_how_far_it_is(self, tmp_path: Path) -> None:
        told: list[int] = []
        write_errors(ERRORS * 1_000, tmp_path / "a.csv", told.append)

        assert told == [1_000, 2_000]

    def test_has_no_other_format(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="xlsx"):
            write_errors(ERRORS, tmp_path / "a.txt")
