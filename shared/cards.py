"""Contact cards: name and phone of people and officers, for those who must send or show.

One key-value bucket, sealed under the card key of the settings; registry writes it, matching and notify read it.
"""

import orjson
from nats.js import JetStreamContext
from nats.js.errors import KeyDeletedError, KeyNotFoundError

from shared.privacy import Sealer, sealed_place
from shared.runner.topology import CONTACTS


class ContactCards:
    """Reads and writes cards by person or coordinator id."""

    def __init__(self, js: JetStreamContext, key: bytes) -> None:
        self._js, self._key = js, key

    async def put(self, subject_id: str, card: dict[str, str]) -> None:
        """Write a card; raises broker errors."""
        bucket = await self._js.key_value(CONTACTS)
        place = sealed_place(CONTACTS, "card", subject_id)
        await bucket.put(subject_id, Sealer.seal(self._key, orjson.dumps(card), place))

    async def get(self, subject_id: str) -> dict[str, str] | None:
        """Return a card, None if there is none (never written, or the person was erased)."""
        bucket = await self._js.key_value(CONTACTS)
        try:
            entry = await bucket.get(subject_id)
        except (KeyNotFoundError, KeyDeletedError):
            return None
        if entry.value is None:
            return None
        place = sealed_place(CONTACTS, "card", subject_id)
        card: dict[str, str] = orjson.loads(Sealer.unseal(self._key, entry.value, place))
        return card
