"""What stands on the county pages, reckoned from sums: budgets month by month, targets, totals, and Excel."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from services.notify.adapters.web.county_excel import workbook
from services.notify.adapters.web.county_money import budgets_of
from services.notify.adapters.web.county_view import Cell, Table, asked, in_yuan, summed_up
from services.notify.register_views import Figure, Where, summed
from services.notify.shipped import Target, reached, targets, titled
from services.registry.targets_file import load_targets


def moved(stage: str, month: str, fen: int) -> Figure:
    return Figure(("p-a", stage, month), rows=1, amount_fen=fen)


class TestABudget:
    BUDGET = budgets_of(
        [
            moved("granted", "2018-02", 1_200), moved("reduced", "2018-05", -200), moved("carried_in", "2017-12", 200),
            moved("charged", "2018-03", -300), moved("restored", "2018-04", 100), moved("charged", "2019-01", -50),
        ],
        "2018",
    )["p-a"]  # fmt: skip

    def test_has_what_was_granted_and_carried_in_less_cuts_and_what_was_charged_less_what_came_back(self) -> None:
        assert (self.BUDGET.funds_fen, self.BUDGET.used_fen, self.BUDGET.left_fen) == (1_200, 250, 950)

    def test_is_followed_month_by_month_and_what_came_before_or_after_the_year_stands_at_its_ends(self) -> None:
        assert self.BUDGET.path(12) == [200, 1400, 1100, 1200, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 950]

    def test_says_nothing_of_months_to_come_nor_of_those_before_anything_moved(self) -> None:
        late = budgets_of([moved("granted", "2018-03", 1_200)], "2018")["p-a"]
        assert late.path(4) == [None, None, 1200, 1200, *[None] * 8]

    def test_would_be_spent_evenly_to_nothing_at_the_end_of_the_year(self) -> None:
        assert self.BUDGET.pace() == [1100, 1000, 900, 800, 700, 600, 500, 400, 300, 200, 100, 0]


PLANNED = {target.id: target for target in load_targets().targets if target.measured}


class TestTargets:
    def test_are_those_that_registry_counts(self) -> None:
        assert [target.id for target in targets()] == list(PLANNED)

    @pytest.mark.parametrize("target", targets(), ids=lambda target: target.id)
    @pytest.mark.parametrize("day", [date(2017, 6, 30), date(2018, 12, 31), date(2020, 2, 29)])
    def test_have_the_window_and_the_pace_that_registry_gives_them(self, target: Target, day: date) -> None:
        planned = PLANNED[target.id]
        window = planned.window(day)
        if window is None:
            return
        assert target.window(day) == (window.name, window.first, window.last)
        days = window.days()
        pace = planned.value * window.gone(day) // days if planned.value is not None and days else None
        assert target.pace(day) == pace

    def test_in_per_cent_are_a_share_and_of_nobody_nothing(self) -> None:
        share = next(target for target in targets() if target.unit == "percent")
        heads = next(target for target in targets() if target.unit == "person_times")
        assert (reached(share, 1, 3), reached(share, 0, 0), reached(heads, 7, 0)) == (33, None, 7)

    def test_of_the_city_have_no_pace_in_a_county(self) -> None:
        visits = next(target for target in targets() if target.id == "expert-visits")
        assert visits.is_for(("3506",))
        assert not visits.is_for(("350622",))
        assert visits.covers(("350622",))
        assert not visits.covers(("620000",))


def test_programmes_are_called_by_their_titles_and_unknown_ones_by_their_names() -> None:
    assert titled("social-insurance", "en") == "Social-insurance subsidy"
    assert titled("nobody-knows", "en") == "nobody-knows"


def test_figures_add_up_by_the_first_parts_of_their_keys() -> None:
    figures = [Figure(("a", "x"), 1, 2, 3, 4), Figure(("b", "x"), 1), Figure(("a", "y"), 10, 20, 30, 40)]
    assert summed(figures, 1) == {("a",): Figure(("a",), 11, 22, 33, 44), ("b",): Figure(("b",), 1)}


def test_a_total_adds_counts_and_amounts_and_links_only_what_is_not_nil() -> None:
    rows = [
        (Cell("a"), Cell(1, "count"), Cell(0, "money"), Cell(50, "percent")),
        (Cell("b"), Cell(2, "count"), Cell(0, "money"), Cell(9, "percent")),
    ]
    assert summed_up("all", rows, "/x", "/y") == (
        Cell("all"),
        Cell(3, "count", "/x"),
        Cell(0, "money"),
        Cell(None, "percent"),
    )
    assert summed_up("all", []) == ()


def test_a_filter_is_an_address_and_nothing_asked_is_none() -> None:
    assert asked(Where()) == ""
    assert asked(Where(series=("a", "b"), at=date(2018, 3, 1))) == "?series=a&series=b&at=2018-03-01"


def test_large_amounts_on_a_chart_are_ten_thousands_of_yuan() -> None:
    assert [in_yuan(fen) for fen in (0, 123_456, 99_999_999_900, 10**9)] == ["0", "1,234", "99,999万", "1,000万"]


def test_a_workbook_holds_amounts_exactly_and_text_as_text() -> None:
    table = Table(
        "t",
        "表[1]/2",
        ("id", "yuan", "n", "%"),
        (
            (Cell("=1+1"), Cell(88_775, "money"), Cell(3, "count"), Cell(40, "percent")),
            (Cell("350622100201"), Cell(None, "money"), Cell(0, "count"), Cell()),
        ),
    )
    sheet = load_workbook(BytesIO(workbook([table, table]))).worksheets[1]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines == [["id", "yuan", "n", "%"], ["=1+1", 887.75, 3, 40], ["350622100201", None, 0, None]]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert sheet.title == "2 表 1  2"
    assert len(load_workbook(BytesIO(workbook([]))).worksheets) == 1
