"""docs/event-flow.md says what the catalogue says."""

from pathlib import Path

from shared.catalog import CATALOG
from shared.ops.eventflow import event_flow, write_event_flow

PAGE = Path(__file__).parents[2] / "docs" / "event-flow.md"


def test_the_page_is_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == event_flow(), "run `make docs` and look at what changed"


def test_every_event_has_one_row() -> None:
    rows = [line for line in event_flow().splitlines() if line.startswith("| `cn.bangfu.")]

    assert len(rows) == len(CATALOG)
    assert len({row.split(" | ")[0] for row in rows}) == len(rows)


def test_no_cell_breaks_its_row() -> None:
    assert {line.count(" | ") for line in event_flow().splitlines() if line.startswith("| `")} == {4}


def test_what_is_written_is_what_is_compared(tmp_path: Path) -> None:
    page = tmp_path / "event-flow.md"

    write_event_flow(page)

    assert page.read_bytes() == event_flow().encode()
