"""`bangfu fair` on files, as a clerk runs it."""

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer import Typer
from typer.testing import CliRunner

from services.matching.fair.command import register
from shared.errors import BangfuError
from shared.identity import make_id_number
from tests.support import tables

DAY = "2018-03-01"
NAMES = ("许金春", "方丽娟", "林阿妹")
NUMBERS = tuple(make_id_number("350622", date(1980 + at, 3, 1), 10) for at in range(3))
SEEKERS: list[dict[str, Any]] = [
    {
        "身份证号": number,
        "姓名": name,
        "手机号": f"1990000000{at}",
        "县区代码": "350622",
        "学历代码": "71",
        "技能": "平车缝纫" if at else "",
        "职业": "缝纫工",
        "期望月薪(元)": "2000",
        "同意短信": "是" if at < 2 else "否",
    }
    for at, (name, number) in enumerate(zip(NAMES, NUMBERS, strict=True))
]
VACANCIES: list[dict[str, Any]] = [
    {
        "岗位编号": f"V{at}",
        "统一社会信用代码": "91350622MA2XN0K4TC",
        "岗位名称": title,
        "岗位类别": "普通岗位",
        "招聘人数": "1",
        "县区代码": "350622",
        "技能": "平车缝纫",
        "最低月薪(元)": "3000",
    }
    for at, title in enumerate(("缝纫工", "=1+1"))
]
ROSTER: dict[str, Any] = {
    "身份证号": NUMBERS[0],
    "姓名": NAMES[0],
    "户编号": "H-1",
    "帮扶状态": "建档立卡未标注脱贫",
    "状态起始日": "2016-01-01",
    "县区代码": "350622",
    "乡镇代码": "350622100",
    "村代码": "350622100000",
}


table = partial(tables.table, encoding="utf-8")


def asked(*arguments: Any, on: str = DAY) -> str:
    app = Typer()
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["fair", *map(str, arguments), "--on", on])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def files(tmp_path: Path) -> tuple[Any, ...]:
    vacancies, seekers = table(tmp_path / "v.csv", *VACANCIES), table(tmp_path / "s.xlsx", *SEEKERS)
    return ("--vacancies", vacancies, "--seekers", seekers)


def facts(path: Path, topic: str, rows: list[dict[str, Any]]) -> Path:
    events = [{"specversion": "1.0", "type": f"cn.bangfu.{topic}.v1", "data": data} for data in rows]
    path.write_text("\n".join(json.dumps(event) for event in events), encoding="utf-8")
    return path


def person(at: int, **changes: Any) -> dict[str, Any]:
    form = {"person_id": f"p{'abc'[at]:a<25}", "county": "350622", "education": "71", "born_on": "1985-01-01"}
    return form | {"skills": [], "occupations": ["缝纫工"], "sms_consent": True} | changes


def test_people_of_a_table_are_called_by_their_row_and_the_answer_is_complete(files: tuple[Any, ...]) -> None:
    found = json.loads(asked(*files, "--json"))

    assert (found["people"], found["posts"], found["places"], found["pairs"]) == (3, 2, 2, 4)
    assert {row["person"]: row["total"]["post"] for row in found["assigned"]} == {"行 2": "V1", "行 3": "V0"}
    assert found["fits_nothing"] == [{"person": "行 4", "reason": "no_consent"}]


