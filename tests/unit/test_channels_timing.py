"""When a letter may go."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.adapters.channels.timing import (
    ATTEMPTS_MAX,
    LONGEST_PAUSE_S,
    after_quiet,
    digest_of_another_day,
    instant,
    next_digest,
    pause_s,
)
from shared.calendar import SHANGHAI
from shared.sms.pacing import QuietHours

NIGHT = QuietHours.read("21:00-08:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class TestTheDigest:
    @pytest.mark.parametrize(
        ("noted", "due"),
        [
            ("2018-03-05 08:29", "2018-03-05 08:30"),
            ("2018-03-05 08:30", "2018-03-05 08:30"),
            ("2018-03-05 08:31", "2018-03-06 08:30"),
            ("2018-03-09 17:00", "2018-03-12 08:30"),  # Friday evening: on Monday
            ("2018-02-14 17:00", "2018-02-22 08:30"),  # Spring Festival
            ("2018-02-23 17:00", "2018-02-24 08:30"),  # a Saturday that is worked instead
        ],
    )
    def test_comes_at_half_past_eight_of_the_next_working_day(self, noted: str, due: str) -> None:
        assert next_digest(at(noted)) == at(due)

    def test_reads_the_clock_of_shanghai_whatever_the_machine_says(self) -> None:
        assert next_digest(datetime(2018, 3, 5, 0, 31, tzinfo=UTC)) == at("2018-03-06 08:30")

    def test_of_another_day_is_never_todays(self) -> None:
        assert digest_of_another_day(at("2018-03-05 07:00")) == at("2018-03-06 08:30")


class TestQuietHours:
    @pytest.mark.parametrize(
        ("noted", "due"),
        [
            ("2018-03-05 20:59", "2018-03-05 20:59"),
            ("2018-03-05 21:00", "2018-03-06 08:00"),
            ("2018-03-06 07:59", "2018-03-06 08:00"),
            ("2018-03-06 08:00", "2018-03-06 08:00"),
        ],
    )
    def test_hold_until_their_end(self, noted: str, due: str) -> None:
        assert after_quiet(at(noted), NIGHT) == at(due)

    def test_that_are_off_hold_nothing(self) -> None:
        assert after_quiet(at("2018-03-05 23:00"), QuietHours.read("off")) == at("2018-03-05 23:00")


class TestPauses:
    def test_grow_and_stay_between_half_and_the_whole(self) -> None:
        for attempt in range(1, ATTEMPTS_MAX):
            whole = min(5.0 * 2 ** (attempt - 1), LONGEST_PAUSE_S)
            assert whole / 2 < pause_s("letter", attempt) <= whole

    def test_differ_between_letters_that_failed_together_and_are_the_same_for_one(self) -> None:
        pauses = [pause_s(f"letter-{number}", 3) for number in range(20)]

        assert len(set(pauses)) == 20
        assert pauses == [pause_s(f"letter-{number}", 3) for number in range(20)]

    def test_add_up_to_most_of_a_day_before_a_letter_is_given_up(self) -> None:
        longest = timedelta(seconds=sum(min(5.0 * 2 ** (n - 1), LONGEST_PAUSE_S) for n in range(1, ATTEMPTS_MAX)))

        assert timedelta(hours=8) < longest < timedelta(hours=24)


def test_moments_as_text_sort_like_moments() -> None:
    moments = [at("2018-03-05 08:00"), at("2018-03-05 08:00") + timedelta(milliseconds=1), at("2018-03-06 00:00")]

    assert [instant(each) for each in moments] == sorted(instant(each) for each in reversed(moments))
    with pytest.raises(ValueError, match="offset"):
        instant(datetime(2018, 3, 5))  # noqa: DTZ001 - that is the point
