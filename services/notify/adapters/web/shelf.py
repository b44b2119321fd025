"""Rows of one kind of aggregate, read as the states that they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from services.notify.adapters.web.endpoint import NotFound
from shared.runner.core import Aggregate
from shared.store import Database, Row

S = TypeVar("S")


class Shelf(Generic[S]):
    """Reads a kind; who asks says in the query what is in scope."""

    def __init__(self, aggregate: Aggregate[S]) -> None:
        self.kind = aggregate.kind
        self._adapter = TypeAdapter(aggregate.state)

    async def one(self, db: Database, query: Mapping[str, Any]) -> S | None:
        """Return the state of the row that a query finds."""
        row = await db[self.kind].find_one(query)
        return None if row is None else self._adapter.validate_python(row["state"])

    async def found(self, db: Database, query: Mapping[str, Any]) -> S:
        """Return the state of the row that a query finds.

        Raises:
            NotFound: There is none, or it is not theirs; nobody learns which.
        """
        state = await self.one(db, query)
        if state is None:
            raise NotFound
        return state

    async def of(self, db: Database, ids: Iterable[str]) -> dict[str, S]:
        """Return the states of those ids that have a row."""
        return await self.many(db, {"_id": {"$in": sorted(set(ids))}})

    async def left(self, db: Database, steps: Sequence[Row]) -> dict[str, S]:
        """Return the states that the steps of an aggregation leave, by id, in their order."""
        return {row["_id"]: self._adapter.validate_python(row["state"]) async for row in db[self.kind].aggregate(steps)}

    async def many(
        self, db: Database, query: Mapping[str, Any], sort: tuple[tuple[str, int], ...] = (),
        skip: int = 0, limit: int = 0,
    ) -> dict[str, S]:  # fmt: skip
        """Return the states that a query finds, by id, in an order if one is given; `limit` 0: all of them."""
        found = db[self.kind].find(query).skip(skip).limit(limit)
        found = found.sort(list(sort)) if sort else found
        return {row["_id"]: self._adapter.validate_python(row["state"]) async for row in found}
