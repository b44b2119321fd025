"""A session of motor on the in-memory MongoDB: transactions that are aborted, lost and tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from tests.support.sim_mongo import TRANSIENT, UNKNOWN, Link, Transaction, refusal, unknown_commit

MAJORITY = WriteConcern("majority", j=True)
RETRY_S = 120.0


@dataclass
class Session:
    """A session of a client: one transaction after the other."""

    link: Link
    transaction: Transaction | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.transaction is not None and (self.link.process is None or not self.link.process.dead):
            self.link.server.abort(self.transaction)

    async def with_transaction(
        self, callback: Callable[["Session"], Awaitable[Any]], *, write_concern: WriteConcern | None = None, **_: Any
    ) -> Any:
        """Run a callback in a transaction, again where the server says so, as the driver does."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + RETRY_S
        while True:
            durable = (write_concern or MAJORITY).document.get("w") != 1
            self.transaction = self.link.server.begin(durable=durable, owner=self.link.process)
            try:
                result = await callback(self)
                await self._commit(ends)
            except Exception as error:
                self.link.server.abort(self.transaction)
                if _labelled(error, TRANSIENT) and loop.time() < ends:
                    continue
                raise
            return result

    async def _commit(self, ends: float) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await self.link.call(self._committed)
            except PyMongoError as error:
                if not _labelled(error, UNKNOWN) or loop.time() >= ends or self._gives_up():
                    raise

    def _gives_up(self) -> bool:
        return self.link.server.chance.strikes("commit_never_answered")

    def _committed(self) -> None:
        assert self.transaction is not None
        server = self.link.server
        server.alive(self.transaction)
        if server.chance.strikes("commit_lost"):
            raise unknown_commit()
        if server.chance.strikes("commit_aborted"):
            server.abort(self.transaction)
            raise refusal("NoSuchTransaction", 251, TRANSIENT)
        server.commit(self.transaction)
        if server.chance.strikes("commit_answer_lost"):
            raise unknown_commit()


def transaction_of(session: Session | None) -> Transaction | None:
    return session.transaction if session is not None else None


def _labelled(error: Exception, label: str) -> bool:
    return isinstance(error, PyMongoError) and error.has_error_label(label)
