"""Where it is kept in MongoDB what was heard of messages. Calls at a time share their writes."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError

from shared.sms.gateway import Report
from shared.sms.heard import Fate, Part, by_time, fate_of, noted
from shared.sms.mongo import only_duplicates
from shared.together import Together

PARTS_COLLECTION = "sms_parts"
FATES_COLLECTION = "sms_fates"

_DURABLE = WriteConcern("majority", j=True)


@dataclass(frozen=True, slots=True)
class _Note:
    """Whose a reference is."""

    gateway: str
    reference: str
    message_id: str
    parts: int
    now: datetime


@dataclass(frozen=True, slots=True)
class _Heard:
    """A report, and who told."""

    gateway: str
    report: Report

    @property
    def row_id(self) -> str:
        return f"{self.gateway}|{self.report.reference}"


class MongoHeardLog:
    """A `HeardLog`; a part's `_id` is gateway and reference, a fate's is message id and status.

    Notes and reports go through one queue, in the order in which they came: so a report that comes behind the answer to
    a submission always finds whose its reference is.
    """

    def __init__(self, parts: Any, fates: Any) -> None:
        self._parts, self._fates = (each.with_options(write_concern=_DURABLE) for each in (parts, fates))
        self._writing: Together[list[_Note] | _Heard, bool] = Together(self._write)

    async def prepare(self) -> None:
        """Index by message, and what is open."""
        await self._parts.create_index("message_id")
        await self._fates.create_index("told", partialFilterExpression={"told": False})

    async def note(self, gateway: str, references: list[str], message_id: str, parts: int, now: datetime) -> None:
        """Insert the rows; where a report, or an earlier message, was first, write over what was read."""
        await self._writing.do([_Note(gateway, each, message_id, parts, now) for each in references])

    async def hear(self, gateway: str, report: Report) -> bool:
        """Write the first final report; a row without a message is made where the reference is not known."""
        return await self._writing.do(_Heard(gateway, report))

    async def _write(self, said: list[list[_Note] | _Heard]) -> list[bool]:
        notes = {f"{each.gateway}|{each.reference}": each for n in said if isinstance(n, list) for each in n}
        reports = [each for each in said if isinstance(each, _Heard)]
        parts: list[Part] = []
        if notes:
            parts += await self._note_all(notes)
        if reports:
            parts += await self._hear_all(reports)
        await self._keep(await self._fates_of(parts))
        known = {(part.gateway, part.reference) for part in parts if part.message_id is not None}
        return [isinstance(each, list) or (each.gateway, each.report.reference) in known for each in said]

    async def _note_all(self, notes: dict[str, _Note]) -> list[Part]:
        """Note all; return those of which something was heard before."""
        new = [Part(each.gateway, each.reference, each.message_id, each.parts) for each in notes.values()]
        try:
            await self._parts.insert_many([_row(each) for each in new], ordered=False)
        except BulkWriteError as error:
            if not only_duplicates(error):
                raise
            there = [each["op"]["_id"] for each in (error.details or {})["writeErrors"]]
            return await self._note_over({row_id: notes[row_id] for row_id in there})
        return []

    async def _note_over(self, notes: dict[str, _Note]) -> list[Part]:
        while True:
            before = await self._read(notes)
            after = [_noted(part, notes[_row_id(part)]) for part in before]
            # Only over what was read: another process may hear of one of them meanwhile.
            changes = [
                ReplaceOne({"_id": _row_id(old), "message_id": old.message_id, "status": old.status}, _row(new))
                for old, new in zip(before, after, strict=True)
            ]
            if (await self._parts.bulk_write(changes)).matched_count == len(notes):
                return after

    async def _hear_all(self, reports: list[_Heard]) -> list[Part]:
        """Write the first final report of each; return the parts as they stand then."""
        first: dict[str, _Heard] = {}
        for each in reports:
            if each.report.status is not None:
                first.setdefault(each.row_id, each)
        if first:
            try:
                await self._parts.bulk_write([_first_report(each) for each in first.values()], ordered=False)
            except BulkWriteError as error:
                if not only_duplicates(error):  # a duplicate is a row that has its final report
                    raise
        return await self._read({each.row_id for each in reports})

    async def _read(self, row_ids: Iterable[str]) -> list[Part]:
        return [_part(row) async for row in self._parts.find({"_id": {"$in": list(row_ids)}})]

    async def _fates_of(self, parts: list[Part]) -> list[Fate]:
        """Return what became of the messages with these parts; of a message in several parts all are read."""
        fates = [fate_of([part]) for part in parts if part.parts == 1]
        several = {(part.gateway, part.message_id) for part in parts if part.parts > 1}
        if several:
            found = self._parts.find({"message_id": {"$in": sorted({str(id_) for _, id_ in several})}})
            own: dict[tuple[str, str | None], list[Part]] = {each: [] for each in several}
            async for row in found:
                own.setdefault((row["gateway"], row["message_id"]), []).append(_part(row))
            fates += [fate_of(by_time(own[each])) for each in several]
        return [fate for fate in fates if fate is not None]

    async def _keep(self, fates: list[Fate]) -> None:
        if not fates:
            return
        changes = [
            UpdateOne({"_id": _fate_id(fate)}, {"$setOnInsert": asdict(fate) | {"told": False}}, upsert=True)
            for fate in fates
        ]
        try:
            await self._fates.bulk_write(changes, ordered=False)
        except BulkWriteError as error:
            if not only_duplicates(error):  # another process was quicker with the same one
                raise

    async def untold(self, limit: int) -> list[Fate]:
        """Read what is marked untold."""
        found = self._fates.find({"told": False}, {"_id": 0, "told": 0}).limit(limit)
        return [Fate(**row) async for row in found]

    async def told(self, fates: list[Fate]) -> None:
        """Take the marks away."""
        await self._fates.update_many({"_id": {"$in": [_fate_id(fate) for fate in fates]}}, {"$set": {"told": True}})

    async def unknown(self, before: datetime) -> int:
        """Count the rows without a message; they are few."""
        rows = self._parts.find({"message_id": None}, {"at": 1})
        return len([row async for row in rows if datetime.fromisoformat(row["at"]) < before])


def _first_report(heard: _Heard) -> UpdateOne:
    report = heard.report
    fields = {"status": report.status, "at": report.at, "detail": report.detail}
    made = {"gateway": heard.gateway, "reference": report.reference, "message_id": None, "parts": 1}
    return UpdateOne({"_id": heard.row_id, "status": None}, {"$set": fields, "$setOnInsert": made}, upsert=True)


def _noted(part: Part, note: _Note) -> Part:
    return noted(part, note.message_id, note.parts, note.now)


def _row_id(part: Part) -> str:
    return f"{part.gateway}|{part.reference}"


def _fate_id(fate: Fate) -> str:
    return f"{fate.message_id}|{fate.status}"


def _row(part: Part) -> dict[str, Any]:
    return {"_id": _row_id(part), **asdict(part)}


def _part(row: dict[str, Any]) -> Part:
    return Part(**{name: value for name, value in row.items() if name != "_id"})
