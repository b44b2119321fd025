"""After every fault: drain, dispositions, ledger and registry's books, journals, short messages, readiness."""

import asyncio
import json
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from services.subsidy.domain.ledger import LINE
from shared.errors import BangfuError
from shared.ops.dispositions import account
from shared.ops.looking import View, looking
from shared.ops.quiet import wait_until_quiet
from shared.ops.reconcile import reconciled
from shared.ops.running import Running, find_services
from shared.runner.journal import chain_hash, entries_in
from shared.runner.refill import REFILLED
from shared.settings import Settings
from shared.sms.mongo import OUTBOX_COLLECTION, SENDING_COLLECTION
from shared.store import Store
from tests.faults.lab.oracle import BOOKKEEPER, Oracle, unnumbered
from tests.faults.lab.system import SERVICES, System

PATIENCE_S = 90.0
READY_S = 30.0


@dataclass
class Verdict:
    """What a run came to; no problem means that it holds."""

    problems: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


async def judge(system: System, wanted: Oracle, *, patience_s: float = PATIENCE_S) -> Verdict:
    """Wait until nothing is in flight, then hold everything against what it should be."""
    verdict = Verdict(list(system.unexpected))
    settings = Settings(database_prefix=system.prefix, data_dir=system.directory)
    async with looking(settings, Running(system.nats.url, system.mongo_url), find_services()) as view:
        try:
            await wait_until_quiet(view.js, view.services, view.stores, patience_s=patience_s)
        except BangfuError as error:
            verdict.problems.append(f"not drained: {error}")
        await _dispositions(view, verdict)
        await _ledger(view, wanted, verdict)
        await _books(view.stores[BOOKKEEPER], wanted, verdict)
        await _messages(view.stores["matching"], wanted, verdict)
        for store in view.stores.values():
            await _journals(store, verdict)
        verdict.figures["cards_pending"] = (
            await view.stores["registry"].db["vault"].count_documents({"card": "pending"})
        )
        await _streams(view, system, verdict)
        verdict.figures["events"] = (await view.js.stream_info("EVENTS")).state.messages
    if verdict.figures["cards_pending"]:
        verdict.problems.append(f"{verdict.figures['cards_pending']} contact cards were never written")
    await _ready(system, verdict)
    return verdict


async def _dispositions(view: View, verdict: Verdict) -> None:
    for row in await account(view):
        verdict.figures["messages"] += row["published"]
        verdict.figures["duplicates"] += row["duplicate"]
        verdict.figures["parked"] += row["parked"]
        if row["unexplained"]:
            verdict.problems.append(f"{row['consumer']}: {row['unexplained']} of {row['published']} unexplained")


async def _streams(view: View, system: System, verdict: Verdict) -> None:
    """Hold what the journals say was published against what the streams hold."""
    for row in (await reconciled(view, system.client, dry_run=True))["chains"]:
        if row["missing"]:
            lost = ", ".join(f"{stream} {row[stream]}" for stream in REFILLED if row[stream])
            verdict.problems.append(f"{row['chain']}: journalled and in no stream: {lost} of {row['journalled']}")


async def _ledger(view: View, wanted: Oracle, verdict: Verdict) -> None:
    lines = await view.states(LINE.kind)
    found = view.work("digest")(lines.values())
    verdict.figures["lines"] = len(lines)
    if found != wanted.digest:
        verdict.problems.append(
            f"ledger {found[:12]} of {len(lines)} lines, not {wanted.digest[:12]} of {wanted.lines}"
        )


async def _books(store: Store, wanted: Oracle, verdict: Verdict) -> None:
    """Hold every aggregate of registry and of its consumers behind the door against what it should be."""
    for kind, expected in wanted.books.items():
        found = {row["_id"]: unnumbered(row["state"]) async for row in store.db[kind].find()}
        verdict.figures["books"] += len(expected)
        if other := sorted(i for i in found.keys() | expected.keys() if found.get(i) != expected.get(i)):
            verdict.problems.append(f"{len(other)} of {len(expected)} {kind} differ, first {other[0]}")


async def _messages(store: Store, wanted: Oracle, verdict: Verdict) -> None:
    """Hold what was sent against what was queued: nothing else, none twice, none refused for want of a number."""
    rows = [row async for row in store.db[SENDING_COLLECTION].find()]
    sent = {row["_id"] async for row in store.db[OUTBOX_COLLECTION].find({}, {"_id": 1})}
    tries = await store.db["system.profile"].count_documents({"ns": f"{store.db.name}.{OUTBOX_COLLECTION}"})
    verdict.figures.update(f"sms_{row['status']}" for row in rows)
    if strange := {row["_id"] for row in rows} - wanted.messages:
        verdict.problems.append(f"{len(strange)} short messages that nobody queued")
    verdict.figures["sms_tries"] = tries
    if tries > len(sent):
        verdict.problems.append(f"the gateway was asked {tries} times to carry {len(sent)} short messages")
    lost = [row for row in rows if row["status"] == "rejected"]
    if lost:
        verdict.problems.append(f"{len(lost)} short messages rejected: {lost[0].get('detail')}")
    if any(row["_id"] not in sent for row in rows if row["status"] == "accepted"):
        verdict.problems.append("a short message counts as carried and is not in the outbox")


async def _journals(store: Store, verdict: Verdict) -> None:
    """Verify every hash chain from its beginning, and that heads stand where the chains end."""
    last: dict[str, tuple[int, str]] = {}
    for name in sorted(await store.db.list_collection_names()):
        if not name.startswith("journal_"):
            continue
        async for row in store.db[name].find().sort([("chain", 1), ("number", 1)]):
            number, previous = last.get(row["chain"], (0, ""))
            computed = chain_hash(row["chain"], row["number"], previous, entries_in(row))
            if (row["number"], row["previous"], row["hash"]) != (number + 1, previous, computed):
                verdict.problems.append(f"journal {row['_id']} does not follow from the one before it")
            last[row["chain"]] = (row["number"], row["hash"])
            verdict.figures["journals"] += 1
    async for head in store.db["heads"].find():
        if (head["number"], head["hash"]) != last.get(head["_id"], (0, "")):
            verdict.problems.append(f"the head of {head['_id']} stands elsewhere than its chain")


async def _ready(system: System, verdict: Verdict) -> None:
    deadline = asyncio.get_running_loop().time() + READY_S
    for name in SERVICES:
        process = system.members[name].process
        while process is not None:
            said = await asyncio.to_thread(_readiness, process.port)
            if said is True:
                break
            if asyncio.get_running_loop().time() > deadline:
                verdict.problems.append(f"{name} is not ready {READY_S:.0f} s after everything is still: {said}")
                break
            await asyncio.sleep(0.1)


def _readiness(port: int) -> Any:
    """Return True, or which checks fail."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=3) as answer:
            return bool(json.load(answer)["ready"])
    except urllib.error.HTTPError as refused:
        return sorted(name for name, fine in json.load(refused)["checks"].items() if not fine)
    except (OSError, ValueError) as error:
        return type(error).__name__