def test_nothing_that_a_form_says_of_a_person_is_printed_or_written(files: tuple[Any, ...], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    said = asked(*files, "--out", out) + asked(*files, "--json")
    written = " ".join(str(c) for sheet in load_workbook(out) for row in sheet.values for c in row)

    assert "行 2" in said
    assert "行 2" in written
    secrets = {str(row[name]) for row in SEEKERS for name in ("身份证号", "姓名", "手机号")}
    assert not [secret for secret in secrets if secret in said or secret in written]


def test_a_roster_says_who_is_in_need(files: tuple[Any, ...], tmp_path: Path) -> None:
    without = json.loads(asked(*files, "--json"))
    found = json.loads(asked(*files, "--roster", table(tmp_path / "r.csv", ROSTER), "--json"))

    scores = [{row["person"]: row["total"]["score_bp"] for row in each["assigned"]} for each in (without, found)]
    assert scores[1]["行 2"] > scores[0]["行 2"]
    assert scores[1]["行 3"] == scores[0]["行 3"]


def test_a_workbook_has_a_sheet_a_table_and_no_formula_of_anybodys(files: tuple[Any, ...], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    asked(*files, "--out", out)
    book = load_workbook(out)

    assert book.sheetnames == ["汇总", "方案对照", "阻塞对", "无合适岗位的人", "无人适合的岗位"]
    assert len(list(book["方案对照"].values)) == 3
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


def test_the_screen_shows_both_plans_and_what_stability_costs(
    files: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "稳定的代价：总分少 0，安置少 0 人" in asked(*files)
    assert "无合适岗位的人 1: 未同意 1" in asked(*files)

    monkeypatch.setenv("BANGFU_LANG", "en")
    assert "price of stability: 0 of score, 0 people" in asked(*files)


def test_facts_give_what_the_same_table_gives(files: tuple[Any, ...], tmp_path: Path) -> None:
    rows = [
        {
            "id_number": number, "name": name, "phone": f"1990000000{at}", "county": "350622", "education": "71",
            "skills": ["平车缝纫"] if at else [], "occupations": ["缝纫工"], "wanted_wage_fen": 200_000,
            "sms_consent": at < 2,
        }
        for at, (name, number) in enumerate(zip(NAMES, NUMBERS, strict=True))
    ]  # fmt: skip
    seekers = facts(tmp_path / "s.jsonl", "jobseeker.registered", rows)

    found, table_ = (json.loads(asked(*each, "--json")) for each in ((*files[:3], seekers), files))

    assert found["plans"] == table_["plans"]
    assert [row["person"] for row in found["assigned"]] == ["行 1", "行 2"]


def test_people_whose_ids_a_file_gives_are_called_by_them(files: tuple[Any, ...], tmp_path: Path) -> None:
    seekers = facts(tmp_path / "s.jsonl", "jobseeker.registered", [person(0), person(1)])

    found = json.loads(asked(*files[:3], seekers, "--json"))

    assert [row["person"] for row in found["assigned"]] == [f"p{'a' * 25}", f"pb{'a' * 24}"]


@pytest.mark.parametrize(
    ("topic", "rows", "says"),
    [
        ("jobseeker.registered", [person(0), person(0)], "rows 1 and 2 are the same person"),
        ("jobseeker.registered", [person(0, education="x")], "row 1: education: string_pattern_mismatch"),
        ("jobseeker.registered", [{"id_number": "1"}], "row 1: id_number: bad_length"),
        ("jobseeker.withdrawn", [person(0)], "row 1: jobseeker.withdrawn: for a fair each row is one whole"),
    ],
)
def test_what_is_wrong_with_a_fact_is_said_by_row_and_without_its_value(
    files: tuple[Any, ...], tmp_path: Path, topic: str, rows: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(BangfuError, match=says):
        asked(*files[:3], facts(tmp_path / "s.jsonl", topic, rows))


def test_a_person_or_a_vacancy_that_stands_in_a_table_twice_is_refused(tmp_path: Path) -> None:
    twice, posts = table(tmp_path / "s.csv", SEEKERS[0], SEEKERS[0]), table(tmp_path / "v.csv", *VACANCIES)
    with pytest.raises(BangfuError, match="rows 2 and 3 are the same person: keep one"):
        asked("--vacancies", posts, "--seekers", twice)

    people, posts = table(tmp_path / "s.csv", *SEEKERS), table(tmp_path / "v.csv", VACANCIES[0], VACANCIES[0])
    with pytest.raises(BangfuError, match="row 3: vacancy V0 stands here a second time"):
        asked("--vacancies", posts, "--seekers", people)


def test_errors_of_a_table_are_told_as_an_import_tells_them(files: tuple[Any, ...], tmp_path: Path) -> None:
    wrong = table(tmp_path / "w.csv", SEEKERS[0] | {"学历代码": "?"})

    with pytest.raises(BangfuError, match=r"1 errors, the first .*2 学历代码 bad_format"):
        asked(*files[:3], wrong)


@pytest.mark.parametrize("given", [("--county", "350622"), ("--roster", "r.csv")])
def test_a_half_said_question_is_refused(given: tuple[str, str], files: tuple[Any, ...]) -> None:
    with pytest.raises(BangfuError, match="用文件时须有 --vacancies、--seekers 和 --on"):
        asked(*(files if given[0] == "--county" else files[:2]), *given)


def test_a_day_and_a_workbook_are_what_they_are_called(files: tuple[Any, ...], tmp_path: Path) -> None:
    with pytest.raises(BangfuError, match="--on yesterday: 日期写作"):
        asked(*files, on="yesterday")
    with pytest.raises(BangfuError, match=r"a file that ends in \.xlsx"):
        asked(*files, "--out", tmp_path / "out.pdf")
    with pytest.raises(BangfuError, match="no weights are in force on 2012-01-01"):
        asked(*files, on="2012-01-01")
    with pytest.raises(BangfuError, match="没有这个文件"):
        asked("--vacancies", tmp_path / "none.csv", *files[2:])
