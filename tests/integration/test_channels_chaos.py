"""Whatever fails when: a short message goes out at most once, everything else under one id, nothing that is untrue.

Seeded: `BANGFU_SEEDS=200` takes it further, `BANGFU_SEED=<n>` does one again.
"""

import asyncio
import os
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.notify.adapters.channels.letters import LETTERS
from services.notify.adapters.channels.outbox import DELIVERIES
from services.notify.adapters.channels.port import CHANNELS, ChannelName, ChannelUnavailable, Delivered, Delivery
from services.notify.adapters.channels.spreading import NOTICES
from shared.embedded import EmbeddedMongo
from shared.sms.gateway import Accepted, GatewayUnavailable, SendResult, UnknownAnswerError
from shared.store import Store
from tests.support.posting import Post, sms_channel
from tests.support.sending import Killed

pytestmark = pytest.mark.real

SEEDS = (
    [int(os.environ["BANGFU_SEED"])] if "BANGFU_SEED" in os.environ else range(int(os.environ.get("BANGFU_SEEDS", "6")))
)
ADDRESSES = ("to:C7", "to:C8", "office:350622")
STEPS, OFTEN = 60, 3
U1, U2 = {"to:C7"}, {"to:C8", "office:350622"}
INBOXES = {"u1@example.cn": U1, "C7": U1, "u2@example.cn": U2, "C8": U2}
DEADLY = {  # what a process may die before or behind
    "letters": ("end", "put_off", "_written"),
    "spreader": ("_notice",),
}


