"""What an earlier version stored, made what this one reads; nothing that only grows is touched."""

import re
from typing import Any


async def migrated(db: Any) -> None:
    """Note in the heads what version 1 noted in each journal document and seal: whether it is published.

    Nothing is done to the documents themselves. A head that knows already is left as it is.
    """
    async for head in db["heads"].find({"sent": {"$exists": False}}):
        chain, subscription = head["_id"], chain_owner(head["_id"])
        of_chain: dict[str, Any] = {"chain": chain, "sent": False}
        unsent = await db[f"journal_{subscription}"].find_one(of_chain, sort=[("number", 1)])
        unsealed = await db["seals"].find_one(of_chain, sort=[("number", 1)])
        sealed = int((head.get("seal") or {}).get("number", 0))
        known = {
            "sent": int(unsent["number"]) - 1 if unsent else int(head.get("number", 0)),
            "seals_sent": int(unsealed["number"]) - 1 if unsealed else sealed,
        }
        await db["heads"].update_one({"_id": chain, "sent": {"$exists": False}}, {"$set": known})


def chain_owner(chain: str) -> str:
    """Return the subscription that a chain belongs to: `<subscription>` or `<subscription>-p<k>`."""
    return re.sub(r"-p[0-9]+$", "", chain)
