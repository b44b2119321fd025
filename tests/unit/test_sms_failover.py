"""Several gateways as one: another is asked only where nothing was sent."""

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.sms.breaker import Breaker
from shared.sms.failover import Failover, Line
from shared.sms.gateway import Accepted, GatewayUnavailable, Rejected, Throttled, UnknownAnswerError
from shared.sms.memory import MemoryOutbox
from shared.sms.outbox import OutboxGateway
from shared.sms.usage import MemoryUsageLog
from tests.support.sending import NOON, NUMBER, Gateway

AWAY = GatewayUnavailable("away")


class Pair:
    """Two gateways behind one, and time."""

    def __init__(self, *, cap: int | None = None, usage: MemoryUsageLog | None = None) -> None:
        self.first, self.second = Gateway(), Gateway()
        self.now, self.steady = NOON, 0.0
        self.usage = usage or MemoryUsageLog()
        self.lines = [Line("first", self.first, cap, breaker=Breaker(3, 30.0)), Line("second", self.second)]
        self.failover = Failover(self.lines, self.usage, lambda: self.now, lambda: self.steady)

    async def send(self, message_id: str, answer: Any = None, text: str = "【帮扶就业】您好") -> Any:
        if answer is not None:
            self.first.answers[message_id] = answer
        return await self.failover.send(message_id, NUMBER, text)


@pytest.fixture
def pair() -> Pair:
    return Pair()


class TestOrder:
    async def test_the_first_that_is_there_takes_the_message(self, pair: Pair) -> None:
        assert await pair.send("m-1") == Accepted()
        assert await pair.send("m-2", AWAY) == Accepted()

        assert (pair.first.handed, pair.second.handed) == (["m-1"], ["m-2"])

    async def test_a_rejection_is_an_answer(self, pair: Pair) -> None:
        assert await pair.send("m-1", Rejected("blacklisted")) == Rejected("blacklisted")
        assert pair.second.handed == []

    @pytest.mark.parametrize("error", [UnknownAnswerError("?"), TimeoutError(), OSError(), ValueError()])
    async def test_an_unknown_answer_is_never_followed_by_another_gateway(self, pair: Pair, error: Exception) -> None:
        with pytest.raises(type(error)):
            await pair.send("m-1", error)

        assert pair.second.handed == []

    async def test_what_else_is_unavailable_may_have_been_so_after_the_message_was_out(self, pair: Pair) -> None:
        with pytest.raises(UnknownAnswerError):
            await pair.send("m-1", Unavailable("store"))

        assert pair.second.handed == []

    async def test_a_gateway_that_wants_less_at_a_time_is_waited_for(self, pair: Pair) -> None:
        with pytest.raises(Throttled):
            await pair.send("m-1", Throttled("slow"))

        assert pair.second.handed == []

    async def test_nobody_is_there_and_nothing_is_sent(self, pair: Pair) -> None:
        pair.second.answers["m-1"] = AWAY
        with pytest.raises(GatewayUnavailable):
            await pair.send("m-1", AWAY)


class TestCircuit:
    async def _fail(self, pair: Pair, times: int = 3, error: Exception = AWAY) -> None:
        for n in range(times):
            pair.first.answers[f"f-{n}"] = error
            try:
                await pair.send(f"f-{n}")
            except (UnknownAnswerError, Throttled):
                continue

    async def test_opens_after_failures_in_a_row_and_asks_no_more(self, pair: Pair) -> None:
        await self._fail(pair)
        await pair.send("m-1")

        assert pair.failover.circuit(pair.lines[0]) == "open"
        assert pair.second.handed == ["f-0", "f-1", "f-2", "m-1"]

    async def test_an_answer_in_between_starts_the_count_again(self, pair: Pair) -> None:
        await self._fail(pair, 2)
        await pair.send("m-1", Rejected("no"))
        await self._fail(pair, 2)

        assert pair.failover.circuit(pair.lines[0]) == "closed"

    @pytest.mark.parametrize("error", [UnknownAnswerError("?"), Throttled("slow")])
    async def test_who_leaves_all_messages_unknown_or_waiting_is_left_alone_too(
        self, pair: Pair, error: Exception
    ) -> None:
        await self._fail(pair, error=error)
        assert await pair.send("m-1") == Accepted()

        assert pair.second.handed == ["m-1"]

    async def test_after_the_pause_one_message_tries_and_decides(self, pair: Pair) -> None:
        await self._fail(pair)
        pair.steady = 30.0
        await pair.send("m-1", AWAY)
        assert pair.failover.circuit(pair.lines[0]) == "open"
        pair.steady = 60.0
        assert pair.failover.circuit(pair.lines[0]) == "half_open"
        await pair.send("m-2")

        assert pair.first.handed == ["m-2"]
        assert pair.failover.circuit(pair.lines[0]) == "closed"

    def test_half_open_admits_one_at_a_time(self) -> None:
        breaker = Breaker(1, 10.0)
        assert breaker.failed(0.0)
        assert [breaker.admits(at) for at in (5.0, 10.0, 10.0)] == [False, True, False]
        breaker.left()
        assert breaker.admits(10.0)


class TestCap:
    async def test_the_day_s_segments_are_used_up_and_another_gateway_goes_on(self) -> None:
        pair = Pair(cap=3)
        await pair.send("m-1", text="【" + "一" * 70)
        for message_id in ("m-2", "m-3"):
            await pair.send(message_id)

        assert (pair.first.handed, pair.second.handed) == (["m-1", "m-2"], ["m-3"])
        assert pair.failover.capped(pair.lines[0])
        assert await pair.usage.of(NOON.date()) == {"first": 3, "second": 1}

    async def test_the_next_day_of_shanghai_begins_anew(self) -> None:
        pair = Pair(cap=1)
        for message_id in ("m-1", "m-2"):
            await pair.send(message_id)
        pair.now = NOON + timedelta(hours=12)  # 16:00 UTC is midnight in Shanghai
        await pair.send("m-3")

        assert pair.first.handed == ["m-1", "m-3"]
        assert not pair.failover.capped(pair.lines[0])

    async def test_a_restart_does_not_reset_it(self) -> None:
        before = Pair(cap=1)
        await before.send("m-1")
        after = Pair(cap=1, usage=before.usage)
        await after.send("m-2")

        assert (after.first.handed, after.second.handed) == ([], ["m-2"])

    async def test_what_was_not_sent_costs_nothing_and_what_may_have_been_sent_does(self) -> None:
        pair = Pair(cap=5)
        await pair.send("m-1", AWAY)
        with pytest.raises(UnknownAnswerError):
            await pair.send("m-2", UnknownAnswerError("?"))

        assert (await pair.usage.of(NOON.date()))["first"] == 1

    async def test_a_cap_opens_no_circuit(self) -> None:
        pair = Pair(cap=1)
        for n in range(9):
            await pair.send(f"m-{n}")

        assert pair.failover.circuit(pair.lines[0]) == "closed"


async def test_an_outbox_behind_a_failover_is_not_counted() -> None:
    usage, outbox = MemoryUsageLog(), MemoryOutbox()
    failover = Failover([Line("outbox", OutboxGateway(outbox, lambda: NOON), counted=False)], usage, lambda: NOON)

    assert await failover.send("m-1", NUMBER, "【帮扶就业】您好") == Accepted()
    assert (len(await outbox.latest(9)), await usage.of(NOON.date())) == (1, {})
