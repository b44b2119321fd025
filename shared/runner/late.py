"""What a consumer could not handle when it came, and handles late: after an upgrade, or when an operator asks.

A message of a version that is newer than the process waits (`parked`); one whose handler failed, or whose data nobody
could read, is refused (`rejected`). Their bytes are kept in the inbox row, so nothing is lost and nothing is held up. A
process that can read them handles them before the first message that is new to it, and on that message's day: what
is decided late belongs to an open day, never to one that is settled. The row remembers before which message it ran, so
that replay does the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from shared.catalog import partitions_of, subject_of
from shared.errors import Refused
from shared.events.envelope import decode
from shared.events.ops import RedriveRequested
from shared.events.upcasting import ROOM, split
from shared.runner.batch import RERUN, Disposition, Input, Seen
from shared.runner.core import Door, Subscription
from shared.runner.wire import MISPLACED, admitted, plain, recorded
from shared.store import Row, Store, pause

Asked = Callable[[str], Awaitable[bool]]
Letters = Callable[[str], Awaitable[bytes]]


async def _never(_: str) -> bool:
    return False


async def nothing(_: str) -> bytes:
    """Give no letter: this consumer judges no facts on offer."""
    return b""


@dataclass
class Late:
    """What waits at one consumer until this process can handle it.

    Args:
        door: Reads facts on offer; only where the subscription judges them.
        letters: Gives the sealed bytes of a fact on offer by its inbox key; empty where there are none.
        asked: Tells whether an operator asked for a refused message of `EVENTS`, by its inbox key.
        waiting: What can be handled now, in order of arrival.
    """

    subscription: Subscription
    partition: int | None
    store: Store
    door: Door | None = None
    letters: Letters = nothing
    asked: Asked = _never
    waiting: list[Input] = field(default_factory=list)

    async def load(self) -> None:
        """Look what is there and can be handled by now."""
        rows = await self.store.unhandled(self.subscription.name, self.partition, ROOM)
        found = [await self._on_offer(row) if self.door else await self._recorded(row) for row in rows]
        self.waiting = [item for item in found if item is not None]

    def before(self, inputs: Sequence[Input], seen: Mapping[str, Seen]) -> list[Input]:
        """Return what is to be handled before these inputs, stamped with the day of the first new one.

        A fact on offer needs no such stamp: registry gives it the open day, like any other.
        """
        if self.door is not None:
            return list(self.waiting)
        for fresh in inputs:
            if fresh.message is not None and fresh.key not in seen:
                day = fresh.message.known_on
                late = [(item, item.message) for item in self.waiting if item.message is not None]
                return [replace(item, before=fresh.key, message=replace(m, known_on=day)) for item, m in late]
        return []

    async def _recorded(self, row: Row) -> Input | None:
        if row.get("code") in MISPLACED:
            return None  # nobody published it: whatever it says, it is not so
        item = replace(recorded(None, bytes(row["body"]), RERUN, self.subscription.schemas), key=row["_id"])
        if item.message is None or (row["outcome"] == "rejected" and not await self.asked(row["_id"])):
            return None
        return item

    async def _on_offer(self, row: Row) -> Input | None:
        body = await self.letters(row["_id"])
        if self.door is None or not body:
            return None
        try:
            envelope = decode(None, body)
        except Refused:
            return None
        item = admitted(self.door, f"intake.{envelope.source}.{split(envelope.type)[0]}", None, body, RERUN)
        return None if item.room or item.key != row["_id"] else item


def row_of(key: str, item: Input, disposition: Disposition, partition: int | None, *, keeps: bool) -> Row:
    """Return the inbox row of a message.

    With `keeps`, the bytes of what was not handled stay in the row; never for facts on offer, which may be personal.
    """
    row: Row = {"_id": key, "outcome": disposition.outcome}
    if item.position != RERUN:
        row |= {"hash": item.content_hash, "position": item.position, "fact": item.fact}
        if partition is not None:
            row["partition"] = partition
        if keeps and disposition.outcome in {"parked", "rejected"}:
            row["body"] = item.raw
    elif item.before and item.message is not None:
        row |= {"ran_before": item.before, "known_on": item.message.known_on.isoformat()}
    said = {"code": disposition.code, "path": disposition.path, "waiting_for": disposition.waiting_for}
    return row | {name: value for name, value in said.items() if value or item.position == RERUN}


async def redrive_asked(js: JetStreamContext, key: str) -> bool:
    """Tell whether registry recorded a request to handle a refused message of `EVENTS` again; waits for the broker."""
    request = RedriveRequested(letter=key, by="anybody", reason="any")
    subject = plain(subject_of(request, partitions_of(request)[0]))
    attempt = 0
    while True:
        try:
            await js.get_last_msg("EVENTS", subject, direct=True)
        except NotFoundError:
            return False
        except (TimeoutError, nats.errors.Error, JetStreamError):
            attempt += 1
            await asyncio.sleep(pause(attempt))
        else:
            return True
