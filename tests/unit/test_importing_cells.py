from datetime import date, datetime, time, timedelta
from functools import partial
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.types import MAX_FACT_FEN, EmployerKind, EmployerSize, PostKind, Status
from shared.money import yuan
from shared.ops.importing import cells, labels
from shared.ops.importing.cells import CellError
from shared.ops.importing.outcome import Cell
from tests.support.properties import steady

ID = "350699198412070015"
USCC = "91350699MA9X002147"


class TestText:
    @pytest.mark.parametrize("cell", [3.50622198502031e17, 13812345678, 13812345678.0, 0, "3.50622E+17", "4E+5"])
    @pytest.mark.parametrize("convert", [cells.text, cells.id_number, cells.uscc, cells.mobile, cells.phone])
    def test_of_a_number_has_lost_digits_and_is_refused(self, convert: partial[str], cell: Cell) -> None:
        with pytest.raises(CellError, match="number_in_text_column"):
            convert(cell)

    def test_loses_the_white_space_around_it(self) -> None:
        assert cells.text("\t　H0001\xa0") == "H0001"

    @pytest.mark.parametrize("cell", [True, date(2018, 3, 1), time(3, 4), timedelta(days=1)])
    def test_is_no_date_and_no_truth_value(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="wrong_type"):
            cells.text(cell)

    def test_code_that_looks_like_an_exponent_stays_a_code(self) -> None:
        assert cells.text("1E5") == "1E5"


class TestIdentity:
    def test_has_one_spelling(self) -> None:
        assert cells.id_number(f" {ID}") == ID
        assert cells.id_number("350699841207001") == ID
        assert cells.uscc("91350699-ma9x002147") == USCC
        assert cells.mobile("+86 199-0000-0001") == "19900000001"

    @pytest.mark.parametrize(
        ("convert", "cell", "code"),
        [
            (cells.id_number, ID[:-1] + "2", "bad_check_digit"),
            (cells.id_number, "350699198413070015", "bad_date"),
            (cells.id_number, "3506", "bad_length"),
            (cells.uscc, USCC[:-1] + "8", "bad_check_digit"),
            (cells.mobile, "0596-2026666", "bad_phone"),
            (cells.phone, "请打总机", "bad_phone"),
        ],
    )
    def test_that_cannot_be_right_is_refused_with_its_cause(self, convert: partial[str], cell: str, code: str) -> None:
        with pytest.raises(CellError) as refused:
            convert(cell)
        assert refused.value.code == code
        assert cell not in str(refused.value)

    @pytest.mark.parametrize(
        ("cell", "number"),
        [("+86 199-0000-0001", "19900000001"), ("0596-2026666", "+865962026666"), ("1349 000 0001", "+8613490000001")],
        ids=["mobile", "landline", "satellite"],
    )
    def test_a_person_may_have_a_phone_that_no_message_reaches(self, cell: str, number: str) -> None:
        assert cells.own_phone(cell) == number

    def test_a_service_number_is_nobodys_own(self) -> None:
        with pytest.raises(CellError, match="bad_phone"):
            cells.own_phone("12333")

    def test_an_office_may_have_a_landline(self) -> None:
        assert cells.phone("0596-2026666") == "0596-2026666"

    def test_an_area_code_is_short_enough_to_be_a_number(self) -> None:
        assert cells.area_code(350622.0) == cells.area_code(" ３５０６２２") == "350622"
        assert cells.area_code(350622100001.0) == "350622100001"
        with pytest.raises(CellError, match="wrong_type"):
            cells.area_code(350622.5)


