"""Erasing a person: the key of the vault is destroyed with all that it opens, and a tombstone says so.

The tombstone keeps who asked, on which day, by which decision, and digests of the sealed keys that were destroyed: a
backup can be told by them, and nothing can be read by them. While it stands, nothing told of the person is kept again.
"""

import base64
import hashlib
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, Final

from services.registry.adapters.sealed import opened
from shared.events.identity import PersonMerged
from shared.events.ops import ErasureLifted, ErasureRequested
from shared.identity import IdentityError, normalise_id_number
from shared.privacy import Sealer, person_id, sealed_place
from shared.runner.batch import Folded
from shared.store import Row, Session
from shared.telemetry import logger

_NUMBERS: Final = ("id_number", "phone", "account_no")
_ID_NUMBER: Final = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
_PACKED: Final = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_CARDS: Final = frozenset({"card", "payee"})
_MOST: Final = 1_000_000  # bytes that something packed may unfold to
_NATIONAL: Final = "+86"


class Erasing:
    """What an erasure destroys in registry's database, within the transaction that records it."""

    def __init__(self, db: Any, vault_key: bytes, person_key: Callable[[], bytes]) -> None:
        self._db, self._vault_key, self._person_key = db, vault_key, person_key

    async def within(self, session: Session, folded: Folded) -> list[str]:
        """Do what a batch's erasures ask for, in their order, also of whom it finds to be somebody erased.

        Return whose contact cards have to go.
        """
        touched: list[str] = []
        for message in folded.emitted:
            match message.event:
                case ErasureRequested() | ErasureLifted() as event:
                    touched += await self.apply(session, event, message.id, message.known_on)
                case PersonMerged(into_person_id=into):
                    touched += await self._reach(session, into)
        return touched

    async def apply(
        self, session: Session | None, event: ErasureRequested | ErasureLifted, event_id: str, on: date
    ) -> list[str]:
        """Erase somebody, or let them be told of again; done once for each record. Return whom it concerned.

        While an erasure stands it reaches records that were found to be the same person since; once it is lifted, or
        another has taken its place, nothing more comes of it.
        """
        rows = await self._records(session, event.person_id)
        ids = _without(rows, event_id)
        stands = rows[event.person_id].get("erased", {}).get("event") == event_id
        if not ids or (event.person_id not in ids and not stands):
            return []
        if isinstance(event, ErasureLifted):
            await self._lift(session, rows, event_id)
            return []
        said = {"on": on.isoformat(), "by": event.by, "doc_no": event.doc_no, "event": event_id}
        await self._destroy(session, {id_: rows[id_] for id_ in ids}, said)
        return ids

    async def _reach(self, session: Session, person_id_: str) -> list[str]:
        """Have an erasure that stands reach the records that were found to be the same person since."""
        rows = await self._records(session, person_id_)
        said = rows[person_id_].get("erased")
        ids = _without(rows, said["event"]) if said else []
        if said and ids:
            await self._destroy(session, {id_: rows[id_] for id_ in ids}, said)
        return ids

    async def _destroy(self, session: Session | None, rows: dict[str, Row], said: Row) -> None:
        """Destroy the keys of records, and the refused messages that name the person; a tombstone stands for each."""
        numbers = {number for row in rows.values() for number in self._numbers(row)}
        destroyed = [_destroyed(row) for row in rows.values() if "key" in row]
        destroyed += await self._signatures(session, rows)
        for id_, row in rows.items():
            stone = _tombstone(id_, row, said, destroyed)
            await self._db["vault"].replace_one({"_id": id_}, stone, upsert=True, session=session)
        letters = await self._letters(session, set(rows), numbers)
        logger().info("vault.erased", count=len(destroyed), number=letters)

    async def _records(self, session: Session | None, person_id_: str) -> dict[str, Row]:
        """Return what is kept of a person and of the records that are the same person, the person's own first."""
        ids = await self._one_person(session, person_id_)
        rows = {row["_id"]: row async for row in self._db["vault"].find({"_id": {"$in": ids}}, session=session)}
        return {id_: rows.get(id_, {"_id": id_}) for id_ in ids}

    async def drops(self, session: Session, raws: dict[str, bytes]) -> set[str]:
        """Return the keys of refused messages that name somebody who is erased."""
        named = {key: set(self._named(raw)) for key, raw in raws.items()}
        wanted = sorted({id_ for ids in named.values() for id_ in ids})
        query = {"_id": {"$in": wanted}, "erased": {"$exists": True}}
        erased = {row["_id"] async for row in self._db["vault"].find(query, {"_id": 1}, session=session)}
        return {key for key, ids in named.items() if ids & erased}

    async def _one_person(self, session: Session | None, person_id_: str) -> list[str]:
        """Return the person's id, and the ids of the records that were found to be the same person."""
        ids, fresh = [person_id_], [person_id_]
        while fresh:
            query = {"state.merged_into": {"$in": fresh}, "_id": {"$nin": ids}}
            fresh = [row["_id"] async for row in self._db["person"].find(query, {"_id": 1}, session=session)]
            ids += fresh
        return ids

    async def _signatures(self, session: Session | None, ids: Collection[str]) -> list[Row]:
        """Destroy what is kept under employments of the person; return what that was."""
        query = {"state.person_id": {"$in": list(ids)}}
        jobs = [row["_id"] async for row in self._db["employment"].find(query, {"_id": 1}, session=session)]
        wanted = {"_id": {"$in": [f"employment:{job}" for job in jobs]}}
        rows = [row async for row in self._db["vault"].find(wanted, session=session)]
        await self._db["vault"].delete_many(wanted, session=session)
        return [_destroyed(row) for row in rows if "key" in row]

    async def _letters(self, session: Session | None, ids: set[str], numbers: set[str]) -> int:
        """Delete the refused messages that name the person; return how many.

        By the id number; by phone or account only where nobody else is named: families share those.
        """
        about = []
        async for row in self._db["deadletters"].find({}, session=session):
            place = sealed_place("deadletters", "raw", row["_id"].replace("/", "_"))
            raw = Sealer.unseal(self._vault_key, row["sealed"], place)
            named, text = set(self._named(raw)), _joined("\n".join(_texts(raw)))
            if named & ids or (not named and any(number in text for number in numbers)):
                about.append(row["_id"])
        await self._db["deadletters"].delete_many({"_id": {"$in": about}}, session=session)
        return len(about)

    def _numbers(self, row: Row) -> Iterable[str]:
        for value in opened(row, self._vault_key, _NUMBERS).values():
            yield _joined(str(value)).removeprefix(_NATIONAL)

    def _named(self, raw: bytes) -> Iterable[str]:
        """Yield the ids of the people whose id numbers stand in a message."""
        for text in _texts(raw):
            for number in _ID_NUMBER.findall(text):
                try:
                    yield person_id(self._person_key(), normalise_id_number(number))
                except IdentityError:
                    continue

    async def _lift(self, session: Session | None, rows: dict[str, Row], event_id: str) -> None:
        """Give each record that is erased a new key, under which nothing is kept yet."""
        for id_, row in rows.items():
            if "erased" not in row:
                continue  # merged since the erasure, which did not reach it
            key = Sealer.seal(self._vault_key, Sealer.new_key(), sealed_place("vault", "key", id_))
            fresh = {"_id": id_, "key": key, "fields": {}, "before": _stones(row)}
            fresh["events"] = [*row.get("events", ()), event_id]
            await self._db["vault"].replace_one({"_id": id_}, fresh, session=session)


