"""The file of dated weights: what a slip in it says."""

from datetime import date
from pathlib import Path

import pytest

from services.matching.weights import WEIGHTS_FILE, load_weights
from shared.errors import ConfigurationError

SHIPPED = WEIGHTS_FILE.read_text(encoding="utf-8")


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
        ("", "`values` is a mapping of days"),
        ("values: {}", "`values` is a mapping of days"),
        ("values: {soon: {}}", "'soon' under `values` is not a day"),
        (SHIPPED.replace("skills: 3500", "skills: 35.5"), r"values\.2013-01-01\.skills: .*integer"),
        (SHIPPED.replace("none: 0", "nobody: 0"), r"values\.2013-01-01\.need\.nobody"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_weights(written(tmp_path, content))
