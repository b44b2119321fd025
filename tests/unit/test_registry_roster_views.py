"""What the sender of a snapshot is told, and what `bangfu feeds` and `bangfu roster history` show."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from openpyxl import load_workbook

from services.registry import roster_views as views
from services.registry.domain.roster import ROSTER
from services.registry.roster_sheets import HINTS, write_report
from services.registry.subscribers import EXCHANGE, FEEDS
from shared.events.roster import RowCode
from shared.ops.clocks import Clocks
from shared.ops.knowing import folded
from tests.support.facts import FIRST_CLOSED, closing, id_number, offer
from tests.support.rosters import content_hash, entry, listed, pseudonym, row, rows, snapshot
from tests.support.world import Registry, accepted


def reported(registry: Registry, id_: str) -> dict[str, Any]:
    states = registry.memory.states
    parts = {part: state for part, state in states("snapshot_part").items() if part.startswith(f"{id_}/")}
    return views.report(id_, states(EXCHANGE.snapshots.kind)[id_], parts.values(), states("roster"))


def compared() -> Registry:
    odd = row(4, village="350624100201")
    registry = accepted([entry(1), entry(2), entry(3, by_source="b", status="exited")])
    registry.tell(*snapshot("S2", [[row(1, village="350622100202"), row(3)], [odd, row(5)]]))
    return registry


class TestTheReport:
    def test_names_who_is_behind_each_figure(self) -> None:
        found = reported(compared(), "S2")
        assert found["counts"] == {
            "entered": 2,
            "changed": 1,
            "unchanged": 0,
            "exits_proposed": 1,
            "refused": 1,
            "conflicts": 1,
        }
        assert [line["person_id"] for line in found["entered"]] == [pseudonym(3), pseudonym(5)]
        assert found["changed"] == [{"part": 1, "person_id": pseudonym(1), "fields": "village"}]
        assert found["refused"] == [{"part": 2, "row": 1, "code": "village_elsewhere"}]
        assert [(line["person_id"], line["outcome"]) for line in found["exits"]] == [(pseudonym(2), "waits")]
        assert found["conflicts"] == [{"part": 1, "person_id": pseudonym(3)}]

    def test_as_a_workbook_holds_no_number_of_anybody(self, tmp_path: Path) -> None:
        write_report(reported(compared(), "S2"), tmp_path / "S2.xlsx")
        book = load_workbook(tmp_path / "S2.xlsx")
        cells = [str(cell) for sheet in book for line in sheet.values for cell in line]
        assert book.sheetnames == ["概况", "新增", "变更", "拟退出", "未采用的行", "来源不一致"]
        assert [n for n in range(1, 6) if id_number(n) in cells] == []
        assert pseudonym(5) in cells
        assert HINTS["village_elsewhere"] in cells

    def test_is_an_xlsx_file(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"\.xlsx"):
            write_report(reported(compared(), "S2"), tmp_path / "S2.csv")

    def test_explains_every_code_of_a_row(self) -> None:
        assert set(HINTS) == set(get_args(RowCode))

    def test_says_which_parts_are_missing(self) -> None:
        found = reported(accepted(snapshot("S2", [rows([1]), rows([2]), rows([3])])[1:2]), "S2")
        assert (found["stage"], found["parts_missing"]) == ("gathering", [1, 3])

    def test_of_what_is_held_says_what_an_approval_must_name(self) -> None:
        registry = accepted([*snapshot("S2", [rows(range(1, 11))]), *snapshot("S3", [rows([1])], as_of="2018-03-02")])
        (held,) = views.held(registry.memory.states(EXCHANGE.snapshots.kind))
        assert (held["snapshot_id"], held["content_hash"]) == ("S3", content_hash(registry, "S3"))


class TestTheHistory:
    def test_marks_what_is_in_force_on_a_day(self) -> None:
        registry = accepted([entry(1), offer("exit.confirmed", "x-1", date="2018-02-01")])
        person = listed(registry)[pseudonym(1)]
        shown = [(line["status"], line["in_force"]) for line in views.history(person, Clocks())]
        assert shown == [("listed", False), ("exited", True)]
        assert [line["status"] for line in views.history(person, Clocks(date(2018, 1, 1)))] == ["listed"]

    def test_as_it_was_known_is_folded_again_from_the_events(self) -> None:
        registry = accepted([entry(1), closing(FIRST_CLOSED + timedelta(days=1))])
        registry.tell(offer("exit.confirmed", "x-1", date="2018-02-01"))
        then = [m for m in registry.memory.emitted if m.known_on <= FIRST_CLOSED + timedelta(days=1)]
        assert folded(ROSTER, then)[pseudonym(1)].status == "listed"
        assert folded(ROSTER, registry.memory.emitted) == listed(registry)


class TestTheFeeds:
    def test_show_last_day_due_day_and_silence(self) -> None:
        registry = accepted([entry(1)])
        registry.tell(*(closing(FIRST_CLOSED + timedelta(days=n)) for n in range(1, 60)))
        (line,) = views.feeds(registry.memory.states(FEEDS.feeds.kind))
        assert (line["feed"], line["county"], line["last_on"], line["due_on"], line["silent"]) == (
            "roster",
            "350622",
            date(2018, 3, 2),
            date(2018, 4, 2),
            True,
        )
