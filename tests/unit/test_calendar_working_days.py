from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import (
    add_working_days,
    calendar_is_certain,
    is_working_day,
    month_first,
    read_overrides,
    shipped_overrides,
)
from tests.support.properties import days, steady

HEADER = "date,working,source"
ONE_DAY = timedelta(days=1)
# After 400 years the weekdays are the same again, and no release of the library covers them.
GREGORIAN_CYCLE = timedelta(days=146_097)
NOTICES = [
    (date(2020, 1, 20), date(2020, 2, 4)),
    (date(2020, 9, 28), date(2020, 10, 12)),
    (date(2019, 4, 28), date(2019, 5, 7)),
    (date(2018, 12, 26), date(2019, 1, 3)),
]


class TestWorkingDay:
    @pytest.mark.parametrize(
        ("day", "working"),
        [
            (date(2018, 3, 19), True),
            (date(2018, 3, 18), False),
            (date(2018, 12, 29), True),
            (date(2018, 12, 31), False),
            (date(2020, 1, 31), False),
            (date(2020, 2, 2), False),
            (date(2020, 2, 3), True),
            (date(2020, 10, 10), True),
            (date(2025, 5, 2), False),
        ],
    )
    def test_follows_the_order_of_the_year(self, day: date, working: bool) -> None:
        assert is_working_day(day) is working
        assert calendar_is_certain(day)

    @pytest.mark.parametrize(
        ("year", "count"),
        [
            *((2017, 249), (2018, 250), (2019, 250), (2020, 249), (2021, 250)),
            *((2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)),
        ],
    )
    def test_comes_as_often_in_a_year_as_was_ordered(self, year: int, count: int) -> None:
        days_of_year = [month_first(f"{year}-01") + n * ONE_DAY for n in range(366)]

        assert sum(is_working_day(day) for day in days_of_year if day.year == year) == count

    def test_is_what_the_library_says_on_each_day_that_it_covers(self) -> None:
        first, last = date(2004, 1, 1), date(2026, 12, 31)
        covered = [first + n * ONE_DAY for n in range((last - first).days + 1)]

        assert [day for day in covered if is_working_day(day, overrides={}) != chinese_calendar.is_workday(day)] == []


class TestNotice:
    @pytest.mark.parametrize(("published", "ends"), NOTICES)
    def test_of_five_working_days_begins_on_the_day_after(self, published: date, ends: date) -> None:
        assert add_working_days(published, 5) == ends

    def test_of_no_working_days_ends_on_its_day(self) -> None:
        assert add_working_days(date(2018, 3, 18), 0) == date(2018, 3, 18)

    def test_never_runs_backwards(self) -> None:
        with pytest.raises(ValueError, match="forward"):
            add_working_days(date(2018, 3, 19), -1)

    @steady
    @given(days, st.integers(1, 30))
    def test_ends_on_a_working_day_with_the_others_before_it(self, published: date, n: int) -> None:
        ends = add_working_days(published, n)
        between = [published + k * ONE_DAY for k in range(1, (ends - published).days + 1)]

        assert is_working_day(ends)
        assert sum(map(is_working_day, between)) == n


class TestBeyondTheTable:
    @pytest.mark.parametrize(
        ("day", "working"),
        [
            (date(2090, 1, 1), False),
            (date(2090, 1, 2), True),
            (date(2090, 1, 7), False),
            (date(2090, 5, 1), False),
            (date(2090, 5, 2), False),
            (date(2090, 10, 2), False),
            (date(2090, 10, 4), True),
            (date(2003, 5, 1), False),
            (date(2003, 5, 6), True),
        ],
    )
    def test_a_weekday_is_guessed_to_be_worked_unless_a_fixed_holiday(self, day: date, working: bool) -> None:
        assert is_working_day(day) is working
        assert not calendar_is_certain(day)

    def test_the_end_of_the_last_year_is_uncertain_until_the_next_order(self) -> None:
        table = {date(2090, 1, 1): False}

        assert calendar_is_certain(date(2090, 12, 24), overrides=table)
        assert not calendar_is_certain(date(2090, 12, 25), overrides=table)
        assert calendar_is_certain(date(2090, 12, 31), overrides={**table, date(2091, 1, 1): False})

    def test_the_last_day_that_a_date_can_hold_is_uncertain_and_no_error(self) -> None:
        assert not calendar_is_certain(date.max)


class TestOverrides:
    TABLE = read_overrides(
        [
            HEADER,
            "2090-01-01,no,order for 2090",
            "2090-01-30,no,order for 2090",
            "2090-02-04,yes,order for 2090",
            "2020-02-03,no,a later order",
        ]
    )

    def test_make_a_weekday_free_and_a_saturday_worked(self) -> None:
        assert not is_working_day(date(2090, 1, 30), overrides=self.TABLE)
        assert is_working_day(date(2090, 2, 4), overrides=self.TABLE)

    def test_go_before_the_library(self) -> None:
        assert not is_working_day(date(2020, 2, 3), overrides=self.TABLE)
        assert add_working_days(date(2020, 1, 20), 5, overrides=self.TABLE) == date(2020, 2, 5)

    def test_make_a_year_certain_once_they_hold_its_first_of_january(self) -> None:
        assert calendar_is_certain(date(2090, 7, 3), overrides=self.TABLE)
        assert not calendar_is_certain(date(2091, 7, 3), overrides=self.TABLE)

    def test_make_single_days_certain_in_any_year(self) -> None:
        table = {date(2091, 7, 3): False}

        assert calendar_is_certain(date(2091, 7, 3), overrides=table)
        assert not calendar_is_certain(date(2091, 7, 4), overrides=table)

    @pytest.mark.parametrize(("published", "ends"), NOTICES)
    def test_alone_give_the_end_of_a_notice_in_a_year_that_the_library_lacks(self, published: date, ends: date) -> None:
        known = {**dict.fromkeys(chinese_calendar.holidays, "no"), **dict.fromkeys(chinese_calendar.workdays, "yes")}
        rows = [f"{day + GREGORIAN_CYCLE},{word},the order, 400 years on" for day, word in known.items()]
        table = read_overrides([HEADER, *rows])

        assert not calendar_is_certain(ends + GREGORIAN_CYCLE)
        assert calendar_is_certain(ends + GREGORIAN_CYCLE, overrides=table)
        assert add_working_days(published + GREGORIAN_CYCLE, 5, overrides=table) == ends + GREGORIAN_CYCLE

    def test_may_be_empty(self) -> None:
        assert read_overrides([HEADER]) == {}

    def test_that_ship_are_well_formed(self) -> None:
        assert all(isinstance(day, date) for day in shipped_overrides())

    @pytest.mark.parametrize(
        ("rows", "complaint"),
        [
            (["day,working"], "first line"),
            ([HEADER, "2090-01-01,maybe,order"], "line 2: working is yes or no"),
            ([HEADER, "2090-01-01"], "line 2: working is yes or no"),
            ([HEADER, "2090-01-01,no,"], "source names the order"),
            ([HEADER, "2090-02-30,no,order"], "line 2: a date is YYYY-MM-DD"),
            ([HEADER, "2090-01-01,no,order", "2090-01-01,yes,order"], "line 3: 2090-01-01 comes twice"),
        ],
    )
    def test_that_are_wrong_are_refused_by_line(self, rows: list[str], complaint: str) -> None:
        with pytest.raises(ValueError, match=complaint):
            read_overrides(rows)
