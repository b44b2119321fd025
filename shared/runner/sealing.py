"""Seals: what a chain has come to when a day is closed, hash-chained, in the store and in a stream that only grows.

Whoever has noted the hash of one seal can tell later whether anything before it was changed. A seal is written in
the transaction of the batch that closes its day. It covers exactly what was emitted up to the closing: all documents
before that of the batch, and the first entries of that one, as if the document ended there.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from shared.events.subsidy import LinePosted
from shared.runner.core import Sealing
from shared.runner.journal import content_hash, hash_of, labels_of
from shared.runner.publisher import Entry, Publisher
from shared.store import Commit, Row, Store, patiently
from shared.telemetry import logger

VERSION = 1
STREAM = "SEALS"
_LINE = LinePosted.first_type().removesuffix("1")  # whatever its version
_OUTSIDE = ("_id", "sent")  # `sent`: in seals of before 2026-12, whose heads did not know it


@dataclass(frozen=True)
class Advance:
    """What a commit does to a sealed chain.

    Args:
        head: Fields of the chain's head document that change beside number and hash.
        seals: The new ones. texts: what the chain's decisions rest on, where the chain has not kept it yet.
    """

    head: Row = field(default_factory=dict)
    seals: list[Row] = field(default_factory=list)
    texts: Row | None = None

    def into(self, unit: Commit) -> None:
        """Have a commit write it."""
        unit.head, unit.seals, unit.texts = self.head, self.seals, self.texts


def advanced(sealing: Sealing | None, head: Row, entries: list[Entry], closings: list[tuple[int, date]]) -> Advance:
    """Return how a chain's totals go on with the entries of a batch, and a seal for each day that it closes.

    Args:
        sealing: None where the chain is not sealed.
        head: The chain's head before the commit, as the store keeps it.
        entries: What the batch emits.
        closings: Days, each closed behind so many of the entries.
    """
    if sealing is None or not (entries or closings):
        return Advance()
    chain, texts = head["_id"], texts_hash(sealing.texts)
    totals, last = head.get("totals") or nothing(), head.get("seal") or {"number": 0, "hash": "", "texts": ""}
    labels, contents = [labels_of(chain, e) for e in entries], [content_hash(e) for e in entries]
    seals: list[Row] = []
    counted = 0
    for count, day in closings:
        totals, counted = added(totals, entries[counted:count]), count
        number = int(head["number"]) + 1
        stands = hash_of(chain, number, head["hash"], labels[:count], contents[:count])
        place = {"head_number": number, "head_entries": count, "head_hash": stands}
        seals.append(sealed(chain, seals[-1] if seals else last, place, day, totals | {"texts": texts}))
    fresh = _rows(dict(sealing.texts), "name", "text") if seals and texts not in ("", last["texts"]) else None
    kept = {name: seals[-1][name] for name in ("number", "hash", "texts")} if seals else last
    said = {"totals": added(totals, entries[counted:]), "seal": kept}
    return Advance(said, seals, {"_id": texts, "texts": fresh} if fresh else None)


def nothing() -> Row:
    """Return the totals of a chain that has not begun."""
    return {"entries": 0, "counts": [], "sums": []}


def added(totals: Row, entries: list[Entry]) -> Row:
    """Return totals with entries added: how many, how many by type, fen of the lines by programme."""
    counts = Counter({row["type"]: int(row["count"]) for row in totals["counts"]})
    sums = Counter({row["programme"]: int(row["sum_fen"]) for row in totals["sums"]})
    for entry in entries:
        body = orjson.loads(entry.body)
        counts[body["type"]] += 1
        if body["type"].startswith(_LINE):
            sums[body["data"]["claim"]["programme"]] += body["data"]["amount_fen"]
    return {
        "entries": int(totals["entries"]) + len(entries),
        "counts": _rows(counts, "type", "count"),
        "sums": _rows(sums, "programme", "sum_fen"),
    }


def sealed(chain: str, before: Row, place: Row, day: date, said: Row) -> Row:
    """Return the seal of a chain as the store keeps it.

    Args:
        chain: Its name.
        before: Number and hash of the seal before it.
        place: How far it covers: all documents before `head_number`, and so many entries of that one.
        day: The day that it closes.
        said: Totals, and the hash of the texts.
    """
    number = int(before["number"]) + 1
    content = {"version": VERSION, "chain": chain, "number": number, "previous": before["hash"]}
    content |= {"day": day.isoformat()} | place | said
    return {"_id": f"{chain}#{number:09d}"} | content | {"hash": seal_hash(content)}


def content_of(seal: Row) -> Row:
    """Return a stored seal as it is published."""
    return {name: value for name, value in seal.items() if name not in _OUTSIDE}


def canonical(value: Any) -> str:
    """Return the JSON text that is hashed: keys in order, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal_hash(seal: Row) -> str:
    """Return the hash of a seal: over everything it says but the hash itself."""
    return _digest(canonical({name: value for name, value in seal.items() if name not in (*_OUTSIDE, "hash")}))


def texts_hash(texts: Mapping[str, str]) -> str:
    """Return the hash of texts by name; empty where there are none."""
    return _digest(canonical({name: _digest(text) for name, text in texts.items()})) if texts else ""


def entry_of(seal: Row) -> Entry:
    """Return what is published for a seal; its hash is its id."""
    return Entry(STREAM, seal["hash"], f"seals.{seal['chain']}", canonical(content_of(seal)).encode())


async def send(store: Store, publisher: Publisher, seals: list[Row]) -> None:
    """Publish seals in order and note that the broker stored them; a reader knows a repetition by its hash."""
    if seals:
        await publisher.publish([entry_of(seal) for seal in seals])
        await patiently(lambda: store.mark_sealed(seals), _waited)


async def resend(store: Store, publisher: Publisher, chain: str) -> None:
    """Publish the seals of a chain that are committed but perhaps not published."""
    await send(store, publisher, await patiently(lambda: store.unsent_seals(chain), _waited))


def _waited(error: Exception, attempt: int) -> None:
    logger().warning("store.unavailable", error=type(error).__name__, attempt=attempt)


def _rows(values: Mapping[str, Any], key: str, value: str) -> list[Row]:
    return [{key: name, value: values[name]} for name in sorted(values)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
