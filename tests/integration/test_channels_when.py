"""When a letter goes out: digests, quiet hours, company, budgets; and what happens when its peer fails."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from services.notify.adapters.channels.figures import figures, waiting
from services.notify.adapters.channels.letters import LETTERS
from services.notify.adapters.channels.port import ChannelUnavailable, Refused
from services.notify.adapters.channels.timing import ATTEMPTS_MAX
from shared.calendar import SHANGHAI
from shared.embedded import EmbeddedMongo
from shared.sms.gateway import UnknownAnswerError
from shared.store import Store
from tests.support.posting import Post, told

pytestmark = pytest.mark.real


@pytest.fixture
async def post(mongo: EmbeddedMongo) -> AsyncIterator[Post]:
    store = Store(mongo.url, "post_notify")
    made = Post(store)
    await made.prepare()
    yield made
    store.close()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class TestWhen:
    async def test_what_can_wait_comes_in_one_letter_at_half_past_eight(self, post: Post) -> None:
        await post.officer(wishes={"sms": [], "email": ["act", "know"]})
        for number in range(3):
            await post.alert(f"a{number}", urgency="know")
            await post.work(hours=1)
        assert post.peer("email").got == []

        post.now = at("2018-03-06 08:30")
        await post.work()

        (letter,) = post.peer("email").got
        assert (len(letter.matters), letter.digest) == (3, True)

    async def test_a_digest_that_was_missed_is_made_up_for_once(self, post: Post) -> None:
        await post.officer(wishes={"sms": [], "email": ["know"]})
        await post.alert("a1", urgency="know")
        await post.sort()

        post.now = at("2018-03-08 09:17")  # nothing ran for two mornings
        await post.work()
        await post.work(hours=1)

        assert told(post.peer("email")) == [["a1"]]

    async def test_the_rule_says_what_can_wait(self, post: Post) -> None:
        await post.officer(wishes={"sms": [], "email": ["act", "know"]})
        await post.alert("a1", urgency="act", digest=True)
        await post.alert("a2", urgency="know", digest=False)

        await post.work()

        assert told(post.peer("email")) == [["a2"]]

    async def test_nothing_rings_at_night_and_machines_are_told_at_once(self, post: Post) -> None:
        post.now = at("2018-03-05 21:30")
        await post.officer(role="county", areas=["350622"])
        await post.hook("wecom")
        await post.hook("webhook")
        await post.alert("a1", "office:350622")

        await post.work()
        assert [len(post.peer(name).got) for name in ("sms", "email", "wecom", "webhook")] == [0, 0, 0, 1]
        post.now = at("2018-03-06 08:00")
        await post.work()

        assert [len(post.peer(name).got) for name in ("sms", "email", "wecom", "webhook")] == [1, 1, 1, 1]

    async def test_a_letter_that_an_outage_held_until_the_night_waits_for_the_morning(self, post: Post) -> None:
        await post.officer(wishes={"sms": ["act"], "email": []})
        post.peer("sms").answers.append(ChannelUnavailable("away"))
        post.now = at("2018-03-05 20:59")
        await post.alert("a1")
        await post.work()

        await post.work(minutes=2)
        assert post.peer("sms").got == []
        await post.work(hours=12)

        assert told(post.peer("sms")) == [["a1"]]

    async def test_own_quiet_hours_count_for_ones_own_phone(self, post: Post) -> None:
        await post.officer(wishes={"quiet": "12:00-14:00"})
        post.now = at("2018-03-05 13:00")
        await post.alert("a1")

        await post.work()
        assert post.peer("sms").got == []
        await post.work(hours=1)

        assert told(post.peer("sms")) == [["a1"]]

    async def test_what_comes_together_goes_together(self, post: Post) -> None:
        post.gather_s = 30.0
        post.restart()
        await post.officer()
        for number in range(3):
            await post.alert(f"a{number}")
            await post.work(seconds=10)

        await post.work(seconds=30)

        assert told(post.peer("sms")) == [["a0", "a1", "a2"]]

    async def test_an_officer_gets_so_many_short_messages_a_day_and_the_rest_in_the_morning(self, post: Post) -> None:
        post.sms_per_day = 2
        post.restart()
        await post.officer(wishes={"email": []})
        for number in range(5):
            await post.alert(f"a{number}")
            await post.work(minutes=1)
        assert told(post.peer("sms")) == [["a0"], ["a1"]]

        post.now = at("2018-03-06 08:30")
        await post.work()

        assert sorted(told(post.peer("sms"))[2]) == ["a2", "a3", "a4"]
        assert post.peer("sms").got[2].digest


class TestFailing:
    async def test_a_channel_that_fails_holds_up_no_other(self, post: Post) -> None:
        await post.officer()
        post.peer("email").answers += [ChannelUnavailable("away")] * 3
        await post.alert("a1")

        await post.work()

        assert (told(post.peer("sms")), told(post.peer("email"))) == ([["a1"]], [])

    async def test_a_letter_is_tried_again_under_its_id_and_later_alerts_gather_behind_it(self, post: Post) -> None:
        await post.hook("webhook")
        post.peer("webhook").answers += [UnknownAnswerError("lost"), ChannelUnavailable("http_429")]
        for number in range(3):
            await post.alert(f"a{number}", "office:350622")
            await post.work()
        assert len(await post.rows(LETTERS)) == 1
        (waiting,) = await post.rows(LETTERS)

        for _ in range(4):
            await post.work(minutes=1)

        assert told(post.peer("webhook")) == [["a0"], ["a1", "a2"]]
        assert post.peer("webhook").got[0].id == waiting["_id"]
        (first,) = await post.rows(LETTERS, _id=waiting["_id"])
        assert [each["code"] for each in first["receipts"]] == ["lost", "http_429", ""]

    async def test_a_letter_is_given_up_in_the_end_and_what_came_meanwhile_goes_out(self, post: Post) -> None:
        await post.hook("webhook")
        post.peer("webhook").answers += [ChannelUnavailable("away")] * ATTEMPTS_MAX
        await post.alert("a0", "office:350622")
        for _ in range(ATTEMPTS_MAX):
            await post.work(hours=6)
        await post.alert("a1", "office:350622")

        await post.work(hours=6)

        assert (await post.states(), told(post.peer("webhook"))) == (["given_up", "sent"], [["a1"]])
        assert post.couriers["webhook"].counts["given_up"] == 1

    async def test_what_is_refused_is_not_tried_again(self, post: Post) -> None:
        await post.officer(wishes={"sms": []})
        post.peer("email").answers.append(Refused("smtp_550"))
        await post.alert("a1")

        await post.work()
        await post.work(hours=1)

        assert await post.states() == ["refused"]

    async def test_a_short_message_that_nobody_heard_of_ends_as_unknown(self, post: Post) -> None:
        await post.officer(wishes={"email": []})
        post.peer("sms").answers.append(UnknownAnswerError("lost"))
        await post.alert("a1")

        await post.work()
        await post.work(hours=1)

        assert (await post.states(), post.peer("sms").got) == (["unknown"], [])

    async def test_a_peer_that_fails_often_is_left_alone_for_a_while(self, post: Post) -> None:
        for number in range(8):
            await post.officer(f"u{number}", wishes={"sms": []})
        post.peer("email").answers += [ChannelUnavailable("away")] * 8
        await post.alert("a1")

        await post.work()
        asked = 8 - len(post.peer("email").answers)
        assert post.couriers["email"].lines.circuit(post.now.timestamp()) == "open"
        post.peer("email").answers.clear()
        for _ in range(3):
            await post.work(seconds=31)

        assert asked < 9
        assert len(post.peer("email").got) == 8

    async def test_groups_are_spared_more_messages_than_their_platform_allows(self, post: Post) -> None:
        await post.hook("wecom")
        for number in range(10):
            await post.alert(f"a{number}", "office:350622")
            await post.work(seconds=1)

        assert len(post.peer("wecom").got) == 3  # four seconds between them
        await post.work(seconds=4)
        await post.work(seconds=4)
        assert sorted(alert_id for letter in told(post.peer("wecom")) for alert_id in letter) == sorted(
            f"a{number}" for number in range(10)
        )


async def test_the_figures_say_what_waits_and_what_became_of_the_rest(post: Post) -> None:
    await post.officer()
    post.peer("email").answers.append(Refused("smtp_550"))
    await post.alert("a1")
    await post.work()
    post.peer("email").answers.append(ChannelUnavailable("away"))
    await post.alert("a2")
    await post.alert("a3", urgency="know")
    await post.work()

    found = {each.channel: each for each in await figures(post.store.db, post.now + timedelta(seconds=90))}

    assert (found["sms"].sent, found["sms"].waiting) == (2, 0)
    email = found["email"]
    assert (email.failed, email.sent, email.letters, email.waiting, email.due, email.oldest_s) == (1, 0, 1, 2, 1, 90)


async def test_what_waits_is_found_without_reading_what_ended(post: Post) -> None:
    await post.officer()
    await post.alert("a1")
    await post.work()
    (letter,) = await post.rows(LETTERS, channel="email")
    ended = [letter | {"_id": f"l{number}", "notices": [f"n{number}"]} for number in range(300)]
    await post.store.db[LETTERS].insert_many(ended)
    post.peer("email").answers.append(ChannelUnavailable("away"))
    await post.alert("a2")
    await post.store.db.command("profile", 2)
    try:
        await post.work()
        await waiting(post.store.db, post.now)
    finally:
        await post.store.db.command("profile", 0)

    looked = {"ns": f"{post.store.db.name}.{LETTERS}", "op": {"$in": ["query", "command"]}}
    plans = {row.get("planSummary") async for row in post.store.db["system.profile"].find(looked)}
    assert len(plans) > 1
    assert "COLLSCAN" not in plans
