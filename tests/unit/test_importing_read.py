import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from shared.ops.importing import FileRefused, read_rows
from shared.ops.importing.headers import letter

HEADERS = ["统一社会信用代码", "身份证号", "所属月份", "缴费日期", "养老(元)", "医疗(元)", "失业(元)"]
LINE = ["91350699MA9X002147", "350699198412070015", "2018-03", "2018-03-21", "504.00", "224.00", "14.00"]


def csv_file(path: Path, lines: list[list[str]], encoding: str = "gb18030") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def xlsx_file(path: Path, lines: list[list[Any]], title: str = "Sheet1") -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for line in lines:
        sheet.append(line)
    book.save(path)
    return path


def refusal(path: Path, kind: str = "premiums") -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        list(read_rows(path, kind))
    return refused.value


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_csv_is_read_in_the_encodings_that_clerks_have(tmp_path: Path, encoding: str) -> None:
    rows = list(read_rows(csv_file(tmp_path / "a.csv", [HEADERS, LINE], encoding), "premiums"))

    assert [row.number for row in rows] == [2]
    assert rows[0].values["id_number"] == LINE[1]


def test_a_csv_in_another_encoding_is_refused_with_what_to_save(tmp_path: Path) -> None:
    refused = refusal(csv_file(tmp_path / "a.csv", [HEADERS, LINE], "utf-16"))

    assert refused.error.code == "unknown_encoding"
    assert "UTF-8" in refused.error.hint


def test_rows_have_the_numbers_of_the_file_and_blank_ones_are_skipped(tmp_path: Path) -> None:
    lines = [[], HEADERS, LINE, [], ["", "　 "], LINE]

    assert [row.number for row in read_rows(csv_file(tmp_path / "a.csv", lines), "premiums")] == [3, 6]
    assert [row.number for row in read_rows(xlsx_file(tmp_path / "a.xlsx", lines), "premiums")] == [3, 6]


def test_a_line_break_inside_a_cell_does_not_shift_the_row_numbers(tmp_path: Path) -> None:
    lines = [HEADERS, [*LINE[:-1], "14\n.00"], LINE]

    assert [row.number for row in read_rows(csv_file(tmp_path / "a.csv", lines), "premiums")] == [2, 3]


def test_empty_cells_are_left_out(tmp_path: Path) -> None:
    (row,) = read_rows(csv_file(tmp_path / "a.csv", [HEADERS, [*LINE[:-1], " "]]), "premiums")

    assert "unemployment_fen" not in row.values


def test_a_row_is_read_only_when_it_is_asked_for(tmp_path: Path) -> None:
    rows = read_rows(csv_file(tmp_path / "a.csv", [HEADERS, LINE, LINE]), "premiums")

    assert next(rows).number == 2
    assert next(rows).number == 3


def test_the_order_of_the_columns_and_the_width_of_the_brackets_are_free(tmp_path: Path) -> None:
    turned = [header.replace("(", "（").replace(")", " ）") for header in reversed(HEADERS)]
    (row,) = read_rows(csv_file(tmp_path / "a.csv", [turned, LINE[::-1]]), "premiums")

    assert row.values == next(read_rows(csv_file(tmp_path / "b.csv", [HEADERS, LINE]), "premiums")).values


def test_a_sheet_may_begin_at_any_cell(tmp_path: Path) -> None:
    lines = [["", *HEADERS], ["", *LINE[:-1]], ["", *LINE, "extra"]]
    first, second = read_rows(xlsx_file(tmp_path / "a.xlsx", [[], *([None, *line[1:]] for line in lines)]), "premiums")

    assert (first.number, first.values["uscc"], first.stray) == (3, LINE[0], "")
    assert (second.number, second.stray) == (4, "I")


