"""MongoDB in memory, as far as the project uses it: documents, transactions, and what goes wrong with them.

The real `Store` runs on it. Transactions are all or nothing; one that meets a document changed since it began, or
held by another open one, conflicts. Documents go through BSON, so what MongoDB cannot keep cannot be kept here.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import bson
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, PyMongoError

from tests.support.sim_chance import Chance
from tests.support.sim_process import BlockedError, Process
from tests.support.sim_query import Row, matches

Place = tuple[str, str]
LAG_S = 0.3  # so far behind the other members may be
TRANSIENT, UNKNOWN = "TransientTransactionError", "UnknownTransactionCommitResult"


def refusal(what: str, code: int, *labels: str) -> OperationFailure:
    """Return an error of the server with its labels."""
    return OperationFailure(what, code, {"errorLabels": list(labels)})


@dataclass
class Kept:
    """One stored document: and the number of the write that made it."""

    document: Row
    version: int


@dataclass(eq=False)
class Transaction:
    """An open transaction: what it has written, and what it saw when it began."""

    began: int
    durable: bool = True
    owner: Process | None = None
    writes: dict[tuple[Place, Any], Row | None] = field(default_factory=dict)
    state: str = "open"


@dataclass
class Committed:
    """A transaction that was committed, for those who judge the run."""

    number: int
    at: float
    writes: dict[tuple[Place, Any], Row | None]


class SimMongo:
    """The server: everything in it is committed, except what open transactions hold."""

    def __init__(self, chance: Chance | None = None) -> None:
        self.chance = chance or Chance(0)
        self.collections: dict[Place, dict[Any, Kept]] = {}
        self.open: list[Transaction] = []
        self.log: list[Committed] = []
        self.away_until = 0.0
        self._version = 0
        self._fragile: list[tuple[float, dict[tuple[Place, Any], Kept | None]]] = []

    def rows(self, place: Place, transaction: Transaction | None = None) -> Iterable[Row]:
        """Return the documents of a collection as a transaction sees them, in order of their ids."""
        stored = self.collections.setdefault(place, {})
        if transaction is None:
            return [kept.document for kept in stored.values()]
        merged: dict[Any, Row | None] = {id_: kept.document for id_, kept in stored.items()}
        merged |= {id_: row for (where, id_), row in transaction.writes.items() if where == place}
        return [row for row in merged.values() if row is not None]

    def get(self, place: Place, id_: Any, transaction: Transaction | None = None) -> Row | None:
        """Return one document."""
        if transaction is not None and (place, id_) in transaction.writes:
            return transaction.writes[place, id_]
        kept = self.collections.setdefault(place, {}).get(id_)
        return kept.document if kept else None

    def find(self, place: Place, query: Row, transaction: Transaction | None = None) -> list[Row]:
        """Return what a query asks for; one by id is looked up."""
        id_ = query.get("_id")
        if isinstance(id_, dict) and set(id_) == {"$in"}:
            found = [row for one in id_["$in"] if (row := self.get(place, one, transaction)) is not None]
        elif id_ is not None and not isinstance(id_, dict):
            row = self.get(place, id_, transaction)
            found = [row] if row is not None else []
        else:
            found = list(self.rows(place, transaction))
        return [row for row in found if matches(row, query)]

    def write(self, place: Place, id_: Any, row: Row | None, transaction: Transaction | None) -> None:
        """Write or delete one document, at once or when the transaction commits."""
        if any((place, id_) in other.writes for other in self.open if other is not transaction):
            raise BlockedError
        row = row if row is None else bson.decode(bson.encode(row))
        if transaction is None:
            self._apply({(place, id_): row})
            return
        kept = self.collections.setdefault(place, {}).get(id_)
        if kept is not None and kept.version > transaction.began:
            raise refusal("WriteConflict", 112, TRANSIENT)
        transaction.writes[place, id_] = row

    def insert(self, place: Place, row: Row, transaction: Transaction | None) -> None:
        """Insert a document that is not there yet."""
        if self.get(place, row["_id"], transaction) is not None:
            raise DuplicateKeyError("E11000 duplicate key", 11000)
        self.write(place, row["_id"], row, transaction)

    def begin(self, *, durable: bool = True, owner: Process | None = None) -> Transaction:
        """Open a transaction."""
        transaction = Transaction(self._version, durable, owner)
        self.open.append(transaction)
        return transaction

    def alive(self, transaction: Transaction | None) -> None:
        """Raise if a transaction was ended by the server."""
        if transaction is not None and transaction.state == "aborted":
            raise refusal("NoSuchTransaction", 251, TRANSIENT)

    def commit(self, transaction: Transaction) -> None:
        """Commit, all or nothing; the same commit again finds it done."""
        self.alive(transaction)
        if transaction.state == "open":
            transaction.state = "committed"
            self.open.remove(transaction)
            before = {key: self.collections.setdefault(key[0], {}).get(key[1]) for key in transaction.writes}
            self._apply(transaction.writes)
            if not transaction.durable:
                self._fragile.append((_now(), before))

    def abort(self, transaction: Transaction) -> None:
        """End a transaction and forget what it wrote."""
        if transaction.state == "open":
            transaction.state = "aborted"
            self.open.remove(transaction)

    def change_primary(self, now: float, away_s: float) -> None:
        """Have another member become primary: open transactions end, and what no majority has is rolled back."""
        for transaction in list(self.open):
            self.abort(transaction)
        self.away_until = now + away_s
        for at, before in reversed(self._fragile):
            for (place, id_), kept in before.items() if at > now - LAG_S else ():
                if kept is None:
                    self.collections[place].pop(id_, None)
                else:
                    self.collections[place][id_] = kept
        self._fragile = []

    def _apply(self, writes: dict[tuple[Place, Any], Row | None]) -> None:
        self._version += 1
        for (place, id_), row in writes.items():
            stored = self.collections.setdefault(place, {})
            if row is None:
                stored.pop(id_, None)
            else:
                stored[id_] = Kept(row, self._version)
        self.log.append(Committed(self._version, _now(), dict(writes)))


@dataclass
class Link:
    """One client's way to the server; without a process nothing travels and nothing fails."""

    server: SimMongo
    process: Process | None = None

    async def call(self, effect: Callable[[], Any], transaction: Transaction | None = None) -> Any:
        """Have the server do something, if chance lets it."""
        if self.process is None:
            return effect()
        return await self.process.call(lambda: self._done(effect, transaction))

    def _done(self, effect: Callable[[], Any], transaction: Transaction | None) -> Any:
        chance = self.server.chance
        if _now() < self.server.away_until:
            raise AutoReconnect("not primary", []) if transaction is None else refusal("NotPrimary", 10107, TRANSIENT)
        if transaction is None:
            if chance.strikes("mongo_read_fails"):
                raise AutoReconnect("connection reset", [])
            return effect()
        self.server.alive(transaction)
        if chance.strikes("transaction_aborted"):
            self.server.abort(transaction)
            raise refusal("WriteConflict", 112, TRANSIENT)
        return effect()


def _now() -> float:
    return asyncio.get_running_loop().time()


def unknown_commit() -> PyMongoError:
    """Return the error of a commit whose answer did not come."""
    return AutoReconnect("connection closed while waiting for the answer", {"errorLabels": [UNKNOWN]})
