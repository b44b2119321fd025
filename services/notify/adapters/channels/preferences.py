"""What an officer wants to hear by which channel, and when not. The e-mail address is sealed under the card key."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from services.notify.adapters.channels.port import ChannelName, Row
from services.notify.domain.rules import Urgency
from shared.privacy import Sealer, SealError, sealed_place
from shared.sms.pacing import QuietHours

PREFERENCES: Final = "desk_preferences"
QUIET: Final = "21:00-08:00"

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


def address(text: str) -> str:
    """Return an e-mail address; ``ValueError`` for what is none (RFC 5321, ASCII, no quotes)."""
    if len(text) > 254 or not _ADDRESS.fullmatch(text):  # noqa: PLR2004 - RFC 5321, 4.5.3.1.3
        raise ValueError("an e-mail address is written name@example.cn")
    return text


def _hours(text: str) -> str:
    QuietHours.read(text)
    return text


class Preferences(BaseModel):
    """What somebody wants; the inbox has everything in any case.

    Args:
        sms, email: Urgencies of which they hear that way.
        quiet: `21:00-08:00` of Asia/Shanghai in which nothing rings, or `off`.
        digest: Whether what can wait is told once a day; otherwise it stands in the inbox only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sms: tuple[Urgency, ...] = ("act",)
    email: tuple[Urgency, ...] = ("act", "know")
    quiet: Annotated[str, AfterValidator(_hours)] = QUIET
    digest: bool = True

    @property
    def quiet_hours(self) -> QuietHours:
        """Return the quiet hours."""
        return QuietHours.read(self.quiet)

    def wants(self, channel: ChannelName, urgency: Urgency, *, can_wait: bool) -> bool:
        """Tell whether they hear of an alert by a channel of their own."""
        wanted = {"sms": self.sms, "email": self.email}.get(channel, ())
        return urgency in wanted and (self.digest or not can_wait)


class PreferenceBook:
    """Preferences by user; who never said anything has the defaults."""

    def __init__(self, rows: Any, key: bytes) -> None:
        self._rows, self._key = rows, key

    async def of(self, user_ids: Collection[str]) -> Mapping[str, Preferences]:
        """Return what each of some users wants."""
        query = {"_id": {"$in": sorted(user_ids)}}
        found = {row["_id"]: _read(row) async for row in self._rows.find(query, {"email_sealed": 0})}
        return {user_id: found.get(user_id, Preferences()) for user_id in user_ids}

    async def with_address(self, user_ids: Collection[str]) -> frozenset[str]:
        """Return which of some users have an e-mail address here."""
        query = {"_id": {"$in": sorted(user_ids)}, "email_sealed": {"$exists": True}}
        return frozenset([row["_id"] async for row in self._rows.find(query, {"_id": 1})])

    async def address(self, user_id: str) -> str | None:
        """Return a user's e-mail address; None if there is none, or none that this key opens."""
        row = await self._rows.find_one({"_id": user_id}, {"email_sealed": 1})
        if row is None or "email_sealed" not in row:
            return None
        try:
            return Sealer.unseal(self._key, row["email_sealed"], _place(user_id)).decode()
        except SealError:
            return None

    async def save(self, user_id: str, preferences: Preferences) -> None:
        """Keep what a user wants; their address stays as it is."""
        await self._rows.update_one({"_id": user_id}, {"$set": preferences.model_dump(mode="json")}, upsert=True)

    async def set_address(self, user_id: str, email: str | None) -> None:
        """Keep a user's address, sealed; None takes it away. ``ValueError`` for what is no address."""
        change: Row = {"$unset": {"email_sealed": ""}}
        if email is not None:
            change = {"$set": {"email_sealed": Sealer.seal(self._key, address(email).encode(), _place(user_id))}}
        await self._rows.update_one({"_id": user_id}, change, upsert=email is not None)


def _read(row: Mapping[str, Any]) -> Preferences:
    return Preferences(**{name: row[name] for name in Preferences.model_fields if name in row})


def _place(user_id: str) -> str:
    return sealed_place(PREFERENCES, "email", user_id)
