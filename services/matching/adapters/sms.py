"""The sender of offers: runs beside matching's consumer, from the queue to the gateway and back to the intake."""

import asyncio
from datetime import UTC, datetime

import nats.errors

from services.matching.views import queue_of
from shared.cards import ContactCards
from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt
from shared.runner.app import Context
from shared.sms.mongo import OUTBOX_COLLECTION, SENDING_COLLECTION, MongoOutbox, MongoSendingLog
from shared.sms.outbox import OutboxGateway
from shared.sms.sender import SOURCE, Sender


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - when a message went out is the one thing a clock knows best


async def run(context: Context) -> None:
    """Send what is queued until the process stops."""
    settings = context.settings
    cards = ContactCards(context.js, settings.key("card_key"))
    outbox = MongoOutbox(context.store.db[OUTBOX_COLLECTION])
    await outbox.prepare()

    async def phone_of(person_id: str) -> str | None:
        try:
            card = await cards.get(person_id)
        except nats.errors.Error as error:
            raise Unavailable(type(error).__name__) from None
        return card.get("phone") if card else None

    async def publish(_: str, envelope: Envelope) -> None:
        try:
            await context.publish_fact(SOURCE, SmsReceipt.topic, envelope.id, envelope.structured())
        except nats.errors.Error as error:
            raise Unavailable(type(error).__name__) from None

    sender = Sender(
        gateway=OutboxGateway(outbox, _now),
        log=MongoSendingLog(context.store.db[SENDING_COLLECTION]),
        queued=queue_of(context.store, settings.sms_signature),
        phone_of=phone_of,
        publish=publish,
        clock=_now,
    )
    await sender.run(asyncio.Event())
