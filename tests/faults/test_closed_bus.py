"""A closed bus that loses everything is made anew: registry alone may, the others have it made."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from shared.access.connection import connect
from shared.access.principals import AUDITOR, CLERK
from shared.ops.demo import DEMO_SECRET, SAMPLES
from shared.ops.publishing import offered, publisher
from shared.ops.supervisor import Supervisor
from shared.runner.reading import stored
from shared.settings import SECRETS, Settings

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

LINES = (SAMPLES / "events.jsonl").read_bytes().splitlines()[:120]
PATIENCE_S = 240.0


async def ids_in_events(supervisor: Supervisor) -> set[str]:
    client = await connect(supervisor.running.bus(AUDITOR, supervisor.settings))
    try:
        js = client.jetstream()
        last = (await js.stream_info("EVENTS")).state.last_seq
        return {message.headers["Nats-Msg-Id"] async for message in stored(js, "EVENTS", last)}
    finally:
        await client.close()


async def told(supervisor: Supervisor, lines: list[bytes]) -> set[str]:
    async with publisher(supervisor.running.bus(CLERK, supervisor.settings)) as connected:
        outcomes = await connected.publish([offered(n, line) for n, line in enumerate(lines, 1)], lambda _: None)
    return {outcome.outcome for outcome in outcomes}


async def settled(supervisor: Supervisor) -> set[str]:
    """Return what `EVENTS` holds once nothing more comes."""
    before: set[str] = set()
    while (now := await ids_in_events(supervisor)) != before or not now:
        before = now
        await asyncio.sleep(2)
    return now


def test_a_bus_that_lost_its_store_is_whole_again_and_still_closed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, nats_url=None, mongo_url=None)
    secret = {f"BANGFU_{name.upper()}": DEMO_SECRET for name in SECRETS} | {"BANGFU_CLOCK": "off"}
    with Supervisor(settings, secret) as supervisor:
        assert asyncio.run(told(supervisor, LINES[:80])) <= {"accepted", "parked"}
        before = asyncio.run(settled(supervisor))
        server = supervisor._stack.nats  # type: ignore[union-attr]
        assert server is not None
        server.kill9()
        shutil.rmtree(server.directory / "jetstream")
        server.start()
        deadline = time.monotonic() + PATIENCE_S
        while not before <= asyncio.run(_there(supervisor)):
            assert time.monotonic() < deadline
            supervisor.revive()
            time.sleep(0.5)
        assert asyncio.run(told(supervisor, LINES[80:])) <= {"accepted", "parked"}
        refused = [line for log in (tmp_path / "logs").glob("*.log") for line in log.read_text().splitlines()]
        assert [line for line in refused if "bus.refused" in line] == []


async def _there(supervisor: Supervisor) -> set[str]:
    try:
        return await ids_in_events(supervisor)
    except Exception:  # noqa: BLE001 - it is not there yet, whatever the reason
        return set()
