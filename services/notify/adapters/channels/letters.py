"""Letters: notices that are due for one recipient go out together, one letter at a time by each channel.

While a letter waits (its peer is away, or is to be left alone), what comes later gathers behind it. So the queue of a
channel holds at most one letter for each recipient, and nobody gets fifty messages when a server is back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal

from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from services.notify.adapters.channels.outbox import name_of
from services.notify.adapters.channels.port import ChannelName, Row
from services.notify.adapters.channels.spreading import NOTICES
from services.notify.adapters.channels.timing import digest_of_another_day, instant
from shared.calendar import SHANGHAI
from shared.together import side_by_side

LETTERS: Final = "desk_letters"
RECEIPTS_KEPT: Final = 20
WINDOW: Final = 8  # letters that are made side by side: their transactions share the disk's work

_MOST: Final[dict[ChannelName, int]] = {"webhook": 100}  # of notices in a letter; the other channels tell counts
_MOST_ELSEWHERE: Final = 2_000

# `unknown`: nobody knows whether it went out, and it will not again. `given_up`: it did not, however often tried.
Ended = Literal["sent", "refused", "unknown", "given_up", "obsolete"]
_DURABLE = WriteConcern("majority", j=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter on its way.

    Args:
        notices: Ids of what it tells. attempts: how often it failed.
    """

    id: str
    channel: ChannelName
    recipient: str
    notices: tuple[str, ...]
    digest: bool = False
    attempts: int = 0


