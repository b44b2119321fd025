"""`bangfu demo`: a sample county through the whole system, and whether it adds up.

It adds up when the facts came to what the sample says they come to, when nothing is left in flight, and when the
ledger is the one that the same facts give in memory, line by line, and its sums are those of the sample's own,
independent computation.
"""

import asyncio
import gzip
import json
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import shared
from shared.access.principals import CLERK
from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.demo_registry import registry_figures
from shared.ops.demo_story import sums_of, tell
from shared.ops.looking import looking
from shared.ops.output import console, errors
from shared.ops.publishing import Outcome, offered, publisher
from shared.ops.quiet import wait_until_quiet
from shared.ops.running import Running, find_services
from shared.ops.supervisor import Supervisor
from shared.ops.words import say
from shared.runner.core import Keys
from shared.runner.memory import Memory
from shared.settings import SECRETS, Settings

SAMPLES = Path(shared.__file__).parent.parent / "samples"
DEMO_SECRET = "00" * 31 + "42"  # fixed and public, so that every demo gives the same ids and the same digest
_PATIENCE_S = 90.0
_BETWEEN_KILLS_S = 4.0


@dataclass
class _Checks:
    """What must hold at the end, and whether it does."""

    found: list[tuple[str, bool, str]] = field(default_factory=list)

    def expect(self, what: str, wanted: Any, got: Any) -> None:
        self.found.append((what, wanted == got, f"{got}" if wanted == got else f"{got}, expected {wanted}"))

    @property
    def hold(self) -> bool:
        return bool(self.found) and all(fine for _, fine, _ in self.found)


@dataclass(frozen=True)
class County:
    """A sample: its facts, one a line and perhaps packed, and what the sample says that they come to."""

    facts: str
    expected: str

    def lines(self) -> list[bytes]:
        """Return the facts."""
        body = (SAMPLES / self.facts).read_bytes()
        return (gzip.decompress(body) if self.facts.endswith(".gz") else body).splitlines()

    def figures(self) -> dict[str, Any]:
        """Return what they come to, computed without this system."""
        found: dict[str, Any] = json.loads((SAMPLES / self.expected).read_text(encoding="utf-8"))
        return found


EIGHTEEN_MONTHS, YEAR = County("events.jsonl", "expected.json"), County("year.jsonl.gz", "year.json")


def demo(county: County = EIGHTEEN_MONTHS, *, keep: bool = False, kill: str = "") -> int:
    """Run the demo; return the exit code, 0 only if everything adds up.

    Args:
        county: Whose facts.
        keep: Leave the data directory where it is and say where.
        kill: Name of a service that is killed hard, again and again, while the facts flow.
    """
    directory = Path(tempfile.mkdtemp(prefix="bangfu-demo-"))
    secret = {f"BANGFU_{name.upper()}": DEMO_SECRET for name in SECRETS}
    settings = Settings(data_dir=directory, nats_url=None, mongo_url=None)
    began = time.monotonic()
    checks = _Checks()
    # The oracle computes in a process of its own, started while this one still has no threads.
    oracle = ProcessPoolExecutor(1, mp_context=get_context("fork"))
    digest = oracle.submit(_digest_in_memory, county)
    try:
        with Supervisor(settings, secret | {"BANGFU_CLOCK": "off"}, _say) as supervisor:
            outcomes = _fed(supervisor, settings, county, kill)
            checks = asyncio.run(_story(supervisor.running, settings, county, outcomes, digest))
            if not kill:
                checks.expect(say("意外重启", "restarts nobody asked for"), 0, supervisor.restarts)
    finally:
        oracle.shutdown(wait=False, cancel_futures=True)
        if keep or not checks.hold:
            _say(f"data: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    for what, fine, detail in checks.found:
        console.print(f"{'[green]✓[/]' if fine else '[red]✗[/]'} {what}: {detail}", highlight=False)
    _say(f"{time.monotonic() - began:.0f} s")
    return 0 if checks.hold else 1


async def _feed(running: Running, settings: Settings, county: County) -> list[Outcome]:
    """Publish the county's facts, wait until nothing is left in flight."""
    facts = [offered(number, line) for number, line in enumerate(county.lines(), 1)]
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, TimeElapsedColumn(), console=errors) as progress:
        task = progress.add_task(say("发布事实", "publishing facts"), total=len(facts), left="")
        async with publisher(running.bus(CLERK, settings)) as connected:
            outcomes = await connected.publish(facts, lambda done: progress.update(task, completed=done))
        task = progress.add_task(say("处理中", "in flight"), total=None, left="")
        services = find_services()
        async with looking(settings, running, services) as view:
            await wait_until_quiet(
                view.js,
                services,
                view.stores,
                patience_s=_PATIENCE_S,
                heard=lambda now: progress.update(task, left=f"{now.waiting + now.in_hand + now.queued}"),
            )
    return outcomes


