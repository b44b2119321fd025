import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from shared.ops.importing import ImportedFact, RowError, facts_of
from shared.ops.importing.kinds import sheet_of
from tests.support.tables import table

NOW = datetime.fromisoformat("2018-04-02T09:00:00+08:00")
SAMPLES = Path(__file__).parents[2] / "samples"
SAMPLED = ("roster", "jobseekers", "vacancies", "employers", "employments", "premiums")
PREMIUM: dict[str, Any] = {
    "统一社会信用代码": "91350699MA9X002147",
    "身份证号": "350699198412070015",
    "所属月份": "2018年3月",
    "缴费日期": "2018/3/21",
    "养老(元)": "1,504.00",
    "医疗(元)": "224.00",
    "失业(元)": "14",
}
JOBSEEKER: dict[str, Any] = {
    "身份证号": "350699198412070015",
    "姓名": "许金春",
    "手机号": "19900000001",
    "县区代码": "350624",
    "学历代码": "71",
    "技能": "",
    "职业": "包装工、油漆工",
    "同意短信": "是",
    "纬度": "23.95",
    "经度": "117.34",
}


def imported(path: Path, kind: str = "premiums", **how: Any) -> list[ImportedFact | RowError]:
    return list(facts_of(path, kind, **{"source": "zhangzhou-social-insurance", "now": NOW, **how}))


def events(path: Path, kind: str = "premiums", **how: Any) -> list[dict[str, Any]]:
    outcomes = imported(path, kind, **how)
    assert [outcome for outcome in outcomes if isinstance(outcome, RowError)] == []
    return [outcome.event for outcome in outcomes if isinstance(outcome, ImportedFact)]


def errors(path: Path, kind: str = "premiums") -> list[RowError]:
    outcomes = imported(path, kind)
    assert all(isinstance(outcome, RowError) for outcome in outcomes)
    return [outcome for outcome in outcomes if isinstance(outcome, RowError)]


class TestFact:
    def test_is_a_whole_cloudevent(self, tmp_path: Path) -> None:
        (event,) = events(table(tmp_path / "a.csv", PREMIUM))

        assert event.pop("id").startswith("import-")
        assert event == {
            "specversion": "1.0",
            "source": "zhangzhou-social-insurance",
            "type": "cn.bangfu.premium.paid.v1",
            "time": "2018-04-02T09:00:00+08:00",
            "datacontenttype": "application/json",
            "data": {
                "uscc": "91350699MA9X002147",
                "id_number": "350699198412070015",
                "period": "2018-03",
                "paid_on": "2018-03-21",
                "pension_fen": 150_400,
                "medical_fen": 22_400,
                "unemployment_fen": 1_400,
            },
        }

    def test_of_a_person_has_no_subject_because_that_would_be_the_identity_number(self, tmp_path: Path) -> None:
        (event,) = events(table(tmp_path / "a.csv", JOBSEEKER), "jobseekers")

        assert "subject" not in event

    def test_of_something_else_has_its_id_as_the_subject(self) -> None:
        assert [event["subject"] for event in events(SAMPLES / "vacancies.csv", "vacancies")][:2] == ["V0001", "V0002"]

    def test_has_a_nested_place_and_an_empty_list_where_the_contract_wants_one(self, tmp_path: Path) -> None:
        (event,) = events(table(tmp_path / "a.csv", JOBSEEKER), "jobseekers")

        assert event["data"]["location"] == {"lat": 23.95, "lon": 117.34}
        assert event["data"]["skills"] == []

    def test_takes_the_number_cells_of_amounts_exactly(self, tmp_path: Path) -> None:
        (event,) = events(table(tmp_path / "a.xlsx", PREMIUM | {"养老(元)": 1504.1, "失业(元)": 14}))

        assert (event["data"]["pension_fen"], event["data"]["unemployment_fen"]) == (150_410, 1_400)


class TestId:
    def test_is_the_same_for_the_same_row_whenever_and_in_whatever_format_it_is_imported(self, tmp_path: Path) -> None:
        later = datetime.fromisoformat("2018-05-02T09:00:00+08:00")
        turned = dict(reversed(PREMIUM.items()))
        paths = [
            table(tmp_path / "a.csv", PREMIUM),
            table(tmp_path / "a.xlsx", PREMIUM),
            table(tmp_path / "b.csv", turned),
        ]

        assert len({event["id"] for path in paths for now in (NOW, later) for event in events(path, now=now)}) == 1

    def test_differs_between_rows_sources_and_keys(self, tmp_path: Path) -> None:
        path = table(tmp_path / "a.csv", PREMIUM, PREMIUM | {"失业(元)": "15"})
        made = [*events(path), *events(path, source="pinghe-hr"), *events(path, id_key=b"k" * 32)]

        assert len({event["id"] for event in made}) == 6

    def test_of_a_row_that_stands_twice_is_the_same(self, tmp_path: Path) -> None:
        first, second = events(table(tmp_path / "a.csv", PREMIUM, PREMIUM))

        assert first == second


