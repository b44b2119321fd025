"""Motor's face on the in-memory MongoDB, and the real `Store` on top of it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Collection as Collected
from dataclasses import dataclass, replace
from typing import Any

from pymongo import DeleteOne, ReplaceOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from shared.store import Store
from tests.support.sim_mongo import Link, Place, SimMongo, Transaction
from tests.support.sim_process import Process
from tests.support.sim_query import Row, ordered, updated
from tests.support.sim_session import Session, transaction_of


@dataclass(frozen=True)
class Changed:
    """What an update says that it did."""

    matched_count: int = 0
    modified_count: int = 0
    upserted_id: Any = None


class Cursor:
    """The answer to a query, in pages that the project never sees."""

    def __init__(self, collection: "Collection", query: Row, transaction: Transaction | None) -> None:
        self._collection, self._query, self._transaction = collection, query, transaction
        self._sort: list[tuple[str, int]] = []
        self._limit = 0

    def sort(self, by: Any, direction: int = 1) -> "Cursor":
        """Set the order."""
        self._sort = [(by, direction)] if isinstance(by, str) else list(by)
        return self

    def limit(self, count: int) -> "Cursor":
        """Set how many come at most."""
        self._limit = count
        return self

    async def __aiter__(self) -> AsyncIterator[Row]:
        for row in await self._collection.answer(self._query, self._sort, self._limit, self._transaction):
            yield row


@dataclass(frozen=True)
class Collection:
    """A collection as motor shows it."""

    link: Link
    place: Place

    @property
    def database(self) -> "Database":
        """Return the database it belongs to."""
        return Database(self.link, self.place[0])

    def with_options(self, **_: Any) -> "Collection":
        """Return the collection itself: single writes are always durable here."""
        return self

    async def create_index(self, *_: Any, **__: Any) -> None:
        """Indexes only make real servers faster."""

    def find(self, query: Row | None = None, _: Any = None, *, session: Session | None = None) -> Cursor:
        """Return a cursor; projections are ignored."""
        return Cursor(self, query or {}, transaction_of(session))

    async def find_one(
        self, query: Row, _: Any = None, *, sort: Any = (), session: Session | None = None
    ) -> Row | None:
        """Return the first document."""
        found = await self.answer(query, list(sort), 1, transaction_of(session))
        return found[0] if found else None

    async def answer(self, query: Row, sort: list[Any], limit: int, transaction: Transaction | None) -> list[Row]:
        """Return documents of one's own to keep."""

        def effect() -> list[Row]:
            found = ordered(self.link.server.find(self.place, query, transaction), sort or [("_id", 1)])
            return [copied(row) for row in (found[:limit] if limit else found)]

        return await self.link.call(effect, transaction)  # type: ignore[no-any-return]

    async def count_documents(self, query: Row) -> int:
        """Return how many there are."""
        return await self.link.call(lambda: len(self.link.server.find(self.place, query)))  # type: ignore[no-any-return]

    async def distinct(self, name: str) -> list[Any]:
        """Return the values of a field."""
        found = await self.answer({}, [], 0, None)
        return sorted({row[name] for row in found if name in row})

    async def insert_one(self, row: Row, *, session: Session | None = None) -> None:
        """Insert one document."""
        await self._write(lambda t: self.link.server.insert(self.place, row, t), session)

    async def insert_many(self, rows: Sequence[Row], *, ordered: bool = True, session: Session | None = None) -> None:
        """Insert documents; one that is there already fails them all in a transaction."""
        del ordered

        def effect(transaction: Transaction | None) -> None:
            try:
                for row in rows:
                    self.link.server.insert(self.place, row, transaction)
            except DuplicateKeyError as error:
                raise BulkWriteError({"writeErrors": [{"code": 11000, "errmsg": str(error)}]}) from None

        await self._write(effect, session)

    async def update_one(
        self, query: Row, update: Row, *, upsert: bool = False, session: Session | None = None
    ) -> Changed:
        """Change the first match, or insert what the query describes."""

        def effect(transaction: Transaction | None) -> Changed:
            found = self.link.server.find(self.place, query, transaction)
            if found:
                self.link.server.write(self.place, found[0]["_id"], updated(found[0], update), transaction)
                return Changed(1, 1)
            if not upsert:
                return Changed()
            plain = {name: value for name, value in query.items() if not isinstance(value, Mapping)}
            row = updated(plain, update)
            self.link.server.insert(self.place, row, transaction)
            return Changed(upserted_id=row["_id"])

        return await self._write(effect, session)  # type: ignore[no-any-return]

    async def find_one_and_update(
        self, query: Row, update: Row, *, upsert: bool = False, return_document: bool = False
    ) -> Row | None:
        """Change the first match, or insert what the query describes; return it as it is afterwards."""
        assert return_document

        def effect(transaction: Transaction | None) -> Row | None:
            found = self.link.server.find(self.place, query, transaction)
            if not found and not upsert:
                return None
            row = updated(found[0] if found else dict(query), update)
            self.link.server.write(self.place, row["_id"], row, transaction)
            return copied(row)  # type: ignore[no-any-return]

        return await self._write(effect, None)  # type: ignore[no-any-return]

    async def find_one_and_delete(self, query: Row) -> Row | None:
        """Delete the first match and return it."""

        def effect(transaction: Transaction | None) -> Row | None:
            found = self.link.server.find(self.place, query, transaction)
            self._delete(query, transaction, 1)
            return copied(found[0]) if found else None

        return await self._write(effect, None)  # type: ignore[no-any-return]

    async def update_many(self, query: Row, update: Row, *, session: Session | None = None) -> Changed:
        """Change every match."""

        def effect(transaction: Transaction | None) -> Changed:
            found = self.link.server.find(self.place, query, transaction)
            for row in found:
                self.link.server.write(self.place, row["_id"], updated(row, update), transaction)
            return Changed(len(found), len(found))

        return await self._write(effect, session)  # type: ignore[no-any-return]

    async def replace_one(self, query: Row, row: Row, *, upsert: bool = False, session: Session | None = None) -> None:
        """Put a document in the place of another."""
        await self._write(lambda t: self._replace(query, row, t, upsert=upsert), session)

    async def delete_one(self, query: Row, *, session: Session | None = None) -> None:
        """Delete the first match."""
        await self._write(lambda t: self._delete(query, t, 1), session)

    async def delete_many(self, query: Row, *, session: Session | None = None) -> None:
        """Delete every match."""
        await self._write(lambda t: self._delete(query, t, None), session)

    async def bulk_write(self, operations: Sequence[Any], *, ordered: bool, session: Session | None = None) -> None:
        """Replace and delete in one go."""
        del ordered

        def effect(transaction: Transaction | None) -> None:
            for one in operations:
                if isinstance(one, DeleteOne):
                    self._delete(one._filter, transaction, 1)
                elif isinstance(one, ReplaceOne):
                    self._replace(one._filter, one._doc, transaction, upsert=bool(one._upsert))

        await self._write(effect, session)

    def _replace(self, query: Row, row: Row, transaction: Transaction | None, *, upsert: bool) -> None:
        if upsert or self.link.server.find(self.place, query, transaction):
            self.link.server.write(self.place, query["_id"], {**row, "_id": query["_id"]}, transaction)

    def _delete(self, query: Row, transaction: Transaction | None, most: int | None) -> None:
        for row in self.link.server.find(self.place, query, transaction)[:most]:
            self.link.server.write(self.place, row["_id"], None, transaction)

    async def _write(self, effect: Callable[[Transaction | None], Any], session: Session | None) -> Any:
        transaction = transaction_of(session)
        try:
            return await self.link.call(lambda: effect(transaction), transaction)
        except PyMongoError:
            if transaction is not None:
                self.link.server.abort(transaction)  # an error ends a transaction on the server
            raise


