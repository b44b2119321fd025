"""Writing an audit bundle: what the journals say of one subject, with what shows that nothing was changed or left out.

Only what is sealed goes in, so that a running system does not disturb it. Nothing is decrypted: a bundle names people
by their pseudonyms, as the journals do.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import BangfuError
from shared.events.subsidy import LinePosted
from shared.ops.audit.verify import CHAINS, LEDGER
from shared.ops.looking import View
from shared.runner.core import Sealing
from shared.runner.journal import content_hash, contents_hash, entries_in, hash_of, label, labels_of
from shared.runner.sealing import canonical, content_of
from shared.store import Row, Store

Place = tuple[int, int]
_HERE = Path(__file__).parent
_LINE = LinePosted.first_type().removesuffix("1")


@dataclass(frozen=True)
class Sealed:
    """A sealed chain: where its journal is, and its seals in order."""

    chain: str
    store: Store
    seals: list[Row]

    async def documents(self, first: int, last: int) -> AsyncIterator[Row]:
        """Yield the journal documents of a range, in order."""
        query = {"chain": self.chain, "number": {"$gte": first, "$lte": last}}
        async for row in self.store.db[f"journal_{self.chain}"].find(query).sort("number", 1):
            yield row


async def sealed_chains(view: View) -> dict[str, Sealed]:
    """Return the sealed chains of the installed services by name, with their seals."""
    found = {}
    for service in view.services:
        store = view.stores[service.name]
        for subscription in service.subscriptions:
            if isinstance(subscription.seals, Sealing):
                name = subscription.name
                found[name] = Sealed(name, store, [content_of(seal) for seal in await store.seals(name)])
    return found


@dataclass(frozen=True)
class Bundle:
    """What goes into the folder, by chain.

    Args:
        about: Person id, credit code or programme. period: the first and the last day that are covered.
        texts: What the seals of the period commit to, by hash and name.
    """

    about: str
    period: dict[str, str]
    seals: dict[str, list[Row]]
    entries: dict[str, list[Row]]
    documents: dict[str, list[Row]]
    texts: dict[str, dict[str, str]]

    def write(self, out: Path) -> Row:
        """Write it into a new folder; return the manifest.

        Raises:
            BangfuError: The folder holds something.
        """
        if out.exists() and any(out.iterdir()):
            raise BangfuError(f"{out} holds something already: name a new folder")
        for digest, texts in self.texts.items():
            (out / "texts" / digest[:16]).mkdir(parents=True)
            for name, text in texts.items():
                (out / "texts" / digest[:16] / name).write_bytes(text.encode())
        out.mkdir(parents=True, exist_ok=True)
        for chain, name in CHAINS.items():
            _write_rows(out / name, self.entries[chain])
        _write_rows(out / "documents.jsonl", [row for chain in CHAINS for row in self.documents[chain]])
        _write_rows(out / "seals.jsonl", [row for chain in CHAINS for row in self.seals[chain]])
        for name in ("verify.py", "README.md"):
            (out / name).write_bytes((_HERE / name).read_bytes())
        anchors = {chain: self.seals[chain][-1]["hash"] for chain in CHAINS}
        said = {"version": 1, "about": self.about, "period": self.period, "anchors": anchors, "files": digests(out)}
        _write_rows(out / "manifest.json", [said])
        return said


async def gathered(view: View, about: str, months: tuple[str, str]) -> Bundle:
    """Read the bundle of a subject from a running system.

    Args:
        view: The system.
        about: Person id, credit code or programme.
        months: First and last month, `YYYY-MM`; of the last one what is sealed so far.

    Raises:
        BangfuError: No day of these months is sealed.
    """
    chains = await sealed_chains(view)
    days = [seal["day"] for seal in chains[LEDGER].seals]
    period = [day for day in days if months[0] <= day[:7] <= months[1]]
    if not period:
        sealed = f"{days[0]} to {days[-1]}" if days else "none"
        raise BangfuError(f"no day from {months[0]} to {months[1]} is sealed; sealed: {sealed}")
    bundle = Bundle(
        about, {"from": period[0], "to": period[-1]}, {c: chains[c].seals for c in CHAINS}, {}, {}, {},
    )  # fmt: skip
    wanted = {about}
    for chain in sorted(CHAINS, key=lambda name: name != LEDGER):
        await _read(bundle, chains[chain], wanted)
        # The facts about whom a line names are wanted, too: it rests on them.
        wanted |= {_named(row["event"]["data"]) for row in bundle.entries[chain] if _is_line(row)}
    return bundle


async def _read(bundle: Bundle, source: Sealed, wanted: set[str]) -> None:
    chain = source.chain
    before = [seal for seal in source.seals if seal["day"] < bundle.period["from"]]
    until = [seal for seal in source.seals if seal["day"] <= bundle.period["to"]]
    start = _place(before[-1]) if before and chain == LEDGER else (1, 0)
    end = _place(until[-1])
    marked = {seal["head_number"] for seal in until if seal["head_entries"]}
    bundle.entries[chain], bundle.documents[chain] = [], []
    known = _Wanted(chain, wanted)
    async for journal in source.documents(start[0], end[0] if end[1] else end[0] - 1):
        shown, document = split(chain, journal, known, (start, end), whole=journal["number"] in marked)
        bundle.entries[chain] += shown
        bundle.documents[chain].append(document)
    for digest in sorted({seal["texts"] for seal in until[len(before) :]} - {""}):
        kept = await source.store.db["texts"].find_one({"_id": digest})
        if kept is None:
            raise BangfuError(f"the texts {digest} that {chain} was sealed under are gone from the store")
        bundle.texts[digest] = {row["name"]: row["text"] for row in kept["texts"]}


@dataclass
class _Wanted:
    """Whose entries are wanted, by the labels of each day."""

    chain: str
    values: set[str]
    known: dict[str, set[str]] = field(default_factory=dict)

    def covers(self, labels: str) -> bool:
        day, *there = labels.split(" ")
        if day not in self.known:
            self.known[day] = {label(self.chain, day, value) for value in self.values}
        return not self.known[day].isdisjoint(there)


def split(
    chain: str, journal: Row, wanted: _Wanted, span: tuple[Place, Place], *, whole: bool
) -> tuple[list[Row], Row]:
    """Return the wanted entries of a journal document that stand in a span, and the document as a bundle shows it.

    What stands behind the span is cut off, as the seal at its end does it; `whole`: a seal ends in this document.
    """
    number, every = journal["number"], entries_in(journal)
    if number == span[1][0]:
        every = every[: span[1][1]]
    labels, contents = [labels_of(chain, entry) for entry in every], [content_hash(entry) for entry in every]
    shown = []
    for index, entry in enumerate(every):
        if (number, index) >= span[0] and wanted.covers(labels[index]):
            event = json.loads(entry.body)
            if canonical(event).encode() != entry.body:
                raise BangfuError(f"{chain} document {number}: entry {index} is not canonical JSON")
            row = {"stream": entry.stream, "id": entry.id, "subject": entry.subject, "event": event}
            shown.append({"chain": chain, "number": number, "index": index} | row)
    document = {"chain": chain, "number": number, "previous": journal["previous"], "labels": labels}
    document["hash"] = hash_of(chain, number, journal["previous"], labels, contents)
    return shown, document | {"contents": contents if shown or whole else contents_hash(contents)}


def _place(seal: Row) -> Place:
    return seal["head_number"], seal["head_entries"]


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a bundle but its manifest, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    return {name: digest for name, digest in found.items() if name != "manifest.json"}


def _is_line(row: Row) -> bool:
    return bool(row["event"]["type"].startswith(_LINE))


def _named(line: Row) -> str:
    return str(line["claim"].get("person_id") or line["claim"]["payee"])


def _write_rows(path: Path, rows: Iterable[Row]) -> None:
    with path.open("wb") as file:
        file.writelines(f"{canonical(row)}\n".encode() for row in rows)
