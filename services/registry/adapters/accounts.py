"""Where payees' money goes: accounts out of the vault, for who makes a payment file and for nobody else."""

from collections.abc import Collection

from services.registry.adapters.sealed import opened
from shared.settings import Settings
from shared.store import Store

_FIELDS = ("name", "bank", "account_no")


async def accounts(
    settings: Settings, mongo_url: str, vault_key: bytes, ids: Collection[str]
) -> dict[str, dict[str, str]]:
    """Return bank, account number and, of people, the name of each payee that has an account; the others are left out.

    The ids are person ids and credit codes.

    Raises:
        SealError: The vault key is not the one that the vault was sealed under.
    """
    store = Store(mongo_url, settings.database("registry"))
    try:
        rows = store.db["vault"].find({"_id": {"$in": sorted(ids)}})
        found = {row["_id"]: opened(row, vault_key, _FIELDS) async for row in rows}
    finally:
        store.close()
    return {id_: told for id_, told in found.items() if "account_no" in told}
