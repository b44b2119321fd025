"""One contract for all channels, kept against real peers: delivered, refused, not delivered, and not known."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from services.notify.adapters.channels.mail import MailChannel, server_of
from services.notify.adapters.channels.port import CHANNELS, ChannelName, ChannelUnavailable, Delivered, Refused
from shared.sms.gateway import UnknownAnswerError
from tests.support.authority import Authority
from tests.support.channels import MATTERS, OFFICER, SENDER, TEXTS, Case, MailPeer, case_of, mail_server, nobody
from tests.support.gateways import free_port, noon
from tests.support.sending import NUMBER

PERSONAL = (NUMBER, "13812345678", "officer@", "panna")


@pytest.fixture(params=CHANNELS)
async def case(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    async with case_of(request.param) as made:
        yield made


async def test_a_letter_arrives_with_its_counts_and_the_link_and_nothing_of_anybody(case: Case) -> None:
    assert isinstance(await case.channel.deliver(case.delivery()), Delivered)

    (text,) = case.texts()
    assert "https://desk.example.cn/" in text
    assert "待订计划1项" in text or '"plan_missing":1' in text
    assert not any(word in text for word in PERSONAL)


async def test_a_trial_says_that_it_is_one(case: Case) -> None:
    assert isinstance(await case.channel.deliver(case.delivery(matters=())), Delivered)

    (text,) = case.texts()
    assert "测试" in text or '"trial"' in text or "0项" in text


async def test_what_is_refused_is_refused_with_a_word_and_nothing_personal(case: Case) -> None:
    case.answers.append(case.refused)

    answer = await case.channel.deliver(case.delivery())

    assert isinstance(answer, Refused)
    assert answer.reason.isascii()
    assert not any(word in answer.reason for word in PERSONAL)


async def test_what_was_not_delivered_may_be_tried_again(case: Case) -> None:
    case.answers.append(case.later)
    with pytest.raises(ChannelUnavailable):
        await case.channel.deliver(case.delivery())
    if case.name not in ("wecom", "dingtalk"):  # those said in their answer that they did not take it
        assert case.letters() == []

    assert isinstance(await case.channel.deliver(case.delivery()), Delivered)


async def test_what_nobody_heard_an_answer_to_is_not_known(case: Case) -> None:
    case.answers.append(case.unheard)

    with pytest.raises(UnknownAnswerError) as caught:
        await case.channel.deliver(case.delivery())

    assert case.to not in str(caught.value)


async def test_a_repeat_carries_the_same_id_and_a_short_message_is_not_repeated(case: Case) -> None:
    case.answers.append(case.unheard)
    with pytest.raises(UnknownAnswerError):
        await case.channel.deliver(case.delivery())

    if case.channel.repeats:
        assert isinstance(await case.channel.deliver(case.delivery()), Delivered)
    else:
        with pytest.raises(UnknownAnswerError):
            await case.channel.deliver(case.delivery())

    letters = case.letters()
    assert len(letters) == (2 if case.channel.repeats else 1)
    if case.name in ("email", "webhook", "sms"):
        assert set(letters) == {"d-1"}


async def test_only_what_wakes_nobody_twice_is_repeated(case: Case) -> None:
    assert case.channel.repeats == (case.name != "sms")


@pytest.mark.parametrize("name", ["wecom", "dingtalk", "webhook", "email"])
async def test_a_peer_that_is_away_got_nothing_and_no_error_says_where_it_is(name: ChannelName) -> None:
    async with case_of(name) as case:
        case.to = nobody(name)
        if name == "email":
            case.channel = MailChannel(server_of(f"smtp://127.0.0.1:{free_port()}"), SENDER, TEXTS, noon)
        with pytest.raises(ChannelUnavailable) as caught:
            await case.channel.deliver(case.delivery())

        assert "127.0.0.1" not in str(caught.value)


class TestAHook:
    async def test_is_not_followed_elsewhere(self) -> None:
        async with case_of("webhook") as case:
            case.answers.append(302)

            assert await case.channel.deliver(case.delivery()) == Refused("redirect_302")

    @pytest.mark.parametrize("status", [401, 403, 404, 408, 429])
    async def test_whose_settings_are_wrong_for_now_is_tried_again(self, status: int) -> None:
        async with case_of("webhook") as case:
            case.answers.append(status)

            with pytest.raises(ChannelUnavailable, match=str(status)):
                await case.channel.deliver(case.delivery())

    async def test_that_does_not_answer_is_not_waited_for_long(self) -> None:
        async with case_of("webhook") as case:
            case.answers.append(lambda: asyncio.sleep(5))

            async with asyncio.timeout(4):
                with pytest.raises(UnknownAnswerError):
                    await case.channel.deliver(case.delivery())

    async def test_gets_ids_and_kinds_and_the_same_bytes_each_time(self) -> None:
        async with case_of("webhook") as case:
            await case.channel.deliver(case.delivery())
            await case.channel.deliver(case.delivery())

            first, second = case.texts()
        assert first == second
        assert orjson.loads(first) == {
            "id": "d-1",
            "type": "alerts",
            "counts": {"plan_missing": 1, "hire_confirmed": 1},
            "alerts": [
                {
                    "id": matter.notice_id, "alert_id": matter.alert_id, "kind": matter.kind,
                    "urgency": matter.urgency, "raised_on": "2018-03-01",
                }
                for matter in MATTERS
            ],
            "link": "https://desk.example.cn/",
        }  # fmt: skip

    @pytest.mark.parametrize(("name", "after_s"), [("wecom", 60.0), ("dingtalk", 600.0)])
    async def test_of_a_group_that_heard_too_much_is_left_alone_as_long_as_the_platform_is_deaf(
        self, name: ChannelName, after_s: float
    ) -> None:
        async with case_of(name) as case:
            case.answers.append(case.later)

            with pytest.raises(ChannelUnavailable) as caught:
                await case.channel.deliver(case.delivery())

        assert caught.value.after_s == after_s


class TestEmail:
    async def test_is_marked_as_sent_by_a_machine(self) -> None:
        peer = MailPeer()
        async with case_of("email") as case, mail_server(peer) as port:
            channel = MailChannel(server_of(f"smtp://127.0.0.1:{port}"), SENDER, TEXTS, noon)
            await channel.deliver(case.delivery())

        (message,) = peer.arrived
        assert (message["Auto-Submitted"], message["From"]) == ("auto-generated", SENDER)
        assert message["Message-ID"] == "<d-1@bangfu.example.cn>"

    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    async def test_goes_over_tls_with_the_password_and_only_to_a_server_that_is_vouched_for(
        self, scheme: str, tmp_path: Path
    ) -> None:
        authority, peer = Authority(tmp_path), MailPeer()
        ours = authority.certify("peer")
        offers = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        offers.load_cert_chain(ours.certificate, ours.key)
        async with (
            case_of("email") as case,
            mail_server(peer, tls=offers, from_the_start=scheme == "smtps") as port,
        ):
            at = replace(server_of(f"{scheme}://office:s%40cret@127.0.0.1:{port}"), plain=False)
            with pytest.raises(ChannelUnavailable):  # the machine does not know this authority
                await MailChannel(at, SENDER, TEXTS, noon).deliver(case.delivery())
            assert (peer.logins, peer.arrived) == ([], [])
            known = replace(at, context=ssl.create_default_context(cafile=authority.ca))
            await MailChannel(known, SENDER, TEXTS, noon).deliver(case.delivery())

        assert peer.logins == [(b"office", b"s@cret")]
        assert [message["To"] for message in peer.arrived] == [OFFICER]

    async def test_is_not_sent_where_tls_is_demanded_and_not_offered(self) -> None:
        peer = MailPeer()
        async with case_of("email") as case, mail_server(peer) as port:
            elsewhere = replace(server_of(f"smtp://127.0.0.1:{port}"), plain=False)
            with pytest.raises(ChannelUnavailable):
                await MailChannel(elsewhere, SENDER, TEXTS, noon).deliver(case.delivery())

        assert peer.arrived == []
