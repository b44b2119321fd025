"""What HTTP gateways call: only who knows the path and calls from a known place is heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network

import httpx2
import pytest

from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.sms.callbacks import BODY_MAX, Callbacks
from shared.sms.inbox import UNKNOWN_FOR, Inbox
from shared.sms.listening import listen
from tests.support.gateways import HttpPeer, Told, called_back, free_port, http_gateway, inbox_of, noon, served
from tests.support.sending import NUMBER

SECRET = "/0123456789abcdef0123"
TEXT = {"from": "8613812345678", "to": "10690000", "text": "接受", "id": "kannel-1", "at": "1519876800"}
RECEIPT = {"gateway": "http", "id": "m-1", "status": "1", "said": ""}


@dataclass
class Desk:
    callbacks: Callbacks
    inbox: Inbox
    told: Told
    client: httpx2.AsyncClient

    async def status(self, path: str, fields: dict[str, str]) -> int:
        return (await self.client.get(path, params=fields)).status_code


@asynccontextmanager
async def desk(network: str = "127.0.0.0/8") -> AsyncIterator[Desk]:
    told = Told()
    inbox = inbox_of(told)
    callbacks = Callbacks(inbox, SECRET, [ip_network(network)], ["http"], noon)
    port = free_port()
    listening = asyncio.create_task(listen(callbacks, "127.0.0.1", port))
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await _open(client)
        callbacks.counts.clear()
        yield Desk(callbacks, inbox, told, client)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_receipt_finds_its_message_by_our_own_id() -> None:
    peer = HttpPeer()
    async with desk() as at, served(peer) as port, http_gateway(port, at.inbox) as gateway:
        await gateway.send("m-1", NUMBER, "您好")
        fields = called_back(peer.asked[0])
        # Kannel tells "delivered" often before "taken by the SMSC", and each may come twice.
        statuses = [await at.status(f"{SECRET}/receipt", fields | {"status": kind}) for kind in ("1", "8", "1")]
        await at.inbox.tell()

        assert statuses == [204, 204, 204]
        assert at.told.receipts() == [("m-1", "delivered")]


@pytest.mark.parametrize(
    ("kind", "said", "status"),
    [
        ("2", "id:1 stat:UNDELIV err:001", "undelivered"),
        ("2", "id:1 stat:EXPIRED", "expired"),
        ("16", "", "undelivered"),
    ],
)
async def test_kinds_of_failure(kind: str, said: str, status: str) -> None:
    async with desk() as at:
        await at.inbox.log.note("http", ["m-1"], "m-1", 1, noon())
        await at.status(f"{SECRET}/receipt", RECEIPT | {"status": kind, "said": said})
        await at.inbox.tell()

        assert at.told.receipts() == [("m-1", status)]


async def test_a_receipt_for_an_unknown_message_is_kept_and_told() -> None:
    async with desk() as at:
        assert await at.status(f"{SECRET}/receipt", RECEIPT) == 204
        assert await at.inbox.look(noon() + 2 * UNKNOWN_FOR) == 1
        assert (at.inbox.counts["report_early"], await at.inbox.log.unknown(noon() + UNKNOWN_FOR)) == (1, 1)


async def test_an_incoming_text_is_published_once_for_calls_that_are_made_again() -> None:
    async with desk() as at:
        assert [await at.status(f"{SECRET}/text", TEXT) for _ in range(2)] == [204, 204]
        posted = await at.client.post(f"{SECRET}/text", data=TEXT)

        assert posted.status_code == 204
        assert at.told.texts() == ["接受"] * 3
        assert len({(e.id, e.structured()) for _, e in at.told.facts}) == 1  # the broker drops the second


async def test_a_text_is_read_in_the_alphabet_that_kannel_names() -> None:
    async with desk() as at:
        for coding, octets in (("2", "%63%A5S%D7"), ("0", "%E6%8E%A5%E5%8F%97"), ("0", "Y%FF")):
            query = f"from=8613812345678&text={octets}&coding={coding}&id=k-1&at=1519876800"
            assert (await at.client.get(f"{SECRET}/text?{query}")).status_code == 204

        assert at.told.texts() == ["接受", "接受", "Y\ufffd"]


async def test_a_gateway_is_asked_to_call_again_while_the_broker_is_away() -> None:
    async with desk() as at:
        at.told.failures = 1
        assert [await at.status(f"{SECRET}/text", TEXT) for _ in range(2)] == [503, 204]


@pytest.mark.parametrize(
    ("path", "fields", "status", "reason"),
    [
        ("/health", {}, 404, "path_unknown"),
        ("/0123456789abcdef0124/text", TEXT, 404, "path_unknown"),
        (f"{SECRET}/other", TEXT, 404, "path_unknown"),
        (f"{SECRET}/text", TEXT | {"from": "Bank"}, 400, "bad_text"),
        (f"{SECRET}/text", TEXT | {"id": ""}, 400, "bad_text"),
        (f"{SECRET}/text", TEXT | {"at": "now"}, 400, "bad_text"),
        (f"{SECRET}/receipt", RECEIPT | {"id": "a b"}, 400, "bad_receipt"),
        (f"{SECRET}/receipt", RECEIPT | {"gateway": "other"}, 400, "bad_receipt"),
        (f"{SECRET}/receipt", RECEIPT | {"status": "%d"}, 400, "bad_receipt"),
        (f"{SECRET}/receipt", {str(n): "x" for n in range(30)}, 400, "unreadable"),
    ],
)
async def test_a_bad_call_is_refused_and_counted(path: str, fields: dict[str, str], status: int, reason: str) -> None:
    async with desk() as at:
        assert await at.status(path, fields) == status
        assert at.callbacks.counts == {reason: 1}
        assert at.told.facts == []


async def test_who_calls_from_elsewhere_learns_nothing() -> None:
    async with desk("10.0.0.0/8") as at:
        forged = await at.client.get(f"{SECRET}/text", params=TEXT, headers={"X-Forwarded-For": "10.0.0.1"})

        assert forged.status_code == 404
        assert at.callbacks.counts == {"caller_unknown": 1}


async def test_a_body_that_does_not_end_and_other_methods_are_refused() -> None:
    async with desk() as at:
        large = await at.client.post(f"{SECRET}/text", content=b"a" * (BODY_MAX + 1))
        other = await at.client.put(f"{SECRET}/text", content=b"")

        assert (large.status_code, other.status_code) == (413, 405)


async def test_nothing_personal_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    async with desk() as at:
        at.told.failures = 1
        for fields in (TEXT, TEXT, TEXT | {"at": "?"}):
            await at.status(f"{SECRET}/text", fields)

    written = "".join(capsys.readouterr())
    assert "sms.callback_refused" in written
    assert not any(word in written for word in ("13812345678", "接受", SECRET))


async def test_the_port_is_waited_for_until_the_process_that_has_it_goes() -> None:
    port, calls = free_port(), Callbacks(inbox_of(Told()), SECRET, [ip_network("127.0.0.0/8")], ["http"], noon)
    first = asyncio.create_task(listen(calls, "127.0.0.1", port, again_s=0.02))
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await _open(client)
        second = asyncio.create_task(listen(calls, "127.0.0.1", port, again_s=0.02))
        await asyncio.sleep(0.05)
        assert not second.done()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await _open(client)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)


async def _open(client: httpx2.AsyncClient) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(10):
        while True:
            try:
                assert (await client.get("/")).status_code == 404
            except httpx2.HTTPError:
                await asyncio.sleep(0.01)
            else:
                return


async def test_a_text_is_not_answered_before_the_broker_has_it() -> None:
    async def away(_: str, __: Envelope) -> None:
        raise Unavailable("broker")

    inbox = Inbox(inbox_of(Told()).log, away)
    calls = Callbacks(inbox, SECRET, [ip_network("127.0.0.0/8")], ["http"], noon)
    async with served(calls) as port, httpx2.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}{SECRET}/text", params=TEXT)

    assert answer.status_code == 503
    assert inbox.counts["text"] == 0