@dataclass(frozen=True)
class Database:
    """A database as motor shows it."""

    link: Link
    name: str

    @property
    def client(self) -> "Client":
        """Return the client."""
        return Client(self.link)

    def __getitem__(self, name: str) -> Collection:
        return Collection(self.link, (self.name, name))

    async def list_collection_names(self) -> list[str]:
        """Return the names of all collections."""
        return [name for database, name in self.link.server.collections if database == self.name]

    async def create_collection(self, name: str) -> None:
        """Create a collection."""
        self.link.server.collections.setdefault((self.name, name), {})


@dataclass
class Client:
    """A client as motor shows it."""

    link: Link

    async def start_session(self) -> Session:
        """Open a session."""
        return Session(replace(self.link))

    def close(self) -> None:
        """There is nothing to let go of."""


class SimStore(Store):
    """The real store on the in-memory server."""

    def __init__(self, server: SimMongo, database: str, process: Process | None = None) -> None:
        link = Link(server, process)
        self.process = process.name if process else database
        self._client: Any = Client(link)
        self.db: Any = Database(link, database)

    async def end_orphans(self, processes: Collected[str]) -> int:
        """End the transactions that dead processes left open."""
        server: SimMongo = self.db.link.server
        dead = [one for one in server.open if one.owner is not None and one.owner.name in processes]
        for transaction in dead:
            server.abort(transaction)
        return len(dead)


def copied(value: Any) -> Any:
    """Return a document of one's own; what is in it is as MongoDB gives it back."""
    if isinstance(value, dict):
        return {name: copied(inner) for name, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value