def test_cells_of_a_workbook_keep_their_types(tmp_path: Path) -> None:
    line = [LINE[0], 3.50622198502031e17, date(2018, 3, 1), date(2018, 3, 21), 504.5, 224, True]
    (row,) = read_rows(xlsx_file(tmp_path / "a.xlsx", [HEADERS, line]), "premiums")

    assert list(row.values.values()) == [*line[:5], 224.0, True]


def test_the_sheet_with_the_kinds_title_is_read_else_the_first_that_does_not_explain(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].title = "填写说明"
    for title, line in (("其他", [*LINE[:-1], "1.00"]), ("社保缴费", LINE)):
        sheet = book.create_sheet(title)
        sheet.append(HEADERS)
        sheet.append(line)
    book.save(tmp_path / "a.xlsx")
    assert next(read_rows(tmp_path / "a.xlsx", "premiums")).values["unemployment_fen"] == "14.00"

    book.remove(book["社保缴费"])
    book.save(tmp_path / "a.xlsx")
    assert next(read_rows(tmp_path / "a.xlsx", "premiums")).values["unemployment_fen"] == "1.00"


class TestHeaders:
    def test_unknown_and_missing_ones_are_one_error_that_names_the_nearest(self, tmp_path: Path) -> None:
        wrong = ["统一信用代码", "身份证号码", "月份", *HEADERS[3:], "备注栏"]
        error = refusal(csv_file(tmp_path / "a.csv", [wrong, [*LINE, ""]])).error

        assert (error.number, error.code) == (1, "bad_headers")
        assert "A列的表头无法识别，最接近的正确表头是“统一社会信用代码”" in error.hint
        assert "B列的表头无法识别，最接近的正确表头是“身份证号”" in error.hint
        assert "H列的表头无法识别，本表没有这一列，请删除" in error.hint
        assert "缺少必填列：统一社会信用代码、身份证号、所属月份" in error.hint

    def test_optional_ones_may_lack(self, tmp_path: Path) -> None:
        assert list(read_rows(csv_file(tmp_path / "a.csv", [HEADERS, LINE]), "premiums"))

    def test_that_stand_twice_are_refused(self, tmp_path: Path) -> None:
        error = refusal(csv_file(tmp_path / "a.csv", [[*HEADERS, "身份证号"], LINE])).error

        assert "“身份证号”重复" in error.hint

    def test_lack_without_showing_the_person_in_the_first_row(self, tmp_path: Path) -> None:
        error = refusal(csv_file(tmp_path / "a.csv", [LINE, LINE])).error

        assert LINE[1] not in error.hint
        assert LINE[0] not in error.hint

    def test_have_letters_like_a_spreadsheets(self) -> None:
        assert [letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


class TestFile:
    def test_of_another_type_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "a.xls").error.code == "unknown_file_type"

    def test_that_is_no_workbook_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 encrypted or old")

        assert refusal(tmp_path / "a.xlsx").error.code == "not_a_workbook"

    def test_that_is_an_archive_but_no_workbook_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(b"PK\x05\x06" + bytes(18))

        assert refusal(tmp_path / "a.xlsx").error.code == "not_a_workbook"

    @pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
    def test_without_rows_is_refused(self, tmp_path: Path, name: str) -> None:
        make = csv_file if name.endswith("csv") else xlsx_file

        assert refusal(make(tmp_path / name, [])).error.code == "empty_file"

    def test_with_an_open_quote_is_refused_where_it_breaks(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path / "a.csv", [HEADERS, LINE])
        path.write_bytes(path.read_bytes() + b'"open,1\r\n')
        error = refusal(path).error

        assert (error.number, error.code) == (3, "bad_csv")

    def test_that_does_not_exist_is_an_error_of_the_system(self, tmp_path: Path) -> None:
        for name in ("a.csv", "a.xlsx"):
            with pytest.raises(OSError, match=name):
                list(read_rows(tmp_path / name, "premiums"))

    def test_of_an_unknown_kind_names_the_kinds(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="roster, exits, exit-refusals"):
            list(read_rows(tmp_path / "a.csv", "wages"))
