"""Wishes about refused facts are granted one fact at a time: as if an operator had asked for each by hand.

Registry alone can open the sealed copies. Each request is a fact of its own under an id that derives from the wish, so
a stop in between asks for none of them twice.
"""

import asyncio
import base64
import hashlib
import re
import zlib
from contextlib import suppress
from functools import partial
from typing import Any

import nats.errors
import orjson
from nats.js.errors import Error as JetStreamError
from pymongo.errors import DuplicateKeyError

from services.registry.adapters.vault import Vault
from services.registry.domain.letters import WISH
from shared.events.contract import OPERATIONS
from shared.events.envelope import Envelope
from shared.events.ops import DiscardRequested, LettersWished, RedriveRequested
from shared.runner.app import Context
from shared.store import Row, patiently
from shared.telemetry import logger

GRANTED = "wishes_granted"
_LOOK_AGAIN_S = 2.0
_INBOX = "inbox_registry"


async def run(context: Context) -> None:
    """Grant wishes as they are recorded, in the process that leads."""
    known: int | None = None
    while True:
        if context.replicas.leads is None:
            known = None
        else:
            known = await patiently(partial(look, context, known), context.health.store_failed)
        await asyncio.sleep(_LOOK_AGAIN_S)


async def look(context: Context, known: int | None) -> int | None:
    """Grant wishes if there are others than the `known` number, which are granted.

    Return how many are: wishes are never taken back, so their number tells, without a look at any; None: some wait.
    """
    wishes = await context.store.db[WISH.kind].estimated_document_count()
    if wishes == known:
        return known
    return wishes if await grant(context) else None


async def grant(context: Context) -> bool:
    """Grant what is wished and not granted yet; tell whether all is: what the broker did not take is asked again."""
    db = context.store.db
    granted = [row["_id"] async for row in db[GRANTED].find({}, {"_id": 1})]
    async for row in db[WISH.kind].find({"_id": {"$nin": granted}}):
        wish = LettersWished.model_validate_json(_json(row["state"]["said"]))
        try:
            asked = [await _ask(context, row["_id"], wish, key) for key in await _letters(context, wish)]
        except (TimeoutError, nats.errors.Error, JetStreamError) as error:
            logger().warning("wish.pending", error=type(error).__name__)
            return False
        with suppress(DuplicateKeyError):  # who led before has granted it at the same time, under the same ids
            await db[GRANTED].insert_one({"_id": row["_id"], "letters": sum(asked)})
        logger().info("wish.granted", wish=wish.wish, letters=sum(asked))
    return True


async def _letters(context: Context, wish: LettersWished) -> list[str]:
    """Return the inbox keys of the refused facts that a wish is about, in order of arrival."""
    named = {"_id": wish.letter} if wish.letter else {"_id": {"$regex": f"^{re.escape(wish.source)}\\|"}}
    query: Row = {"outcome": "rejected"} | named
    query |= {name: value for name, value in (("fact", wish.fact), ("code", wish.code)) if value}
    found = context.store.db[_INBOX].find(query, {"_id": 1}).sort("position", 1)
    return [row["_id"] async for row in found]


async def _ask(context: Context, wish_id: str, wish: LettersWished, key: str) -> int:
    """State the request about one letter; return how many were stated: none where no copy is kept."""
    body = await Vault(context).letter(key)
    if not body:
        return 0
    data: dict[str, Any] = {"letter": key, "by": wish.by, "reason": wish.reason}
    fact = DiscardRequested if wish.wish == "discard" else RedriveRequested
    if fact is RedriveRequested:
        data["body"] = base64.b64encode(zlib.compress(body)).decode()
    id_ = f"{wish.wish}-{hashlib.sha256(key.encode()).hexdigest()[:16]}-{wish_id}"
    asked = Envelope(id_, OPERATIONS, fact.event_type(), data, extensions={}).structured()
    await context.publish_fact(OPERATIONS, fact.topic, id_, asked)
    return 1


def _json(stored: Row) -> str:
    """Return a stored fact as the JSON that it was made from."""
    return orjson.dumps(stored).decode()
