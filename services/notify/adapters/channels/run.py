"""The channels of notify's process: from the outbox to the peers, while this process leads."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import nats.errors

from services.notify.adapters.channels.addressing import Addressing
from services.notify.adapters.channels.courier import PAUSE_S, Courier, wait
from services.notify.adapters.channels.hooks import HOOKS, HookBook
from services.notify.adapters.channels.http import Poster
from services.notify.adapters.channels.letters import LetterBook
from services.notify.adapters.channels.mail import MailChannel, sender_of, server_of
from services.notify.adapters.channels.port import CHANNELS, PERSONAL, Channel, ChannelName
from services.notify.adapters.channels.preferences import PREFERENCES, PreferenceBook
from services.notify.adapters.channels.present import Present
from services.notify.adapters.channels.recipients import USERS, MongoRecipients
from services.notify.adapters.channels.robots import DingtalkChannel, WecomChannel
from services.notify.adapters.channels.short_messages import PREFIX, SmsChannel
from services.notify.adapters.channels.spreading import Spreader
from services.notify.adapters.channels.standing import Board, ChannelCollector
from services.notify.adapters.channels.texts import Texts
from services.notify.adapters.channels.webhook import WebhookChannel
from shared.cards import ContactCards
from shared.errors import ConfigurationError, Unavailable
from shared.events.envelope import Envelope
from shared.runner.app import Context
from shared.runner.replicas import LEASES
from shared.settings import Settings
from shared.sms.addresses import gateways_of
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.sms.opening import opened
from shared.store import patiently
from shared.telemetry import logger, where

_SHOW_S: Final = 5.0
_FINISH_S: Final = 15.0  # a short message that is cut off here is unknown for ever


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - when a letter goes out is the one thing a clock knows best


def texts_of(settings: Settings) -> Texts:
    """Return who writes letters; raises ConfigurationError where nobody could follow the link."""
    if settings.console_url and not settings.console_url.startswith(("http://", "https://")):
        raise ConfigurationError("BANGFU_CONSOLE_URL is where officers reach the console: https://host")
    return Texts(settings.console_url)


def group_channels(poster: Poster, texts: Texts) -> dict[ChannelName, Channel]:
    """Return the channels to hooks."""
    return {
        "wecom": WecomChannel(poster, texts),
        "dingtalk": DingtalkChannel(poster, texts, _now),
        "webhook": WebhookChannel(poster, texts, _now),
    }


async def run(context: Context) -> None:
    """Send whenever this process leads; a letter in hand is finished before the process stops."""
    async with _channels(context) as channels:
        post = _PostOffice.of(context, channels)
        await patiently(post.prepare, context.health.store_failed)
        context.registry.register(ChannelCollector(post.board))
        stop = asyncio.Event()
        work = asyncio.create_task(post.work(stop))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({work}, timeout=_FINISH_S)
            work.cancel()
            raise


@asynccontextmanager
async def _channels(context: Context) -> AsyncIterator[dict[ChannelName, Channel]]:
    """Open the channels that the settings give; what is wrong in them stops the process before anything is sent."""
    settings, texts, poster = context.settings, texts_of(context.settings), Poster()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(poster.aclose)
        channels = group_channels(poster, texts)
        if settings.smtp_url:  # Compose hands an empty one on
            server, sender = server_of(settings.smtp_url.get_secret_value()), sender_of(settings.mail_from)
            channels["email"] = MailChannel(server, sender, texts, _now)
        channels["sms"] = await _short_messages(context, stack, texts)
        yield channels


async def _short_messages(context: Context, stack: AsyncExitStack, texts: Texts) -> SmsChannel:
    settings, db = context.settings, context.store.db
    cards = ContactCards(context.js, settings.key("card_key"))

    async def phone_of(card_id: str) -> str | None:
        try:
            card = await cards.get(card_id)
        except nats.errors.Error as error:
            raise Unavailable(type(error).__name__) from None
        return card.get("phone") if card else None

    async def heard(_: str, __: Envelope) -> None:
        """Let receipts and replies go: what carriers say of them stands in the gateways' own collections."""

    configured = gateways_of(settings.alert_sms_gateways.get_secret_value(), named="BANGFU_ALERT_SMS_GATEWAYS")
    gateway = await stack.enter_async_context(opened(context, heard, _now, configured, prefix=PREFIX))
    return SmsChannel(
        gateway,
        MongoSendingLog(db[PREFIX + SENDING_COLLECTION], db[LEASES]),
        phone_of=phone_of,
        texts=texts,
        signature=settings.sms_signature,
        clock=_now,
        term=lambda: context.replicas.leads,
    )


@dataclass
class _PostOffice:
    """Everything that works side by side: spreading and bundling, a courier a channel, the board."""

    spreader: Spreader
    letters: LetterBook
    couriers: Sequence[Courier]
    board: Board
    context: Context

    @classmethod
    def of(cls, context: Context, channels: dict[ChannelName, Channel]) -> "_PostOffice":
        db: Any = context.store.db
        settings, steady = context.settings, asyncio.get_running_loop().time
        key = settings.key("card_key")
        recipients = MongoRecipients(db[USERS])
        preferences, hooks = PreferenceBook(db[PREFERENCES], key), HookBook(db[HOOKS], key)
        letters = LetterBook(db, _now, settings.alert_sms_per_day, settings.alert_gather_s)
        addressing = Addressing(letters, Present(db), recipients, preferences, hooks, _now, settings.lang)
        offered = frozenset(name for name in PERSONAL if name in channels)
        couriers = [
            Courier(name, channels[name], letters, addressing, _now, steady, lambda: context.replicas.leads is not None)
            for name in CHANNELS
            if name in channels
        ]
        spreader = Spreader(db, recipients, preferences, hooks, _now, offered, settings.alert_gather_s)
        return cls(spreader, letters, couriers, Board(db, couriers, _now, steady), context)

    async def prepare(self) -> None:
        """Make the indexes."""
        await self.spreader.prepare()
        await self.letters.prepare()

    async def work(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        loops = [courier.run(stop) for courier in self.couriers]
        await asyncio.gather(*loops, self._sort(stop), self._show(stop))

    async def _sort(self, stop: asyncio.Event) -> None:
        """Make notices and letters."""
        names = [courier.name for courier in self.couriers]
        while not stop.is_set():
            try:
                if self._leads() and await self.spreader.spread() + await self.letters.bundle(names):
                    continue
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever a round meets
                logger().warning("channel.sorting_failed", error=type(error).__name__, where=where(error))
            await wait(stop, PAUSE_S)

    async def _show(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if self._leads():
                    await self.board.show()
            except Exception as error:  # noqa: BLE001 - likewise
                logger().warning("channel.not_shown", error=type(error).__name__)
            await wait(stop, _SHOW_S)

    def _leads(self) -> bool:
        return self.context.replicas.leads is not None
