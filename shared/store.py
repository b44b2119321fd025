"""MongoDB, through motor; the only module that imports it, so that a move to another driver is a change of one file.

One database a service. Collections: one for each kind of aggregate (`_id`, `state`, `partition`, `due_on`,
`tags`), `inbox_<subscription>` (one row a message, for ever), `journal_<subscription>` (one document a batch, for
ever), `heads` of the journal chains, `seals` of the sealed ones and the `texts` they commit to (for ever), `cursors`
of long walks. Journals, seals, texts and aggregates that only grow are inserted and never touched again, so that the
server can refuse anything else (shared/access/mongo_roles.py); how far they are published stands in the heads.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorDatabase
from pymongo import DeleteOne, ReplaceOne, WriteConcern
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.migrating import migrated
from shared.runner.crash import crash_point

T = TypeVar("T")
Session = AsyncIOMotorClientSession
Row = dict[str, Any]
Database = AsyncIOMotorDatabase[Row]
StoreError = PyMongoError


class LostOwnershipError(Exception):
    """Another process wrote to this journal chain: whoever reads this must load everything anew."""


@dataclass
class Commit:
    """What one transaction writes.

    Args:
        chain: Journal chain, `<subscription>` or `<subscription>-p<k>`. commits: how many it must have seen.
        inbox: New rows. reruns: outcomes of parked facts, whose rows exist.
        states: Kind and id to document, or None where the aggregate is over. grows: kinds that only grow.
        journal: The batch's document, None where it emits nothing.
        head: What else changes in the chain's head. seals, texts: new rows, where the batch closes days.
    """

    subscription: str
    chain: str
    commits: int
    inbox: list[Row] = field(default_factory=list)
    reruns: list[Row] = field(default_factory=list)
    states: dict[tuple[str, str], Row | None] = field(default_factory=dict)
    grows: frozenset[str] = frozenset()
    journal: Row | None = None
    cursor: Row | None = None
    companions: list[Callable[[Session], Awaitable[None]]] = field(default_factory=list)
    head: Row = field(default_factory=dict)
    seals: list[Row] = field(default_factory=list)
    texts: Row | None = None


class Store:
    """A service's database."""

    def __init__(self, url: str, database: str) -> None:
        self.process = f"{database}@{secrets.token_hex(16)}"  # what the server calls our sessions
        self._client: AsyncIOMotorClient[Row] = AsyncIOMotorClient(
            url, serverSelectionTimeoutMS=5_000, retryWrites=True, w="majority", journal=True, appname=self.process
        )
        self.db: Database = self._client.get_database(
            database, write_concern=WriteConcern("majority", j=True), read_concern=ReadConcern("majority")
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    async def now(self) -> datetime:
        """Return the time by the server's clock."""
        moment: datetime = (await self._client.admin.command("hello"))["localTime"]
        return moment.replace(tzinfo=UTC)

    async def end_orphans(self, processes: Collection[str]) -> int:
        """End the transactions that dead processes (`process`) left open; return how many there were.

        MongoDB keeps such a transaction, and what it has locked, for a minute (`transactionLifetimeLimitSeconds`),
        and whoever wants the same documents waits silently. A process that was only taken for dead does its work again.
        """
        look: list[Row] = [{"$currentOp": {"allUsers": False, "idleSessions": True}}]
        look.append({"$match": {"type": "idleSession", "appName": {"$in": sorted(processes)}}})
        orphans = [{"id": row["lsid"]["id"]} async for row in self._client.admin.aggregate(look)]
        if orphans:
            await self._client.admin.command("killSessions", orphans)
        return len(orphans)

    async def prepare(self, kinds: Mapping[str, Sequence[str]], subscriptions: Iterable[str]) -> None:
        """Create collections and indexes; transactions want collections to be there.

        Args:
            kinds: Kind of aggregate to the fields of its state that queries look by; `a,b` is one index over both.
            subscriptions: Names of the service's consumers; each has an inbox and a journal.
        """
        present = set(await self.db.list_collection_names())
        wanted = {"heads", "cursors", "seals", "texts", *kinds}
        for name in subscriptions:
            wanted |= {f"inbox_{name}", f"journal_{name}"}
            await self.db[f"journal_{name}"].create_index([("chain", 1), ("number", 1)])
            await self.db[f"inbox_{name}"].create_index("outcome")
        for kind, fields in kinds.items():
            await self.db[kind].create_index([("due_on", 1), ("_id", 1)], sparse=True)
            await self.db[kind].create_index([("tags", 1), ("_id", 1)], sparse=True)
            for name in fields:
                await self.db[kind].create_index([(f"state.{part}", 1) for part in name.split(",")])
        for name in wanted - present:
            if name not in await self.db.list_collection_names():
                await self.db.create_collection(name)
        await migrated(self.db)

    async def load(self, kind: str, ids: Iterable[str]) -> dict[str, Row]:
        """Return the stored documents of a kind by id."""
        return {row["_id"]: row async for row in self.db[kind].find({"_id": {"$in": sorted(ids)}})}

    async def every(self, kind: str, partition: int | None = None) -> dict[str, Row]:
        """Return all documents of a kind, or those of one partition."""
        return {row["_id"]: row async for row in self.db[kind].find(_of(partition))}

    async def due(self, kind: str, partition: int | None, by: date, limit: int) -> list[Row]:
        """Return what is due by a day, earliest first."""
        query: Row = {"due_on": {"$lte": by.isoformat()}} | _of(partition)
        return [row async for row in self.db[kind].find(query).sort([("due_on", 1), ("_id", 1)]).limit(limit)]

    async def due_after(self, kind: str, partition: int | None, by: date, after: str, limit: int) -> list[Row]:
        """Return a page of what is due by a day, in id order."""
        query: Row = {"due_on": {"$lte": by.isoformat()}, "_id": {"$gt": after}} | _of(partition)
        return [row async for row in self.db[kind].find(query).sort("_id", 1).limit(limit)]

    async def tagged(self, kind: str, partition: int | None, tag: str, after: str, limit: int) -> list[Row]:
        """Return a page of what carries a tag (`*`: everything), in id order."""
        query: Row = {"_id": {"$gt": after}} | ({} if tag == "*" else {"tags": tag}) | _of(partition)
        return [row async for row in self.db[kind].find(query).sort("_id", 1).limit(limit)]

    async def inbox(self, subscription: str, keys: Iterable[str]) -> dict[str, Row]:
        """Return the inbox rows of these keys."""
        query = {"_id": {"$in": sorted(keys)}}
        found = self.db[f"inbox_{subscription}"].find(query, {"hash": 1, "position": 1, "outcome": 1})
        return {row["_id"]: row async for row in found}

    async def unhandled(self, subscription: str, partition: int | None, room: str) -> list[Row]:
        """Return the inbox rows of what was not handled and may be yet, by place in the stream.

        `room` is how the names begin of what the parked ones wait for.
        """
        kept: Row = {"$or": [{"body": {"$exists": True}}, {"waiting_for": {"$regex": f"^{room}"}}]}
        query: Row = {"outcome": {"$in": ["parked", "rejected"]}} | kept | _of(partition)
        return [row async for row in self.db[f"inbox_{subscription}"].find(query).sort("position", 1)]

    async def head(self, chain: str) -> Row:
        """Return the head of a journal chain: number and hash of its last document, and how many commits made it."""
        beginning = {"_id": chain, "number": 0, "hash": "", "commits": 0, "sent": 0, "seals_sent": 0}
        return await self.db["heads"].find_one({"_id": chain}) or beginning

    async def cursor(self, chain: str) -> Row | None:
        """Return how far a long walk came before it was interrupted."""
        return await self.db["cursors"].find_one({"_id": chain})

    async def unsent(self, subscription: str, chain: str) -> list[Row]:
        """Return the journal documents that are committed but perhaps not published, oldest first."""
        sent = int((await self.head(chain)).get("sent", 0))
        found = self.db[f"journal_{subscription}"].find({"chain": chain, "number": {"$gt": sent}})
        return [row async for row in found.sort("number", 1)]

    async def mark_sent(self, chain: str, number: int) -> None:
        """Note in the head that the broker stored every entry of a journal document.

        Only of the one that is next: a document that somebody passed over stays unsent, and so does what follows it.
        """
        await self.db["heads"].update_one({"_id": chain, "sent": number - 1}, {"$set": {"sent": number}})

    async def seals(self, chain: str, query: Row | None = None) -> list[Row]:
        """Return the seals of a chain that match a query, in order."""
        return [row async for row in self.db["seals"].find({"chain": chain} | (query or {})).sort("number", 1)]

    async def unsent_seals(self, chain: str) -> list[Row]:
        """Return the seals of a chain that are committed but perhaps not published, in order."""
        sent = int((await self.head(chain)).get("seals_sent", 0))
        return await self.seals(chain, {"number": {"$gt": sent}})

    async def mark_sealed(self, seals: list[Row]) -> None:
        """Note that the broker stored some seals of a chain, in order; as `mark_sent`, only of those that are next."""
        for seal in seals:
            number = int(seal["number"])
            next_one = {"_id": seal["chain"], "seals_sent": number - 1}
            await self.db["heads"].update_one(next_one, {"$set": {"seals_sent": number}})

    async def commit(self, unit: Commit) -> None:
        """Write a batch, whole or not at all.

        Raises:
            LostOwnershipError: The chain does not stand where the batch was folded.
            StoreError: The store is away; nothing is written, or the same commit again finds it done.
        """
        async with await self._client.start_session() as session:
            await session.with_transaction(
                lambda s: self._write(s, unit),
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern("majority", j=True),
            )

    async def _write(self, session: Session, unit: Commit) -> None:
        await self._advance(session, unit)
        crash_point("txn_head")
        inbox = self.db[f"inbox_{unit.subscription}"]
        if unit.inbox:
            await inbox.insert_many(unit.inbox, ordered=False, session=session)
        for row in unit.reruns:
            await inbox.update_one({"_id": row["_id"]}, {"$set": row}, session=session)
        crash_point("txn_inbox")
        await self._change(session, unit)
        crash_point("txn_states")
        if unit.journal is not None:
            await self.db[f"journal_{unit.subscription}"].insert_one(unit.journal, session=session)
        await self._seal(session, unit)
        if unit.cursor is not None:
            await self.db["cursors"].replace_one({"_id": unit.chain}, unit.cursor, upsert=True, session=session)
        for companion in unit.companions:
            await companion(session)
        crash_point("txn_journal")

    async def _change(self, session: Session, unit: Commit) -> None:
        """Write the aggregates; of kinds that only grow, what is there already is a mistake and fails the commit."""
        changes: dict[str, list[Any]] = {}
        grown: dict[str, list[Row]] = {}
        for (kind, id_), document in unit.states.items():
            if document is None:
                changes.setdefault(kind, []).append(DeleteOne({"_id": id_}))
            elif kind in unit.grows:
                grown.setdefault(kind, []).append(document)
            else:
                changes.setdefault(kind, []).append(ReplaceOne({"_id": id_}, document, upsert=True))
        for kind, rows in sorted(grown.items()):
            await self.db[kind].insert_many(rows, ordered=False, session=session)
        for kind, operations in sorted(changes.items()):
            await self.db[kind].bulk_write(operations, ordered=False, session=session)

    async def _seal(self, session: Session, unit: Commit) -> None:
        if unit.seals:
            await self.db["seals"].insert_many(unit.seals, session=session)
        # Texts are named by their hash: what is there already says the same.
        if unit.texts is not None and not await self._has_texts(session, unit.texts["_id"]):
            await self.db["texts"].insert_one(unit.texts, session=session)

    async def _has_texts(self, session: Session, digest: str) -> bool:
        return await self.db["texts"].find_one({"_id": digest}, session=session) is not None

    async def _advance(self, session: Session, unit: Commit) -> None:
        """Move the chain's head on; a head that stands elsewhere means that somebody else owns the chain now.

        Every commit counts, also one that publishes nothing: it may change what another owner holds in memory.
        """
        moved: Row = {"commits": unit.commits + 1} | unit.head
        if unit.journal is not None:
            moved |= {"number": unit.journal["number"], "hash": unit.journal["hash"]}
        first: Row = {"sent": 0, "seals_sent": 0} if unit.commits == 0 else {}
        if unit.commits == 0 and unit.journal is None:
            first |= {"number": 0, "hash": ""}
        expected = {"_id": unit.chain, "commits": unit.commits}
        update = {"$set": moved | first}
        try:
            changed = await self.db["heads"].update_one(expected, update, upsert=unit.commits == 0, session=session)
        except DuplicateKeyError:
            raise LostOwnershipError(unit.chain) from None
        if not changed.matched_count and changed.upserted_id is None:
            raise LostOwnershipError(unit.chain)


async def patiently(work: Callable[[], Awaitable[T]], waited: Callable[[Exception, int], None]) -> T:
    """Do work that the store may interrupt until it succeeds; `waited` hears of each failure."""
    attempt = 0
    while True:
        try:
            return await work()
        except PyMongoError as error:
            attempt += 1
            waited(error, attempt)
            await asyncio.sleep(pause(attempt))


def refused(error: StoreError) -> bool:
    """Tell whether the server does not let us in, or not any more (Unauthorized, AuthenticationFailed)."""
    return isinstance(error, OperationFailure) and error.code in {13, 18}


def pause(attempt: int, first_s: float = 0.1) -> float:
    """Return how long to wait after the n-th failure: twice as long each time, at most five seconds."""
    return min(first_s * 2.0 ** min(attempt, 10), 5.0)


def _of(partition: int | None) -> Row:
    return {} if partition is None else {"partition": partition}
