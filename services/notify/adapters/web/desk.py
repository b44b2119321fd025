"""What handlers get: notify's own database, the words, and a way to state a fact under somebody's name."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

import nats.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError

from services.notify.adapters.web.endpoint import Principal, Said
from services.notify.adapters.web.live import Live
from services.notify.adapters.web.words import Words
from services.notify.domain.rules import Rulebook
from services.notify.domain.timeline import Phrasebook
from shared.calendar import today_in_shanghai
from shared.cards import Cards, ContactCards, PayeeCards
from shared.catalog import FACTS
from shared.errors import Unavailable
from shared.events.contract import DESK, offered_form
from shared.events.envelope import Envelope
from shared.privacy import SealError
from shared.settings import Settings
from shared.store import Database

SOURCE: Final = DESK
ANSWERED_S: Final = 5.0
_STORED_S: Final = 5.0
_BY_TOPIC: Final = {fact.topic: fact for fact in FACTS}
Became = Literal["accepted", "duplicate", "parked", "rejected", "unanswered"]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a fact that was stated at the desk.

    Args:
        outcome: `unanswered`: it is stored and will be judged, but nobody has said so within five seconds.
        code, path, hint: Of a refusal; never a value.
    """

    outcome: Became
    code: str = ""
    path: str = ""
    hint: str = ""
    waiting_for: str = ""

    @property
    def is_taken(self) -> bool:
        """Tell whether it holds, now or from an earlier click."""
        return self.outcome in {"accepted", "duplicate"}

    @property
    def said(self) -> Said:
        """Return it as a sentence for the next page."""
        values = {"code": self.code, "path": self.path, "hint": self.hint, "waiting_for": self.waiting_for}
        tone: Any = {"accepted": "good", "duplicate": "good", "rejected": "bad"}.get(self.outcome, "note")
        return Said(f"told.{self.outcome}", values, tone)


@dataclass
class Outcomes:
    """Hears on `outcome.desk.>` what became of the facts of this process."""

    _waiting: dict[str, list["asyncio.Future[Told]"]] = field(default_factory=dict)

    async def listen(self, client: Client) -> None:
        """Begin to hear."""
        await client.subscribe(f"outcome.{SOURCE}.>", cb=self.take)

    def expect(self, fact_id: str) -> "asyncio.Future[Told]":
        """Return what will be said of a fact; whoever clicked twice waits twice."""
        said: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(fact_id, []).append(said)
        return said

    def forget(self, fact_id: str, said: "asyncio.Future[Told]") -> None:
        """Wait no more."""
        if left := [each for each in self._waiting.pop(fact_id) if each is not said]:
            self._waiting[fact_id] = left

    async def take(self, message: Msg) -> None:
        """Hear one outcome."""
        said = orjson.loads(message.data)["data"]
        named = {name: said.get(name) or "" for name in ("code", "path", "hint", "waiting_for")}
        for waiting in self._waiting.get(said["fact_id"], ()):
            if not waiting.done():
                waiting.set_result(Told(said["outcome"], **named))


async def card_of(cards: Cards | None, subject_id: str) -> Mapping[str, str] | None:
    """Return a card, None if there is none; raises Unavailable where it cannot be read at the moment."""
    if cards is None:
        raise Unavailable("the cards are not connected")
    try:
        return await cards.get(subject_id)
    except (TimeoutError, nats.errors.Error, JetStreamError, SealError):
        raise Unavailable("the card cannot be read") from None


def utc_now() -> datetime:
    """Return this machine's time: sessions and lockouts are about people at keyboards, not about days that count."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass
class Desk:
    """Built once, when the broker and the database are there.

    Args:
        db: Notify's own database; nothing else is read. js, client: None where nothing can be published (tests).
        cards: Names and phones of people and officers. opened: how many were opened, by `masked` and `revealed`.
        payees: Accounts of those who are paid.
        masks: Masked names by person, each with the instant until which it is kept (inbox_names.py).
        now: The wall clock, for sessions and deliveries; what counts days asks `open_day`.
    """

    db: Database
    settings: Settings
    rules: Rulebook
    phrases: Phrasebook
    words: Words
    cards: ContactCards | None = None
    payees: PayeeCards | None = None
    js: JetStreamContext | None = None
    outcomes: Outcomes = field(default_factory=Outcomes)
    opened: Counter[str] = field(default_factory=Counter)
    masks: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now
    live: Live = field(default_factory=Live)

    async def publish(
        self, principal: Principal, fact: str, data: Mapping[str, Any], token: str, *, wait: bool = True
    ) -> Told:
        """State a fact under somebody's name and wait up to five seconds for what becomes of it.

        Args:
            principal: Whose name it is.
            fact: Its topic, `visit.recorded`.
            data: In the form that upstream publishes; `by` is added where the fact has it and the caller gave none.
            token: Of the form: the same token is the same fact.
            wait: Whether anybody wants to know what becomes of it.

        Raises:
            Unavailable: The broker did not take it; trying again with the same token does no harm.
        """
        known = _BY_TOPIC[fact]
        body = dict(data)
        if "by" in offered_form(known).model_fields:
            body.setdefault("by", principal.by)
        fact_id = f"{principal.user_id}-{token}"
        said = self.outcomes.expect(fact_id)
        try:
            if await self._stored(fact, fact_id, Envelope(fact_id, SOURCE, known.event_type(), body).structured()):
                return Told("duplicate")
            if not wait:
                return Told("unanswered")
            return await asyncio.wait_for(said, ANSWERED_S)
        except TimeoutError:
            return Told("unanswered")
        finally:
            self.outcomes.forget(fact_id, said)

    async def _stored(self, fact: str, fact_id: str, body: bytes) -> bool:
        """Publish; return whether the broker had the very same bytes already, of which nobody will say anything."""
        if self.js is None:
            raise Unavailable("the broker is not connected")
        digest = hashlib.sha256(body).hexdigest()[:16]
        headers = {"Nats-Msg-Id": f"{SOURCE}|{fact_id}|{digest}", "Content-Type": "application/cloudevents+json"}
        subject = f"intake.{SOURCE}.{fact}"
        try:
            stored = await self.js.publish(subject, body, headers=headers, stream="INTAKE", timeout=_STORED_S)
        except (TimeoutError, nats.errors.Error, JetStreamError):
            raise Unavailable("the broker did not take the fact; try again") from None
        return bool(stored.duplicate)

    async def open_day(self) -> date:
        """Return the day that the system counts as today: after the last closed one; before any is, the wall's."""
        row = await self.db["alert_clock"].find_one({}, sort=[("state.day", -1)])
        last = row["state"]["day"] if row else None
        return date.fromisoformat(last) + timedelta(days=1) if last else today_in_shanghai(self.now())
