"""Accounts: `desk_users`, and `desk_audit`, which says who changed what of whom. Nothing here comes from events."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.errors import DuplicateKeyError

from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.passwords import hashed, is_right
from services.notify.adapters.web.scope import is_area
from services.notify.adapters.web.sessions import key_of
from shared.errors import BangfuError
from shared.ops.words import say
from shared.store import Database, Row

USER_ID: Final = r"[a-z][a-z0-9_.]{1,30}[a-z0-9]"
_FREE: Final = 5  # failures, then half a minute of waiting, twice as long after each further one, an hour at most
_FIRST_MS, _LONGEST_MS = 30_000, 3_600_000
_FORGOTTEN: Final = timedelta(days=1)


class AccountError(BangfuError):
    """What was asked of an account cannot be; the message says what would be right."""


@dataclass
class Users:
    """The accounts of a console."""

    db: Database
    now: Callable[[], datetime]

    async def prepare(self) -> None:
        """Make the indexes."""
        await self.db["desk_users"].create_index("areas")
        await self.db["desk_users"].create_index("oidc", unique=True, sparse=True)
        await self.db["desk_failures"].create_index("forget_at", expireAfterSeconds=0)
        await self.db["desk_audit"].create_index([("user_id", 1), ("at", -1)])

    async def get(self, user_id: str) -> Row | None:
        """Return an account."""
        return await self.db["desk_users"].find_one({"_id": user_id})

    async def count(self) -> int:
        """Return how many accounts there are."""
        return await self.db["desk_users"].count_documents({})

    async def add(
        self, user_id: str, role: Role, areas: Sequence[str], by: str, *, name: str = "", password: str = "",
        coordinator_id: str | None = None, oidc: str | None = None,
    ) -> None:  # fmt: skip
        """Make an account; a password that somebody else chose is changed at the first login.

        Raises:
            AccountError: The id, an area or the coordinator is not right, or the account exists.
        """
        _judge(user_id, role, areas, coordinator_id)
        row: Row = {"_id": user_id, "name": name or user_id, "role": str(role), "areas": sorted(areas), "lang": None}
        row |= {"coordinator_id": coordinator_id, "locked": False, "made_at": self.now(), "must_change": bool(password)}
        row |= ({"hash": await hashed(password)} if password else {}) | ({"oidc": oidc} if oidc else {})
        try:
            await self.db["desk_users"].insert_one(row)
        except DuplicateKeyError:
            raise AccountError(
                say(
                    f"已有账号“{user_id}”（或其 OIDC 名）",
                    f"there is an account '{user_id}' (or its OIDC name) already",
                )
            ) from None
        await self.note(by, "made", user_id)

    async def change(self, user_id: str, by: str, what: str, **fields: Any) -> None:
        """Change fields of an account and note who did.

        Raises:
            AccountError: There is none.
        """
        if "areas" in fields:
            row = await self.get(user_id) or {"role": Role.COUNTY}
            _judge(user_id, Role(row["role"]), fields["areas"], row.get("coordinator_id"))
        changed = await self.db["desk_users"].update_one({"_id": user_id}, {"$set": fields})
        if not changed.matched_count:
            raise AccountError(say(f"没有账号“{user_id}”", f"there is no account '{user_id}'"))
        await self.note(by, what, user_id)

    async def set_password(self, user_id: str, by: str, password: str) -> None:
        """Set a password; one that somebody else chose must be changed at the next login."""
        await self.change(user_id, by, "password", hash=await hashed(password), must_change=by != user_id)
        await self.forgive(user_id)

    async def note(self, by: str, what: str, user_id: str) -> None:
        """Keep who did what to whom."""
        await self.db["desk_audit"].insert_one({"at": self.now(), "by": by, "what": what, "user_id": user_id})

    async def try_password(self, user_id: str, password: str) -> Row | float | None:
        """Return the account that a password opens, None, or in how many seconds trying makes sense again.

        A name that nobody has is treated in every way like one that somebody has.
        """
        wait_s = await self._attempt(user_id)
        if wait_s:
            return wait_s
        row = await self.get(user_id)
        right = await is_right(password, row.get("hash") if row else None)
        if row is None or not right or row.get("locked"):
            await self.note("-", "failures", user_id if row else "-")
            return None
        await self.forgive(user_id)
        return row

    async def forgive(self, user_id: str) -> None:
        """Forget failed attempts."""
        await self.db["desk_failures"].delete_one({"_id": key_of(user_id)})

    async def _attempt(self, user_id: str) -> float:
        """Count an attempt as failed before it is looked at; return in how many seconds one may be made, or 0.

        One conditional update, so that of many attempts at once no more are looked at than of as many in a row.
        """
        now = self.now().replace(tzinfo=None)
        delay_ms: Row = {"$multiply": [_FIRST_MS, {"$pow": [2, {"$min": [20, {"$subtract": ["$failures", _FREE]}]}]}]}
        until = {"$add": [now, {"$min": [_LONGEST_MS, delay_ms]}]}
        steps: list[Row] = [
            {"$set": {"failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]}, "forget_at": now + _FORGOTTEN}},
            {"$set": {"until": {"$cond": [{"$gte": ["$failures", _FREE]}, until, None]}}},
        ]
        free = {"_id": key_of(user_id), "until": {"$not": {"$gt": now}}}
        try:
            await self.db["desk_failures"].update_one(free, steps, upsert=True)
        except DuplicateKeyError:
            kept = await self.db["desk_failures"].find_one({"_id": key_of(user_id)})
            return max(1.0, float((kept["until"] - now).total_seconds())) if kept else 1.0
        return 0


def _judge(user_id: str, role: Role, areas: Sequence[str], coordinator_id: str | None) -> None:
    if not re.fullmatch(USER_ID, user_id):
        raise AccountError(
            say(
                "账号为 3 至 32 位 a-z、0-9、_ 和 .，以字母开头",
                "a user id is 3 to 32 of a-z, 0-9, _ and ., and begins with a letter",
            )
        )
    if not areas or not all(map(is_area, areas)):
        raise AccountError(
            say(
                "账号须有地区：市 4 位、县区 6 位、乡镇 9 位、村 12 位",
                "an account has areas: 4 digits for a city, 6 a county, 9 a township, 12 a village",
            )
        )
    if role is Role.COORDINATOR and not coordinator_id:
        raise AccountError(
            say(
                "协理员的账号须用 --coordinator 给出协理员编号",
                "a coordinator's account names the coordinator: --coordinator",
            )
        )
