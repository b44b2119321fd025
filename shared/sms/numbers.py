"""Which number was written to on which days, in MongoDB: pseudonyms of numbers, never a number."""

from datetime import date
from typing import Any

from pymongo import UpdateOne, WriteConcern

from shared.together import Together

NUMBERS_COLLECTION = "sms_numbers"


class MongoNumberBook:
    """A `NumberBook`; `_id` is the message id. Notes at a time share a write."""

    def __init__(self, collection: Any) -> None:
        self._rows = collection.with_options(write_concern=WriteConcern("majority", j=True))
        self._noting = Together(self._note)

    async def prepare(self) -> None:
        """Index by number and day."""
        await self._rows.create_index([("phone_id", 1), ("day", 1)])

    async def days(self, phone_id: str, since: date, but: str) -> list[date]:
        """Read the days; text of ISO 8601 sorts as days do."""
        query = {"phone_id": phone_id, "day": {"$gte": since.isoformat()}, "_id": {"$ne": but}}
        return [date.fromisoformat(row["day"]) async for row in self._rows.find(query)]

    async def note(self, message_id: str, phone_id: str, day: date) -> None:
        """Write the row over an earlier one."""
        fields = {"phone_id": phone_id, "day": day.isoformat()}
        await self._noting.do(UpdateOne({"_id": message_id}, {"$set": fields}, upsert=True))

    async def _note(self, changes: list[UpdateOne]) -> list[None]:
        await self._rows.bulk_write(changes)
        return [None] * len(changes)
