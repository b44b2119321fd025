"""Sessions: a random token in a cookie, its hash in `desk_sessions`; who it is comes from `desk_users` each time.

So a role taken away, an account locked or a session ended holds from the next request on.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.notify.adapters.web.endpoint import Language, Principal, Role, Said
from services.notify.adapters.web.scope import Scope
from shared.settings import Settings
from shared.store import Database, Row

TOKEN_BYTES: Final = 32
_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in.

    Args:
        key: What the store calls it. name: what its owner may see of it.
        csrf: What every form of theirs carries; follows from the token, so the store does not have it.
        must_change: The password is one that somebody else knows.
        said: What the next page is to say.
    """

    key: str
    name: str
    principal: Principal
    csrf: str
    must_change: bool = False
    said: Said | None = None


def csrf_of(token: str) -> str:
    """Return the token of forms that belongs to a token of a session."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def key_of(token: str) -> str:
    """Return under what the store knows a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def principal_of(user: Mapping[str, Any], lang: Language) -> Principal:
    """Return who a user is to the console."""
    scope = Scope(tuple(user["areas"]), user.get("coordinator_id"))
    return Principal(user["_id"], user["name"], Role(user["role"]), scope, lang)


@dataclass
class Sessions:
    """Those who are logged in."""

    db: Database
    settings: Settings
    now: Callable[[], datetime]

    async def prepare(self) -> None:
        """Make the indexes."""
        await self.db["desk_sessions"].create_index("ends_at", expireAfterSeconds=0)
        await self.db["desk_sessions"].create_index("user_id")

    async def open(self, user_id: str, lang: Language | None = None, agent: str = "") -> str:
        """Begin a session under a token that nobody has seen before; return it."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self.now()
        row = {
            "_id": key_of(token),
            "name": secrets.token_hex(8),
            "user_id": user_id,
            "lang": lang,
            "agent": agent[:120],
            "began_at": now,
            "seen_at": now,
            "ends_at": now + timedelta(hours=self.settings.console_session_h),
        }
        await self.db["desk_sessions"].insert_one(row)
        return token

    async def find(self, token: str) -> Session | None:
        """Return whose session a token is; None: nobody's, over, too long idle, or of an account that is locked."""
        rows = [row async for row in self.db["desk_sessions"].aggregate(_with_user(token))] if token else []
        if not rows or self._is_over(rows[0]) or not rows[0]["user"] or rows[0]["user"][0].get("locked"):
            return None
        row, (user,) = rows[0], rows[0]["user"]
        await self._seen(row)
        said = row.get("said")
        return Session(
            key=row["_id"],
            name=row["name"],
            principal=principal_of(user, row["lang"] or user.get("lang") or self.settings.lang),
            csrf=csrf_of(token),
            must_change=bool(user.get("must_change")),
            said=Said(said["key"], said["values"], said["tone"]) if said else None,
        )

    async def set(self, session: Session, **values: Any) -> None:
        """Change what a session keeps (`lang`)."""
        await self.db["desk_sessions"].update_one({"_id": session.key}, {"$set": values})

    async def say(self, session: Session, said: Said | None) -> None:
        """Have the next page say something; None: nothing any more."""
        kept = {"key": said.key, "values": dict(said.values), "tone": said.tone} if said else None
        await self.set(session, said=kept)

    async def of(self, user_id: str) -> list[Row]:
        """Return the sessions of a user, the latest first."""
        found = self.db["desk_sessions"].find({"user_id": user_id, "ends_at": {"$gt": self.now()}})
        return [row async for row in found.sort("began_at", -1).limit(50) if not self._is_over(row)]

    async def lasts(self, principal: Principal, name: str) -> bool:
        """Tell whether a session still lasts and its user is who they were; asking does not prolong it."""
        row = await self.db["desk_sessions"].find_one({"user_id": principal.user_id, "name": name})
        user = await self.db["desk_users"].find_one({"_id": principal.user_id}, {"hash": 0})
        if row is None or self._is_over(row) or user is None or user.get("locked"):
            return False
        return principal_of(user, principal.lang) == principal

    async def end(self, session: Session) -> None:
        """Log out."""
        await self.db["desk_sessions"].delete_one({"_id": session.key})

    async def end_named(self, user_id: str, name: str) -> None:
        """End one of a user's sessions."""
        await self.db["desk_sessions"].delete_one({"user_id": user_id, "name": name})

    async def end_all(self, user_id: str, but: str = "") -> None:
        """Log a user out everywhere, but perhaps of the session of a name."""
        query: Row = {"user_id": user_id, "name": {"$ne": but}}
        await self.db["desk_sessions"].delete_many(query)

    def _is_over(self, row: Row) -> bool:
        idle = timedelta(minutes=self.settings.console_idle_min)
        now = self.now()
        return now >= _utc(row["ends_at"]) or now - _utc(row["seen_at"]) >= idle

    async def _seen(self, row: Row) -> None:
        now = self.now()
        if now - _utc(row["seen_at"]) >= _SEEN_EVERY:
            await self.db["desk_sessions"].update_one({"_id": row["_id"]}, {"$set": {"seen_at": now}})


def _with_user(token: str) -> list[Row]:
    """Return what looks up a session and its account in one go."""
    lookup = {"from": "desk_users", "localField": "user_id", "foreignField": "_id", "as": "user"}
    return [{"$match": {"_id": key_of(token)}}, {"$lookup": lookup}, {"$project": {"user.hash": 0}}]


def _utc(moment: datetime) -> datetime:
    """Return an instant of the store, which keeps UTC and does not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
