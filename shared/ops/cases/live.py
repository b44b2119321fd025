"""Policy cases through a running stack: real broker, real database, four processes, fresh for each case.

No case of a file can touch another one: each has servers, streams, databases and processes of its own, and while one
is played the next one's start. What upstream and the bank say in a case is worked out in memory first, then told to
the live system all at once: the ledger is a function of the facts, so it has to come to the same lines, refusals and
balances.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from shared.access.principals import CLERK
from shared.errors import BangfuError
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


class _System:
    """A system for one case, in a directory of its own."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="bangfu-case-"))
        secret = {f"BANGFU_{name.upper()}": KEYS.person.hex() for name in SECRETS} | {"BANGFU_CLOCK": "off"}
        secret["BANGFU_CONTENT_KEY"] = KEYS.content.hex()
        self.settings = Settings(data_dir=self.directory, nats_url=None, mongo_url=None)
        self.supervisor = Supervisor(self.settings, secret, lambda _: None)

    def start(self) -> Self:
        try:
            self.supervisor.__enter__()
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        return self

    def stop(self) -> None:
        self.supervisor.__exit__()
        shutil.rmtree(self.directory, ignore_errors=True)


def run_live(cases: Sequence[Case]) -> Iterator[Verdict]:
    """Run each case through a system of its own and yield what came otherwise than expected, in their order."""
    # A server ends with the thread that started it: one thread starts them all and lives until the last is judged.
    with ThreadPoolExecutor(1) as starter, ExitStack() as open_systems:
        ahead = [starter.submit(_started) for _ in cases[:1]]
        open_systems.callback(_all_stopped, ahead)
        for number, case in enumerate(cases, 1):
            ready = ahead.pop()
            try:
                ahead += [starter.submit(_started) for _ in cases[number : number + 1]]
                yield _judged(case, ready)
            finally:
                _stopped(ready)


def _started() -> _System:
    return _System().start()


def _all_stopped(systems: list[Future[_System]]) -> None:
    for ready in systems:
        _stopped(ready)


def _stopped(ready: Future[_System]) -> None:
    if ready.exception() is None:
        ready.result().stop()


def _judged(case: Case, ready: Future[_System]) -> Verdict:
    """Return what came otherwise than expected; a system that does not start or comes to no rest is such a thing."""
    run = Run(case, Memory(find_services(), KEYS))
    run.play()
    try:
        system = ready.result()
        emitted, rejected = asyncio.run(_told(system.supervisor.running, system.settings, run))
    except BangfuError as error:
        return Verdict(case, [str(error)])
    run.stands_for(emitted, rejected)
    return Verdict(case, run.differences())


async def _told(running: Running, settings: Settings, run: Run) -> tuple[list[Message], list[tuple[str, str]]]:
    facts = [offered(number, fact.body) for number, fact in enumerate(run.told, 1)]
    async with publisher(running.bus(CLERK, settings)) as connected:
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
