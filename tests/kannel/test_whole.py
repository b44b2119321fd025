"""A whole system that sends through an SMSC: offers go out, receipts and an answer come back through the intake."""

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from shared.access.connection import connect
from shared.access.principals import OPS
from shared.ops.running import Running
from shared.runner.reading import stored
from shared.settings import Settings
from tests.support.commandline import BANGFU, ROOT, run
from tests.support.smsc import Smsc, bare_smsc, until, whole

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


async def test_offers_go_out_by_smpp_and_what_comes_back_counts(tmp_path: Path) -> None:
    async with bare_smsc() as smsc:
        environment = {
            **os.environ,
            "BANGFU_DATA_DIR": str(tmp_path),
            "BANGFU_CLOCK": "off",
            "BANGFU_LANG": "en",
            "BANGFU_SMS_QUIET_HOURS": "off",
            "BANGFU_SMS_GATEWAYS": f"smpp://bangfu:secret@127.0.0.1:{smsc.port}?name=smsc&from=10690000&cap=1000",
        }
        up = subprocess.Popen(  # noqa: ASYNC220 - it runs beside the test
            [BANGFU, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            await until((tmp_path / "running.json").exists, 120.0)
            await asyncio.to_thread(_publish, environment)
            await until(lambda: smsc.taken, 120.0)
            await _answered(smsc, environment)
        finally:
            up.send_signal(signal.SIGINT)
            await asyncio.to_thread(up.wait, 40)


def _publish(environment: dict[str, str]) -> None:
    events = (ROOT / "samples" / "events.jsonl").read_bytes().splitlines()
    run(environment, "publish", "-", given=b"\n".join(events[:400]))


async def _answered(smsc: Smsc, environment: dict[str, str]) -> None:
    first = smsc.taken[0]
    parts = [each for each in smsc.taken if each.to == first.to][:1]
    assert whole(parts).startswith("【帮扶就业】")
    await smsc.receipt(first.reference)
    await smsc.deliver("不接受".encode("utf-16-be"), source=first.to, data_coding=8)

    def shown() -> list[dict[str, Any]]:
        return list(json.loads(run(environment, "sms", "gateways", "--json")))

    async with asyncio.timeout(60):
        while not (rows := await asyncio.to_thread(shown)) or not rows[0]["segments"]:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.5)
    assert (rows[0]["name"], rows[0]["kind"], rows[0]["circuit"], rows[0]["bound"]) == ("smsc", "smpp", "closed", True)
    assert await _statuses(environment) >= {"sms.receipt", "sms.replied"}


async def _statuses(environment: dict[str, str]) -> set[str]:
    """Return which facts of our own registry has recorded."""
    urls = json.loads((Path(environment["BANGFU_DATA_DIR"]) / "running.json").read_text(encoding="utf-8"))
    client = await connect(Running(**urls).bus(OPS, Settings()))
    wanted = {("sms.receipt", "delivered"), ("sms.replied", "decline")}
    try:
        async with asyncio.timeout(60):
            return {topic for topic, word in sorted(wanted) if await _recorded(client, topic, word)}
    finally:
        await client.close()


async def _recorded(client: Client, topic: str, word: str) -> bool:
    """Wait for an event of a topic that says a word."""
    js = client.jetstream()
    while True:
        last = (await js.stream_info("EVENTS")).state.last_seq
        async for message in stored(js, "EVENTS", last):
            data = json.loads(message.data)["data"] if message.subject.startswith(f"bangfu.{topic}.") else {}
            if word in (data.get("status"), data.get("answer")):
                return True
        await asyncio.sleep(0.5)
