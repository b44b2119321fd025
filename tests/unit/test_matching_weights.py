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
    later = entry.replace("2013-01-01", "2019-01-01").replace("skills: 3000", "skills: 2500")
    table = load_weights(written(tmp_path, SHIPPED + later.replace("occupation: 2000", "occupation: 2500")))
    days = [date(2018, 12, 31), date(2019, 1, 1)]

    assert [found.skills for day in days if (found := table.on(day))] == [3_000, 2_500]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "line 1: the file is empty"),
        (f"{HEAD}values: {{}}", "line 7: 'values'"),
        (f"{HEAD}values: {{soon: {{}}}}", "line 7: 'soon' in values: .*a day is YYYY-MM-DD"),
        (SHIPPED.replace("2013-01-01", "2013-02-30"), "line 8: '2013-02-30' in values: .*day"),
        (SHIPPED.replace("skills: 3000", "skills: 35.5"), "line 9: figures are whole numbers"),
        (SHIPPED.replace("skills: 3000", "skills: '3000'"), r"line 9: 'skills' in values\.2013-01-01: .*integer"),
        (SHIPPED.replace("skills: 3000", "skills: 2500"), "line 8: .*these weights make 9500"),
        (SHIPPED.replace("    wage:", "    county:"), "line 14: 'county' stands twice"),
        (SHIPPED.replace("none: 0", "nobody: 0"), r"line 28: 'nobody' in values\.2013-01-01\.need"),
        (SHIPPED.replace("description:", "described:"), "line 1: 'described' is unknown .*'description'"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_weights(written(tmp_path, content))
