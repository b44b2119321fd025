"""When a message may ring: quiet hours of Asia/Shanghai wherever the machine stands, and caps for each number."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from services.matching.weights import MANNERS_FILE, load_manners
from shared.errors import ConfigurationError
from shared.sms.pacing import Caps, MemoryNumberBook, QuietHours
from tests.support.sending import World

NIGHT = QuietHours.read("21:00-08:00")
TODAY = date(2018, 3, 8)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("host_zone")
class TestQuietHours:
    @pytest.mark.parametrize(
        ("utc", "quiet"),
        [
            ("2018-03-01T12:59:59", False),  # 20:59:59 in Shanghai
            ("2018-03-01T13:00:00", True),  # 21:00
            ("2018-03-01T16:00:00", True),  # midnight
            ("2018-03-01T23:59:59", True),  # 07:59:59 of the day after
            ("2018-03-02T00:00:00", False),  # 08:00
            ("2018-07-01T13:00:00", True),  # no summer time
        ],
    )
    def test_are_those_of_shanghai_whatever_the_hosts_zone(self, utc: str, quiet: bool) -> None:
        moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)

        assert NIGHT.holds(moment) is quiet
        assert NIGHT.holds(moment.astimezone()) is quiet
        assert NIGHT.holds(moment.astimezone(timezone(timedelta(hours=-9)))) is quiet


class TestTheirForm:
    def test_may_lie_within_a_day(self) -> None:
        noon = QuietHours.read("12:00-14:00")

        assert [noon.holds(datetime(2018, 3, 1, hour, tzinfo=UTC)) for hour in (3, 4, 5, 6)] == [
            False,
            True,
            True,
            False,
        ]

    def test_may_be_off(self) -> None:
        assert not any(QuietHours.read("off").holds(datetime(2018, 3, 1, hour, tzinfo=UTC)) for hour in range(24))

    @pytest.mark.parametrize("text", ["", "21-8", "24:00-08:00", "21:00", "21:00-08:60", "21:00 - 08:00"])
    def test_of_another_form_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="21:00-08:00"):
            QuietHours.read(text)

    def test_want_a_moment_with_an_offset(self) -> None:
        with pytest.raises(ValueError, match="offset"):
            NIGHT.holds(datetime(2018, 3, 1))  # noqa: DTZ001


class TestASenderInTheNight:
    async def test_waits_until_the_hours_end_and_then_sends_in_the_same_order(self) -> None:
        world = World()
        sender = world.sender(is_quiet=NIGHT.holds)
        world.now = datetime(2018, 3, 1, 22, tzinfo=timezone(timedelta(hours=8)))
        assert await sender.send_queued() == 0

        world.now += timedelta(hours=10)

        assert await sender.send_queued() == 2
        assert world.gateway.handed == ["m-1", "m-2"]

    async def test_begins_no_further_message_once_they_begin(self) -> None:
        world = World()
        world.now = datetime(2018, 3, 1, 20, 59, tzinfo=timezone(timedelta(hours=8)))

        def later() -> None:
            world.now += timedelta(minutes=1)

        world.before_publish = later
        await world.sender(is_quiet=NIGHT.holds).send_queued()

        assert world.gateway.handed == ["m-1"]


class TestCaps:
    def test_hold_for_a_day(self) -> None:
        caps = Caps(per_day=2, per_week=10)

        assert [caps.allow([TODAY] * count, TODAY) for count in (0, 1, 2)] == [True, True, False]

    def test_hold_for_any_seven_days(self) -> None:
        caps, days = Caps(per_day=2, per_week=3), [TODAY - timedelta(days=back) for back in (6, 5, 4)]

        assert not caps.allow(days, TODAY)
        assert caps.allow(days, TODAY + timedelta(days=1))

    async def test_count_a_number_and_not_a_person(self) -> None:
        book = MemoryNumberBook()
        await book.note("m-1", "h1", TODAY)
        await book.note("m-2", "h1", TODAY - timedelta(days=1))
        await book.note("m-3", "h2", TODAY)

        assert sorted(await book.days("h1", TODAY - timedelta(days=6), "m-9")) == [TODAY - timedelta(days=1), TODAY]
        assert await book.days("h1", TODAY, "m-1") == []


class TestManners:
    def test_that_are_shipped_keep_the_night_quiet(self) -> None:
        manners = load_manners().at_latest(TODAY)

        assert (manners.quiet_from, manners.quiet_until) == ("21:00", "08:00")
        assert (manners.remind_after_days, manners.alert_after_days) == (2, 3)

    def test_with_a_slip_name_their_line(self, tmp_path: Path) -> None:
        path = tmp_path / "manners.yaml"
        path.write_text(MANNERS_FILE.read_text("utf-8").replace('"21:00"', '"25:00"'), "utf-8")

        with pytest.raises(ConfigurationError, match=r"manners\.yaml, line"):
            load_manners(path)
