"""Two ledgers held against each other, whole or in part."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.subsidy.domain.accounts import Account
from services.subsidy.domain.ledger import Line
from services.subsidy.domain.queue import Waiting
from shared.errors import BangfuError
from shared.events.clock import DayClosed
from shared.events.subsidy import Claim, LinePosted
from shared.ops.auditing import Scope, balances_of, differences, lines_of, waiting_of
from shared.ops.recordings import Mark, Recording
from tests.support.toy import message

PERSON, EMPLOYER = "p" + "a" * 25, "91350622MA2XN0K4TC"
EVERYTHING = Scope()


def line(number: int, day: int, **changed: Any) -> Line:
    claim = Claim(programme="social-insurance", payee=EMPLOYER, period="2018-03", person_id=PERSON)
    said: dict[str, Any] = {
        "line_id": f"L{number}", "line_no": number, "place": "x", "claim": claim, "county": "350622",
        "fiscal_year": 2018, "posted": "2018-03", "posted_on": date(2018, 3, day), "amount_fen": 100, "kind": "accrual",
        "postings": [], "programme_version": date(2017, 1, 1), "clause": "c", "computation": [],
    }  # fmt: skip
    return Line(LinePosted(**(said | changed)))


LINES = {f"L{n}": line(n, n) for n in (1, 2, 3)}


class TestLines:
    def test_are_equal_or_their_difference_is_told_on_both_sides(self) -> None:
        ours, theirs = lines_of(LINES, EVERYTHING, None, None), lines_of(LINES, EVERYTHING, None, None)
        assert differences("line", ours, theirs) == []
        changed = lines_of(LINES | {"L2": line(2, 2, amount_fen=101)}, EVERYTHING, None, None)
        (found,) = differences("line", ours, changed)
        assert found == {"what": "line", "id": "L2", "field": "amount", "replayed": "1.00", "live": "1.01"}

    def test_that_are_missing_on_one_side_are_differences(self) -> None:
        assert [d["replayed"] for d in differences("line", {}, lines_of(LINES, EVERYTHING, None, None))] == [""] * 3

    @pytest.mark.parametrize(
        ("after", "until", "kept"),
        [(None, 2, ["L1", "L2"]), (1, None, ["L2", "L3"]), (1, 2, ["L2"]), (3, None, [])],
    )
    def test_of_a_part_are_those_posted_in_its_days(
        self, after: int | None, until: int | None, kept: list[str]
    ) -> None:
        first, last = (date(2018, 3, day) if day else None for day in (after, until))
        assert list(lines_of(LINES, EVERYTHING, first, last)) == kept

    @pytest.mark.parametrize(
        ("scope", "count"),
        [
            (Scope(person=PERSON), 3),
            (Scope(employer=EMPLOYER), 3),
            (Scope(programme="social-insurance"), 3),
            (Scope(person="p"), 0),
            (Scope(employer=PERSON), 0),
            (Scope(programme="social"), 0),
        ],
    )
    def test_are_picked_by_whole_names(self, scope: Scope, count: int) -> None:
        assert len(lines_of(LINES, scope, None, None)) == count


def test_balances_are_compared_in_yuan_and_nil_is_none() -> None:
    ours = balances_of({f"payable:{EMPLOYER}": Account("", 150), "paid:x": Account("", 0)}, EVERYTHING)
    assert differences("balance", ours, {}) == [
        {"what": "balance", "id": f"payable:{EMPLOYER}", "field": "", "replayed": "1.50", "live": ""}
    ]
    assert balances_of({f"payable:{EMPLOYER}": Account("", 150)}, Scope(employer="9135")) == {}


def test_what_is_not_posted_yet_is_compared_by_its_place_and_day() -> None:
    ours, theirs = (waiting_of({"p-1": Waiting("p-1", due_on=date(2018, 3, day))}) for day in (2, 3))
    (found,) = differences("waiting", ours, theirs)
    assert (found["field"], found["replayed"], found["live"]) == ("due_on", "2018-03-02", "2018-03-03")
    assert waiting_of({"p-1": Waiting("p-1")}) == {"p-1": {"due_on": ""}}


class TestAMark:
    STORED = datetime(2018, 3, 5, 12, tzinfo=UTC)
    HERE = Recording(40, STORED, message("m", DayClosed(date=date(2018, 3, 2)), known_on=date(2018, 3, 2)))

    @pytest.mark.parametrize(
        ("text", "before", "after"),
        [
            ("39", True, False),
            ("40", False, False),
            ("41", False, True),
            ("2018-03-01", True, False),
            ("2018-03-02", False, False),
            ("2018-03-03", False, True),
            ("2018-03-05T20:00:00+08:00", False, False),
            ("2018-03-05T19:59:59+08:00", True, False),
        ],
    )
    def test_is_a_sequence_a_day_or_an_instant(self, text: str, *, before: bool, after: bool) -> None:
        mark = Mark.of(text)
        assert mark is not None
        assert (mark.is_before(self.HERE), mark.is_after(self.HERE)) == (before, after)

    @pytest.mark.parametrize("text", ["yesterday", "2018-13-01", "2018-03-05T20:00:00", "-1", "1e3"])
    def test_refuses_what_names_no_place(self, text: str) -> None:
        with pytest.raises(BangfuError, match="带时区的时刻"):
            Mark.of(text)

    def test_may_be_left_out(self) -> None:
        assert (Mark.of(""), Mark.day("")) == (None, None)

    def test_may_have_to_be_a_day(self) -> None:
        assert Mark.day("2018-03-02") == Mark(date(2018, 3, 2))
        with pytest.raises(BangfuError, match="日期写作"):
            Mark.day("40")

    def test_on_a_day_passes_over_what_cannot_be_read(self) -> None:
        unreadable = Recording(41, self.STORED + timedelta(days=1), None)
        mark = Mark(date(2018, 3, 2))
        assert (mark.is_before(unreadable), mark.is_after(unreadable)) == (False, True)