class TestError:
    def test_names_row_column_code_and_what_would_be_right(self, tmp_path: Path) -> None:
        (error,) = errors(table(tmp_path / "a.csv", PREMIUM | {"缴费日期": "2018-02-30"}))

        assert (error.number, error.column, error.code) == (2, "缴费日期", "bad_date")
        assert "2018年3月1日" in error.hint

    def test_of_a_number_in_an_identity_column_says_to_format_the_column_as_text(self, tmp_path: Path) -> None:
        (error,) = errors(table(tmp_path / "a.xlsx", PREMIUM | {"身份证号": 350699198412070015}))

        assert (error.column, error.code) == ("身份证号", "number_in_text_column")
        assert "文本" in error.wrong

    @pytest.mark.parametrize(
        ("changes", "column", "code"),
        [
            ({"身份证号": ""}, "身份证号", "missing_field"),
            ({"身份证号": "350699198412070016"}, "身份证号", "bad_check_digit"),
            ({"所属月份": "2012-03"}, "所属月份", "bad_period"),
            ({"养老(元)": "-1.00"}, "养老(元)", "out_of_range"),
            ({"养老(元)": "1000000000.01"}, "养老(元)", "out_of_range"),
            ({"养老(元)": "1.005"}, "养老(元)", "bad_amount"),
        ],
    )
    def test_of_a_premium_carries_the_chinese_header(
        self, tmp_path: Path, changes: dict[str, str], column: str, code: str
    ) -> None:
        (error,) = errors(table(tmp_path / "a.csv", PREMIUM | changes))

        assert (error.column, error.code) == (column, code)

    @pytest.mark.parametrize(
        ("changes", "column", "code"),
        [
            ({"县区代码": "35062"}, "县区代码", "bad_format"),
            ({"学历代码": "初中"}, "学历代码", "bad_format"),
            ({"姓名": "名" * 61}, "姓名", "too_long"),
            ({"姓名": "许\x07金春"}, "姓名", "bad_text"),
            ({"技能": "、".join(["缝纫"] * 31)}, "技能", "too_long"),
            ({"技能": "缝纫、" + "长" * 41}, "技能", "too_long"),
            ({"技能": "a.b、c.d"}, "技能", "bad_format"),
            ({"经度": ""}, "经度", "missing_field"),
            ({"经度": "181"}, "经度", "out_of_range"),
            ({"同意短信": "不知道"}, "同意短信", "not_in_list"),
        ],
    )
    def test_of_a_job_seeker_carries_the_chinese_header(
        self, tmp_path: Path, changes: dict[str, str], column: str, code: str
    ) -> None:
        (error,) = errors(table(tmp_path / "a.csv", JOBSEEKER | changes), "jobseekers")

        assert (error.column, error.code) == (column, code)

    def test_is_one_for_each_thing_to_put_right_in_a_row(self, tmp_path: Path) -> None:
        wrong = PREMIUM | {"统一社会信用代码": "", "缴费日期": "昨天", "失业(元)": "多"}

        assert sorted(error.code for error in errors(table(tmp_path / "a.csv", wrong))) == [
            "bad_amount",
            "bad_date",
            "missing_field",
        ]

    def test_of_a_cell_without_a_header_names_its_letter(self, tmp_path: Path) -> None:
        path = table(tmp_path / "a.csv", PREMIUM)
        path.write_bytes(path.read_bytes().rstrip() + b",7\r\n")
        (error,) = errors(path)

        assert (error.number, error.column, error.code) == (2, "H", "cell_without_header")

    def test_never_holds_the_cells_value(self, tmp_path: Path) -> None:
        wrong = {header: f"秘密{place}秘密.$" for place, header in enumerate(JOBSEEKER)}
        found = errors(table(tmp_path / "a.csv", wrong), "jobseekers")

        assert len(found) >= 8
        assert "秘密" not in repr(found)

    def test_stands_between_the_facts_of_the_good_rows(self, tmp_path: Path) -> None:
        path = table(tmp_path / "a.csv", PREMIUM, PREMIUM | {"缴费日期": ""}, PREMIUM | {"所属月份": "2018-04"})

        assert [(outcome.number, type(outcome)) for outcome in imported(path)] == [
            (2, ImportedFact),
            (3, RowError),
            (4, ImportedFact),
        ]

    def test_of_a_whole_file_is_one(self, tmp_path: Path) -> None:
        (error,) = errors(table(tmp_path / "a.csv", {"姓名": "许金春"}))

        assert (error.number, error.column, error.code) == (1, "", "bad_headers")


def test_progress_is_told_now_and_then_and_at_the_end(tmp_path: Path) -> None:
    told: list[int] = []
    path = table(tmp_path / "a.csv", *(PREMIUM for _ in range(2_001)))
    for _ in facts_of(path, "premiums", source="x", now=NOW, progress=told.append):
        pass

    assert told == [1_001, 2_001, 2_002]


def test_the_time_of_import_has_an_offset(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        facts_of(tmp_path / "a.csv", "premiums", source="x", now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(("kind", "name"), [(kind, next(SAMPLES.glob(f"{kind}.[cx]*")).name) for kind in SAMPLED])
def test_the_sample_file_says_what_the_sample_events_say(kind: str, name: str) -> None:
    lines = (SAMPLES / "events.jsonl").read_text(encoding="utf-8").splitlines()
    sent = [event["data"] for event in map(json.loads, lines) if event["type"] == sheet_of(kind).fact.event_type()]
    made = [event["data"] for event in events(SAMPLES / name, kind)]
    shown = {field for data in made for field in data}

    assert made
    assert [data for data in made if data not in [{key: d[key] for key in d if key in shown} for d in sent]] == []
