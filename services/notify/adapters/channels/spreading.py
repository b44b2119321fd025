"""From an inbox to people: each new row of the outbox becomes a notice for each recipient and channel.

Ids follow from the row, the channel and the recipient, and a notice that is there stays as it is: a stop in between, or
two processes at once, change nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from pymongo import UpdateOne

from services.notify.adapters.channels.hooks import Hook, HookBook
from services.notify.adapters.channels.outbox import DELIVERIES, name_of
from services.notify.adapters.channels.port import RINGS, ChannelName, Row
from services.notify.adapters.channels.preferences import QUIET, PreferenceBook, Preferences
from services.notify.adapters.channels.present import Present
from services.notify.adapters.channels.recipients import Account, Recipients
from services.notify.adapters.channels.timing import GATHER_S, after_quiet, instant, next_digest
from services.notify.domain.rules import Rulebook
from shared.sms.pacing import QuietHours

NOTICES: Final = "desk_notices"
PAGE: Final = 200

_OFFICE_QUIET: Final = QuietHours.read(QUIET)


@dataclass
class Spreader:
    """Makes notices.

    Args:
        offered: Which channels of people's own there are here: not e-mail where no server is set.
        gather_s: How long what is told at once waits for company.
    """

    db: Any
    recipients: Recipients
    preferences: PreferenceBook
    hooks: HookBook
    rules: Rulebook
    clock: Callable[[], datetime]
    offered: frozenset[ChannelName]
    gather_s: float = GATHER_S

    async def prepare(self) -> None:
        """Index what is looked for."""
        await self.db[DELIVERIES].create_index("state", partialFilterExpression={"state": "new"})
        await self.db[NOTICES].create_index([("state", 1), ("due_at", 1)], partialFilterExpression={"state": "waiting"})

    async def spread(self) -> int:
        """Deal with a page of new rows; return how many there were."""
        found = self.db[DELIVERIES].find({"state": "new"}).sort([("raised_on", 1), ("_id", 1)]).limit(PAGE)
        rows = [row async for row in found]
        if not rows:
            return 0
        current = await Present(self.db).addresses({row["alert_id"] for row in rows})
        live = [row for row in rows if current.get(row["alert_id"]) == row["address"]]
        await self._notice(live)
        for state, some in (("spread", live), ("obsolete", [row for row in rows if row not in live])):
            ids = [row["_id"] for row in some]
            await self.db[DELIVERIES].update_many({"_id": {"$in": ids}}, {"$set": {"state": state}})
        return len(rows)

    async def _notice(self, rows: Sequence[Row]) -> None:
        addresses = {row["address"] for row in rows}
        accounts = await self.recipients.at(addresses)
        user_ids = {account.user_id for some in accounts.values() for account in some}
        wishes, mailed = await self.preferences.of(user_ids), await self.preferences.with_address(user_ids)
        hooks = await self.hooks.of(addresses)
        notices: list[Row] = []
        for row in rows:
            waits = self._can_wait(row)
            for account in accounts[row["address"]]:
                notices += self._personal(row, account, wishes[account.user_id], waits, account.user_id in mailed)
            notices += self._of_groups(row, hooks, waits)
        if notices:
            writes = [UpdateOne({"_id": each["_id"]}, {"$setOnInsert": each}, upsert=True) for each in notices]
            await self.db[NOTICES].bulk_write(writes, ordered=False)

    def _can_wait(self, row: Row) -> bool:
        """Tell whether an alert is for the digest: as its rule says, else where nothing breaks if nobody acts."""
        rule = self.rules.in_force(row["kind"], date.fromisoformat(row["raised_on"]))
        said = getattr(rule, "digest", None)
        return row["urgency"] == "know" if said is None else bool(said)

    def _personal(self, row: Row, account: Account, wishes: Preferences, waits: bool, mailed: bool) -> Iterable[Row]:
        reached = {"sms": account.card_id is not None, "email": mailed}
        for channel in sorted(self.offered & reached.keys()):
            if reached[channel] and wishes.wants(channel, row["urgency"], can_wait=waits):
                yield self._made(row, channel, account.user_id, self._due(wishes.quiet_hours, waits), waits)

    def _of_groups(self, row: Row, hooks: Sequence[Hook], waits: bool) -> Iterable[Row]:
        for hook in hooks:
            if hook.office == row["address"] and row["urgency"] in hook.wants:
                rings = hook.channel in RINGS
                due = self._due(_OFFICE_QUIET, waits) if rings else self.clock()
                yield self._made(row, hook.channel, hook.name, due, waits and rings)

    def _due(self, quiet: QuietHours, waits: bool) -> datetime:
        soon = self.clock() + timedelta(seconds=self.gather_s)
        return after_quiet(next_digest(soon) if waits else soon, quiet)

    def _made(self, row: Row, channel: ChannelName, recipient: str, due: datetime, digest: bool) -> Row:
        kept: Mapping[str, Any] = {name: row[name] for name in ("alert_id", "kind", "urgency", "raised_on", "address")}
        return {
            "_id": name_of("notice", row["_id"], channel, recipient),
            "delivery": row["_id"],
            **kept,
            "channel": channel,
            "recipient": recipient,
            "digest": digest,
            "due_at": instant(due),
            "noted_at": instant(self.clock()),
            "state": "waiting",
        }
