"""Tables: what is copied from one command into the next stands whole, and prose gives way."""

import subprocess
import sys

import pytest
from rich.console import Console

from shared.ops import output
from shared.ops.main import main
from shared.ops.words import headed
from tests.support.facts import id_number

_PERSON = "pe6eg5vs563dnrgrnctydjaqus"
_PROSE = "关于精准扶贫干部人才工作方案的若干规定 五（四）" * 3


def _shown(monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, object]], columns: list[str], width: int) -> str:
    console = Console(width=width)
    monkeypatch.setattr(output, "console", console)
    with console.capture() as capture:
        output.show(rows, [(name, name) for name in columns], title="", as_json=False)
    return capture.get()


class TestATableThatIsWiderThanTheScreen:
    def test_an_id_and_a_day_stand_in_one_line_and_the_prose_folds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows: list[dict[str, object]] = [{"person": _PERSON, "on": "2021-10-31", "clause": _PROSE, "effect": _PROSE}]
        said = _shown(monkeypatch, rows, ["person", "on", "clause", "effect"], 80)
        assert _PERSON in said
        assert "2021-10-31" in said
        assert max(map(len, said.splitlines())) <= 80

    def test_where_not_every_code_has_room_nothing_is_cut_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"c{number}" for number in range(6)]
        rows: list[dict[str, object]] = [{name: f"{name}{'x' * 24}" for name in names}]
        said = _shown(monkeypatch, rows, names, 60)
        assert max(map(len, said.splitlines())) <= 60
        assert said.count("x") == 6 * 24

    def test_a_column_that_says_nothing_gives_its_room_to_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows: list[dict[str, object]] = [{"person": _PERSON, "empty": None, "effect": _PROSE}]
        assert "empty" in _shown(monkeypatch, rows, ["person", "empty", "effect"], 200)
        said = _shown(monkeypatch, rows, ["person", "empty", "effect"], 80)
        assert "empty" not in said
        assert _PERSON in said

    def test_no_row_at_all_still_shows_what_there_would_be(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "person" in _shown(monkeypatch, [], ["person", "effect"], 20)


class TestHeadings:
    def test_are_in_the_readers_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert headed("service", "of_none") == [("service", "服务"), ("of_none", "of_none")]
        monkeypatch.setenv("BANGFU_LANG", "en")
        assert headed("service") == [("service", "service")]


class TestACell:
    def test_yes_and_no_are_said_in_the_readers_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = _shown(monkeypatch, [{"silent": True}, {"silent": False}], ["silent"], 80)
        assert "是" in said
        assert "否" in said
        assert "True" not in said

    def test_what_is_not_there_is_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "None" not in _shown(monkeypatch, [{"due": None}], ["due"], 80)

    @pytest.mark.parametrize("name", ["样例[分店]公司", "样例[/b]公司", ":smile:"])
    def test_is_text_and_no_markup(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        assert name in _shown(monkeypatch, [{"name": name}], ["name"], 80)


class TestATitle:
    def test_stands_in_one_line_however_narrow_its_table_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        console = Console(width=80)
        monkeypatch.setattr(output, "console", console)
        with console.capture() as capture:
            output.show([{"n": 1}], [("n", "n")], title="快照 S-350624-202105-1：已退回 [人数骤减]", as_json=False)
        assert "快照 S-350624-202105-1：已退回 [人数骤减]" in capture.get()


class TestAnError:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["placements", "--kind", "[/x]"], "[/x]"),
            (["placements", "--county", "35062"], "6 位数字"),
            (["casework", "--county", "云霄"], "6 位数字"),
            (["duties", "--person", id_number(1)], "p 开头"),
            (["platforms", "--village", "350622"], "12 位数字"),
            (["employer", id_number(1)], "不是统一社会信用代码"),
            (["roster", "history", id_number(1)], "p 开头"),
            (["feeds", "--as-of", "2021-13-01"], "日期写作 2018-03-31"),
            (["import", "template", "visit"], "'visits'"),
            (["import", "template", "visits", "-o", "no-such-folder/visits.xlsx"], "无法写入"),
            (["import", "nothing.csv", "--kind", "visits"], "没有这个文件"),
            (["inbox", "--office", "350"], "--office 350622"),
            (["inbox"], "--office 350622"),
            (["cases", "nothing.yaml"], "nothing.yaml"),
            (["cases", "tests/unit"], "*.yaml"),
        ],
    )
    def test_is_one_line_that_says_what_would_be_right(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], told: str
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["bangfu", *words])
        monkeypatch.setattr("signal.signal", lambda *_: None)
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr().err
        assert stopped.value.code == 2
        assert told in said
        assert id_number(1) not in said


_LOOKED = """
import sys
from shared.ops.main import main
try:
    main()
finally:
    print([name for name in sys.modules if name.startswith(("services.", "numpy", "openpyxl", "faststream"))])
"""


def test_a_command_that_no_service_brings_loads_none_and_nothing_that_is_slow_to_import() -> None:
    words = [sys.executable, "-c", _LOOKED, "publish", "nothing.jsonl"]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.strip()) == (2, "[]")
