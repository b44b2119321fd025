"""Where it is kept what was heard of messages: in MongoDB, or in one process's memory."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument, WriteConcern
from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared.sms.gateway import Report
from shared.sms.heard import Fate, Part, fate_of, heard, noted

PARTS_COLLECTION = "sms_parts"
FATES_COLLECTION = "sms_fates"

_DURABLE = WriteConcern("majority", j=True)
_DUPLICATE = 11_000


class MemoryHeardLog:
    """A `HeardLog` in dictionaries."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], Part] = {}
        self._own: dict[tuple[str, str], set[str]] = {}
        self._fates: dict[tuple[str, str], Fate] = {}
        self._untold: set[tuple[str, str]] = set()

    async def prepare(self) -> None:
        """Nothing to make."""

    async def note(self, gateway: str, references: list[str], message_id: str, parts: int, now: datetime) -> None:
        """Keep whose the references are."""
        for reference in references:
            part = self._parts.get((gateway, reference), Part(gateway, reference))
            self._parts[gateway, reference] = noted(part, message_id, parts, now)
            if part.message_id not in (None, message_id):
                self._own[gateway, str(part.message_id)].discard(reference)
            self._own.setdefault((gateway, message_id), set()).add(reference)
        self._settle(gateway, message_id)

    async def hear(self, gateway: str, report: Report) -> bool:
        """Keep the first final report of a reference."""
        part = heard(self._parts.get((gateway, report.reference), Part(gateway, report.reference)), report)
        self._parts[gateway, report.reference] = part
        if part.message_id is not None:
            self._settle(gateway, part.message_id)
        return part.message_id is not None

    async def untold(self, limit: int) -> list[Fate]:
        """Return what is not told yet."""
        return [self._fates[key] for key in sorted(self._untold)[:limit]]

    async def told(self, fates: list[Fate]) -> None:
        """Take them off."""
        self._untold -= {(fate.message_id, fate.status) for fate in fates}

    async def unknown(self, before: datetime) -> int:
        """Count what is nobody's."""
        ats = [part.at for part in self._parts.values() if part.message_id is None and part.at is not None]
        return sum(datetime.fromisoformat(at) < before for at in ats)

    def _settle(self, gateway: str, message_id: str) -> None:
        own = [self._parts[gateway, reference] for reference in self._own[gateway, message_id]]
        fate = fate_of(_by_time(own))
        if fate is not None and (key := (fate.message_id, fate.status)) not in self._fates:
            self._fates[key] = fate
            self._untold.add(key)


class MongoHeardLog:
    """A `HeardLog`; a part's `_id` is gateway and reference, a fate's is message id and status."""

    def __init__(self, parts: Any, fates: Any) -> None:
        self._parts, self._fates = (each.with_options(write_concern=_DURABLE) for each in (parts, fates))

    async def prepare(self) -> None:
        """Index by message, and what is open."""
        await self._parts.create_index("message_id")
        await self._fates.create_index("told", partialFilterExpression={"told": False})

    async def note(self, gateway: str, references: list[str], message_id: str, parts: int, now: datetime) -> None:
        """Insert the rows; where a report, or an earlier message, was first, write over what was read."""
        rows = [_row(Part(gateway, reference, message_id, parts)) for reference in references]
        try:
            await self._parts.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            failed = (error.details or {}).get("writeErrors", [])
            if not failed or any(each["code"] != _DUPLICATE for each in failed):
                raise
            for each in failed:
                await self._note_over(rows[each["index"]]["_id"], message_id, parts, now)
            await self._settle(gateway, message_id)

    async def _note_over(self, row_id: str, message_id: str, parts: int, now: datetime) -> None:
        while True:
            found = await self._parts.find_one({"_id": row_id})
            row = _row(noted(_part(found), message_id, parts, now))
            if (await self._parts.replace_one(found, row)).matched_count:
                return

    async def hear(self, gateway: str, report: Report) -> bool:
        """Write the first final report; a row without a message is made where the reference is not known."""
        row_id = f"{gateway}|{report.reference}"
        found = await self._hear_first(row_id, gateway, report) if report.status is not None else None
        if found is None:  # a final report was there before, or this is none
            found = await self._parts.find_one({"_id": row_id})
        if found is None or found["message_id"] is None:
            return False
        if found["parts"] == 1:
            await self._keep(fate_of([_part(found)]))
        else:
            await self._settle(gateway, found["message_id"])
        return True

    async def _hear_first(self, row_id: str, gateway: str, report: Report) -> Any:
        fields = {"status": report.status, "at": report.at, "detail": report.detail}
        made = {"gateway": gateway, "reference": report.reference, "message_id": None, "parts": 1}
        change = {"$set": fields, "$setOnInsert": made}
        with suppress(DuplicateKeyError):
            return await self._parts.find_one_and_update(
                {"_id": row_id, "status": None}, change, upsert=True, return_document=ReturnDocument.AFTER
            )
        return None

    async def _settle(self, gateway: str, message_id: str) -> None:
        rows = await self._parts.find({"message_id": message_id, "gateway": gateway}).to_list(None)
        await self._keep(fate_of(_by_time(_part(row) for row in rows)))

    async def _keep(self, fate: Fate | None) -> None:
        if fate is None:
            return
        row = asdict(fate) | {"told": False}
        await self._fates.update_one({"_id": _fate_id(fate)}, {"$setOnInsert": row}, upsert=True)

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


def _fate_id(fate: Fate) -> str:
    return f"{fate.message_id}|{fate.status}"


def _row(part: Part) -> dict[str, Any]:
    return {"_id": f"{part.gateway}|{part.reference}", **asdict(part)}


def _part(row: dict[str, Any]) -> Part:
    return Part(**{name: value for name, value in row.items() if name != "_id"})


def _by_time(parts: Iterable[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (part.at or "", part.reference))
