"""What the watchdog calls wrong, since when, and when it has the process started anew."""

import asyncio
from collections.abc import Iterator

import pytest

from shared.runner.watchdog import Condition, ConsumerSeen, Remedy, Seen, Watchdog, judged

STALL_S = 10.0
LAGGING = ConsumerSeen(behind=3, standing=(7, 9))


def watchdog(*, started: bool = True) -> Watchdog:
    async def look() -> Seen:
        return Seen()

    return Watchdog(look, lambda: None, every_s=1, stall_s=STALL_S, started=lambda: started)


def consumer(seen: ConsumerSeen) -> Seen:
    return Seen(consumers={"notify-p3": seen})


class TestJudging:
    def test_finds_nothing_where_all_is_well(self) -> None:
        assert judged(Seen(consumers={"notify-p3": ConsumerSeen(behind=3)}), {}, STALL_S) == {}

    @pytest.mark.parametrize(
        ("seen", "said", "remedy"),
        [
            (Seen(broker=False), "broker.silent", Remedy.WAIT),
            (Seen(store=False), "store.silent", Remedy.WAIT),
            (Seen(store=False, refused=True), "store.refused", Remedy.SOON),
            (Seen(closed=True), "broker.closed", Remedy.NOW),
            (Seen(streams={"EVENTS": frozenset({"gone"})}), "stream.EVENTS.gone", Remedy.NOW),
            (Seen(streams={"EVENTS": frozenset({"end_lost"})}), "stream.EVENTS.end_lost", Remedy.NOW),
            (Seen(streams={"EVENTS": frozenset({"full"})}), "stream.EVENTS.full", Remedy.WAIT),
            (consumer(ConsumerSeen(there=False)), "consumer.notify-p3.gone", Remedy.SOON),
            (consumer(ConsumerSeen(ahead=True)), "consumer.notify-p3.ahead", Remedy.NOW),
            (consumer(ConsumerSeen(stopped=True)), "consumer.notify-p3.stopped", Remedy.SOON),
            (Seen(publishing_s=STALL_S), "publisher.stuck", Remedy.SOON),
            (Seen(ended="ValueError"), "adapter.ended", Remedy.SOON),
            (Seen(unreadable=("cards",)), "cards.unreadable", Remedy.WAIT),
        ],
    )
    def test_names_each_condition_with_its_remedy(self, seen: Seen, said: str, remedy: Remedy) -> None:
        assert judged(seen, {}, STALL_S) == {said: remedy}

    def test_takes_a_consumer_for_stuck_from_the_limit_on(self) -> None:
        assert judged(consumer(LAGGING), {"notify-p3": STALL_S - 0.1}, STALL_S) == {}
        assert judged(consumer(LAGGING), {"notify-p3": STALL_S}, STALL_S) == {
            "consumer.notify-p3.standstill": Remedy.SOON
        }

    @pytest.mark.parametrize(
        "reason",
        [Seen(store=False), Seen(broker=False), Seen(streams={"EVENTS": frozenset({"full"})})],
    )
    def test_blames_no_consumer_and_no_publisher_for_what_others_do(self, reason: Seen) -> None:
        stopped = {"notify-p3": ConsumerSeen(stopped=True)}
        seen = Seen(
            broker=reason.broker, store=reason.store, streams=reason.streams, consumers=stopped, publishing_s=99
        )
        assert not any(name.startswith("consumer.") for name in judged(seen, {}, STALL_S))
        assert judged(seen, {}, STALL_S)["publisher.stuck"] is (Remedy.SOON if not reason.store else Remedy.WAIT)


class TestNoting:
    def test_says_since_when(self) -> None:
        dog = watchdog()
        assert dog.note(Seen(store=False), 100.0) == []
        assert dog.note(Seen(store=False), 103.5) == []
        assert dog.conditions == (Condition("store.silent", 3.5, Remedy.WAIT),)
        dog.note(Seen(), 104.0)
        assert not dog.conditions

    def test_asks_for_a_new_start_at_once_where_nothing_else_helps(self) -> None:
        assert watchdog().note(Seen(closed=True), 100.0) == ["broker.closed"]

    def test_gives_the_process_twice_the_limit_to_mend_itself(self) -> None:
        dog = watchdog()
        assert dog.note(Seen(ended="ValueError"), 100.0) == []
        assert dog.note(Seen(ended="ValueError"), 100.0 + 2 * STALL_S - 0.1) == []
        assert dog.note(Seen(ended="ValueError"), 100.0 + 2 * STALL_S) == ["adapter.ended"]

    def test_waits_for_ever_for_the_other_side(self) -> None:
        dog = watchdog()
        dog.note(Seen(broker=False), 100.0)
        assert dog.note(Seen(broker=False), 100_000.0) == []

    def test_begins_to_count_anew_when_the_other_side_is_back(self) -> None:
        dog = watchdog()
        dog.note(Seen(broker=False, publishing_s=STALL_S), 100.0)
        dog.note(Seen(broker=False, publishing_s=900), 1_000.0)
        assert dog.note(Seen(publishing_s=901), 1_001.0) == []

    def test_measures_a_standstill_from_the_last_progress_on(self) -> None:
        dog = watchdog()
        dog.note(consumer(LAGGING), 100.0)
        dog.note(consumer(ConsumerSeen(behind=2, standing=(8, 9))), 109.0)
        dog.note(consumer(ConsumerSeen(behind=2, standing=(8, 9))), 118.9)
        assert not dog.conditions
        dog.note(consumer(ConsumerSeen(behind=2, standing=(8, 9))), 119.0)
        assert [each.name for each in dog.conditions] == ["consumer.notify-p3.standstill"]

    def test_lets_a_consumer_without_work_rest(self) -> None:
        dog = watchdog()
        dog.note(consumer(ConsumerSeen(standing=(9, 9))), 100.0)
        dog.note(consumer(ConsumerSeen(standing=(9, 9))), 1_000.0)
        assert not dog.conditions

    def test_leaves_what_the_start_is_about_to_mend_to_the_start(self) -> None:
        dog = watchdog(started=False)
        assert dog.note(Seen(streams={"EVENTS": frozenset({"gone"})}), 100.0) == []
        assert dog.note(Seen(closed=True), 100.0) == ["broker.closed"]


class TestRunning:
    async def test_ends_with_a_new_start(self) -> None:
        looks: Iterator[Seen] = iter([Seen(), Seen(store=False), Seen(closed=True)])
        started = []

        async def look() -> Seen:
            return next(looks)

        dog = Watchdog(look, lambda: started.append(1), every_s=0.001, stall_s=STALL_S)
        await asyncio.wait_for(dog.run(), 5)
        assert started == [1]
        assert dog.awake

    def test_is_not_awake_before_its_first_look(self) -> None:
        assert not watchdog().awake
