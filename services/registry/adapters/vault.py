"""The vault: names, numbers, phones and addresses, each person's sealed under a key of their own.

A person's key is itself sealed under the vault key of the settings. Erasing a person destroys the key; what is sealed
under it stays unreadable wherever copies lie (个人信息保护法 arts 47 and 51). Who must send gets a contact card of
those who can be sent anything: phone and name, sealed under the card key, in a key-value bucket that only registry
writes. Likewise who makes payment files gets a payee card of those who have an account.
Refused messages are kept for review in `deadletters`, sealed as a whole, because nobody knows what is in them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import nats.errors
import orjson
from pymongo import InsertOne, UpdateOne

from services.registry.adapters.erasing import Erasing
from services.registry.adapters.sealed import opened
from services.registry.domain.signers import told
from shared.cards import Cards, ContactCards, PayeeCards
from shared.events.ops import DiscardRequested, ErasureLifted, ErasureRequested
from shared.events.upcasting import ROOM
from shared.privacy import Sealer, sealed_place
from shared.runner.app import Context
from shared.runner.batch import RERUN, Folded
from shared.runner.core import Message
from shared.store import Row, Session, pause
from shared.telemetry import logger

_AT_ONCE = 32  # cards that are written side by side


class Vault:
    """Writes personal fields in the transaction of the batch that brought them, and the cards after it."""

    def __init__(self, context: Context) -> None:
        self._db = context.store.db
        self._key = context.settings.key("vault_key")
        key = context.settings.key("card_key")
        self._kinds = (
            _Kind("card", ("name", "phone"), "phone", ContactCards(context.js, key)),
            _Kind("payee", ("name", "bank", "account_no"), "account_no", PayeeCards(context.js, key)),
        )
        self._erasing = Erasing(self._db, self._key, partial(context.settings.key, "person_key"))
        self._due: list[str] = []  # whose cards the last batch changed

    async def within(self, session: Session, folded: Folded) -> None:
        """Store what the batch's facts say of people, and the refused messages."""
        by_subject: dict[str, dict[str, Any]] = {}
        for personal in folded.personal:
            by_subject.setdefault(personal.subject_id, {}).update(personal.fields)
        self._due = await self._keep(session, by_subject) if by_subject else []
        await self._hand_over(session, told(message.event for message in folded.emitted))
        await self._keep_letters(session, folded)
        self._due += await self._erasing.within(session, folded)

    async def _hand_over(self, session: Session, owners: Mapping[str, str]) -> None:
        """Store under its person's key what was kept under an employment whose person nobody knew yet."""
        if not owners:
            return
        found = self._db["vault"].find({"_id": {"$in": sorted(owners)}}, session=session)
        for row in [row async for row in found]:
            await self._keep(session, {owners[row["_id"]]: opened(row, self._key, row["fields"])})
            await self._db["vault"].delete_one({"_id": row["_id"]}, session=session)

    async def _keep_letters(self, session: Session, folded: Folded) -> None:
        """Store what was refused or cannot be read yet; delete what was judged otherwise since or is not wanted."""
        refused = {
            key: item
            for key, (item, said) in folded.dispositions.items()
            if said.outcome == "rejected" or said.waiting_for.startswith(ROOM)
        }
        raws = {key: item.raw for key, item in refused.items() if item.raw and item.position != RERUN}
        erased = await self._erasing.drops(session, raws) if raws else set()
        letters = [self._letter(key, raw) for key, raw in raws.items() if key not in erased]
        if letters:
            await self._db["deadletters"].insert_many(letters, session=session)
        done = [key for key, (item, _) in folded.dispositions.items() if item.position == RERUN and key not in refused]
        done += [m.event.letter for m in folded.emitted if isinstance(m.event, DiscardRequested)]
        if done:
            await self._db["deadletters"].delete_many({"_id": {"$in": done}}, session=session)

    async def after(self, _: Folded) -> None:
        """Write the contact cards of the batch, however long the broker is away: it could not hear of the batch either.

        One that a stop leaves out here is written at the next start.
        """
        if self._due:
            await self._until_done(lambda: self._write_pending({"_id": {"$in": self._due}}))

    async def erase_again(self, message: Message) -> list[str]:
        """Apply an erasure on record, unless that is done; take the contact cards away. Return whom it concerned."""
        if not isinstance(message.event, ErasureRequested | ErasureLifted):
            return []
        touched = await self._erasing.apply(None, message.event, message.id, message.known_on)
        if touched:
            await self._until_done(lambda: self._write_pending({"_id": {"$in": touched}}))
        return touched

    async def resume(self) -> None:
        """Write the cards that a stop left out, before anybody hears of whom they belong to."""
        await self._until_done(self.write_missing_cards)

    async def letter(self, key: str) -> bytes:
        """Return what was sent under an inbox key and could not be judged; empty where nothing is kept."""
        row = await self._db["deadletters"].find_one({"_id": key})
        if row is None:
            return b""
        return Sealer.unseal(self._key, row["sealed"], sealed_place("deadletters", "raw", _token(key)))

    async def write_missing_cards(self) -> bool:
        """Write the cards that a stop between commit and card left out; tell whether none is missing.

        Rows with an account that were kept before there were payee cards get theirs.
        """
        earlier = {"payee": {"$exists": False}, "fields.account_no": {"$exists": True}}
        await self._db["vault"].update_many(earlier, {"$set": {"payee": "pending"}})
        return await self._write_pending({})

    async def _until_done(self, work: Callable[[], Awaitable[bool]]) -> None:
        attempt = 0
        while not await work():
            attempt += 1
            await asyncio.sleep(pause(attempt))

    async def _keep(self, session: Session, told: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Store fields by subject, one look and one write however many there are; return whose cards are due."""
        wanted = {"_id": {"$in": sorted(told)}}
        needs = {"key": 1, "erased": 1} | {f"fields.{kind.needs}": 1 for kind in self._kinds}
        rows = {row["_id"]: row async for row in self._db["vault"].find(wanted, needs, session=session)}
        told = _without_erased(told, rows)
        if not told:
            return []
        due = {id_: flags for id_, fields in told.items() if (flags := self._flags(fields, rows.get(id_)))}
        writes: list[InsertOne[Row] | UpdateOne] = []
        for subject_id, fields in told.items():
            card = due.get(subject_id, {})
            if (row := rows.get(subject_id)) is not None:
                writes.append(UpdateOne({"_id": subject_id}, {"$set": self._changed(row, fields) | card}))
            else:  # never an upsert, which could replace a key and so erase what it sealed
                writes.append(InsertOne(self._first(subject_id, fields) | card))
        await self._db["vault"].bulk_write(writes, ordered=False, session=session)
        return sorted(due)

    def _flags(self, fields: Mapping[str, Any], row: Row | None) -> Row:
        """Return the marks of the cards that new fields change."""
        return {kind.flag: "pending" for kind in self._kinds if kind.is_changed(fields, row)}

    def _first(self, subject_id: str, fields: Mapping[str, Any]) -> Row:
        key = Sealer.new_key()
        sealed = Sealer.seal(self._key, key, sealed_place("vault", "key", subject_id))
        return {"_id": subject_id, "key": sealed, "fields": _sealed(key, subject_id, fields)}

    def _changed(self, row: Row, fields: Mapping[str, Any]) -> Row:
        key = Sealer.unseal(self._key, row["key"], sealed_place("vault", "key", row["_id"]))
        return {f"fields.{name}": value for name, value in _sealed(key, row["_id"], fields).items()}

    def _letter(self, key: str, raw: bytes) -> Row:
        return {"_id": key, "sealed": Sealer.seal(self._key, raw, sealed_place("deadletters", "raw", _token(key)))}

    async def _write_pending(self, which: Row) -> bool:
        """Write the cards that are due among some rows; tell whether none is missing."""
        for kind in self._kinds:
            due = [row["_id"] async for row in self._db["vault"].find({kind.flag: "pending"} | which, {"_id": 1})]
            for start in range(0, len(due), _AT_ONCE):
                some = due[start : start + _AT_ONCE]
                if not all(await asyncio.gather(*(self._written(kind, subject_id) for subject_id in some))):
                    return False
        return True

    async def _written(self, kind: "_Kind", subject_id: str) -> bool:
        """Write a card; False if the broker is away."""
        try:
            # Another process may write the same card: who read the older fields must not have the last word.
            while not await self._write_card(kind, subject_id):
                logger().info("card.overtaken")
        except nats.errors.Error as error:
            logger().warning("card.pending", error=type(error).__name__)
            return False
        return True

    async def _write_card(self, kind: "_Kind", subject_id: str) -> bool:
        """Write a card; False if somebody else wrote it since its revision was read."""
        revision = await kind.cards.revision(subject_id)
        row = await self._db["vault"].find_one({"_id": subject_id})
        if row is None:
            return True
        if "erased" in row:
            return await self._take_card(kind, subject_id, revision)
        card = opened(row, self._key, kind.fields)
        if not await kind.cards.put(subject_id, card, revision):
            return False
        # Sealing is never the same twice: other bytes mean that the fields were written anew, and so will the card be.
        unchanged = {f"fields.{name}": row["fields"][name] for name in card}
        await self._db["vault"].update_one({"_id": subject_id} | unchanged, {"$set": {kind.flag: "written"}})
        return True

    async def _take_card(self, kind: "_Kind", subject_id: str, revision: int) -> bool:
        """Take a card of an erased person away; False if somebody wrote it since its revision was read."""
        if not await kind.cards.take(subject_id, revision):
            return False
        gone = {"_id": subject_id, "erased": {"$exists": True}}
        await self._db["vault"].update_one(gone, {"$set": {kind.flag: "purged"}})
        return True


def _without_erased(told: Mapping[str, Mapping[str, Any]], rows: Mapping[str, Row]) -> dict[str, Mapping[str, Any]]:
    """Return what is told of people who are not erased; of the others nothing is kept until that is lifted."""
    kept = {subject_id: fields for subject_id, fields in told.items() if "erased" not in rows.get(subject_id, {})}
    if len(kept) < len(told):
        logger().warning("vault.erased_person_told_of", count=len(told) - len(kept))
    return kept


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of card: the mark of its state in a row, what stands on it, and the field without which there is none."""

    flag: str
    fields: tuple[str, ...]
    needs: str
    cards: Cards

    def is_changed(self, told: Mapping[str, Any], row: Row | None) -> bool:
        """Tell whether new fields of somebody change their card, or make one."""
        has_one = row is not None and self.needs in row.get("fields", {})
        return self.needs in told or (has_one and any(name in told for name in self.fields))


def _token(key: str) -> str:
    """Return a key without the one character that a sealed place cannot hold."""
    return key.replace("/", "_")


def _sealed(key: bytes, subject_id: str, fields: Mapping[str, Any]) -> Row:
    """Return the fields of one subject, each sealed under the subject's own key and bound to its place."""
    return {
        name: Sealer.seal(key, orjson.dumps(value), sealed_place("vault", name, subject_id))
        for name, value in fields.items()
    }
