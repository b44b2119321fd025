"""Holding the live journals, the seals in the store and the stream of seals against each other."""

from collections.abc import AsyncIterator

import nats.errors
import orjson
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.ops.audit.bundle import Sealed
from shared.runner.journal import VERSION, chain_hash, entries_in
from shared.runner.publisher import Entry
from shared.runner.reading import stored
from shared.runner.sealing import STREAM, added, nothing, seal_hash
from shared.store import Row

_SILENCE_S = 5.0


async def published(js: JetStreamContext) -> dict[str, Row]:
    """Return what the stream of seals holds, by hash; who published it says so twice after a crash, and means one.

    Raises:
        TimeoutError: The broker stopped in the middle; look again.
    """
    try:
        last = (await js.stream_info(STREAM)).state.last_seq
    except NotFoundError:
        return {}
    found: dict[str, Row] = {}
    try:
        async for message in stored(js, STREAM, last, silence_s=_SILENCE_S):
            seal = orjson.loads(message.data)
            found[seal_hash(seal)] = seal
    except nats.errors.TimeoutError:
        raise TimeoutError(f"{STREAM} gives nothing more although it ends at {last}") from None
    return found


async def wrong_with(sealed: Sealed, stream: dict[str, Row]) -> AsyncIterator[str]:
    """Yield what is wrong with a chain, in sentences: its journal, its seals, and what was published of them."""
    upon: dict[int, list[Row]] = {}
    previous: Row = {"number": 0, "hash": "", "day": ""}
    for seal in sealed.seals:
        place = f"{sealed.chain}: seal {seal['number']} of {seal['day']}"
        if seal_hash(seal) != seal["hash"]:
            yield f"{place} has another hash than its content"
        if seal["number"] != previous["number"] + 1 or seal["previous"] != previous["hash"]:
            yield f"{place} does not follow seal {previous['number']}"
        if seal["hash"] not in stream:
            yield f"{place} is not in {STREAM}: not published yet, lost there (bangfu ops reconcile), or rewritten"
        upon.setdefault(seal["head_number"], []).append(seal)
        previous = seal
    stored = {seal["hash"] for seal in sealed.seals}
    for digest, seal in stream.items():
        if seal["chain"] == sealed.chain and digest not in stored:
            yield f"{sealed.chain}: {STREAM} holds a seal of {seal['day']} that the store does not"
    async for mistake in _journal(sealed, upon):
        yield mistake


async def _journal(sealed: Sealed, upon: dict[int, list[Row]]) -> AsyncIterator[str]:
    """Yield what is wrong with the documents, and where they are not what the seals upon them say."""
    last = max(upon, default=0)
    number, previous, totals = 0, "", nothing()
    async for journal in sealed.documents(1, last):
        number += 1
        place = f"{sealed.chain}: document {journal['number']}"
        if journal["number"] != number:
            yield f"{place} stands where {number} should: some are missing or added"
            return
        entries = entries_in(journal)
        digest = chain_hash(sealed.chain, number, previous, entries)
        if journal.get("version") != VERSION or journal["previous"] != previous or journal["hash"] != digest:
            yield f"{place} has another hash than its content"
        for seal in upon.get(number, ()):
            if not _covers(seal, previous, totals, entries):
                yield f"{place} is not what the seal of {seal['day']} covers"
        previous, totals = journal["hash"], added(totals, entries)
    behind = [seal for seal in upon.get(number + 1, ()) if _covers(seal, previous, totals, [])]
    if number != last and len(behind) != len(upon[last]):
        yield f"{sealed.chain}: the journal ends at document {number}, but {last} is sealed"


def _covers(seal: Row, previous: str, totals: Row, entries: list[Entry]) -> bool:
    """Tell whether a seal is that of the beginning of a document."""
    part = entries[: seal["head_entries"]]
    digest, now = chain_hash(seal["chain"], seal["head_number"], previous, part), added(totals, part)
    return seal["head_hash"] == digest and all(seal[name] == now[name] for name in now)
