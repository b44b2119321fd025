"""The processes of one service: each beats in the service's own database, and holds its share of the consumers.

A process whose row is gone was taken for dead: it lets go of everything and joins again under a new ticket. Whoever
takes the row away ends the dead one's open transactions too, because what they lock would stay locked for a minute.
Two processes that both believe to hold a consumer do no harm, they only repeat work: see `Store.commit`.
"""

import asyncio
import os
import socket
from dataclasses import dataclass, field
from typing import Any

from pymongo import ReturnDocument

from shared.runner.attendance import Attendance, holder
from shared.store import Row, Store, StoreError
from shared.telemetry import logger

BEAT_S = 1.0
REPLICAS, LEASES = "replicas", "leases"
_TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Term:
    """A time in which a process holds a consumer.

    Args:
        ticket: Whose it is; later holders have other tickets, and those of number 0 (`leads`) only higher ones.
        before: Who held it before; None if nobody did.
    """

    ticket: int
    before: int | None = None


@dataclass
class Alone:
    """A process that holds everything, for consumers that run without a service around them."""

    held: set[str] = field(default_factory=set)

    async def until_held(self, _: int) -> Term:
        """Return at once."""
        return Term(0)

    def holds(self, _: int, __: Term) -> bool:
        """Tell whether a term still runs: always."""
        return True

    def waits(self, _: Term) -> bool:
        """Tell whether somebody has to let go first: never."""
        return False


class Replicas:
    """This process among the others of its service.

    Args:
        sole: No other process of this service runs, so whatever rows are found are those of dead ones.
        held: Names of the consumers that this process works on; others see how many.
    """

    def __init__(self, store: Store, *, sole: bool = False, beat_s: float = BEAT_S) -> None:
        self.held: set[str] = set()
        self._store, self._sole, self._beat_s = store, sole, beat_s
        self._rows, self._leases = store.db[REPLICAS], store.db[LEASES]
        self._attendance = Attendance()
        self._ticket: int | None = None
        self._members: tuple[int, ...] = ()
        self._former: tuple[int, ...] = ()
        self._changed = asyncio.Event()

    @property
    def ticket(self) -> int | None:
        """Return under which number this process is one of the service's; None while it is not."""
        return self._ticket

    @property
    def leads(self) -> int | None:
        """Return the ticket if this is the oldest process, which does what only one may do; None otherwise."""
        return self._ticket if self._ticket is not None and holder(0, self._members) == self._ticket else None

    def holds(self, number: int, term: Term) -> bool:
        """Tell whether a term still runs."""
        return self._ticket == term.ticket and holder(number, self._members) == self._ticket

    async def until_held(self, number: int) -> Term:
        """Return when this process is to hold a partition (0 for what is not partitioned)."""
        while self._ticket is None or holder(number, self._members) != self._ticket:
            await self.change()
        return Term(self._ticket, holder(number, self._former))

    def waits(self, term: Term) -> bool:
        """Tell whether the former holder lives and has to let go first."""
        return term.before != self._ticket and term.before in self._members

    async def change(self) -> None:
        """Return when somebody joined or left."""
        await self._changed.wait()

    async def clear(self) -> None:
        """At the start of a sole process: whoever is noted is dead; raises StoreError."""
        if self._sole:
            await self._expel([row["_id"] async for row in self._rows.find({}, {"_id": 1})])

    async def join(self) -> None:
        """Take a ticket and the share that belongs to it; raises StoreError."""
        ticket, beats = await self._entered()
        while max(beats) > ticket:
            # Somebody with a later ticket was seen first and may have led: whoever leads next has to have a later one.
            await self._rows.delete_one({"_id": ticket})
            ticket, beats = await self._entered()
        self._attendance = Attendance()
        self._see(tuple(sorted(set(beats) - {ticket})))
        self._ticket = ticket
        self._see(tuple(sorted(beats)))
        logger().info("replica.joined", number=ticket, count=len(beats))

    async def _entered(self) -> tuple[int, dict[int, int]]:
        """Take a ticket and note it; return it, and who is there with it."""
        issued = await self._leases.find_one_and_update(
            {"_id": _TICKET}, {"$inc": {"term": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        ticket = int(issued["term"])
        row: Row = {"_id": ticket, "beat": 0, "host": socket.gethostname(), "pid": os.getpid()}
        await self._rows.insert_one(row | {"process": self._store.process, "holds": 0})
        return ticket, await self._beats() | {ticket: 0}

    async def run(self) -> None:
        """Beat and look until cancelled; while the store is away, nobody can take anything over either."""
        while True:
            await asyncio.sleep(self._beat_s)
            try:
                await self.beat()
            except StoreError as error:
                logger().warning("replica.unheard", error=type(error).__name__)

    async def beat(self) -> None:
        """Show that this process lives, and look who else does; raises StoreError."""
        update: dict[str, Any] = {"$inc": {"beat": 1}, "$set": {"holds": len(self.held)}}
        update["$currentDate"] = {"seen": True}  # the server's clock, for people who look; nothing is decided by it
        beaten = await self._rows.update_one({"_id": self._ticket}, update)
        if not beaten.matched_count:
            logger().warning("replica.expelled", number=self._ticket)
            self._ticket = None
            self._see(())
            await self.join()
            return
        beats = await self._beats()
        silent = [ticket for ticket in self._attendance.look(beats) if ticket != self._ticket]
        if silent:
            await self._expel(silent, beats)
            beats = await self._beats()
        self._see(tuple(sorted(beats)))

    async def leave(self) -> None:
        """Make room for the others at once; raises StoreError."""
        ticket, self._ticket = self._ticket, None
        self._see(())
        await self._rows.delete_one({"_id": ticket})

    async def _beats(self) -> dict[int, int]:
        return {row["_id"]: row["beat"] async for row in self._rows.find({}, {"beat": 1})}

    async def _expel(self, tickets: list[int], beats: dict[int, int] | None = None) -> None:
        """Take away the rows of the dead; one that has beaten since it was judged stays."""
        processes = []
        for ticket in tickets:
            query: Row = {"_id": ticket} if beats is None else {"_id": ticket, "beat": beats[ticket]}
            row = await self._rows.find_one_and_delete(query)
            if row is not None:
                processes.append(row["process"])
                logger().warning("replica.silent", number=ticket)
        if processes:
            await self._store.end_orphans(processes)

    def _see(self, members: tuple[int, ...]) -> None:
        """Take note of who is there; wake whoever waits for a change."""
        if members == self._members:
            return
        self._former, self._members = self._members, members
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
