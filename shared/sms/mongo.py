"""The sender's memory and the outbox in MongoDB: collections that the caller hands in."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError

from shared.sms.outbox import OutboxRow
from shared.sms.sending import NotOwnerError, Outcome

SENDING_COLLECTION = "sms_sending"
OUTBOX_COLLECTION = "sms_outbox"

_SENDING = "sending"
_DURABLE = WriteConcern("majority", j=True)


class MongoSendingLog:
    """A `SendingLog`; `_id` is the message id, which makes `begin` succeed once.

    Args:
        leases: Where the row that names the owner's term stands.
    """

    def __init__(self, collection: Any, leases: Any) -> None:
        self._rows = collection.with_options(write_concern=_DURABLE)
        self._leases = leases.with_options(write_concern=_DURABLE)

    async def prepare(self) -> None:
        """Index what is open; everything else is looked up by id."""
        await self._rows.create_index("status", partialFilterExpression={"status": _SENDING})
        await self._rows.create_index("published", partialFilterExpression={"published": False})

    async def own(self, term: int) -> None:
        """Write the term over an earlier one."""
        earlier = {"_id": SENDING_COLLECTION, "term": {"$lte": term}}
        try:
            await self._leases.update_one(earlier, {"$set": {"term": term}}, upsert=True)
        except DuplicateKeyError:
            raise NotOwnerError(str(term)) from None

    async def begin(self, message_id: str, term: int) -> bool:
        """Insert the row that makes the message ours, in one transaction with a look at the term."""
        try:
            await self._insert([message_id], term)
        except DuplicateKeyError:
            return False
        return True

    async def begin_many(self, message_ids: list[str], term: int) -> set[str]:
        """Insert the rows of those that have none, in one transaction with a look at the term."""
        while True:
            known = {row["_id"] async for row in self._rows.find({"_id": {"$in": message_ids}}, {"_id": 1})}
            fresh = set(message_ids) - known
            try:
                await self._insert(sorted(fresh), term)
            except DuplicateKeyError:
                continue  # somebody was quicker with one of them: look again
            return fresh

    async def _insert(self, message_ids: list[str], term: int) -> None:
        async def noted(session: Any) -> None:
            # Written and not only read, so that a successor who takes the log meanwhile is a conflict.
            ours = {"_id": SENDING_COLLECTION, "term": term}
            if not (await self._leases.update_one(ours, {"$inc": {"begun": 1}}, session=session)).matched_count:
                raise NotOwnerError(str(term))
            for message_id in message_ids:  # a few, and a duplicate is then told as such
                await self._rows.insert_one({"_id": message_id, "status": _SENDING, "term": term}, session=session)

        async with await self._rows.database.client.start_session() as session:
            await session.with_transaction(noted, write_concern=_DURABLE)

    async def release(self, message_id: str) -> None:
        """Delete the row, unless the message ended meanwhile."""
        await self._rows.delete_one({"_id": message_id, "status": _SENDING})

    async def finish(self, outcome: Outcome) -> bool:
        """Write the outcome over `sending`, over nothing else."""
        fields = {"status": outcome.status, "at": outcome.at, "detail": outcome.detail, "published": False}
        changed = await self._rows.update_one({"_id": outcome.message_id, "status": _SENDING}, {"$set": fields})
        return bool(changed.matched_count)

    async def give_up(self, at: str, term: int) -> int:
        """Write `unconfirmed` over every `sending` that is not of a later term."""
        fields = {"status": "unconfirmed", "at": at, "detail": None, "published": False}
        changed = await self._rows.update_many({"status": _SENDING, "term": {"$not": {"$gt": term}}}, {"$set": fields})
        return int(changed.modified_count)

    async def unpublished(self, limit: int) -> list[Outcome]:
        """Read what is marked unpublished."""
        found = self._rows.find({"published": False}).sort("_id", 1).limit(limit)
        return [Outcome(row["_id"], row["status"], row["at"], row["detail"]) async for row in found]

    async def mark_published(self, message_id: str) -> None:
        """Take the mark away."""
        await self._rows.update_one({"_id": message_id, "published": False}, {"$set": {"published": True}})

    async def tell_again(self, message_id: str) -> None:
        """Mark it unpublished if it ended."""
        await self._rows.update_one({"_id": message_id, "published": True}, {"$set": {"published": False}})


class MongoOutbox:
    """An `OutboxStore`; `_id` is the message id."""

    def __init__(self, collection: Any) -> None:
        self._rows = collection.with_options(write_concern=_DURABLE)

    async def prepare(self) -> None:
        """Index by time, for the tail."""
        await self._rows.create_index([("at", 1), ("_id", 1)])

    async def add(self, row: OutboxRow) -> None:
        """Insert the row if there is none."""
        fields = asdict(row)
        with suppress(DuplicateKeyError):
            await self._rows.insert_one({"_id": fields.pop("message_id"), **fields})

    async def latest(self, limit: int) -> list[OutboxRow]:
        """Read the end of the outbox."""
        found = self._rows.find().sort([("at", -1), ("_id", -1)]).limit(limit)
        rows = [OutboxRow(row.pop("_id"), **row) async for row in found]
        return rows[::-1]
