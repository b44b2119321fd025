"""Who is there, and who holds what: judged by beats and looks, so that no clock has a say."""

from collections import Counter

import pytest

from shared.runner.attendance import SILENT_LOOKS, Attendance, holder

PARTITIONS = range(16)


def shares(*members: int) -> Counter[int | None]:
    """Return how many partitions each member holds."""
    return Counter(holder(number, members) for number in PARTITIONS)


class TestSilence:
    def test_who_beats_between_two_looks_is_never_silent(self) -> None:
        attendance = Attendance(patience=2)
        assert [attendance.look({1: beat}) for beat in range(10)] == [[]] * 10

    def test_who_does_not_beat_is_silent_after_so_many_looks_and_not_before(self) -> None:
        attendance = Attendance(patience=3)
        assert [attendance.look({1: 7}) for _ in range(4)] == [[], [], [], [1]]

    def test_one_beat_begins_the_count_anew(self) -> None:
        attendance = Attendance(patience=2)
        looks = [attendance.look({1: beat}) for beat in (1, 1, 2, 2, 2)]
        assert looks == [[], [], [], [], [1]]

    def test_who_looks_for_the_first_time_takes_nobody_for_dead(self) -> None:
        assert Attendance(patience=1).look({1: 0, 2: 99}) == []

    def test_who_stood_still_itself_takes_nobody_for_dead_when_it_wakes(self) -> None:
        attendance = Attendance()
        attendance.look({1: 5, 2: 5})
        # Hours pass, or the clock jumps: looks are counted, and there was none.
        assert attendance.look({1: 6, 2: 5}) == []

    def test_who_left_and_came_back_is_new(self) -> None:
        attendance = Attendance(patience=2)
        attendance.look({1: 5})
        attendance.look({1: 5})
        attendance.look({})
        assert attendance.look({1: 5}) == []

    def test_a_dead_process_is_missed_within_ten_seconds_of_looking_every_second(self) -> None:
        assert SILENT_LOOKS <= 10


class TestSharing:
    @pytest.mark.parametrize("count", range(1, 10))
    def test_shares_differ_by_one_at_most(self, count: int) -> None:
        held = shares(*range(100, 100 + count)).values()
        assert len(held) == count
        assert max(held) - min(held) <= 1

    def test_two_hold_half_each_and_the_one_that_is_left_holds_all(self) -> None:
        assert (shares(3, 8), shares(8)) == ({3: 8, 8: 8}, {8: 16})

    def test_everybody_sees_the_same_holder_in_whatever_order_members_come(self) -> None:
        assert [holder(n, (3, 8, 5)) for n in PARTITIONS] == [holder(n, (8, 5, 3)) for n in PARTITIONS]

    def test_what_is_not_partitioned_stays_with_the_oldest_when_somebody_joins(self) -> None:
        assert (holder(0, (3,)), holder(0, (3, 4)), holder(0, (4,))) == (3, 3, 4)

    def test_nobody_holds_anything_where_nobody_is(self) -> None:
        assert holder(0, ()) is None
