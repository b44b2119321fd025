"""Notify's post on a real database: alerts and accounts as others write them, channels whose peers are lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from services.notify.adapters.channels.addressing import Addressing
from services.notify.adapters.channels.courier import Courier
from services.notify.adapters.channels.hooks import HOOKS, Hook, HookBook
from services.notify.adapters.channels.letters import LETTERS, LetterBook
from services.notify.adapters.channels.outbox import DELIVERIES, Outbox
from services.notify.adapters.channels.port import (
    CHANNELS,
    PERSONAL,
    Channel,
    ChannelName,
    Delivered,
    Delivery,
    Refused,
)
from services.notify.adapters.channels.preferences import PREFERENCES, PreferenceBook, Preferences
from services.notify.adapters.channels.present import Present
from services.notify.adapters.channels.recipients import USERS, MongoRecipients
from services.notify.adapters.channels.short_messages import PREFIX, SmsChannel
from services.notify.adapters.channels.spreading import NOTICES, Spreader
from services.notify.domain.alert import ALERT
from shared.calendar import SHANGHAI
from shared.events.alerts import AlertRaised
from shared.runner.batch import Disposition, Folded, Input
from shared.runner.core import Message
from shared.runner.replicas import LEASES
from shared.sms.gateway import SmsGateway
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.store import Row, Store
from tests.support.channels import SECRET, TEXTS
from tests.support.sending import NUMBER

CARD_KEY = bytes(range(32))
MORNING = datetime(2018, 3, 5, 10, 0, tzinfo=SHANGHAI)  # a Monday
OURS = (DELIVERIES, NOTICES, LETTERS, USERS, PREFERENCES, HOOKS, "alert", PREFIX + SENDING_COLLECTION, LEASES)


@dataclass
class Peer:
    """A channel that does as it is told: `answers` are used up one by one, then everything is delivered."""

    repeats: bool = True
    answers: list[Any] = field(default_factory=list)
    got: list[Delivery] = field(default_factory=list)

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        answer = self.answers.pop(0) if self.answers else Delivered()
        if isinstance(answer, BaseException):
            raise answer
        self.got.append(delivery)
        return Delivered() if answer is None else answer  # type: ignore[no-any-return]


@dataclass
class Post:
    """Everything between the outbox and the channels; `now` is what the clock says."""

    store: Store
    channels: dict[ChannelName, Channel] = field(default_factory=dict)
    now: datetime = MORNING
    sms_per_day: int = 5
    gather_s: float = 0.0
    leads: bool = True
    steps: int = 0

    def __post_init__(self) -> None:
        self.channels = {name: Peer(name != "sms") for name in CHANNELS} | self.channels
        self.restart()

    def restart(self) -> None:
        """Begin anew with nothing but the database."""
        db: Any = self.store.db

        def clock() -> datetime:
            return self.now

        def seconds() -> float:
            return self.now.timestamp()

        self.recipients = MongoRecipients(db[USERS])
        self.preferences, self.hooks = PreferenceBook(db[PREFERENCES], CARD_KEY), HookBook(db[HOOKS], CARD_KEY)
        self.letters = LetterBook(db, clock, self.sms_per_day, self.gather_s)
        addressing = Addressing(self.letters, Present(db), self.recipients, self.preferences, self.hooks, clock)
        self.spreader = Spreader(db, self.recipients, self.preferences, self.hooks, clock, PERSONAL, self.gather_s)
        self.couriers = {
            name: Courier(name, self.channels[name], self.letters, addressing, clock, seconds) for name in CHANNELS
        }

    async def prepare(self) -> None:
        """Begin with an empty database."""
        for name in OURS:
            await self.store.db[name].delete_many({})
        await self.spreader.prepare()
        await self.letters.prepare()

    def peer(self, name: ChannelName) -> Peer:
        """Return a channel's peer."""
        found = self.channels[name]
        assert isinstance(found, Peer)
        return found

    async def officer(self, user_id: str = "u1", **changed: Any) -> None:
        """Have an account: by default a coordinator with an e-mail address."""
        email = changed.pop("email", f"{user_id}@example.cn")
        wishes = changed.pop("wishes", None)
        row = {"role": "coordinator", "areas": ["350622100201"], "coordinator_id": "C7"} | changed
        await self.store.db[USERS].replace_one({"_id": user_id}, row, upsert=True)
        if wishes is not None:
            await self.preferences.save(user_id, Preferences(**wishes))
        if email:
            await self.preferences.set_address(user_id, email)

    async def hook(self, channel: ChannelName, office: str = "office:350622", **changed: Any) -> None:
        """Have a hook named as its channel."""
        url = changed.pop("url", "https://hooks.example.cn/?key=k&access_token=t")
        name = changed.pop("name", channel)
        await self.hooks.add(Hook(name, channel, office, **changed), url, SECRET)

    async def alert(self, alert_id: str, address: str = "to:C7", **changed: Any) -> None:
        """Raise an alert, as a batch of notify's consumer does."""
        await self.stands(alert_id, address, **changed)
        await self.said(alert_id, address, **changed)

    async def stands(self, alert_id: str, *addresses: str, **changed: Any) -> None:
        """Have an alert stand as the fold leaves it."""
        state = {
            "kind": "plan_missing",
            "urgency": "act",
            "raised_on": "2018-03-05",
            "over_on": None,
            "state": "raised",
        } | changed
        row = {"_id": alert_id, "state": state, "tags": [] if state["over_on"] else list(addresses)}
        await self.store.db["alert"].replace_one({"_id": alert_id}, row, upsert=True)

    async def over(self, alert_id: str) -> None:
        """Have an alert need nobody any more."""
        await self.stands(alert_id, over_on="2018-03-05")

    async def said(self, alert_id: str, address: str = "to:C7", event_id: str = "", **changed: Any) -> None:
        """Say in the outbox that an inbox got an alert."""
        to, _, name = address.partition(":")
        raised = AlertRaised(
            alert_id=alert_id,
            kind=changed.get("kind", "plan_missing"),
            matter="m",
            raised_on=date.fromisoformat(changed.get("raised_on", "2018-03-05")),
            urgency=changed.get("urgency", "act"),
            county=name if to == "office" and name != "city" else None,
            coordinator_id=name if to == "to" else None,
            details={},
            digest=changed.get("digest"),
        )
        await self.batch(
            [
                Message(
                    event_id or f"e-{alert_id}-{address}-{raised.raised_on}",
                    "notify",
                    raised,
                    1,
                    MORNING.date(),
                    "c",
                    None,
                )
            ]
        )

    async def batch(
        self, emitted: Sequence[Message] = (), given: Sequence[Message] = (), *, changes: bool = True
    ) -> None:
        """Commit what a batch was given and what it emitted."""
        applied = {each.id: (Input(each.id, 1, message=each), Disposition("applied")) for each in given}
        changed = {(ALERT.kind, str(each.event.alert_id)): None for each in (*emitted, *given)}  # type: ignore[attr-defined]
        outbox = Outbox(self.store.db)
        folded = Folded(emitted=list(emitted), dispositions=applied, changed=changed if changes else {})
        async with await self.store.db.client.start_session() as session, session.start_transaction():
            await outbox.within(session, folded)

    async def sort(self) -> None:
        """Make notices and letters of all that is due."""
        while await self.spreader.spread():
            pass
        while await self.letters.bundle(CHANNELS):
            pass

    async def work(self, **later: float) -> None:
        """Sort and carry until nothing more is due, some time later."""
        self.now += timedelta(**later)
        while True:
            await self.sort()
            if not sum([await courier.round() for courier in self.couriers.values()]):
                return

    async def rows(self, collection: str, **query: Any) -> list[Row]:
        """Return rows in the order of their ids."""
        return [row async for row in self.store.db[collection].find(query).sort("_id", 1)]

    async def states(self, collection: str = LETTERS) -> list[str]:
        """Return how things stand, in order."""
        return sorted(row["state"] for row in await self.rows(collection))


def told(peer: Peer) -> list[list[str]]:
    """Return which alerts each letter told that a peer got."""
    return [[matter.alert_id for matter in delivery.matters] for delivery in peer.got]


def sms_channel(
    store: Store, gateway: SmsGateway, now: Callable[[], datetime], term: Callable[[], int | None]
) -> SmsChannel:
    """Return the channel of short messages with its memory in the database."""

    async def phone_of(_: str) -> str:
        return NUMBER

    log = MongoSendingLog(store.db[PREFIX + SENDING_COLLECTION], store.db[LEASES])
    return SmsChannel(gateway, log, phone_of=phone_of, texts=TEXTS, signature="帮扶就业", clock=now, term=term)
