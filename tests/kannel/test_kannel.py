"""The HTTP gateway against a real Kannel: texts whole, receipts, texts of people, and SMPP behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from shared.sms.callbacks import Callbacks
from shared.sms.gateway import Accepted, GatewayUnavailable
from shared.sms.inbox import Inbox
from shared.sms.listening import listen
from tests.support.gateways import CHINESE, Told, free_port, http_gateway, inbox_of, noon
from tests.support.kannel import missing, running, text_of
from tests.support.sending import NUMBER
from tests.support.smsc import library_smsc, until, whole

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Kannel is here")

SECRET = "/0123456789abcdef0123"
WAIT_S = 40.0


@asynccontextmanager
async def listening(inbox: Inbox) -> AsyncIterator[str]:
    port = free_port()
    callbacks = Callbacks(inbox, SECRET, [ip_network("127.0.0.0/8")], ["http"], noon)
    tasks = [asyncio.create_task(listen(callbacks, "127.0.0.1", port)), asyncio.create_task(inbox.run())]
    try:
        yield f"http://127.0.0.1:{port}{SECRET}"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_texts_arrive_whole_and_receipts_come_back(tmp_path: Path) -> None:
    told = Told()
    inbox = inbox_of(told)
    async with (
        listening(inbox) as callback,
        running(tmp_path, callback=callback) as kannel,
        http_gateway(kannel.sendsms, inbox, callback=callback, answer_s=10.0) as gateway,
    ):
        assert await gateway.send("m-1", NUMBER, "【帮扶就业】招聘😀") == Accepted()
        await until(kannel.arrived, WAIT_S)
        assert text_of(kannel.arrived()) == "【帮扶就业】招聘😀"
        assert await gateway.send("m-2", NUMBER, CHINESE) == Accepted()
        await until(lambda: len(told.facts) == 2, WAIT_S)

    assert text_of(kannel.arrived()[1:]) == CHINESE
    assert sorted(told.receipts()) == [("m-1", "delivered"), ("m-2", "delivered")]


async def test_a_text_of_a_person_comes_in_once_and_nothing_is_answered(tmp_path: Path) -> None:
    told = Told()
    said = "8613812345678 10690000 ucs2 " + "".join(f"%{byte:02x}" for byte in "接受".encode("utf-16-be"))
    async with listening(inbox_of(told)) as callback, running(tmp_path, callback=callback, mo=said) as kannel:
        await until(lambda: told.facts, WAIT_S)
        assert told.texts() == ["接受"]
        assert told.facts[0][1].data["from"] == "+8613812345678"
        assert kannel.arrived() == []


async def test_a_wrong_password_rejects_no_message(tmp_path: Path) -> None:
    inbox = inbox_of(Told())
    async with (
        running(tmp_path, callback="http://127.0.0.1:1/none") as kannel,
        http_gateway(kannel.sendsms, inbox, callback=None, answer_s=10.0) as gateway,
    ):
        gateway._at = type(gateway._at)("http", gateway._at.url, "bangfu", "wrong")
        with pytest.raises(GatewayUnavailable):
            await gateway.send("m-1", NUMBER, "您好")


async def test_kannel_hands_on_by_smpp_and_passes_the_receipt_back(tmp_path: Path) -> None:
    told = Told()
    inbox = inbox_of(told)
    async with (
        library_smsc(free_port()) as smsc,
        listening(inbox) as callback,
        running(tmp_path, callback=callback, smpp_port=smsc.port) as kannel,
        http_gateway(kannel.sendsms, inbox, callback=callback, answer_s=10.0) as gateway,
    ):
        await until(lambda: smsc.binds, WAIT_S)
        assert await gateway.send("m-1", NUMBER, CHINESE) == Accepted()
        await until(lambda: len(smsc.taken) > 2 and whole(smsc.taken) == CHINESE, WAIT_S)
        for part in smsc.taken:
            await smsc.receipt(part.reference)
        await until(lambda: told.facts, WAIT_S)

    assert told.receipts() == [("m-1", "delivered")]
