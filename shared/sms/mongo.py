"""The sender's memory and the outbox in MongoDB: collections that the caller hands in."""

from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from pymongo import UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared.sms.outbox import OutboxRow
from shared.sms.sending import NotOwnerError, Outcome
from shared.together import Together

SENDING_COLLECTION = "sms_sending"
OUTBOX_COLLECTION = "sms_outbox"

_SENDING = "sending"
_DURABLE = WriteConcern("majority", j=True)
_DUPLICATE = 11_000


class MongoSendingLog:
    """A `SendingLog`; `_id` is the message id, which makes `begin` succeed once. Calls at a time share their writes.

    Args:
        leases: Where the row that names the owner's term stands.
    """

    def __init__(self, collection: Any, leases: Any) -> None:
        self._rows = collection.with_options(write_concern=_DURABLE)
        self._leases = leases.with_options(write_concern=_DURABLE)
        self._beginning: dict[int, Together[str, bool]] = {}
        self._releasing, self._finishing = Together(self._release), Together(self._finish)
        self._marking = Together(self._mark)

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
        beginning = self._beginning.setdefault(term, Together(partial(self._begin, term)))
        return await beginning.do(message_id)

    async def _begin(self, term: int, message_ids: list[str]) -> list[bool]:
        while True:
            known = {row["_id"] async for row in self._rows.find({"_id": {"$in": message_ids}}, {"_id": 1})}
            fresh = set(message_ids) - known
            try:
                await self._insert(sorted(fresh), term)
            except BulkWriteError as error:
                if not only_duplicates(error):
                    raise
                continue  # somebody was quicker with one of them: look again
            # A message that is asked for twice at once begins the first time.
            return [id_ in fresh and id_ not in message_ids[:n] for n, id_ in enumerate(message_ids)]

    async def _insert(self, message_ids: list[str], term: int) -> None:
        async def noted(session: Any) -> None:
            # Written and not only read, so that a successor who takes the log meanwhile is a conflict.
            ours = {"_id": SENDING_COLLECTION, "term": term}
            if not (await self._leases.update_one(ours, {"$inc": {"begun": 1}}, session=session)).matched_count:
                raise NotOwnerError(str(term))
            rows = [{"_id": message_id, "status": _SENDING, "term": term} for message_id in message_ids]
            if rows:
                await self._rows.insert_many(rows, session=session)

        async with await self._rows.database.client.start_session() as session:
            await session.with_transaction(noted, write_concern=_DURABLE)

    async def release(self, message_id: str) -> None:
        """Delete the row, unless the message ended meanwhile."""
        await self._releasing.do(message_id)

    async def _release(self, message_ids: list[str]) -> list[None]:
        await self._rows.delete_many({"_id": {"$in": message_ids}, "status": _SENDING})
        return [None] * len(message_ids)

    async def finish(self, outcome: Outcome) -> bool:
        """Write the outcome over `sending`, over nothing else."""
        return await self._finishing.do(outcome)

    async def _finish(self, outcomes: list[Outcome]) -> list[bool]:
        changes = [
            UpdateOne(
                {"_id": each.message_id, "status": _SENDING},
                {"$set": {"status": each.status, "at": each.at, "detail": each.detail, "published": False}},
            )
            for each in outcomes
        ]
        if (await self._rows.bulk_write(changes)).matched_count == len(outcomes):
            return [True] * len(outcomes)
        # Some were not ours to end. Which ones, the rows tell: the same outcome twice is the same fact.
        rows = self._rows.find({"_id": {"$in": [each.message_id for each in outcomes]}, "status": {"$ne": _SENDING}})
        found = {_outcome(row) async for row in rows}
        return [each in found for each in outcomes]

    async def give_up(self, at: str, term: int) -> int:
        """Write `unconfirmed` over every `sending` that is not of a later term."""
        fields = {"status": "unconfirmed", "at": at, "detail": None, "published": False}
        changed = await self._rows.update_many({"status": _SENDING, "term": {"$not": {"$gt": term}}}, {"$set": fields})
        return int(changed.modified_count)

    async def unpublished(self, limit: int) -> list[Outcome]:
        """Read what is marked unpublished."""
        found = self._rows.find({"published": False}).sort("_id", 1).limit(limit)
        return [_outcome(row) async for row in found]

    async def mark_published(self, message_id: str) -> None:
        """Take the mark away."""
        await self._marking.do(message_id)

    async def _mark(self, message_ids: list[str]) -> list[None]:
        unpublished = {"_id": {"$in": message_ids}, "published": False}
        await self._rows.update_many(unpublished, {"$set": {"published": True}})
        return [None] * len(message_ids)

    async def tell_again(self, message_id: str) -> None:
        """Mark it unpublished if it ended."""
        await self._rows.update_one({"_id": message_id, "published": True}, {"$set": {"published": False}})


def _outcome(row: dict[str, Any]) -> Outcome:
    return Outcome(row["_id"], row["status"], row["at"], row["detail"])


def only_duplicates(error: BulkWriteError) -> bool:
    """Tell whether nothing is wrong but that some rows were there."""
    failed = (error.details or {}).get("writeErrors", [])
    return bool(failed) and all(each["code"] == _DUPLICATE for each in failed)


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
