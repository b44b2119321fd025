"""`bangfu demo`: the sample county through the whole system, and whether it adds up.

It adds up when the facts came to what the sample says they come to, when nothing is left in flight, and when the
ledger is the one that the same facts give in memory, line by line, and its sums are those of the sample's own,
independent computation.
"""

import asyncio
import json
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import shared
from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.looking import looking
from shared.ops.output import console, errors, show
from shared.ops.publishing import Outcome, offered, publisher
from shared.ops.quiet import wait_until_quiet
from shared.ops.running import Running, find_services
from shared.ops.supervisor import Supervisor
from shared.ops.words import county, say
from shared.runner.core import Keys
from shared.runner.memory import Memory
from shared.settings import SECRETS, Settings
from shared.store import Store

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


def demo(*, keep: bool = False, kill: str = "") -> int:
    """Run the demo; return the exit code, 0 only if everything adds up.

    Args:
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
    digest = oracle.submit(_digest_in_memory)
    try:
        with Supervisor(settings, secret | {"BANGFU_CLOCK": "off"}, _say) as supervisor:
            outcomes = _fed(supervisor, settings, kill)
            asyncio.run(_story(supervisor.running, settings, outcomes, checks, digest.result()))
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


async def _feed(running: Running, settings: Settings) -> list[Outcome]:
    """Publish the county's facts, wait until nothing is left in flight."""
    lines = (SAMPLES / "events.jsonl").read_bytes().splitlines()
    facts = [offered(number, line) for number, line in enumerate(lines, 1)]
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, TimeElapsedColumn(), console=errors) as progress:
        task = progress.add_task(say("发布事实", "publishing facts"), total=len(facts), left="")
        async with publisher(running.nats_url) as connected:
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


async def _story(running: Running, settings: Settings, outcomes: list[Outcome], checks: _Checks, oracle: str) -> None:
    services = find_services()
    async with looking(settings, running, services) as view:
        live = await view.states("line")
        _table(await _figures(view.stores, [line.posted for line in live.values()]))
        digest = view.work("digest")
    console.print(f"{say('台账摘要', 'ledger digest')} {digest(live.values())}", highlight=False)
    same = say("台账与内存重算逐行一致", "the ledger is line by line what the same facts give in memory")
    checks.expect(same, oracle, digest(live.values()))
    _hold_against_the_sample([line.posted for line in live.values()], outcomes, checks)


def _hold_against_the_sample(lines: list[LinePosted], outcomes: list[Outcome], checks: _Checks) -> None:
    """Compare outcomes and sums with what the sample says of itself, computed without this system."""
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    counts, wanted = Counter(outcome.outcome for outcome in outcomes), expected["outcomes"]
    for name, count in (
        ("accepted", wanted["accepted_at_once"]),
        ("parked", wanted["parked_then_accepted"]),
        ("rejected", wanted["rejected"]),
        ("duplicate", wanted["duplicate"]),
    ):
        checks.expect(f"{say('事实', 'facts')} {name}", count, counts[name])
    sums = _sums(lines)
    for programme, figures in (("social-insurance", "social_insurance"), ("stable-employment", "stable_employment")):
        what = f"{programme} {say('与独立核算一致', 'as computed independently')}"
        checks.expect(what, yuan(expected[figures]["net_fen"]), sums[programme])
    unbalanced = sum(_moved(line) != abs(line.amount_fen) for line in lines if line.kind != "decision")
    checks.expect(say("借贷不平的行", "lines whose postings do not come to their amount"), 0, unbalanced)


def _moved(line: LinePosted) -> int:
    return sum(posting.amount_fen for posting in line.postings)


def _digest_in_memory() -> str:
    """Fold the same facts in memory and return the digest of the ledger they give: the oracle."""
    services = find_services()
    secret = bytes.fromhex(DEMO_SECRET)
    memory = Memory(services, Keys(person=secret, content=secret))
    for line in (SAMPLES / "events.jsonl").read_bytes().splitlines():
        fact = offered(0, line)
        memory.publish(fact.subject, line, {"content-type": "application/cloudevents+json"})
    digest = next(service.extras["digest"] for service in services if "digest" in service.extras)
    return str(digest(memory.states("line").values()))


async def _figures(stores: dict[str, Store], lines: list[LinePosted]) -> list[tuple[str, str]]:
    """Return the story in figures."""
    people = await stores["registry"].db["person"].count_documents({"state.known": True})
    offers = await stores["matching"].db["offer"].count_documents({})
    hires = await stores["registry"].db["employment"].count_documents({})
    figures = [
        (say("登记人数", "people registered"), str(people)),
        (say("推送岗位短信", "offers sent by SMS"), str(offers)),
        (say("确认就业", "hires confirmed"), str(hires)),
    ]
    figures += [(f"{say('补贴', 'subsidy')} {p} ({say('元', 'yuan')})", v) for p, v in sorted(_sums(lines).items())]
    group = {"$group": {"_id": "$state.county", "count": {"$sum": 1}}}
    async for row in stores["notify"].db["alert"].aggregate([group, {"$sort": {"_id": 1}}]):
        figures.append((f"{say('提醒', 'alerts')} {county(row['_id'])}", str(row["count"])))
    return figures


def _table(figures: list[tuple[str, str]]) -> None:
    rows = [{"what": what, "figure": figure} for what, figure in figures]
    headings = [("what", say("事项", "what")), ("figure", say("数量", "figure"))]
    show(rows, headings, title=say("样本县的故事", "the story of the sample county"), as_json=False)


def _sums(lines: list[LinePosted]) -> dict[str, str]:
    total: Counter[str] = Counter()
    for line in lines:
        total[line.claim.programme] += line.amount_fen
    return {programme: yuan(amount) for programme, amount in total.items()}


def _fed(supervisor: Supervisor, settings: Settings, kill: str) -> list[Outcome]:
    """Feed the facts and meanwhile start again what dies; kill one service hard again and again, if asked to.

    Services end with the thread that starts them, so this thread watches and another one feeds.
    """
    with ThreadPoolExecutor(1) as pool:
        feeding = pool.submit(asyncio.run, _feed(supervisor.running, settings))
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
