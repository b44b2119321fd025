"""Cards out of the vault for those who must send, show or pay: two buckets that registry alone writes.

Contact cards hold name and phone of people and officers; matching and notify read them. Payee cards hold name, bank and
account number of who is paid; notify alone reads them. Each card is sealed under the card key of the settings and bound
to its bucket and its owner.
"""

from typing import ClassVar

import orjson
from nats.js import JetStreamContext
from nats.js.errors import KeyDeletedError, KeyNotFoundError, KeyWrongLastSequenceError, NotFoundError
from nats.js.kv import KeyValue

from shared.privacy import Sealer, SealError, sealed_place
from shared.runner.topology import CONTACTS, PAYEES


class Cards:
    """Reads and writes the cards of a bucket, by the id of a person, coordinator or employer."""

    bucket: ClassVar[str]

    def __init__(self, js: JetStreamContext, key: bytes) -> None:
        self._js, self._key = js, key
        self._opened: KeyValue | None = None

    async def revision(self, subject_id: str) -> int:
        """Return the revision of a card, 0 for one that was never written; raises broker errors."""
        bucket = await self._bucket()
        try:
            return (await bucket.get(subject_id)).revision or 0
        except KeyNotFoundError as error:  # of a card that was deleted it brings the marker
            return (error.entry.revision or 0) if error.entry is not None else 0

    async def put(self, subject_id: str, card: dict[str, str], revision: int) -> bool:
        """Write a card over a revision; False if it is not the last one any more. Raises broker errors."""
        bucket = await self._bucket()
        place = sealed_place(self.bucket, "card", subject_id)
        try:
            await bucket.update(subject_id, Sealer.seal(self._key, orjson.dumps(card), place), last=revision)
        except KeyWrongLastSequenceError:
            return False
        return True

    async def take(self, subject_id: str, revision: int) -> bool:
        """Leave a marker in the place of a card; False if it is not the last one any more. Raises broker errors."""
        if not revision:
            return True
        try:
            await (await self._bucket()).delete(subject_id, last=revision)
        except KeyWrongLastSequenceError:
            return False
        return True

    async def readable(self) -> bool:
        """Tell whether the card that was written last can be read with this key; raises broker errors."""
        try:
            last = await self._js.get_last_msg(f"KV_{self.bucket}", f"$KV.{self.bucket}.>")
        except NotFoundError:
            return True
        if not last.data:
            return True  # a card that was taken away
        place = sealed_place(self.bucket, "card", str(last.subject).rpartition(".")[2])
        try:
            Sealer.unseal(self._key, last.data, place)
        except SealError:
            return False
        return True

    async def get(self, subject_id: str) -> dict[str, str] | None:
        """Return a card, None if there is none (never written, or the person was erased)."""
        bucket = await self._bucket()
        try:
            entry = await bucket.get(subject_id)
        except (KeyNotFoundError, KeyDeletedError):
            return None
        if entry.value is None:
            return None
        place = sealed_place(self.bucket, "card", subject_id)
        card: dict[str, str] = orjson.loads(Sealer.unseal(self._key, entry.value, place))
        return card

    async def _bucket(self) -> KeyValue:
        if self._opened is None:
            self._opened = await self._js.key_value(self.bucket)
        return self._opened


class ContactCards(Cards):
    """Name and phone."""

    bucket = CONTACTS


class PayeeCards(Cards):
    """Bank, account number and, of people, the name."""

    bucket = PAYEES
