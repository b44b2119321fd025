"""The channels as notify's process runs them: from a row of the outbox to real peers, and an orderly end."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.notify.adapters.channels import run as channels
from services.notify.adapters.channels.letters import LETTERS
from services.notify.adapters.channels.short_messages import PREFIX
from shared.cards import ContactCards
from shared.embedded import EmbeddedStack
from shared.errors import ConfigurationError
from shared.runner.health import Health
from shared.settings import Settings
from shared.sms.mongo import OUTBOX_COLLECTION
from shared.store import Store
from tests.support.channels import SECRET, SENDER, HookPeer, MailPeer, mail_server
from tests.support.gateways import served
from tests.support.live import Bus, until
from tests.support.posting import CARD_KEY, Post
from tests.support.sending import NUMBER

pytestmark = pytest.mark.real


@pytest.fixture
async def post(stack: EmbeddedStack, database_prefix: str) -> AsyncIterator[Post]:
    made = Post(Store(stack.mongo_url, f"{database_prefix}_notify"))
    await made.prepare()
    yield made
    made.store.close()


def context(post: Post, bus: Bus, **settings: Any) -> Any:
    given = {"card_key": CARD_KEY.hex(), "alert_gather_s": 0, "console_url": "https://desk.example.cn"} | settings
    return SimpleNamespace(
        settings=Settings(**given),
        store=post.store,
        js=bus.js,
        health=Health("notify"),
        registry=CollectorRegistry(),
        replicas=SimpleNamespace(leads=1),
    )


async def test_an_alert_reaches_a_phone_a_mailbox_and_a_system_and_nothing_of_it_is_told_twice(
    post: Post, bus: Bus
) -> None:
    hook, mail = HookPeer(), MailPeer()
    await ContactCards(bus.js, CARD_KEY).put("C7", {"name": "林秀英", "phone": NUMBER}, 0)
    async with served(hook) as port, mail_server(mail) as smtp:
        await post.officer(role="county", areas=["350622"], wishes={"quiet": "off"})
        await post.hook("webhook", url=f"http://127.0.0.1:{port}/alerts")
        await post.alert("a1", "office:350622")
        given = context(post, bus, smtp_url=f"smtp://127.0.0.1:{smtp}", mail_from=SENDER)
        for _ in range(2):  # a process, and its successor
            given.registry = CollectorRegistry()
            running = asyncio.create_task(channels.run(given))
            await until(lambda: _ended(post, 3))
            await until(lambda: given.registry.get_sample_value("bangfu_channel_waiting", {"channel": "sms"}) == 0)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        sent = given.registry.get_sample_value("bangfu_channel_letters_total", {"channel": "sms", "outcome": "sent"})

    outbox = await post.rows(PREFIX + OUTBOX_COLLECTION)
    assert (len(outbox), len(mail.arrived), len(hook.arrived)) == (1, 1, 1)
    assert outbox[0]["text"].startswith(
        "【帮扶就业】您有新的待办提醒1项：待订计划1项。请登录查看 https://desk.example.cn/"
    )
    assert NUMBER[4:] not in str(outbox)
    assert SECRET not in str(await post.rows("desk_hooks"))
    assert sent is None  # by the successor, which had nothing to do
    assert given.health.ended == ""


async def _ended(post: Post, count: int) -> bool:
    return [row["state"] for row in await post.rows(LETTERS)] == ["sent"] * count


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"smtp_url": "mail.example.cn", "mail_from": SENDER}, "BANGFU_SMTP_URL"),
        ({"smtp_url": "smtp://mail.example.cn"}, "BANGFU_MAIL_FROM"),
        ({"alert_sms_gateways": "smpp://user:hunter2@"}, "BANGFU_ALERT_SMS_GATEWAYS, entry 1"),
        ({"console_url": "desk.example.cn"}, "BANGFU_CONSOLE_URL"),
    ],
)
async def test_a_wrong_setting_stops_the_start_and_is_not_quoted(
    post: Post, bus: Bus, settings: dict[str, str], says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        await channels.run(context(post, bus, **settings))

    assert "hunter2" not in str(caught.value)
    assert "mail.example.cn" not in str(caught.value)
