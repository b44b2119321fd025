from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import (
    add_months,
    age_on,
    days_in_month,
    iter_months,
    month_first,
    month_last,
    month_of,
    months_between,
    term_complete_on,
    today_in_shanghai,
)
from tests.support.properties import days, steady

ONE_DAY = timedelta(days=1)


class TestToday:
    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            (datetime(2018, 2, 28, 15, 59, 59, tzinfo=UTC), date(2018, 2, 28)),
            (datetime(2018, 2, 28, 16, 0, tzinfo=UTC), date(2018, 3, 1)),
            (datetime(2018, 3, 1, 0, 5, tzinfo=timezone(timedelta(hours=8))), date(2018, 3, 1)),
            (datetime(2017, 12, 31, 12, 0, tzinfo=timezone(timedelta(hours=-5))), date(2018, 1, 1)),
        ],
    )
    def test_begins_at_midnight_in_shanghai(self, instant: datetime, day: date) -> None:
        assert today_in_shanghai(instant) == day

    def test_is_unknown_for_a_time_without_an_offset(self) -> None:
        with pytest.raises(ValueError, match="offset"):
            today_in_shanghai(datetime(2018, 3, 1, 0, 5))  # noqa: DTZ001 - that it is naive is the point


class TestMonth:
    def test_of_a_day_is_year_and_month(self) -> None:
        assert month_of(date(2018, 3, 19)) == "2018-03"

    @pytest.mark.parametrize(("period", "length"), [("2018-02", 28), ("2020-02", 29), ("2018-04", 30), ("2018-12", 31)])
    def test_runs_from_its_first_to_its_last_day(self, period: str, length: int) -> None:
        assert days_in_month(period) == length
        assert month_first(period) == date.fromisoformat(f"{period}-01")
        assert month_last(period) == date.fromisoformat(f"{period}-{length}")

    @pytest.mark.parametrize(
        "period", ["", "2018-3", "2018-13", "2018-00", "0000-01", "201803", "2018-03-01", "2018-0\uff13"]
    )
    def test_is_text_of_one_form_only(self, period: str) -> None:
        with pytest.raises(ValueError, match="2018-03"):
            month_first(period)

    @pytest.mark.parametrize(
        ("earlier", "later", "count"),
        [("2018-03", "2018-03", 0), ("2017-11", "2018-02", 3), ("2018-02", "2017-11", -3), ("2017-01", "2020-01", 36)],
    )
    def test_is_counted_from_another(self, earlier: str, later: str, count: int) -> None:
        assert months_between(earlier, later) == count

    def test_is_listed_if_a_stay_touches_it_on_one_day(self) -> None:
        assert list(iter_months(date(2017, 11, 30), date(2018, 2, 1))) == ["2017-11", "2017-12", "2018-01", "2018-02"]
        assert list(iter_months(date(2018, 3, 19), date(2018, 3, 19))) == ["2018-03"]

    def test_is_not_listed_for_a_stay_that_ended_before_it_began(self) -> None:
        assert list(iter_months(date(2018, 3, 19), date(2018, 3, 18))) == []

    @steady
    @given(days, days)
    def test_is_listed_as_often_as_it_is_counted(self, one: date, other: date) -> None:
        first, last = min(one, other), max(one, other)
        listed = list(iter_months(first, last))

        assert (listed[0], listed[-1]) == (month_of(first), month_of(last))
        assert len(listed) == months_between(listed[0], listed[-1]) + 1


class TestAddMonths:
    @pytest.mark.parametrize(
        ("day", "n", "then"),
        [
            (date(2018, 3, 19), 1, date(2018, 4, 19)),
            (date(2018, 1, 31), 1, date(2018, 2, 28)),
            (date(2020, 1, 31), 1, date(2020, 2, 29)),
            (date(2018, 12, 31), 2, date(2019, 2, 28)),
            (date(2020, 2, 29), 12, date(2021, 2, 28)),
            (date(2018, 3, 31), -1, date(2018, 2, 28)),
            (date(2018, 1, 15), -13, date(2016, 12, 15)),
            (date(2018, 1, 31), 0, date(2018, 1, 31)),
        ],
    )
    def test_keeps_the_day_number_or_ends_with_the_month(self, day: date, n: int, then: date) -> None:
        assert add_months(day, n) == then

    @steady
    @given(days, st.integers(-120, 120))
    def test_moves_by_that_many_months(self, day: date, n: int) -> None:
        assert months_between(month_of(day), month_of(add_months(day, n))) == n


class TestTerm:
    @pytest.mark.parametrize(
        ("start", "months", "complete"),
        [
            (date(2018, 3, 1), 12, date(2019, 2, 28)),
            (date(2019, 3, 1), 12, date(2020, 2, 29)),
            (date(2020, 2, 29), 12, date(2021, 2, 28)),
            (date(2020, 2, 29), 48, date(2024, 2, 28)),
            (date(2018, 3, 19), 12, date(2019, 3, 18)),
            (date(2018, 1, 1), 12, date(2018, 12, 31)),
            (date(2018, 8, 31), 6, date(2019, 2, 28)),
            (date(2018, 1, 31), 1, date(2018, 2, 28)),
            (date(2018, 2, 28), 12, date(2019, 2, 27)),
        ],
    )
    def test_is_complete_on_the_day_before_its_anniversary(self, start: date, months: int, complete: date) -> None:
        assert term_complete_on(start, months) == complete

    @steady
    @given(days, st.integers(1, 48))
    def test_never_completes_sooner_for_a_later_start(self, start: date, months: int) -> None:
        assert term_complete_on(start, months) <= term_complete_on(start + ONE_DAY, months)

    def test_has_at_least_one_month(self) -> None:
        with pytest.raises(ValueError, match="at least one month"):
            term_complete_on(date(2018, 3, 1), 0)


class TestAge:
    @pytest.mark.parametrize(
        ("born", "day", "years"),
        [
            (date(1960, 5, 20), date(2018, 5, 19), 57),
            (date(1960, 5, 20), date(2018, 5, 20), 58),
            (date(2002, 3, 1), date(2018, 2, 28), 15),
            (date(2002, 3, 1), date(2018, 3, 1), 16),
            (date(2000, 2, 29), date(2018, 2, 27), 17),
            (date(2000, 2, 29), date(2018, 2, 28), 18),
            (date(2000, 2, 29), date(2020, 2, 28), 19),
            (date(2000, 2, 29), date(2020, 2, 29), 20),
            (date(2018, 3, 1), date(2018, 3, 1), 0),
            (date(2018, 3, 1), date(2018, 2, 28), -1),
        ],
    )
    def test_is_the_years_completed_birthday_included(self, born: date, day: date, years: int) -> None:
        assert age_on(born, day) == years

    @steady
    @given(days, days)
    def test_never_falls_from_one_day_to_the_next(self, born: date, day: date) -> None:
        assert 0 <= age_on(born, day + ONE_DAY) - age_on(born, day) <= 1
