"""When a duty is due: by the calendar, on the day after a rest, with the weekend days that are worked instead."""

from datetime import date

import pytest

from services.registry.domain.duties import Cadence
from services.registry.domain.duties_periods import Interval, Period, days_of, moved, named, periods
from tests.support.duties import day

LONG_AFTER = date(2030, 12, 31)


def of(cadence: Cadence, first: str, last: str, intervals: tuple[Interval, ...] = ()) -> list[Period]:
    return list(periods(cadence, day(first), day(last), intervals))


def span(period: Period) -> tuple[str, str, str]:
    return period.name, str(period.first), str(period.last)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2018-03-30", "2018-03-30"),  # a Friday
        ("2018-03-31", "2018-04-02"),  # a Saturday: the Monday behind it
        ("2018-02-11", "2018-02-11"),  # a Sunday that is worked instead of a day of Spring Festival
        ("2018-02-18", "2018-02-22"),  # within Spring Festival: the first day of work behind it
        ("2018-09-30", "2018-09-30"),  # a Sunday that is worked instead of a day of National Day week
        ("2018-10-07", "2018-10-08"),  # the last day of National Day week
        ("2018-12-31", "2019-01-02"),  # New Year
        ("2020-02-29", "2020-03-02"),  # a Saturday in a leap year
        ("2024-02-29", "2024-02-29"),  # a Thursday in a leap year
        ("2021-10-31", "2021-11-01"),  # a Sunday
    ],
)
def test_a_last_day_of_rest_moves_to_the_day_after_the_rest(last: str, due: str) -> None:
    assert moved(day(last)) == day(due)


@pytest.mark.parametrize(
    ("cadence", "first", "found"),
    [
        (Cadence("week"), "2018-01-03", ("2018-W01", "2018-01-01", "2018-01-07")),
        (Cadence("week"), "2018-12-31", ("2019-W01", "2018-12-31", "2019-01-06")),
        (Cadence("week"), "2021-01-01", ("2020-W53", "2020-12-28", "2021-01-03")),
        (Cadence("month"), "2020-02-29", ("2020-02", "2020-02-01", "2020-02-29")),
        (Cadence("quarter"), "2018-05-31", ("2018-Q2", "2018-04-01", "2018-06-30")),
        (Cadence("half_year"), "2018-07-01", ("2018-H2", "2018-07-01", "2018-12-31")),
        (Cadence("year"), "2018-07-01", ("2018", "2018-01-01", "2018-12-31")),
        (Cadence("years", 3, 2017), "2021-07-01", ("2020-2022", "2020-01-01", "2022-12-31")),
        (Cadence("years", 3, 2017), "2016-07-01", ("2014-2016", "2014-01-01", "2016-12-31")),
    ],
)
def test_a_period_of_the_calendar_begins_before_whoever_joins_it(
    cadence: Cadence, first: str, found: tuple[str, str, str]
) -> None:
    assert span(of(cadence, first, first)[0]) == found
    assert named(cadence, day(first)) == found[0]


def test_periods_of_the_service_are_counted_from_its_first_day() -> None:
    service = Cadence("quarter", service=True)
    found = [span(each) for each in of(service, "2020-11-01", "2021-10-31")]
    assert found[0] == ("2020-Q4", "2020-11-01", "2021-01-31")
    assert [name for name, _, _ in found] == ["2020-Q4", "2021-Q1", "2021-Q2", "2021-Q3"]
    months = [str(each.first) for each in of(Cadence("month", service=True), "2018-01-31", "2018-05-01")]
    assert months == ["2018-01-31", "2018-02-28", "2018-03-31", "2018-04-30"]


def test_a_span_of_days_begins_anew_where_a_document_sets_another_number() -> None:
    intervals = (Interval(day("2018-01-10"), 30), Interval(day("2018-02-15"), None), Interval(day("2018-03-01"), 10))
    found = of(Cadence("days", parameter="x"), "2018-01-01", "2018-03-15", intervals)
    assert found[1].until == day("2018-02-14")
    assert [span(each) for each in found] == [
        ("2018-01-10", "2018-01-10", "2018-02-08"),
        ("2018-02-09", "2018-02-09", "2018-03-10"),
        ("2018-03-01", "2018-03-01", "2018-03-10"),
        ("2018-03-11", "2018-03-11", "2018-03-20"),
    ]


def test_once_within_days_begins_with_the_subject_or_with_the_document() -> None:
    cadence = Cadence("once", parameter="x")
    early = of(cadence, "2018-03-01", "2018-12-31", (Interval(day("2018-01-01"), 10),))
    late = of(cadence, "2018-03-01", "2018-12-31", (Interval(day("2018-06-01"), 10),))
    assert [span(each) for each in (*early, *late)] == [
        ("once", "2018-03-01", "2018-03-11"),
        ("once", "2018-06-01", "2018-06-11"),
    ]
    assert of(cadence, "2018-03-01", "2018-12-31", (Interval(day("2019-06-01"), 10),)) == []


def test_once_between_two_days_is_owed_by_whoever_is_there() -> None:
    october = Cadence("once", span=(day("2021-10-01"), day("2021-10-31")))
    assert [each.name for each in of(october, "2020-11-01", "2021-10-31")] == ["2021-10"]
    assert of(october, "2020-11-01", "2021-09-30") == of(october, "2021-11-01", "2022-01-01") == []


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2018-Q4", "2018-10-01", "2018-12-31"),
        ("2018-H2", "2018-07-01", "2018-12-31"),
        ("2018", "2018-01-01", "2018-12-31"),
    ],
)
def test_the_name_of_a_period_gives_its_days(name: str, first: str, last: str) -> None:
    assert days_of(name) == (day(first), day(last))


@pytest.mark.parametrize("name", ["2018-W09", "2017-2019", "2018-03-05", "once", "2018-13", "2018-Q5"])
def test_names_of_other_spans_give_none(name: str) -> None:
    assert days_of(name) is None


def test_no_period_begins_after_the_last_day() -> None:
    assert of(Cadence("year"), "2018-01-01", "2017-12-31") == []
    assert max(each.first for each in of(Cadence("week"), "2018-01-01", str(LONG_AFTER))) <= LONG_AFTER