@dataclass
class Chaos:
    """What is true, what went out, and how likely things fail."""

    chance: random.Random
    deadly: float = 0.05
    failing: float = 0.35
    inboxes: dict[str, str] = field(default_factory=dict)
    out: dict[ChannelName, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def dies(self, times: int = 1) -> None:
        """Die, perhaps."""
        if self.chance.random() < times * self.deadly:
            raise Killed

    def goes_out(self, delivery: Delivery) -> None:
        """Keep what reached somebody."""
        self.is_true(delivery)
        self.out[delivery.channel] += [(delivery.id, matter.notice_id) for matter in delivery.matters]

    def is_true(self, delivery: Delivery) -> None:
        """Look whether all that a letter tells is true at this moment, and of the inbox of whom it reaches."""
        theirs = INBOXES.get(delivery.to, {"office:350622"})
        assert delivery.matters
        assert all(self.inboxes.get(matter.alert_id) in theirs for matter in delivery.matters)

    def deathly(self, owner: Any, name: str, times: int = 1) -> None:
        """Have a process die at times before or behind what it does."""
        work = getattr(owner, name)

        async def fatal(*args: Any, **options: Any) -> Any:
            self.dies(times)
            result = await work(*args, **options)
            self.dies(times)
            return result

        setattr(owner, name, fatal)


@dataclass
class Unsteady:
    """A channel that fails in every way; each of them before or behind the moment at which it is out."""

    chaos: Chaos
    repeats = True

    async def deliver(self, delivery: Delivery) -> Delivered:
        self.chaos.dies()
        fate = self.chaos.chance.random() / self.chaos.failing if self.chaos.failing else 1.0
        if fate < 0.4:
            raise ChannelUnavailable("away")
        if fate < 0.6:
            raise UnknownAnswerError("lost on the way there")
        self.chaos.goes_out(delivery)
        self.chaos.dies()
        if fate < 1.0:
            raise UnknownAnswerError("lost on the way back")
        return Delivered()


@dataclass
class UnsteadyGateway:
    """A gateway likewise."""

    chaos: Chaos
    handed: list[str] = field(default_factory=list)

    async def send(self, message_id: str, _: str, __: str) -> SendResult:
        self.chaos.dies(OFTEN)
        fate = self.chaos.chance.random() / self.chaos.failing if self.chaos.failing else 1.0
        if fate < 0.5:
            raise GatewayUnavailable("503")
        self.handed.append(message_id)
        self.chaos.dies(OFTEN)
        if fate < 1.0:
            raise ConnectionResetError
        return Accepted()


class Town:
    """A post with accounts and hooks, whose processes die and are started again."""

    def __init__(self, store: Store, seed: int) -> None:
        self.chaos = Chaos(random.Random(seed))  # noqa: S311 - a seed makes it again
        self.gateway, self.term, self.events = UnsteadyGateway(self.chaos), 0, 0
        self.post = Post(store, {name: Unsteady(self.chaos) for name in CHANNELS if name != "sms"})

    async def found(self) -> None:
        await self.post.prepare()
        await self.post.officer("u1")
        await self.post.officer("u2", role="county", areas=["350622"], coordinator_id="C8", wishes={"digest": False})
        for name in ("wecom", "dingtalk", "webhook"):
            await self.post.hook(name)
        self.start()

    def start(self) -> None:
        """Start a process."""
        self.term += 1
        term = self.term
        self.post.channels["sms"] = sms_channel(self.post.store, self.gateway, lambda: self.post.now, lambda: term)
        self.post.restart()
        self.told(self.post.channels["sms"])
        log = self.post.channels["sms"]._log  # type: ignore[attr-defined]
        for owner, names in ((self.post.letters, DEADLY["letters"]), (self.post.spreader, DEADLY["spreader"])):
            for name in names:
                self.chaos.deathly(owner, name)
        self.chaos.deathly(self.post.letters._rows, "insert_one", OFTEN)
        for name in ("begin", "finish", "mark_published", "release"):
            self.chaos.deathly(log, name, OFTEN)

    def told(self, channel: Any) -> None:
        """Look at each short message before it is handed over."""
        deliver = channel.deliver

        async def looked_at(delivery: Delivery) -> Any:
            self.chaos.is_true(delivery)
            return await deliver(delivery)

        channel.deliver = looked_at

    async def step(self) -> None:
        """Do one thing of many."""
        chance = self.chaos.chance
        try:
            match chance.randrange(10):
                case 0 | 1 | 2:
                    await self.happen()
                case 3 | 4:
                    self.post.now += timedelta(minutes=chance.choice((1, 5, 60, 400)))
                case 5 | 6:
                    await self.post.sort()
                case 7:
                    self.start()
                case _:
                    await self.post.couriers[chance.choice((*CHANNELS, *["sms"] * 5))].round()
        except Killed:
            self.start()

    async def happen(self) -> None:
        """Raise an alert, hand it over, or end it."""
        chance, post = self.chaos.chance, self.post
        alert_id = f"a{chance.randrange(5)}"
        if alert_id in self.chaos.inboxes and chance.random() < 0.4:
            del self.chaos.inboxes[alert_id]
            await post.over(alert_id)
            return
        address, urgency = chance.choice(ADDRESSES), chance.choice(("act", "know"))
        self.events += 1
        self.chaos.inboxes[alert_id] = address
        await post.stands(alert_id, address, urgency=urgency, raised_on=post.now.date().isoformat())
        said = {"urgency": urgency, "raised_on": post.now.date().isoformat()}
        await post.said(alert_id, address, event_id=f"e{self.events}", **said)

    async def calm_down(self) -> None:
        """Let everything work again until nothing more is to be done."""
        self.chaos.deadly = self.chaos.failing = 0.0
        self.start()
        for _ in range(24):
            await self.post.work(hours=5)


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_fails_when_letters_keep_their_promise(mongo: EmbeddedMongo, seed: int) -> None:
    store = Store(mongo.url, "chaos_notify")
    try:
        town = Town(store, seed)
        await town.found()
        for _ in range(STEPS):
            await town.step()
        await town.calm_down()

        await judge(town)
    finally:
        store.close()


async def judge(town: Town) -> None:
    """Compare what went out with what was promised."""
    post = town.post
    letters = {row["_id"]: row for row in await post.rows(LETTERS)}
    notices = {row["_id"]: row for row in await post.rows(NOTICES)}
    assert await post.rows(DELIVERIES, state="new") == []
    assert {row["state"] for row in letters.values()} <= {"sent", "obsolete", "unknown"}
    assert not {row["state"] for row in notices.values()} & {"waiting", "bundled"}
    assert all(count == 1 for count in Counter(town.gateway.handed).values())
    held = Counter(id_ for row in letters.values() for id_ in row["notices"])
    assert set(held.values()) <= {1}
    assert set(held) == set(notices)
    for channel, out in town.chaos.out.items():
        under: dict[str, set[str]] = defaultdict(set)
        for letter_id, notice_id in out:
            under[notice_id].add(letter_id)
            assert letters[letter_id]["channel"] == channel
        assert all(len(ids) == 1 for ids in under.values())
        told = {id_ for id_, row in notices.items() if row["channel"] == channel and row["state"] == "told"}
        assert told <= set(under)
    for alert_id, address in town.chaos.inboxes.items():
        reached = {row["channel"] for row in notices.values() if row["alert_id"] == alert_id and row["state"] == "told"}
        if address == "office:350622":
            assert {"wecom", "dingtalk", "webhook"} <= reached


async def test_two_processes_that_both_believe_to_lead_make_no_second_short_message(mongo: EmbeddedMongo) -> None:
    store = Store(mongo.url, "both_notify")
    chaos = Chaos(random.Random(1), deadly=0.0, failing=0.0)  # noqa: S311 - nothing fails here
    gateway, peers = UnsteadyGateway(chaos), {name: Unsteady(chaos) for name in CHANNELS if name != "sms"}
    try:
        both = [Post(store, dict(peers)) for _ in range(2)]
        await both[0].prepare()
        await both[0].officer("u1")
        for number in range(12):
            chaos.inboxes[f"a{number}"] = "to:C7"
            await both[0].alert(f"a{number}")
        for term, post in enumerate(both, 1):
            post.channels["sms"] = sms_channel(store, gateway, lambda: both[0].now, lambda term=term: term)  # type: ignore[misc]
            post.restart()

        for _ in range(3):
            await asyncio.gather(*(post.work(minutes=1) for post in both))

        assert len(gateway.handed) == 1
        assert len({letter_id for letter_id, _ in chaos.out["email"]}) == 1
        assert len({notice_id for _, notice_id in chaos.out["email"]}) == 12
        assert await both[0].states() == ["sent", "sent"]
    finally:
        store.close()