async def _story(
    running: Running,
    settings: Settings,
    county: County,
    outcomes: list[Outcome],
    oracle: Future[str],
) -> _Checks:
    """Tell the story and return whether it adds up."""
    checks = _Checks()
    async with looking(settings, running, find_services()) as view:
        live = await view.states("line")
        lines = [line.posted for line in live.values()]
        await tell(view, lines)
        digest = view.work("digest")
        expected = county.figures()
        registered = expected.get("registry", {})
        found = await registry_figures(view, registered) if registered else {}
    console.print(f"{say('台账摘要', 'ledger digest')} {digest(live.values())}", highlight=False)
    same = say("台账与内存重算逐行一致", "the ledger is line by line what the same facts give in memory")
    checks.expect(same, oracle.result(), digest(live.values()))
    _hold_against_the_sample(expected, lines, outcomes, checks)
    for name, figure in registered.items():
        checks.expect(f"{say('登记', 'registry')} {name}", figure, found[name])
    return checks


def _hold_against_the_sample(
    expected: dict[str, Any], lines: list[LinePosted], outcomes: list[Outcome], checks: _Checks
) -> None:
    """Compare outcomes and sums with what the sample says of itself, computed without this system."""
    counts, wanted = Counter(outcome.outcome for outcome in outcomes), expected["outcomes"]
    for name, count in (
        ("accepted", wanted["accepted_at_once"]),
        ("parked", wanted["parked_then_accepted"]),
        ("rejected", wanted["rejected"]),
        ("duplicate", wanted["duplicate"]),
    ):
        checks.expect(f"{say('事实', 'facts')} {name}", count, counts[name])
    sums = sums_of(lines)
    for programme, fen in expected["net_fen"].items():
        what = f"{programme} {say('与独立核算一致', 'as computed independently')}"
        checks.expect(what, yuan(fen), sums[programme])
    unbalanced = sum(_moved(line) != abs(line.amount_fen) for line in lines if line.kind != "decision")
    checks.expect(say("借贷不平的行", "lines whose postings do not come to their amount"), 0, unbalanced)


def _moved(line: LinePosted) -> int:
    return sum(posting.amount_fen for posting in line.postings)


def _digest_in_memory(county: County) -> str:
    """Fold the same facts in memory and return the digest of the ledger they give: the oracle."""
    services = find_services()
    secret = bytes.fromhex(DEMO_SECRET)
    memory = Memory(services, Keys(person=secret, content=secret))
    for line in county.lines():
        fact = offered(0, line)
        memory.publish(fact.subject, line, {"content-type": "application/cloudevents+json"})
    digest = next(service.extras["digest"] for service in services if "digest" in service.extras)
    return str(digest(memory.states("line").values()))


def _fed(supervisor: Supervisor, settings: Settings, county: County, kill: str) -> list[Outcome]:
    """Feed the facts and meanwhile start again what dies; kill one service hard again and again, if asked to.

    Services end with the thread that starts them, so this thread watches and another one feeds.
    """
    with ThreadPoolExecutor(1) as pool:
        feeding = pool.submit(asyncio.run, _feed(supervisor.running, settings, county))
        struck = time.monotonic()
        while not feeding.done():
            if kill and time.monotonic() - struck > _BETWEEN_KILLS_S:
                supervisor.kill(kill)
            if supervisor.revive():
                struck = time.monotonic()
            time.sleep(0.2)
    return feeding.result()


def _say(line: str) -> None:
    errors.print(f"[dim]{line}[/]", highlight=False)
