"""One contract for all gateways, kept against real peers: what is accepted, rejected, not sent, and not known."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.sms.failover import Failover, Line
from shared.sms.gateway import Accepted, GatewayUnavailable, Rejected, SmsGateway, Throttled, UnknownAnswerError
from shared.sms.memory import MemoryOutbox
from shared.sms.outbox import OutboxGateway
from shared.sms.text import segments
from shared.sms.usage import MemoryUsageLog
from tests.support.gateways import (
    CHINESE,
    HttpPeer,
    Told,
    free_port,
    http_gateway,
    inbox_of,
    noon,
    served,
    smpp_gateway,
)
from tests.support.sending import NUMBER
from tests.support.smsc import BAD_NUMBER, OK, SYSTEM_ERROR, THROTTLED, bare_smsc, library_smsc, until, whole


@dataclass
class Case:
    """A gateway, its peer, and the answers of the peer that mean what the contract speaks of."""

    gateway: SmsGateway
    arrived: Callable[[], list[str]]
    answers: list[Any] = field(default_factory=list)
    rejects: Any = None
    busy: Any = None
    unknown: Any = None


@pytest.fixture(params=["outbox", "smpp", "smpp_library", "http", "http_post", "failover_smpp", "failover_http"])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    async with AsyncExitStack() as stack:
        made = await _made(request.param.removeprefix("failover_"), stack)
        if request.param.startswith("failover"):
            idle = await stack.enter_async_context(http_gateway(free_port(), inbox_of(Told())))
            lines = [Line("away", idle), Line("real", made.gateway)]
            made.gateway = Failover(lines, MemoryUsageLog(), noon)
        yield made


async def _made(kind: str, stack: AsyncExitStack) -> Case:
    inbox = inbox_of(Told())
    if kind == "outbox":
        store = MemoryOutbox()
        return Case(OutboxGateway(store, noon), lambda: [row.text for row in store._rows.values()])
    if kind.startswith("smpp"):
        peer = await stack.enter_async_context(bare_smsc() if kind == "smpp" else library_smsc(free_port()))
        gateway = await stack.enter_async_context(smpp_gateway(peer.port, inbox))
        unknown = "close" if kind == "smpp" else SYSTEM_ERROR
        return Case(gateway, lambda: [whole(peer.taken)], peer.answers, BAD_NUMBER, THROTTLED, unknown)
    http = HttpPeer()
    port = await stack.enter_async_context(served(http))
    method = "post" if kind == "http_post" else "get"
    gateway_http = await stack.enter_async_context(http_gateway(port, inbox, method=method))
    return Case(gateway_http, lambda: [asked["text"] for asked in http.asked], http.answers, 400, 503, 500)


@pytest.mark.parametrize(
    "text", ["【帮扶就业】您好", "【帮扶就业】" + CHINESE, "😀" * 100], ids=["short", "long", "pairs"]
)
async def test_what_is_accepted_arrives_whole(case: Case, text: str) -> None:
    assert await case.gateway.send("m-1", NUMBER, text) == Accepted()

    assert case.arrived() == [text]


async def test_what_is_refused_is_rejected_with_a_word_and_no_number(case: Case) -> None:
    if case.rejects is None:
        pytest.skip("an outbox refuses nothing")
    case.answers.append(case.rejects)

    answer = await case.gateway.send("m-1", NUMBER, "【帮扶就业】您好")

    assert isinstance(answer, Rejected)
    assert not any(character.isdigit() for character in answer.reason)


async def test_a_gateway_that_wants_less_at_a_time_has_sent_nothing(case: Case) -> None:
    if case.busy is None:
        pytest.skip("an outbox has room")
    case.answers.append(case.busy)

    with pytest.raises(Throttled):
        await case.gateway.send("m-1", NUMBER, "【帮扶就业】您好")


async def test_what_nobody_knows_is_neither_unavailable_nor_sent_elsewhere(case: Case) -> None:
    if case.unknown is None:
        pytest.skip("an outbox always answers")
    case.answers.append(case.unknown)

    with pytest.raises(UnknownAnswerError):
        await case.gateway.send("m-1", NUMBER, "【帮扶就业】您好")


class TestSmpp:
    async def test_parts_hold_what_is_billed_and_say_where_they_belong(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())) as gateway:
            await gateway.send("m-1", NUMBER, CHINESE)

        assert len(smsc.taken) == segments(CHINESE) > 2
        assert all(len(each.body) <= 140 and each.esm_class & 0x40 for each in smsc.taken)
        count = len(smsc.taken)
        assert sorted(each.body[4:6] for each in smsc.taken) == [bytes([count, n]) for n in range(1, count + 1)]
        assert {(each.to, each.source, each.data_coding) for each in smsc.taken} == {("8613812345678", "10690000", 8)}

    async def test_nobody_is_bound_and_nothing_is_sent(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())) as gateway:
            smsc.refuse_binds = True
            await smsc.cut()
            await until(lambda: not gateway.bound)

            with pytest.raises(GatewayUnavailable):
                await gateway.send("m-1", NUMBER, "您好")

    async def test_it_binds_again_after_the_line_was_cut(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())) as gateway:
            smsc.answers.append("close")
            with pytest.raises(UnknownAnswerError):
                await gateway.send("m-1", NUMBER, "您好")
            with pytest.raises(GatewayUnavailable):
                await gateway.send("m-2", NUMBER, "您好")
            await until(lambda: gateway.bound)

            assert await gateway.send("m-2", NUMBER, "您好") == Accepted()
            assert smsc.binds == 2

    @pytest.mark.parametrize("answer", ["silent", "nack"])
    async def test_no_answer_ends_the_session_so_that_one_message_is_unknown_and_not_all(self, answer: str) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told()), answer_s=0.1) as gateway:
            smsc.answers.append(answer)
            with pytest.raises(UnknownAnswerError):
                await gateway.send("m-1", NUMBER, "您好")
            with pytest.raises(GatewayUnavailable):
                await gateway.send("m-2", NUMBER, "您好")

    async def test_a_throttled_gateway_is_left_alone_for_a_moment(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told()), pause_s=30.0) as gateway:
            smsc.answers.append(THROTTLED)
            for _ in range(3):
                with pytest.raises(Throttled):
                    await gateway.send("m-1", NUMBER, "您好")

            assert smsc.taken == []
            assert smsc.answers == []

    async def test_a_further_part_is_offered_again_to_a_busy_gateway(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())) as gateway:
            smsc.answers += [OK, THROTTLED]

            assert await gateway.send("m-1", NUMBER, "一" * 100) == Accepted()
            assert whole(smsc.taken) == "一" * 100

    async def test_a_message_of_which_a_part_was_refused_is_unknown(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())) as gateway:
            smsc.answers += [OK, BAD_NUMBER]
            with pytest.raises(UnknownAnswerError):
                await gateway.send("m-1", NUMBER, "一" * 100)

    async def test_half_a_character_is_rejected_before_anything_is_sent(self) -> None:
        async with bare_smsc() as smsc, smpp_gateway(smsc.port, inbox_of(Told())) as gateway:
            assert await gateway.send("m-1", NUMBER, "\ud83d") == Rejected("bad_text")
            assert smsc.taken == []


class TestHttp:
    async def test_it_says_all_that_kannel_asks_for_and_its_own_id_comes_back(self) -> None:
        peer = HttpPeer()
        async with served(peer) as port, http_gateway(port, inbox_of(Told())) as gateway:
            await gateway.send("m-1", NUMBER, "您好")

        assert peer.asked[0]["charset"] == "UTF-8"
        assert peer.asked[0] | {"dlr-url": ""} == {
            "username": "bangfu",
            "password": "secret",
            "from": "10690000",
            "to": NUMBER,
            "text": "您好",
            "coding": "2",
            "charset": "UTF-8",
            "dlr-mask": "19",
            "dlr-url": "",
        }
        assert peer.asked[0]["dlr-url"].endswith("/secret/receipt?gateway=http&id=m-1&status=%d&said=%A")

    @pytest.mark.parametrize("status", [401, 403, 404, 302])
    async def test_our_own_mistake_rejects_no_message(self, status: int) -> None:
        peer = HttpPeer([status])
        async with served(peer) as port, http_gateway(port, inbox_of(Told())) as gateway:
            with pytest.raises(GatewayUnavailable) as caught:
                await gateway.send("m-1", NUMBER, "您好")

        assert "secret" not in str(caught.value)

    async def test_a_gateway_that_is_not_there_was_sent_nothing(self) -> None:
        async with http_gateway(free_port(), inbox_of(Told())) as gateway:
            with pytest.raises(GatewayUnavailable):
                await gateway.send("m-1", NUMBER, "您好")

    async def test_an_answer_that_does_not_come_is_unknown(self) -> None:
        peer = HttpPeer([lambda: asyncio.sleep(30)])
        async with served(peer) as port, http_gateway(port, inbox_of(Told()), answer_s=0.1) as gateway:
            with pytest.raises(UnknownAnswerError):
                await gateway.send("m-1", NUMBER, "您好")