class TestDay:
    @pytest.mark.parametrize(
        "cell",
        ["2018-03-01", "2018-3-1", "2018/3/1", "2018/03/01", "2018年3月1日", "２０１８－０３－０１", " 2018-03-01 "],
    )
    def test_is_read_as_clerks_write_it(self, cell: str) -> None:
        assert cells.day(cell) == "2018-03-01"

    def test_is_read_from_a_date_cell(self) -> None:
        assert cells.day(date(2018, 3, 1)) == cells.day(datetime(2018, 3, 1)) == "2018-03-01"  # noqa: DTZ001 - XLSX has no zone

    @pytest.mark.parametrize(
        "cell",
        [
            "2018-02-30", "2018-03/01", "18-3-1", "03/01/2018", "2018-03", "2018-03-01 08:00", 43160.0, 20180301.0,
            True, datetime(2018, 3, 1, 8), time(8),  # noqa: DTZ001 - XLSX has no zone
        ],
    )  # fmt: skip
    def test_is_never_guessed(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="bad_date"):
            cells.day(cell)


class TestMonth:
    @pytest.mark.parametrize(
        "cell",
        ["2018-03", "2018/3", "201803", "2018年3月", "2018年03月", 201803, 201803.0, date(2018, 3, 1)],
    )
    def test_is_read_as_clerks_and_excel_write_it(self, cell: Cell) -> None:
        assert cells.month(cell) == "2018-03"

    @pytest.mark.parametrize("cell", ["2018-13", "201800", "20183", "2018", 43160.5, date(2018, 3, 2), "三月"])
    def test_is_never_guessed(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="bad_period"):
            cells.month(cell)


class TestAmount:
    @pytest.mark.parametrize(
        "cell",
        ["1234.5", "1234.50", "1,234.50", "1，234.50", "１２３４．５", " 1234.5 ", 1234.5],
    )
    def test_is_yuan_in_fen(self, cell: Cell) -> None:
        assert cells.amount(cell) == 123_450

    @pytest.mark.parametrize(
        "cell",
        [
            "1234.505", 1234.505, 0.1 + 0.2, 504.00000000000006, 1e16, float("nan"), float("inf"), "12,34.50", "1,2345",
            "1234.5元", "五百", "1e3", "", True, date(2018, 3, 1),
        ],
    )  # fmt: skip
    def test_is_refused_rather_than_rounded(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="bad_amount"):
            cells.amount(cell)

    @steady
    @given(st.integers(0, MAX_FACT_FEN))
    def test_is_exact_from_text_from_groups_and_from_a_number_cell(self, amount_fen: int) -> None:
        written = yuan(amount_fen)
        whole, decimals = written.split(".")

        assert cells.amount(written) == amount_fen
        assert cells.amount(f"{int(whole):,}.{decimals}") == amount_fen
        assert cells.amount(float(written)) == amount_fen


class TestNumber:
    @pytest.mark.parametrize("cell", ["12", " １２ ", 12, 12.0])
    def test_is_whole(self, cell: Cell) -> None:
        assert cells.whole(cell) == 12

    @pytest.mark.parametrize("cell", ["12.5", 12.5, "-1", "十二", True])
    def test_that_is_not_whole_is_refused(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="bad_number"):
            cells.whole(cell)

    def test_of_a_place_is_in_degrees(self) -> None:
        assert cells.degrees("117.34") == cells.degrees(117.34) == 117.34
        for cell in ("东经117度", "nan", float("inf")):
            with pytest.raises(CellError, match="bad_number"):
                cells.degrees(cell)


class TestList:
    def test_is_split_at_any_of_the_usual_separators(self) -> None:
        assert cells.words("平车缝纫、锁边，裁剪,包装；质检;保洁、 ") == [
            "平车缝纫",
            "锁边",
            "裁剪",
            "包装",
            "质检",
            "保洁",
        ]

    def test_may_be_of_closed_words(self) -> None:
        assert cells.choices(labels.STATUS, "低保、listed") == ["low_income", "listed"]


