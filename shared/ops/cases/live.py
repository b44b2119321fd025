"""Policy cases through a running stack: real broker, real database, four processes, fresh for each case.

What upstream and the bank say in a case is worked out in memory first, then told to the live system all at once: the
ledger is a function of the facts, so it has to come to the same lines, refusals and balances.
"""

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from shared.ops.cases.model import Case
from shared.ops.cases.run import KEYS, Run, Verdict
from shared.ops.looking import looking
from shared.ops.publishing import offered, publisher
from shared.ops.quiet import wait_until_quiet
from shared.ops.recordings import everything
from shared.ops.running import Running, find_services
from shared.ops.supervisor import Supervisor
from shared.runner.core import Message
from shared.runner.memory import Memory
from shared.runner.wire import recorded
from shared.settings import SECRETS, Settings

_PATIENCE_S: Final = 60.0


def run_live(case: Case) -> Verdict:
    """Run one case through a system of its own and say what came otherwise than expected."""
    services = find_services()
    run = Run(case, Memory(services, KEYS))
    run.play()
    directory = Path(tempfile.mkdtemp(prefix="bangfu-case-"))
    secret = {f"BANGFU_{name.upper()}": KEYS.person.hex() for name in SECRETS} | {"BANGFU_CLOCK": "off"}
    secret["BANGFU_CONTENT_KEY"] = KEYS.content.hex()
    settings = Settings(data_dir=directory, nats_url=None, mongo_url=None)
    try:
        with Supervisor(settings, secret, lambda _: None) as supervisor, ThreadPoolExecutor(1) as pool:
            emitted, rejected = pool.submit(asyncio.run, _told(supervisor.running, settings, run)).result()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    run.stands_for(emitted, rejected)
    return Verdict(case, run.differences())


async def _told(running: Running, settings: Settings, run: Run) -> tuple[list[Message], list[tuple[str, str]]]:
    facts = [offered(number, fact.body) for number, fact in enumerate(run.told, 1)]
    async with publisher(running.nats_url) as connected:
        outcomes = await connected.publish(facts, lambda _: None)
    services = find_services()
    async with looking(settings, running, services) as view:
        await wait_until_quiet(view.js, services, view.stores, patience_s=_PATIENCE_S)
        emitted = [_message(message.headers, message.data) async for message in everything(view.js)]
    rejected = [
        (run.told[outcome.offered.number - 1].fact, outcome.code)
        for outcome in outcomes
        if outcome.outcome == "rejected"
    ]
    return [message for message in emitted if message is not None], rejected


def _message(headers: dict[str, str] | None, body: bytes) -> Message | None:
    return recorded(headers, body, 0).message