@dataclass
class LetterBook:
    """The letters in MongoDB.

    Args:
        sms_per_day: Most short messages that one officer gets on a day; what is more waits for the next digest.
        gather_s: What is due so soon goes along with what is due now.
    """

    db: Any
    clock: Callable[[], datetime]
    sms_per_day: int
    gather_s: float
    _rows: Any = field(init=False)

    def __post_init__(self) -> None:
        self._rows = self.db[LETTERS]

    async def prepare(self) -> None:
        """Index what is looked for. Of the letters that wait, one may be to a recipient by a channel."""
        waiting = {"state": "waiting"}
        # By the state first: what all channels have waiting is asked for too.
        by = [("state", 1), ("channel", 1), ("next_at", 1)]
        await self._rows.create_index(by, partialFilterExpression=waiting)
        await self._rows.create_index(
            [("recipient", 1), ("channel", 1)], unique=True, partialFilterExpression=waiting, name="one_waits"
        )
        await self._rows.create_index([("recipient", 1), ("channel", 1), ("made_at", 1)], name="by_day")

    async def bundle(self, channels: Sequence[ChannelName]) -> int:
        """Make a letter of what is due for each recipient who has none waiting; return how many were made."""
        due = {"state": "waiting", "due_at": {"$lte": instant(self.clock())}}
        look: list[Row] = [
            {"$match": due | {"channel": {"$in": list(channels)}}},
            {"$group": {"_id": {"channel": "$channel", "recipient": "$recipient"}}},
        ]
        groups = [row["_id"] async for row in self.db[NOTICES].aggregate(look)]
        occupied = {(row["channel"], row["recipient"]) async for row in self._rows.find({"state": "waiting"})}
        free = [each for each in groups if (each["channel"], each["recipient"]) not in occupied]
        return await side_by_side(
            free,
            lambda each: self._bundled(each["channel"], each["recipient"]),
            window=WINDOW,
            key=lambda each: f"{each['channel']} {each['recipient']}",
        )

    async def _bundled(self, channel: ChannelName, recipient: str) -> bool:
        soon = instant(self.clock() + timedelta(seconds=self.gather_s))
        due = {"state": "waiting", "channel": channel, "recipient": recipient, "due_at": {"$lte": soon}}
        if channel == "sms" and await self._used_up(recipient):
            later = instant(digest_of_another_day(self.clock()))
            await self.db[NOTICES].update_many(due, {"$set": {"due_at": later, "digest": True}})
            return False
        most = _MOST.get(channel, _MOST_ELSEWHERE)
        found = self.db[NOTICES].find(due).sort([("due_at", 1), ("_id", 1)]).limit(most)
        notices = [row async for row in found]
        try:
            return bool(notices) and await self._written(notices)
        except DuplicateKeyError:  # another process was quicker
            return False

    async def _used_up(self, recipient: str) -> bool:
        today = datetime.combine(self.clock().astimezone(SHANGHAI).date(), time.min, SHANGHAI)
        made = {"$gte": instant(today), "$lt": instant(today + timedelta(days=1))}
        sent = {"recipient": recipient, "channel": "sms", "made_at": made, "state": {"$ne": "obsolete"}}
        return int(await self._rows.count_documents(sent)) >= self.sms_per_day

    async def _written(self, notices: list[Row]) -> bool:
        """Write a letter and note in its notices that they are in it, both or neither."""
        ids = [row["_id"] for row in notices]
        first, now = notices[0], instant(self.clock())
        letter: Row = {
            "_id": name_of("letter", first["channel"], first["recipient"], *sorted(ids)),
            "channel": first["channel"],
            "recipient": first["recipient"],
            "notices": ids,
            "digest": all(row["digest"] for row in notices),
            "state": "waiting",
            "attempts": 0,
            "made_at": now,
            "next_at": now,
            "receipts": [],
        }

        async def both(session: Any) -> bool:
            bundled = {"$set": {"state": "bundled", "letter": letter["_id"]}}
            same = {"_id": {"$in": ids}, "state": "waiting"}
            if (await self.db[NOTICES].update_many(same, bundled, session=session)).modified_count < len(ids):
                await session.abort_transaction()
                return False
            await self._rows.insert_one(letter, session=session)
            return True

        async with await self.db.client.start_session() as session:
            made: bool = await session.with_transaction(
                both, write_concern=_DURABLE, read_concern=ReadConcern("snapshot")
            )
            return made

    async def due(self, channel: ChannelName, limit: int) -> list[Letter]:
        """Return letters that may go now, those that have waited longest first."""
        query = {"channel": channel, "state": "waiting", "next_at": {"$lte": instant(self.clock())}}
        found = self._rows.find(query, {"receipts": 0}).sort([("next_at", 1), ("_id", 1)]).limit(limit)
        return [_letter(row) async for row in found]

    async def notices(self, letter: Letter) -> list[Row]:
        """Return what a letter tells, the oldest first."""
        found = self.db[NOTICES].find({"_id": {"$in": list(letter.notices)}})
        return [row async for row in found.sort([("noted_at", 1), ("_id", 1)])]

    async def end(self, letter: Letter, how: Ended, detail: str = "", told: Sequence[str] = ()) -> None:
        """Note how a letter ended, and which notices it told at last; a letter that ended stays as it is."""
        at, notices = instant(self.clock()), self.db[NOTICES]
        untold = [id_ for id_ in letter.notices if id_ not in told]
        # The letter comes last: while it waits, all of this is done again.
        await notices.update_many({"_id": {"$in": list(told)}}, {"$set": {"state": "told"}})
        gone = "obsolete" if how in ("sent", "obsolete") else "untold"
        await notices.update_many({"_id": {"$in": untold}}, {"$set": {"state": gone}})
        fields = {"state": how, "detail": detail, "ended_at": at}
        await self._note(letter, {"$set": fields}, {"at": at, "outcome": how, "code": detail})

    async def put_off(self, letter: Letter, until: datetime, code: str) -> None:
        """Note a failure and when to try again."""
        change = {"$set": {"next_at": instant(until)}, "$inc": {"attempts": 1}}
        await self._note(letter, change, {"at": instant(self.clock()), "outcome": "failed", "code": code})

    async def hold(self, letter: Letter, until: datetime) -> None:
        """Leave a letter for later; nothing was tried."""
        await self._rows.update_one({"_id": letter.id, "state": "waiting"}, {"$set": {"next_at": instant(until)}})

    async def _note(self, letter: Letter, change: Row, receipt: Row) -> None:
        receipts = {"$push": {"receipts": {"$each": [receipt], "$slice": -RECEIPTS_KEPT}}}
        await self._rows.update_one({"_id": letter.id, "state": "waiting"}, change | receipts)


def _letter(row: Row) -> Letter:
    return Letter(
        row["_id"], row["channel"], row["recipient"], tuple(row["notices"]), bool(row["digest"]), int(row["attempts"])
    )
