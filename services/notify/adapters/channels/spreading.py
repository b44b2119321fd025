"""From an inbox to people: each new row of the outbox becomes a notice for each recipient and channel.

Ids follow from alert, occasion, inbox, channel and recipient, and a notice that is there stays as it is: a stop in
between, two processes at once, or an alert that is said again change nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import UpdateOne

from services.notify.adapters.channels.hooks import Hook, HookBook
from services.notify.adapters.channels.outbox import DELIVERIES, name_of
from services.notify.adapters.channels.port import RINGS, ChannelName, Row
from services.notify.adapters.channels.preferences import QUIET, PreferenceBook, Preferences
from services.notify.adapters.channels.present import Open, Present
from services.notify.adapters.channels.recipients import Recipients
from services.notify.adapters.channels.timing import after_quiet, instant, next_digest
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
    clock: Callable[[], datetime]
    offered: frozenset[ChannelName]
    gather_s: float

    async def prepare(self) -> None:
        """Index what is looked for."""
        await self.db[DELIVERIES].create_index("state", partialFilterExpression={"state": "new"})
        await self.db[NOTICES].create_index([("state", 1), ("due_at", 1)], partialFilterExpression={"state": "waiting"})

    async def spread(self) -> int:
        """Deal with a page of new rows; return how many there were."""
        found = self.db[DELIVERIES].find({"state": "new"}).sort([("occasion", 1), ("_id", 1)]).limit(PAGE)
        rows = [row async for row in found]
        if not rows:
            return 0
        now = await Present(self.db).of({row["alert_id"] for row in rows})
        told = [each for row in rows if (alert := now.get(row["alert_id"])) for each in self._told(row, alert)]
        await self._notice(told)
        live = {each.row["_id"] for each in told}
        for state, ids in (("spread", live), ("obsolete", {row["_id"] for row in rows} - live)):
            await self.db[DELIVERIES].update_many({"_id": {"$in": sorted(ids)}}, {"$set": {"state": state}})
        return len(rows)

    def _told(self, row: Row, alert: Open) -> Iterable["_Told"]:
        """Yield the inboxes of which a row still speaks."""
        for address in sorted(alert.addresses):
            if row["address"] in (address, None) and alert.is_told(address, back=row["back"]):
                yield _Told(row, alert, address, self._can_wait(row, alert))

    async def _notice(self, told: Sequence["_Told"]) -> None:
        addresses = {each.address for each in told}
        accounts = await self.recipients.at(addresses)
        user_ids = {account.user_id for some in accounts.values() for account in some}
        wishes, mailed = await self.preferences.of(user_ids), await self.preferences.with_address(user_ids)
        hooks = await self.hooks.of(addresses)
        notices: list[Row] = []
        for each in told:
            for account in accounts[each.address]:
                reached: dict[ChannelName, bool] = {
                    "sms": account.card_id is not None,
                    "email": account.user_id in mailed,
                }
                notices += self._personal(each, account.user_id, wishes[account.user_id], reached)
            notices += self._of_groups(each, hooks)
        if notices:
            await self._anew(notices)
            writes = [UpdateOne({"_id": each["_id"]}, {"$setOnInsert": each}, upsert=True) for each in notices]
            await self.db[NOTICES].bulk_write(writes, ordered=False)

    async def _anew(self, notices: Sequence[Row]) -> None:
        """Give another id to what was noted before and had become untrue before it was told: it is true again."""
        ids = [row["_id"] for row in notices]
        found = self.db[NOTICES].find({"_id": {"$in": ids}, "state": "obsolete"}, {"_id": 1})
        untrue = {row["_id"] async for row in found}
        for row in notices:
            if row["_id"] in untrue:
                row["_id"] = name_of("anew", row["_id"], row["delivery"])

    def _can_wait(self, row: Row, alert: Open) -> bool:
        """Tell whether an alert is for the digest: as it was raised, else where nothing breaks if nobody acts."""
        return alert.urgency == "know" if row["digest"] is None else bool(row["digest"])

    def _personal(
        self, told: "_Told", user_id: str, wishes: Preferences, reached: Mapping[ChannelName, bool]
    ) -> Iterable[Row]:
        for channel in sorted(self.offered):
            if reached[channel] and wishes.wants(channel, told.alert.urgency, can_wait=told.waits):
                yield self._made(told, channel, user_id, self._due(wishes.quiet_hours, told.waits), told.waits)

    def _of_groups(self, told: "_Told", hooks: Sequence[Hook]) -> Iterable[Row]:
        for hook in hooks:
            if hook.office == told.address and told.alert.urgency in hook.wants:
                rings = hook.channel in RINGS
                due = self._due(_OFFICE_QUIET, told.waits) if rings else self.clock()
                yield self._made(told, hook.channel, hook.name, due, told.waits and rings)

    def _due(self, quiet: QuietHours, waits: bool) -> datetime:
        soon = self.clock() + timedelta(seconds=self.gather_s)
        return after_quiet(next_digest(soon) if waits else soon, quiet)

    def _made(self, told: "_Told", channel: ChannelName, recipient: str, due: datetime, digest: bool) -> Row:
        row = told.row
        # The occasion and not the event: what is said again of the same is not told again.
        return {
            "_id": name_of("notice", row["alert_id"], row["occasion"], told.address, channel, recipient),
            "delivery": row["_id"],
            "alert_id": row["alert_id"],
            "kind": told.alert.kind,
            "urgency": told.alert.urgency,
            "raised_on": told.alert.raised_on.isoformat(),
            "address": told.address,
            "channel": channel,
            "recipient": recipient,
            "back": row["back"],
            "digest": digest,
            "due_at": instant(due),
            "noted_at": instant(self.clock()),
            "state": "waiting",
        }


@dataclass(frozen=True, slots=True)
class _Told:
    """A row of the outbox and an inbox of which it speaks.

    Args:
        waits: Whether it is for the digest.
    """

    row: Row
    alert: Open
    address: str
    waits: bool
