"""Opening a row of the vault: the fields of one subject, each sealed under the subject's own key."""

from collections.abc import Iterable
from typing import Any

import orjson

from shared.privacy import Sealer, sealed_place
from shared.store import Row


def opened(row: Row, vault_key: bytes, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a row, in clear; one that was never told is left out, of somebody erased all are.

    Raises:
        SealError: The row was sealed under another vault key, moved or altered.
    """
    subject_id = row["_id"]
    if "key" not in row:
        return {}
    key = Sealer.unseal(vault_key, row["key"], sealed_place("vault", "key", subject_id))
    fields = row.get("fields", {})
    return {
        name: orjson.loads(Sealer.unseal(key, fields[name], sealed_place("vault", name, subject_id)))
        for name in names
        if name in fields
    }