def _without(rows: dict[str, Row], event_id: str) -> list[str]:
    """Return the records that an event has not reached yet."""
    return [id_ for id_, row in rows.items() if event_id not in row.get("events", ())]


def proof_of(subject_id: str, said: Row, destroyed: list[Row]) -> str:
    """Return the hash that stands for an erasure: of whom, by whom, when, and which keys were destroyed."""
    content = {"subject": subject_id, "erased": said, "destroyed": destroyed}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _tombstone(subject_id: str, row: Row, said: Row, destroyed: list[Row]) -> Row:
    stone: Row = {"_id": subject_id, "erased": said, "destroyed": destroyed}
    stone["proof"] = proof_of(subject_id, said, destroyed)
    stone["events"] = [*row.get("events", ()), said["event"]]
    if before := _stones(row):
        stone["before"] = before
    stone |= dict.fromkeys(_CARDS & row.keys(), "pending")  # a card that was written has to be taken away
    return stone


def _stones(row: Row) -> list[Row]:
    """Return the tombstones of a record, in their order: those of before, and the one that it is."""
    own = {name: row[name] for name in ("erased", "destroyed", "proof") if name in row}
    return [*row.get("before", ()), *([own] if own else [])]


def _destroyed(row: Row) -> Row:
    return {
        "subject": row["_id"],
        "key": hashlib.sha256(row["key"]).hexdigest(),
        "fields": sorted(row.get("fields", {})),
    }


def _texts(raw: bytes) -> Iterable[str]:
    """Yield what a message says, and what is packed in it: a request to judge again encloses the refused fact.

    Digits of whatever width read as digits (Unicode's compatibility form): people type them as their keyboard does.
    """
    text = raw.decode("utf-8", "ignore")
    yield _plain(text)
    for packed in _PACKED.findall(text):
        try:
            yield _plain(zlib.decompressobj().decompress(base64.b64decode(packed), _MOST).decode("utf-8", "ignore"))
        except (ValueError, zlib.error):
            continue


def _joined(text: str) -> str:
    """Return a text whose numbers are written in one piece: phones and accounts are told in groups, too."""
    return _BETWEEN_DIGITS.sub("", text)


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
