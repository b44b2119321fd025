"""The sender of offers: runs beside matching's consumer, from the queue to the gateway and back to the intake."""

import asyncio
from datetime import UTC, datetime

import nats.errors

from services.matching.adapters.gateways import opened
from services.matching.views import queue_of
from shared.cards import ContactCards
from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt
from shared.runner.app import Context
from shared.runner.replicas import LEASES
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.sms.sender import SOURCE, Sender

_FINISH_S = 15.0  # what is cut off here is unconfirmed for ever, so the gateway gets most of the time a stop may take


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - when a message went out is the one thing a clock knows best


async def run(context: Context) -> None:
    """Send what is queued whenever this process leads; a message in hand is finished before the process stops."""
    settings = context.settings
    cards = ContactCards(context.js, settings.key("card_key"))
    context.health.probes["cards"] = cards.readable

    async def phone_of(person_id: str) -> str | None:
        try:
            card = await cards.get(person_id)
        except nats.errors.Error as error:
            raise Unavailable(type(error).__name__) from None
        return card.get("phone") if card else None

    async def publish(topic: str, envelope: Envelope) -> None:
        try:
            await context.publish_fact(SOURCE, topic, envelope.id, envelope.structured())
        except nats.errors.Error as error:
            raise Unavailable(type(error).__name__) from None

    async with opened(context, publish, _now) as gateway:
        sender = Sender(
            gateway=gateway,
            log=MongoSendingLog(context.store.db[SENDING_COLLECTION], context.store.db[LEASES]),
            queued=queue_of(context.store, settings.sms_signature),
            phone_of=phone_of,
            publish=lambda _, envelope: publish(SmsReceipt.topic, envelope),
            clock=_now,
            term=lambda: context.replicas.leads,
            window=settings.sms_window if gateway.reaches_phones else 1,
        )
        await _until_stopped(sender)


async def _until_stopped(sender: Sender) -> None:
    stop = asyncio.Event()
    sending = asyncio.create_task(sender.run(stop))
    try:
        await asyncio.shield(sending)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({sending}, timeout=_FINISH_S)
        sending.cancel()
        raise
