"""The file of dated weights: what a slip in it says."""

from datetime import date
from pathlib import Path

import pytest

from services.matching.weights import WEIGHTS_FILE, load_weights
from shared.errors import ConfigurationError

SHIPPED = WEIGHTS_FILE.read_text(encoding="utf-8")
HEAD = SHIPPED[: SHIPPED.index("values:")]


def written(directory: Path, content: str) -> Path:
    path = directory / "weights.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_later_entry_holds_from_its_day(tmp_path: Path) -> None:
    entry = SHIPPED[SHIPPED.index("  2013-01-01:") :]
    later = entry.replace("2013-01-01", "2019-01-01").replace("skills: 3500", "skills: 3000")
    table = load_weights(written(tmp_path, SHIPPED + later.replace("occupation: 2500", "occupation: 3000")))
    days = [date(2018, 12, 31), date(2019, 1, 1)]

    assert [found.skills for day in days if (found := table.on(day))] == [3_500, 3_000]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "line 1: the file is empty"),
        (f"{HEAD}values: {{}}", "line 6: 'values'"),
        (f"{HEAD}values: {{soon: {{}}}}", "line 6: 'soon' in values: .*a day is YYYY-MM-DD"),
        (SHIPPED.replace("2013-01-01", "2013-02-30"), "line 7: '2013-02-30' in values: .*day"),
        (SHIPPED.replace("skills: 3500", "skills: 35.5"), "line 8: figures are whole numbers"),
        (SHIPPED.replace("skills: 3500", "skills: '3500'"), r"line 8: 'skills' in values\.2013-01-01: .*integer"),
        (SHIPPED.replace("skills: 3500", "skills: 3000"), "line 7: .*these weights make 9500"),
        (SHIPPED.replace("    wage:", "    county:"), "line 12: 'county' stands twice"),
        (SHIPPED.replace("none: 0", "nobody: 0"), r"line 20: 'nobody' in values\.2013-01-01\.need"),
        (SHIPPED.replace("description:", "described:"), "line 1: 'described' is unknown .*'description'"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_weights(written(tmp_path, content))
