"""How much each channel has sent and has to send, counted in the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from services.notify.adapters.channels.letters import LETTERS
from services.notify.adapters.channels.port import CHANNELS, Row
from services.notify.adapters.channels.spreading import NOTICES
from services.notify.adapters.channels.timing import instant

STANDING: Final = "desk_channels"
_FAILED: Final = ("refused", "unknown", "given_up")


@dataclass(frozen=True, slots=True)
class Figures:
    """One channel's letters and notices in the database.

    Args:
        waiting: Notices that have not gone out. due: those whose time has come.
        oldest_s: For how long the first of those has waited.
        letters: Letters that are under way, or failed and will be tried again.
    """

    channel: str
    waiting: int = 0
    due: int = 0
    oldest_s: int = 0
    letters: int = 0
    sent: int = 0
    obsolete: int = 0
    failed: int = 0


async def figures(db: Any, now: datetime) -> list[Figures]:
    """Count what each channel has sent and has to send; reads all letters."""
    letters: dict[tuple[str, str], int] = {}
    by_state = {"$group": {"_id": {"channel": "$channel", "state": "$state"}, "count": {"$sum": 1}}}
    async for row in db[LETTERS].aggregate([by_state]):
        letters[row["_id"]["channel"], row["_id"]["state"]] = row["count"]
    return [_with_letters(each, letters) for each in await waiting(db, now)]


def _with_letters(known: Figures, letters: Mapping[tuple[str, str], int]) -> Figures:
    return replace(
        known,
        sent=letters.get((known.channel, "sent"), 0),
        obsolete=letters.get((known.channel, "obsolete"), 0),
        failed=sum(letters.get((known.channel, state), 0) for state in _FAILED),
    )


async def waiting(db: Any, now: datetime) -> list[Figures]:
    """Count what each channel has to send; reads only that."""
    noticed = await _grouped(db[NOTICES], instant(now), "$due_at", 1)
    lettered = await _grouped(db[LETTERS], instant(now), "$made_at", {"$size": "$notices"})
    return [_waiting(name, noticed.get(name), lettered.get(name), now) for name in CHANNELS]


async def _grouped(rows: Any, now: str, since: str, size: Any) -> dict[str, Row]:
    """Return by channel: rows, how much is in them, how much of it is due, and since when the oldest is."""
    group = {
        "_id": "$channel",
        "rows": {"$sum": 1},
        "all": {"$sum": size},
        "due": {"$sum": {"$cond": [{"$lte": [since, now]}, size, 0]}},
        "oldest": {"$min": since},
    }
    return {row["_id"]: row async for row in rows.aggregate([{"$match": {"state": "waiting"}}, {"$group": group}])}


def _waiting(name: str, noticed: Row | None, lettered: Row | None, now: datetime) -> Figures:
    rows = [row for row in (noticed, lettered) if row]
    ages = [(now - datetime.fromisoformat(row["oldest"])).total_seconds() for row in rows]
    return Figures(
        name,
        waiting=sum(row["all"] for row in rows),
        due=sum(row["due"] for row in rows),
        oldest_s=max(0, int(max(ages, default=0))),
        letters=lettered["rows"] if lettered else 0,
    )
