"""Refused and parked messages as an operator sees them, and the requests about them."""

import base64
import zlib
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from nats.js.errors import NotFoundError

from shared.calendar import today_in_shanghai
from shared.errors import BangfuError
from shared.events.contract import OPERATIONS
from shared.ops.dispositions import opened
from shared.ops.looking import View
from shared.ops.stating import state_here
from shared.ops.words import say
from shared.privacy import Sealer, SealError, sealed_place
from shared.runner.core import Service, Subscription
from shared.store import Row

_STATES = ("rejected", "parked")


@dataclass(frozen=True)
class Letter:
    """A message that was refused or waits.

    Args:
        state: rejected, discarded, parked; or what a former dead letter has become.
        received: Day in Asia/Shanghai on which the broker stored it; empty when it is gone from there.
        since: The open day since which it waits.
    """

    consumer: str
    service: str
    key: str
    state: str
    code: str = ""
    path: str = ""
    fact: str = ""
    position: int = 0
    stream: str = "EVENTS"
    received: str = ""
    age_days: int | None = None
    waiting_for: str = ""
    since: str = ""
    by: str = ""
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Return it as a row; what is not known is empty."""
        return {name: "" if value is None else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Request:
    """What an operator asks: `ops.redrive_requested` (with what was sent) or `ops.discard_requested`."""

    fact: str
    by: str
    reason: str
    body: bytes | None = None


async def listed(view: View, now: datetime) -> list[Letter]:
    """Return every refused and every parked message, by consumer and place in the stream."""
    return [letter async for letter in _letters(view, {"outcome": {"$in": list(_STATES)}}, now)]


async def letter_of(view: View, key: str, now: datetime) -> Letter:
    """Return one message, whatever became of it; of those who met it, as the one sees it that could not handle it.

    Raises:
        BangfuError: No consumer knows the key.
    """
    met = [letter async for letter in _letters(view, {"_id": key}, now)]
    if met:
        return min(met, key=lambda letter: letter.state not in (*_STATES, "discarded"))
    raise BangfuError(
        say(
            f"{key}：没有这封；编号见 bangfu ops deadletters list",
            f"{key}: no consumer has met that; `bangfu ops deadletters list` shows the keys",
        )
    )


async def payload(view: View, letter: Letter, vault_key: bytes) -> bytes:
    """Return what was sent.

    Raises:
        BangfuError: It is not kept (any more), or the key is not the deployment's.
    """
    if letter.stream == "EVENTS":
        return await _recorded(view, letter)
    sealed = await view.stores[letter.service].db["deadletters"].find_one({"_id": letter.key})
    if sealed is None:
        raise BangfuError(f"{letter.key}: no sealed copy is kept; the publisher has the fact")
    try:
        return Sealer.unseal(vault_key, sealed["sealed"], sealed_place("deadletters", "raw", _token(letter.key)))
    except SealError as error:
        raise BangfuError(f"{letter.key}: {error}; BANGFU_VAULT_KEY is the key of this deployment") from None


async def requested(letter: Letter, asked: Request) -> None:
    """Publish a request about a letter and wait until registry has decided on it.

    A refused fact is judged again at once. A refused event of `EVENTS` is handled again by the next process of its
    consumer that starts, because what refused it was that process' code.

    Raises:
        BangfuError: The letter waits and runs by itself, or registry refused the request.
    """
    if letter.state == "parked":
        raise BangfuError(f"{letter.key}: it waits for {letter.waiting_for} and then runs by itself")
    data = {"letter": letter.key, "by": asked.by, "reason": asked.reason}
    if asked.body is not None:
        enclosed = asked.body if letter.stream == "INTAKE" else b""
        data["body"] = base64.b64encode(zlib.compress(enclosed)).decode()
    await state_here(OPERATIONS, asked.fact, data)


@dataclass(frozen=True)
class _Inbox:
    """The inbox of one consumer; slips: the open day since which each parked fact waits, by its key."""

    view: View
    service: Service
    subscription: Subscription
    slips: dict[str, str]

    @property
    def stream(self) -> str:
        return "INTAKE" if self.subscription.intake is not None else "EVENTS"

    async def letters(self, query: Row, now: datetime) -> AsyncIterator[Letter]:
        rows = self.view.stores[self.service.name].db[f"inbox_{self.subscription.name}"]
        async for row in rows.find(query).sort("position", 1):
            known: Row = {name: row.get(name, "") for name in ("code", "path", "fact", "waiting_for")}
            known |= {"state": row["outcome"], "since": opened(self.slips.get(row["_id"], ""))}
            known |= await self._discarded(row) | await _age(self.view, self.stream, row["position"], now)
            place: Row = {"key": row["_id"], "position": row["position"], "stream": self.stream}
            yield Letter(consumer=self.subscription.name, service=self.service.name, **place, **known)

    async def _discarded(self, row: Row) -> Row:
        if row["outcome"] != "rejected":
            return {}
        keeper, kind = self.view.keeper("discarded")
        said = await self.view.stores[keeper.name].db[kind.kind].find_one({"_id": row["_id"]})
        if said is None:
            return {}
        return {"state": "discarded", "by": said["state"]["by"], "reason": said["state"]["reason"]}


async def _letters(view: View, query: Row, now: datetime) -> AsyncIterator[Letter]:
    for service in view.services:
        for subscription in service.subscriptions:
            slips = await _slips(view, service) if subscription.intake is not None else {}
            async for letter in _Inbox(view, service, subscription, slips).letters(query, now):
                yield letter


async def _slips(view: View, service: Service) -> dict[str, str]:
    """Return the open day since which each parked fact waits, by its inbox key."""
    rooms = view.stores[service.name].db["waiting"].find()
    return {f"{f['source']}|{f['fact_id']}": f["since"] async for room in rooms for f in room["state"]["facts"]}


async def _age(view: View, stream: str, position: int, now: datetime) -> Row:
    if stream == "INTAKE" and not view.reads_intake:
        return {}
    try:
        message = await view.js.get_msg(stream, position, direct=stream != "INTAKE")
    except NotFoundError:
        return {}
    if message.time is None:
        return {}
    return {"received": today_in_shanghai(message.time).isoformat(), "age_days": (now - message.time).days}


async def _recorded(view: View, letter: Letter) -> bytes:
    rows = view.stores[letter.service].db[f"inbox_{letter.consumer}"]
    row = await rows.find_one({"_id": letter.key}, {"body": 1})
    if not row or "body" not in row:
        raise BangfuError(f"{letter.key}: it was handled; `bangfu ops trace` shows what it said")
    return bytes(row["body"])


def _token(key: str) -> str:
    """Return a key as the vault writes it into a sealed place, where a slash would separate."""
    return key.replace("/", "_")
