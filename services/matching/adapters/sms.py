"""The sender of offers: runs beside matching's consumer, from the queue to the gateway and back to the intake."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import nats.errors

from services.matching.adapters.admission import Admission
from services.matching.views import queue_of
from services.matching.weights import load_manners
from shared.cards import ContactCards
from shared.errors import ConfigurationError, Unavailable
from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt
from shared.privacy import phone_id
from shared.runner.app import Context
from shared.runner.replicas import LEASES
from shared.sms.addresses import callback_of, gateways_of
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.sms.numbers import NUMBERS_COLLECTION, MongoNumberBook
from shared.sms.opening import opened
from shared.sms.pacing import QuietHours
from shared.sms.sender import SOURCE, Sender
from shared.sms.words import read_words

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

    secret = settings.sms_callback.get_secret_value() if settings.sms_callback else None
    callback = callback_of(secret, settings.sms_listen, settings.sms_callers)
    configured = gateways_of(settings.sms_gateways.get_secret_value(), callback.url if callback else None)
    async with opened(context, publish, _now, configured, callback=callback) as gateway:
        admission = await _admission(context, reaches_phones=gateway.reaches_phones)
        sender = Sender(
            gateway=gateway,
            log=MongoSendingLog(context.store.db[SENDING_COLLECTION], context.store.db[LEASES]),
            queued=queue_of(context.store, settings.sms_signature, admission.held),
            phone_of=phone_of,
            publish=lambda _, envelope: publish(SmsReceipt.topic, envelope),
            clock=_now,
            is_quiet=admission.is_quiet,
            admits=admission.admits,
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


async def _admission(context: Context, *, reaches_phones: bool) -> Admission:
    """Return who decides what may ring; what is wrong in the settings stops the process before anything is sent."""
    settings = context.settings
    numbers = MongoNumberBook(context.store.db[NUMBERS_COLLECTION])
    await numbers.prepare()
    key = settings.key("person_key")
    try:
        quiet = QuietHours.read(settings.sms_quiet_hours) if settings.sms_quiet_hours else None
        words = read_words(settings.sms_words.read_text(encoding="utf-8")) if settings.sms_words else ()
    except (ValueError, OSError) as error:
        raise ConfigurationError(f"BANGFU_SMS_QUIET_HOURS or BANGFU_SMS_WORDS: {error}") from None
    return Admission(
        store=context.store,
        numbers=numbers,
        manners=load_manners(),
        clock=_now,
        phone_id=partial(phone_id, key),
        by_clock=settings.clock == "auto",
        quiet=quiet,
        gentle=reaches_phones,
        capped=settings.sms_caps == "on" or (settings.sms_caps == "auto" and reaches_phones),
        words=words,
    )
