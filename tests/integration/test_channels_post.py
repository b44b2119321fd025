"""From the outbox to the channels: whom an alert reaches, and when it does not go out any more."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.notify.adapters.channels.outbox import DELIVERIES
from services.notify.adapters.channels.spreading import NOTICES
from shared.embedded import EmbeddedMongo
from shared.events.alerts import AlertEscalated, AlertReturned
from shared.events.desk import AlertHandedOver
from shared.runner.core import Message
from shared.store import Store
from tests.support.posting import MORNING, Post, told

pytestmark = pytest.mark.real


@pytest.fixture
async def post(mongo: EmbeddedMongo) -> AsyncIterator[Post]:
    store = Store(mongo.url, "post_notify")
    made = Post(store)
    await made.prepare()
    yield made
    store.close()


class TestWhom:
    async def test_an_alert_reaches_the_account_whose_inbox_it_is_in_by_the_channels_they_have(
        self, post: Post
    ) -> None:
        await post.officer()
        await post.officer("u2", coordinator_id="C8")
        await post.alert("a1")

        await post.work()

        assert told(post.peer("sms")) == told(post.peer("email")) == [["a1"]]
        assert (post.peer("sms").got[0].to, post.peer("email").got[0].to) == ("C7", "u1@example.cn")

    async def test_an_office_is_reached_through_its_officers_and_its_hooks(self, post: Post) -> None:
        await post.officer("u1", role="county", areas=["350622"], coordinator_id=None)
        await post.officer("u2", role="county", areas=["350624"], coordinator_id=None)
        await post.hook("wecom")
        await post.hook("webhook", office="office:350624")
        await post.alert("a1", "office:350622")

        await post.work()

        assert told(post.peer("email")) == told(post.peer("wecom")) == [["a1"]]
        assert told(post.peer("sms")) == told(post.peer("webhook")) == []  # who has no contact card gets no message

    async def test_who_is_locked_out_hears_nothing(self, post: Post) -> None:
        await post.officer(locked=True)
        await post.alert("a1")

        await post.work()

        assert await post.rows(NOTICES) == []

    async def test_each_hears_in_their_own_language_and_who_chose_none_in_that_of_the_place(self, post: Post) -> None:
        post.couriers["email"].addressing.lang = "en"
        await post.officer("u1", lang=None)
        await post.officer("u2", lang="zh")
        await post.alert("a1")

        await post.work()

        assert {each.to: each.lang for each in post.peer("email").got} == {
            "u1@example.cn": "en",
            "u2@example.cn": "zh",
        }

    async def test_preferences_decide_by_channel_and_urgency(self, post: Post) -> None:
        await post.officer(wishes={"sms": [], "email": ["act"]})
        await post.hook("dingtalk", "office:350622", wants=("act",))
        await post.alert("a1")
        await post.alert("a2", urgency="know")
        await post.alert("a3", "office:350622", urgency="know")

        await post.work(days=2)

        assert told(post.peer("email")) == [["a1"]]
        assert told(post.peer("sms")) == told(post.peer("dingtalk")) == []

    async def test_what_is_said_again_of_the_same_occasion_is_not_told_again(self, post: Post) -> None:
        await post.officer()
        await post.alert("a1")
        await post.work()

        await post.said("a1", event_id="the deadline moved")
        await post.work(hours=1)
        await post.alert("a1", raised_on="2018-03-06")
        await post.work(hours=1)

        assert told(post.peer("email")) == [["a1"], ["a1"]]

    async def test_an_escalated_alert_reaches_the_next_office_and_one_that_returns_every_inbox(
        self, post: Post
    ) -> None:
        await post.officer()
        await post.officer("u2", role="county", areas=["350622"], coordinator_id=None)
        await post.stands("a1", "to:C7", "office:350622", state="escalated")
        later = {"alert_id": "a1", "kind": "plan_missing", "home": 3}
        up = AlertEscalated(
            **later, level="county", address="office:350622", reason="not_done", escalated_on=MORNING.date()
        )  # type: ignore[arg-type]
        await post.batch([Message("e1", "notify", up, 1, MORNING.date(), "c", None)])
        await post.work()
        assert [each.to for each in post.peer("email").got] == ["u2@example.cn"]

        back = AlertReturned(**later, returned_on=MORNING.date() + timedelta(days=1))  # type: ignore[arg-type]
        await post.batch([Message("e2", "notify", back, 1, MORNING.date(), "c", None)])
        await post.work(days=1)

        assert sorted(each.to for each in post.peer("email").got[1:]) == ["u1@example.cn", "u2@example.cn"]

    async def test_whoever_is_handed_an_alert_by_an_officer_hears_of_it_each_time(self, post: Post) -> None:
        await post.officer()
        await post.officer("u2", coordinator_id="C8")
        await post.alert("a1")
        await post.work()
        for number, to in enumerate(("to:C8", "to:C7")):
            await post.stands("a1", to)
            handed = AlertHandedOver(alert_id="a1", home=3, by="u1", to=to)
            await post.batch(given=[Message(f"h{number}", "desk", handed, 1, MORNING.date(), "c", None)])
            await post.work(minutes=1)

        assert [each.to for each in post.peer("sms").got] == ["C7", "C8", "C7"]

    async def test_a_consumer_that_does_not_keep_the_alert_says_nothing_of_a_hand_over(self, post: Post) -> None:
        await post.stands("a1", "to:C7")
        handed = AlertHandedOver(alert_id="a1", home=3, by="u1", to="to:C8")
        await post.batch(given=[Message("h", "desk", handed, 1, MORNING.date(), "c", None)], changes=False)

        assert await post.rows(DELIVERIES) == []

    async def test_who_took_an_alert_on_hears_of_it_again_only_when_it_comes_back(self, post: Post) -> None:
        await post.officer()
        await post.stands("a1", "to:C7", state="acknowledged")
        await post.said("a1")
        await post.work()
        assert post.peer("sms").got == []

        back = AlertReturned(alert_id="a1", kind="plan_missing", home=3, returned_on=MORNING.date())
        await post.batch([Message("e1", "notify", back, 1, MORNING.date(), "c", None)])
        await post.work()

        assert told(post.peer("sms")) == [["a1"]]


class TestWhatIsNotTrueAnyMore:
    @pytest.mark.parametrize("stands", ["over", "acknowledged", "snoozed"])
    async def test_never_goes_out(self, post: Post, stands: str) -> None:
        await post.officer()
        await post.alert("a1")
        await post.sort()
        await (post.over("a1") if stands == "over" else post.stands("a1", "to:C7", state=stands))

        await post.work()

        assert post.peer("sms").got == post.peer("email").got == []
        assert await post.states() == ["obsolete", "obsolete"]

    async def test_does_not_even_become_a_notice(self, post: Post) -> None:
        await post.officer()
        await post.alert("a1")
        await post.over("a1")

        await post.work()

        assert await post.states(DELIVERIES) == ["obsolete"]
        assert await post.rows(NOTICES) == []

    async def test_is_left_out_of_a_letter_that_tells_the_rest(self, post: Post) -> None:
        await post.officer()
        await post.alert("a1")
        await post.alert("a2")
        await post.sort()
        await post.over("a1")

        await post.work()

        assert told(post.peer("email")) == [["a2"]]

    async def test_goes_to_the_new_coordinator_and_not_to_the_former_one(self, post: Post) -> None:
        await post.officer()
        await post.officer("u2", coordinator_id="C8")
        await post.alert("a1")
        await post.sort()
        await post.alert("a1", "to:C8")

        await post.work()

        assert [each.to for each in post.peer("email").got] == ["u2@example.cn"]

    async def test_does_not_go_to_a_hook_that_was_taken_away(self, post: Post) -> None:
        await post.hook("webhook")
        await post.alert("a1", "office:350622")
        await post.sort()
        await post.hooks.remove("webhook")

        await post.work()

        assert (await post.states(), post.peer("webhook").got) == (["obsolete"], [])
