"""When a day is over: a closed day stays closed, so one clock that jumps may not close any."""

from datetime import UTC, date, datetime, timedelta

from services.registry.adapters.clock import last_over

# 00:05 of 2 March in Asia/Shanghai.
AFTER_MIDNIGHT = datetime(2018, 3, 1, 16, 5, tzinfo=UTC)


def test_the_day_before_is_over_after_midnight_in_shanghai() -> None:
    assert last_over(AFTER_MIDNIGHT, AFTER_MIDNIGHT) == date(2018, 3, 1)


def test_a_clock_that_jumps_ahead_closes_nothing() -> None:
    assert last_over(AFTER_MIDNIGHT + timedelta(days=40), AFTER_MIDNIGHT) == date(2018, 3, 1)
    assert last_over(AFTER_MIDNIGHT, AFTER_MIDNIGHT + timedelta(days=40)) == date(2018, 3, 1)


def test_a_clock_that_falls_back_waits_until_it_is_right_again() -> None:
    assert last_over(AFTER_MIDNIGHT - timedelta(days=3), AFTER_MIDNIGHT) == date(2018, 2, 26)


def test_shortly_before_midnight_the_day_is_not_over() -> None:
    just_before = AFTER_MIDNIGHT - timedelta(minutes=6)
    assert last_over(just_before, AFTER_MIDNIGHT) == date(2018, 2, 28)