class TestClosedList:
    @pytest.mark.parametrize(
        ("known", "codes"),
        [
            (labels.STATUS, get_args(Status)),
            (labels.EMPLOYER_KIND, get_args(EmployerKind)),
            (labels.EMPLOYER_SIZE, get_args(EmployerSize)),
            (labels.POST_KIND, get_args(PostKind)),
        ],
    )
    def test_has_a_chinese_label_for_every_code_of_the_contract(
        self, known: dict[str, str], codes: tuple[str, ...]
    ) -> None:
        assert set(known.values()) == set(codes)
        assert len(labels.shown(known)) == len(codes)

    def test_takes_the_label_and_the_code(self) -> None:
        for label, code in labels.STATUS.items():
            assert cells.choice(labels.STATUS, label) == cells.choice(labels.STATUS, code) == code

    def test_refuses_other_words(self) -> None:
        with pytest.raises(CellError, match="not_in_list"):
            cells.choice(labels.STATUS, "贫困户")

    @pytest.mark.parametrize(
        ("cell", "value"), [("是", True), ("否", False), ("有", True), ("no", False), (True, True)]
    )
    def test_of_yes_and_no_takes_words_and_truth_cells(self, cell: Cell, value: bool) -> None:
        assert cells.yes_no(labels.YES_NO, cell) is value

    @pytest.mark.parametrize("cell", ["大概", "True"])
    def test_of_yes_and_no_takes_nothing_else(self, cell: str) -> None:
        with pytest.raises(CellError, match="not_in_list"):
            cells.yes_no(labels.YES_NO, cell)


class TestPeriod:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("2018-03", "2018-03"), ("2018年3月", "2018-03"), (date(2018, 3, 1), "2018-03"), ("2018-Q1", "2018-Q1"),
            ("2018q4", "2018-Q4"), ("2018年第二季度", "2018-Q2"), ("2018年3季度", "2018-Q3"), ("2018", "2018"),
            (2018.0, "2018"), ("2018年", "2018"),
        ],
    )  # fmt: skip
    def test_is_a_month_a_quarter_or_a_year(self, cell: Cell, value: str) -> None:
        assert cells.period(cell) == value

    @pytest.mark.parametrize("cell", ["2018-Q5", "2018-13", "第一季度", 2018.5])
    def test_is_never_guessed(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="bad_period"):
            cells.period(cell)

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("2018-w9", "2018-W09"), ("2018年第9周", "2018-W09"), ("2018年上半年", "2018-H1"), ("2018-H2", "2018-H2"),
            ("2017-2019", "2017-2019"), ("2018/3/5", "2018-03-05"), ("2018年3月", "2018-03"), ("2018Q2", "2018-Q2"),
            (date(2018, 3, 1), "2018-03"), ("2018年", "2018"), ("2018年第1季度", "2018-Q1"),
        ],
    )  # fmt: skip
    def test_of_a_duty_may_be_a_week_a_half_year_or_years(self, cell: Cell, value: str) -> None:
        assert cells.duty_period(cell) == value

    @pytest.mark.parametrize("cell", ["2018-H3", "2018年3", "半年", 2018.5])
    def test_of_a_duty_is_never_guessed(self, cell: Cell) -> None:
        with pytest.raises(CellError, match="bad_period"):
            cells.duty_period(cell)

    def test_of_a_year_alone_is_a_number(self) -> None:
        assert cells.year("２０１８年") == cells.year(2018.0) == 2018
        with pytest.raises(CellError, match="bad_number"):
            cells.year("18")


class TestSentences:
    def test_may_hold_commas(self) -> None:
        assert cells.sentences("推荐就业，跟踪回访；参加培训\n送政策上门；") == [
            "推荐就业，跟踪回访",
            "参加培训",
            "送政策上门",
        ]

    def test_of_a_checklist_are_items_with_what_was_found(self) -> None:
        assert cells.checklist("饮水安全：是；负债元=3000；说明: 患病，需长期治疗；住房安全：否") == {
            "饮水安全": True,
            "负债元": 3000,
            "说明": "患病，需长期治疗",
            "住房安全": False,
        }

    @pytest.mark.parametrize("cell", ["饮水安全", "是；否", "甲：是；甲：否"])
    def test_of_a_checklist_name_each_item_once(self, cell: str) -> None:
        with pytest.raises(CellError, match="bad_format"):
            cells.checklist(cell)

    def test_area_codes_may_be_several_or_a_number_cell(self) -> None:
        assert cells.area_codes("350622100、350622101") == ["350622100", "350622101"]
        assert cells.area_codes(350622100.0) == ["350622100"]
