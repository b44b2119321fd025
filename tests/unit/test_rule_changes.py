"""A rule file that was changed is in force only with an approval that names its text and the difference it makes."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.subsidy.adapters.changing import attached, rules_of, text_hash
from services.subsidy.adapters.programme_files import read_rulebook, shipped_texts
from services.subsidy.domain.comparing import canonical
from services.subsidy.programme_commands import register
from services.subsidy.whatif import Question, answered
from shared.errors import BangfuError, ConfigurationError
from shared.ops.main import app
from tests.unit.test_subsidy_world import E1
from tests.unit.test_whatif import APRIL_1, HALF, SI, facts, half_a_year

RULES = HALF[SI]


@pytest.fixture(scope="module")
def difference() -> dict[str, Any]:
    world = half_a_year()
    return answered(Question({SI: RULES}, APRIL_1), lambda: facts(world))


def approved(hash_: str, *, rules: str = RULES, who: str = "[局长办公会, 县财政局]", text: str = "") -> str:
    return (
        f"{rules}changes:\n"
        f"  - {{from: 2018-04-01, says: 补贴比例改为50%, text: {text or text_hash(rules)}, difference: {hash_},\n"
        f"     decided_by: {who}, decided_on: 2018-03-20, record: 局务会纪要〔2018〕6号}}\n"
    )


def test_the_difference_names_the_rules_without_what_was_approved_of_them(difference: dict[str, Any]) -> None:
    text = approved(difference["content_hash"])

    assert rules_of(text) == RULES
    assert difference["files"] == {SI: text_hash(text)}
    assert Question({SI: text}, APRIL_1).splice().texts == ()


def test_a_change_that_two_people_approved_is_in_force_and_shown(difference: dict[str, Any]) -> None:
    rulebook = read_rulebook(shipped_texts() | {SI: approved(difference["content_hash"])})

    (change,) = rulebook.programmes["social-insurance"].charter.changes
    assert (change.since, change.difference) == (date(2018, 4, 1), difference["content_hash"])
    assert change.decided_by == ("局长办公会", "县财政局")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (approved("a" * 64).replace("value: 50,", "value: 60,"), "nobody approved the rules as they stand"),
        (approved("a" * 64, who="[甲, 甲]"), "two different people"),
        (approved("a" * 64, who="[甲]"), "decided_by"),
        (approved("a" * 63), "difference"),
        (approved("a" * 64) + "caps: []\n", "'caps' stands twice|'changes' stands last"),
    ],
)
def test_a_change_that_nobody_approved_stops_the_start(text: str, what: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"social-insurance\.yaml, line \d+: .*({what})"):
        read_rulebook(shipped_texts() | {SI: text})


def test_the_approval_holds_for_the_very_difference_that_was_written(difference: dict[str, Any]) -> None:
    hash_ = difference["content_hash"]

    assert attached({SI: approved(hash_)}, canonical(difference)) == hash_


def test_another_difference_or_an_altered_one_is_no_ground_for_an_approval(difference: dict[str, Any]) -> None:
    text = approved(difference["content_hash"])
    fewer = {**difference, "losers": []}
    for files, said, what in (
        ({SI: text}, canonical(fewer), "altered"),
        ({SI: text}, b"{}", "not what"),
        ({SI: text.replace("value: 50,", "value: 60,")}, canonical(difference), "of other files"),
        ({SI: approved("a" * 64)}, canonical(difference), "does not name this difference"),
        (
            {SI: text.replace("from: 2018-04-01, says", "from: 2018-05-01, says")},
            canonical(difference),
            "does not name",
        ),
        ({SI: RULES}, canonical(difference), "does not name this difference"),
    ):
        with pytest.raises(BangfuError, match=what):
            attached(files, said)


def test_programmes_check_holds_changed_files_against_the_difference(
    tmp_path: Path, difference: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_LANG", "en")
    (tmp_path / "said.json").write_bytes(canonical(difference))
    (tmp_path / SI).write_text(approved(difference["content_hash"]), encoding="utf-8")
    if "programmes" not in [group.name for group in app.registered_groups]:
        register(app)

    command = ["programmes", "check", str(tmp_path), "--difference", str(tmp_path / "said.json")]
    passes = CliRunner().invoke(app, command)
    (tmp_path / "said.json").write_bytes(canonical({**difference, "county": E1}))
    fails = CliRunner().invoke(app, command)

    assert passes.exit_code == 0, passes.output
    assert "no mistake" in passes.output
    assert isinstance(fails.exception, BangfuError)
