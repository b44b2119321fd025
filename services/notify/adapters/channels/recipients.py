"""Whose an alert is: accounts by the address of an inbox, at the moment of asking."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from services.notify.adapters.channels.port import Row
from services.notify.domain.rules import Language

USERS: Final = "desk_users"

_OFFICERS: Final = ("township", "county")
_CITY: Final = "office:city"
_CITY_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Account:
    """Who may log in and have an inbox.

    Args:
        card_id: Under which id their contact card lies, where they have one.
        addresses: The inboxes that are theirs: `to:<coordinator>`, `office:<area>`, `office:city`.
        lang: None where they never chose one.
    """

    user_id: str
    addresses: frozenset[str]
    card_id: str | None = None
    lang: Language | None = None


class Recipients(Protocol):
    """Finds accounts."""

    async def at(self, addresses: Collection[str]) -> Mapping[str, tuple[Account, ...]]:
        """Return the accounts whose inbox each address is, by user id; an address of nobody's is empty."""

    async def account(self, user_id: str) -> Account | None:
        """Return an account that may log in now; None if there is none."""


class MongoRecipients:
    """`Recipients` over `desk_users`."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    async def at(self, addresses: Collection[str]) -> Mapping[str, tuple[Account, ...]]:
        """Look up all addresses in one query."""
        wanted = [_query(address) for address in sorted(addresses)]
        found = self._rows.find({"locked": {"$ne": True}, "$or": wanted}).sort("_id", 1) if wanted else None
        accounts = [account_of(row) async for row in found] if found else []
        return {address: tuple(each for each in accounts if address in each.addresses) for address in addresses}

    async def account(self, user_id: str) -> Account | None:
        """Read one row."""
        row = await self._rows.find_one({"_id": user_id, "locked": {"$ne": True}})
        return account_of(row) if row else None


def account_of(row: Mapping[str, Any]) -> Account:
    """Return an account as it is stored, with the inboxes that follow from its role."""
    coordinator_id = row.get("coordinator_id")
    addresses = {f"to:{coordinator_id}"} if coordinator_id else set()
    if row.get("role") in _OFFICERS:
        addresses |= {_CITY if len(area) == _CITY_DIGITS else f"office:{area}" for area in row.get("areas", ())}
    return Account(row["_id"], frozenset(addresses), coordinator_id, row.get("lang"))


def _query(address: str) -> Row:
    kind, _, name = address.partition(":")
    if kind == "to":
        return {"coordinator_id": name}
    areas: Any = {"$regex": rf"^[0-9]{{{_CITY_DIGITS}}}$"} if address == _CITY else name
    return {"role": {"$in": list(_OFFICERS)}, "areas": areas}
