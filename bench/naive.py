"""The handler that one would write first: one message, one transaction, one publication, one acknowledgement."""

from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage
from motor.motor_asyncio import AsyncIOMotorClient
from nats.js.api import ConsumerConfig
from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern

from bench.toy import COUNT, Count
from shared.events.envelope import derived_id
from shared.events.offers import ConsentChanged
from shared.runner.batch import Input
from shared.runner.core import Message, Service
from shared.runner.journal import entries_of
from shared.runner.loaded import Codec
from shared.runner.wire import recorded


def broker(nats_url: str, mongo_url: str, database: str, service: Service) -> NatsBroker:
    """Return the broker with the handler on it; it knows a message again and says the same as the runner."""
    mongo: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url, w="majority", journal=True)
    db, codec = mongo[database], Codec(service.subscriptions[0])
    broker = NatsBroker(nats_url, logger=None)

    async def once(session: Any, item: Input, message: Message) -> list[ConsentChanged]:
        if await db["inbox_toy"].find_one({"_id": item.key}, session=session):
            return []
        await db["inbox_toy"].insert_one({"_id": item.key, "position": item.position}, session=session)
        (who,) = COUNT.concerns(message)
        found = await db["count"].find_one({"_id": who}, session=session)
        state = COUNT.evolve(codec.state("count", found) if found else Count(), message)
        document = codec.document("count", who, state, message.partition)
        await db["count"].replace_one({"_id": who}, document, upsert=True, session=session)
        return [ConsentChanged(person_id=who, sms_consent=state.visits % 2 == 1)]

    @broker.subscriber(
        "bangfu.visit.recorded.>",
        stream=JStream("EVENTS", declare=False),
        durable="naive",
        config=ConsumerConfig(filter_subject="bangfu.visit.recorded.>", ack_wait=60),
        decoder=lambda message: message.body,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        no_reply=True,
    )
    async def handle(body: bytes, message: NatsMessage) -> None:
        item = recorded(None, body, message.raw_message.metadata.sequence.stream)
        assert item.message is not None
        async with await mongo.start_session() as session:  # noqa: SIM117 - the second needs the first
            async with session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True)):
                events = await once(session, item, item.message)
        for event in events:
            id_ = derived_id(item.message.id, event.person_id, event.event_type(), 0)
            said = Message(id_, "", event, item.message.sequence, item.message.known_on, "", item.message.id)
            (entry,) = entries_of([said], "bench", "EVENTS")
            await broker.publish(
                entry.body, entry.subject, headers={"Nats-Msg-Id": entry.id}, stream="EVENTS", timeout=5
            )

    return broker


async def prepare(mongo_url: str, database: str) -> None:
    """Create the collections; transactions want them to be there."""
    db = AsyncIOMotorClient[dict[str, Any]](mongo_url)[database]
    for name in ("inbox_toy", "count"):
        await db.create_collection(name)
