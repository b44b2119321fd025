"""How many segments went through each gateway on a day of Asia/Shanghai: what the daily cap counts."""

import asyncio
from datetime import date
from typing import Any, Protocol

from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError

BLOCK = 100
USAGE_COLLECTION = "sms_usage"

_DURABLE = WriteConcern("majority", j=True)


class UsageLog(Protocol):
    """Counts before a message is handed over, so that a process that dies has counted too much and never too little."""

    async def take(self, gateway: str, day: date, segments: int, cap: int | None) -> bool:
        """Count segments; False if that would be more than the cap, and then nothing is counted."""

    async def give_back(self, gateway: str, day: date, segments: int) -> None:
        """Take back what was counted for a message that was not sent."""

    async def of(self, day: date) -> dict[str, int]:
        """Return the segments of a day by gateway."""


class MemoryUsageLog:
    """A `UsageLog` in a dictionary."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, date], int] = {}

    async def take(self, gateway: str, day: date, segments: int, cap: int | None) -> bool:
        """Count unless it is too much."""
        used = self._used.get((gateway, day), 0) + segments
        if cap is not None and used > cap:
            return False
        self._used[gateway, day] = used
        return True

    async def give_back(self, gateway: str, day: date, segments: int) -> None:
        """Count back."""
        self._used[gateway, day] -= segments

    async def of(self, day: date) -> dict[str, int]:
        """Return the counts of a day."""
        return {gateway: used for (gateway, on), used in self._used.items() if on == day}


class Allowance:
    """A `UsageLog` that takes a block at a time from another, so that most messages need no write.

    A process that ends has counted at most a block too much for each gateway, and never too little.
    """

    def __init__(self, log: UsageLog, block: int = BLOCK) -> None:
        self._log, self._block = log, block
        self._left: dict[tuple[str, date], int] = {}
        self._taking = asyncio.Lock()

    async def take(self, gateway: str, day: date, segments: int, cap: int | None) -> bool:
        """Count from what is left of the block; else take another, or exactly what is needed where that is too much."""
        async with self._taking:
            key = (gateway, day)
            missing = segments - self._left.get(key, 0)
            if missing > 0:
                for more in (max(self._block, missing), missing):
                    if await self._log.take(gateway, day, more, cap):
                        self._left[key] = self._left.get(key, 0) + more
                        break
                else:
                    return False
            self._left[key] -= segments
            return True

    async def give_back(self, gateway: str, day: date, segments: int) -> None:
        """Leave it for the next message."""
        self._left[gateway, day] = self._left.get((gateway, day), 0) + segments

    async def of(self, day: date) -> dict[str, int]:
        """Return what was taken, less what is left."""
        return {
            gateway: used - self._left.get((gateway, day), 0) for gateway, used in (await self._log.of(day)).items()
        }


class MongoUsageLog:
    """A `UsageLog`; `_id` is gateway and day."""

    def __init__(self, collection: Any) -> None:
        self._rows = collection.with_options(write_concern=_DURABLE)

    async def take(self, gateway: str, day: date, segments: int, cap: int | None) -> bool:
        """Add to the row if it is low enough; a row that is too high makes the upsert a duplicate."""
        if cap is not None and segments > cap:
            return False
        wanted: dict[str, Any] = {"_id": _row_id(gateway, day)}
        if cap is not None:
            wanted["segments"] = {"$lte": cap - segments}
        made = {"gateway": gateway, "day": day.isoformat()}
        change = {"$inc": {"segments": segments}, "$setOnInsert": made}
        for _ in range(2):  # two who make the row at once: one of them finds it the second time
            try:
                await self._rows.update_one(wanted, change, upsert=True)
            except DuplicateKeyError:
                continue
            return True
        return False

    async def give_back(self, gateway: str, day: date, segments: int) -> None:
        """Subtract from the row."""
        await self._rows.update_one({"_id": _row_id(gateway, day)}, {"$inc": {"segments": -segments}})

    async def of(self, day: date) -> dict[str, int]:
        """Read the rows of a day."""
        return {row["gateway"]: row["segments"] async for row in self._rows.find({"day": day.isoformat()})}


def _row_id(gateway: str, day: date) -> str:
    return f"{gateway}|{day.isoformat()}"
