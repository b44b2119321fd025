"""The last look before a message is handed over: state, day, words, and how often the number was written to."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from weakref import WeakValueDictionary

from pydantic import TypeAdapter

from services.matching.domain.admitting import may_go
from services.matching.domain.dated import Dated
from services.matching.domain.manners import Manners
from services.matching.domain.market import MARKET, MARKET_ID, Market
from services.matching.domain.message import MESSAGES
from services.matching.domain.offer import OFFERS
from services.matching.domain.seeker import SEEKERS
from shared.calendar import today_in_shanghai
from shared.runner.core import Aggregate
from shared.sms.pacing import WEEK, Caps, NumberBook, QuietHours
from shared.sms.receipts import SENSITIVE
from shared.sms.sender import GO, WAIT, Outgoing
from shared.sms.words import sensitive_word
from shared.store import Row, Store
from shared.together import Together

BEFORE_THE_FIRST: Final = date(2000, 1, 1)  # where no day was ever closed, none is over


@dataclass
class Admission:
    """Decides what may ring, when.

    Args:
        manners: Caps and quiet hours by day.
        clock: Returns the moment. by_clock: the machine's clock closes the days here, so its date counts too.
        phone_id: Returns the pseudonym of a number.
        quiet: Quiet hours that hold instead of those of the manners; None: those.
        gentle: Whether the manners' quiet hours hold; capped: whether their caps do.
        words: Sensitive words beside the shipped ones.
    """

    store: Store
    numbers: NumberBook
    manners: Dated[Manners]
    clock: Callable[[], datetime]
    phone_id: Callable[[str], str]
    by_clock: bool = False
    quiet: QuietHours | None = None
    gentle: bool = True
    capped: bool = True
    words: Collection[str] = ()
    _held: dict[str, date] = field(default_factory=dict)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _reading: dict[str, Together[str, Row | None]] = field(default_factory=dict)
    _adapters: dict[str, TypeAdapter[Any]] = field(default_factory=dict)

    def is_quiet(self, moment: datetime) -> bool:
        """Tell whether nothing may ring at a moment."""
        if self.quiet is not None:
            return self.quiet.holds(moment)
        return self.gentle and _hours(self.manners.at_latest(today_in_shanghai(moment))).holds(moment)

    async def held(self) -> Collection[str]:
        """Return the messages whose number has had enough for today; a new day lets go of all of them."""
        today = await self._day()
        self._held = {id_: day for id_, day in self._held.items() if day == today}
        return self._held.keys()

    async def admits(self, outgoing: Outgoing, phone: str) -> str:
        """Return whether a message may go out to a number now (`shared.sms.sender.Admits`)."""
        if self.is_quiet(self.clock()):
            return WAIT
        today, sms, seeker = await asyncio.gather(
            self._day(), self._state(MESSAGES, outgoing.message_id), self._state(SEEKERS, outgoing.person_id)
        )
        verdict = may_go(sms, await self._state(OFFERS, sms.offer_id), seeker, today)
        if verdict != GO:
            return verdict
        if sensitive_word(outgoing.text, self.words):
            return SENSITIVE
        phone_id = self.phone_id(phone)
        # Messages to a family may be under way side by side: one is counted before the next one is judged.
        async with self._locks.setdefault(phone_id, asyncio.Lock()):
            return await self._counted(outgoing.message_id, phone_id, today)

    async def _counted(self, message_id: str, phone_id: str, today: date) -> str:
        """Note the message against its number, or hold it for the day if the number has had enough."""
        manners = self.manners.at_latest(today)
        days = await self.numbers.days(phone_id, today - WEEK + timedelta(days=1), message_id)
        if self.capped and not Caps(manners.per_day, manners.per_week).allow(days, today):
            self._held[message_id] = today
            return WAIT
        await self.numbers.note(message_id, phone_id, today)
        return GO

    async def _day(self) -> date:
        market: Market = await self._state(MARKET, MARKET_ID)
        open_day = market.closed_on + timedelta(days=1) if market.closed_on else BEFORE_THE_FIRST
        return max(open_day, today_in_shanghai(self.clock())) if self.by_clock else open_day

    async def _state(self, aggregate: Aggregate[Any], id_: str) -> Any:
        """Read a state as it is stored when this is asked, or later; who asks at a time shares a query."""
        if aggregate.kind not in self._reading:
            self._reading[aggregate.kind] = Together(partial(self._rows, aggregate.kind))
            self._adapters[aggregate.kind] = TypeAdapter(aggregate.state)
        row = await self._reading[aggregate.kind].do(id_)
        return self._adapters[aggregate.kind].validate_python(row["state"]) if row else aggregate.initial(id_)

    async def _rows(self, kind: str, ids: list[str]) -> list[Row | None]:
        rows = await self.store.load(kind, set(ids))
        return [rows.get(id_) for id_ in ids]


def _hours(manners: Manners) -> QuietHours:
    return QuietHours(time.fromisoformat(manners.quiet_from), time.fromisoformat(manners.quiet_until))
