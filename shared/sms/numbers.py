"""Which number was written to on which days, in MongoDB: pseudonyms of numbers, never a number."""

from datetime import date
from typing import Any

from pymongo import UpdateOne, WriteConcern

from shared.together import Together

NUMBERS_COLLECTION = "sms_numbers"


class MongoNumberBook:
    """A `NumberBook`; `_id` is the message id. Calls at a time share their queries."""

    def __init__(self, collection: Any) -> None:
        self._rows = collection.with_options(write_concern=WriteConcern("majority", j=True))
        self._noting, self._reading = Together(self._note), Together(self._read)

    async def prepare(self) -> None:
        """Index by number and day."""
        await self._rows.create_index([("phone_id", 1), ("day", 1)])

    async def days(self, phone_id: str, since: date, but: str) -> list[date]:
        """Read the days; text of ISO 8601 sorts as days do."""
        rows = await self._reading.do((phone_id, since.isoformat()))
        return [date.fromisoformat(day) for id_, day in rows if id_ != but]

    async def _read(self, asked: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
        """Return message and day of each message to each number since its day."""
        earliest = min(since for _, since in asked)
        query = {"phone_id": {"$in": sorted({phone_id for phone_id, _ in asked})}, "day": {"$gte": earliest}}
        found: dict[str, list[tuple[str, str]]] = {}
        async for row in self._rows.find(query):
            found.setdefault(row["phone_id"], []).append((row["_id"], row["day"]))
        return [[row for row in found.get(phone_id, []) if row[1] >= since] for phone_id, since in asked]

    async def note(self, message_id: str, phone_id: str, day: date) -> None:
        """Write the row over an earlier one."""
        fields = {"phone_id": phone_id, "day": day.isoformat()}
        await self._noting.do(UpdateOne({"_id": message_id}, {"$set": fields}, upsert=True))

    async def _note(self, changes: list[UpdateOne]) -> list[None]:
        await self._rows.bulk_write(changes)
        return [None] * len(changes)
