"""Bugs of what is written: inbox, states, journal and head are not one, or not the owner's."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from pymongo import WriteConcern
from pymongo.errors import BulkWriteError

from shared.runner import runner
from shared.store import Store
from tests.simulation import letters
from tests.simulation.mutant import Patch


def outside(move: Callable[[Store, Any], Awaitable[Any]]) -> Callable[[], list[Patch]]:
    """Have one part of a commit written on its own, before the transaction."""

    def patches() -> list[Patch]:
        original = Store._write

        async def write(self: Store, session: Any, unit: Any) -> None:
            await original(self, session, await move(self, unit))

        return [(Store, "_write", write)]

    return patches


async def inbox_outside(store: Store, unit: Any) -> Any:
    for row in unit.inbox:
        await store.db[f"inbox_{unit.subscription}"].update_one({"_id": row["_id"]}, {"$set": row}, upsert=True)
    return replace(unit, inbox=[])


async def states_outside(store: Store, unit: Any) -> Any:
    for (kind, id_), row in unit.states.items():
        if row is not None:
            await store.db[kind].replace_one({"_id": id_}, row, upsert=True)
    return replace(unit, states={key: row for key, row in unit.states.items() if row is None})


async def journal_outside(store: Store, unit: Any) -> Any:
    row = unit.journal
    if row is None:
        return unit
    await store.db[f"journal_{unit.subscription}"].update_one({"_id": row["_id"]}, {"$set": row}, upsert=True)
    return replace(unit, journal=None, head=unit.head | {name: row[name] for name in ("number", "hash")})


def inbox_expires() -> list[Patch]:
    original = Store.inbox

    async def inbox(self: Store, subscription: str, keys: Any) -> Any:
        found = await original(self, subscription, keys)
        head = max((row["position"] for row in found.values()), default=0)
        return {key: row for key, row in found.items() if row["position"] > head - 20 and len(found) < 2}

    async def write(self: Store, session: Any, unit: Any) -> None:
        table = self.db[f"inbox_{unit.subscription}"]
        for row in unit.inbox:
            await table.delete_one({"_id": row["_id"]}, session=session)
        await wrote(self, session, unit)

    wrote = Store._write
    return [(Store, "inbox", inbox), (Store, "_write", write)]


def swallowed_duplicate_key() -> list[Patch]:
    wrote, original = Store._write, Store.inbox

    async def inbox(self: Store, subscription: str, keys: Any) -> Any:
        found = await original(self, subscription, keys)
        return {key: row for key, row in found.items() if row["outcome"] != "applied"}

    async def write(self: Store, session: Any, unit: Any) -> None:
        try:
            await wrote(self, session, unit)
        except BulkWriteError:
            session.transaction = self.db.link.server.begin(owner=session.link.process)
            await wrote(self, session, replace(unit, inbox=[]))

    return [(Store, "inbox", inbox), (Store, "_write", write)]


def no_fence() -> list[Patch]:
    async def advance(self: Store, session: Any, unit: Any) -> None:
        moved = {"commits": unit.commits + 1} | unit.head
        if unit.commits == 0:
            moved |= {"sent": 0, "seals_sent": 0}
        if unit.journal is not None:
            moved |= {"number": unit.journal["number"], "hash": unit.journal["hash"]}
        await self.db["heads"].update_one({"_id": unit.chain}, {"$set": moved}, upsert=True, session=session)

    return [(Store, "_advance", advance)]


def one_member_is_enough() -> list[Patch]:
    async def commit(self: Store, unit: Any) -> None:
        async with await self._client.start_session() as session:
            await session.with_transaction(lambda s: self._write(s, unit), write_concern=WriteConcern(1))

    return [(Store, "commit", commit)]


def unknown_is_done() -> list[Patch]:
    original = Store.commit

    async def commit(self: Store, unit: Any) -> None:
        try:
            await original(self, unit)
        except Exception as error:
            if not getattr(error, "has_error_label", lambda _: False)("UnknownTransactionCommitResult"):
                raise

    return [(Store, "commit", commit)]


def letter_forgets_session() -> list[Patch]:
    original = letters.Letters.within

    async def within(self: Any, session: Any, folded: Any) -> None:
        del session
        await original(self, None, folded)

    return [(letters.Letters, "within", within)]


def skipped_link() -> list[Patch]:
    original = runner.document

    def document(chain: str, number: int, previous: str, entries: Any) -> Any:
        return original(chain, number, "" if number % 3 == 0 else previous, entries)

    return [(runner, "document", document)]
