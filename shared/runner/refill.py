"""Filling the streams again from the journals, at the start of a service and for `bangfu ops reconcile`.

Losing what the broker stored, or its end, loses nothing: ids are the same, so every inbox knows what it has seen.
Only `INTAKE` is upstream's: what registry had not read when it was lost has to be published again by its source.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import BucketNotFoundError, NotFoundError

from shared.runner.core import Service
from shared.runner.journal import entries_in
from shared.runner.publisher import Entry, Publisher
from shared.runner.reconciling import Chain, Held, Standing
from shared.runner.topology import CONTACTS, STREAMS, ConsumerPlace, ensure_consumer, places
from shared.store import Row, Store
from shared.telemetry import logger

REFILLED = ("EVENTS", "OUTCOMES")
_SILENCE_S = 10.0


class BrokerSilentError(nats.errors.Error):
    """The broker did not give a stream to its end."""


@dataclass(frozen=True)
class Head:
    """The last document of a journal chain that was published when somebody looked."""

    subscription: str
    chain: str
    number: int


async def at_start(client: Client, js: JetStreamContext, service: Service, store: Store, publisher: Publisher) -> int:
    """Before a service's consumers run: put right what the broker lost; return how many entries went out again."""
    for place in await consumers_ahead(js, service):
        await renew(client, js, place)
        logger().warning("consumer.renewed", consumer=place.durable)
    if cards := await lost_cards(js, store, service):
        await mark_cards(store)
        logger().warning("cards.lost", count=cards)
    heads = await published_heads(store, service)
    if not await tail_is_lost(js, store, heads):
        return 0
    streams = {stream: await held(js, stream) for stream in REFILLED}
    chains = await compared(store, heads, streams, publisher)
    republished = sum(sum(chain.missing.values()) for chain in chains)
    logger().warning("broker.refilled", count=republished)
    return republished


async def resume_intake(js: JetStreamContext, service: Service, store: Store) -> None:
    """If `INTAKE` is gone, let it go on after the last position that the inbox knows.

    A position names a message that came without an id, and says how many facts were ever published.
    """
    if not any(s.intake for s in service.subscriptions):
        return
    try:
        await js.stream_info("INTAKE")
    except NotFoundError:
        known = await known_intake(store, service)
        if known:
            wanted = next(stream for stream in STREAMS if stream.name == "INTAKE")
            await js.add_stream(wanted.evolve(first_seq=known + 1))


async def known_intake(store: Store, service: Service) -> int:
    """Return the last position of `INTAKE` that a service has judged; 0 for none, or for a service that reads none."""
    known = 0
    for subscription in service.subscriptions:
        if subscription.intake is not None:
            row = await store.db[f"inbox_{subscription.name}"].find_one({}, {"position": 1}, sort=[("position", -1)])
            known = max(known, int((row or {}).get("position", 0)))
    return known


async def published_heads(store: Store, service: Service) -> list[Head]:
    """Return how far each chain of a service is published; look before you look at the streams."""
    heads = []
    for subscription in service.subscriptions:
        journal = store.db[f"journal_{subscription.name}"]
        for chain in sorted(await journal.distinct("chain")):
            query = {"chain": chain, "sent": True}
            row = await journal.find_one(query, {"number": 1}, sort=[("number", -1)])
            if row is not None:
                heads.append(Head(subscription.name, chain, row["number"]))
    return heads


async def tail_is_lost(js: JetStreamContext, store: Store, heads: list[Head]) -> bool:
    """Tell whether `EVENTS` lacks the last event of a chain: one look a chain, however long the stream is."""
    for head in heads:
        query = {"chain": head.chain, "sent": True, "entries.stream": "EVENTS"}
        row = await store.db[f"journal_{head.subscription}"].find_one(query, sort=[("number", -1)])
        if row is not None:
            last = [entry for entry in entries_in(row) if entry.stream == "EVENTS"][-1]
            if await _last_id(js, last) != last.id:
                return True
    return False


async def held(js: JetStreamContext, stream: str) -> Held:
    """Read the ids of everything that a stream holds; a stream that is missing holds nothing.

    Raises:
        BrokerSilentError: It stopped in the middle; look again.
    """
    try:
        info = await js.stream_info(stream)
    except NotFoundError:
        return Held()
    state, ids = info.state, set[str]()
    if state.messages:
        config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, headers_only=True)
        subject = (info.config.subjects or [">"])[0]
        reader = await js.subscribe(subject, stream=stream, ordered_consumer=True, config=config)
        try:
            position, left = 0, 1
            while position < state.last_seq and left:
                message = await reader.next_msg(timeout=_SILENCE_S)
                ids.add((message.headers or {}).get("Nats-Msg-Id", ""))
                position, left = message.metadata.sequence.stream, message.metadata.num_pending
        except nats.errors.TimeoutError:
            raise BrokerSilentError(
                f"{stream} gives nothing after {position} although it ends at {state.last_seq}"
            ) from None
        finally:
            await reader.unsubscribe()
    return Held(ids, state.last_seq, forgot=state.first_seq > 1)


async def compared(
    store: Store, heads: list[Head], streams: dict[str, Held], publisher: Publisher | None
) -> list[Chain]:
    """Hold each chain against the streams; with a publisher, what is lost goes out again as it is found."""
    chains = []
    for head in heads:
        chain = Chain(head.chain, streams)
        async for journal in _journals(store, head):
            lost = chain.lost(entries_in(journal))
            if lost and publisher is not None:
                await publisher.publish(lost)
        chains.append(chain)
    return chains


async def consumers_ahead(js: JetStreamContext, service: Service) -> list[ConsumerPlace]:
    """Return the durable consumers of a service that have passed the end of their stream."""
    found = []
    last: dict[str, int] = {}
    for place in (place for subscription in service.subscriptions for place in places(subscription)):
        try:
            # The consumer is asked first: its stream only grows meanwhile.
            info = await js.consumer_info(place.stream, place.durable)
            last[place.stream] = last.get(place.stream) or (await js.stream_info(place.stream)).state.last_seq
        except NotFoundError:
            continue
        floor, delivered = info.ack_floor, info.delivered
        standing = Standing(
            place.durable, place.stream, floor.stream_seq if floor else 0, delivered.stream_seq if delivered else 0
        )
        if standing.ahead_of(last[place.stream]):
            found.append(place)
    return found


async def renew(client: Client, js: JetStreamContext, place: ConsumerPlace) -> None:
    """Have a consumer begin at the beginning of its stream; the inbox drops what it knows."""
    await js.delete_consumer(place.stream, place.durable)
    await ensure_consumer(client, place)


async def lost_cards(js: JetStreamContext, store: Store, service: Service) -> int:
    """Return how many contact cards that were written are not in their bucket."""
    if not any(s.intake for s in service.subscriptions):
        return 0
    written = await store.db["vault"].count_documents({"card": "written"})
    try:
        there = (await (await js.key_value(CONTACTS)).status()).values
    except BucketNotFoundError:
        there = 0
    return max(0, written - there)


async def mark_cards(store: Store) -> None:
    """Have registry write every contact card at its next start."""
    await store.db["vault"].update_many({"card": "written"}, {"$set": {"card": "pending"}})


async def _last_id(js: JetStreamContext, entry: Entry) -> str:
    try:
        message = await js.get_last_msg(entry.stream, entry.subject, direct=True)
    except NotFoundError:
        return ""
    return str((message.headers or {}).get("Nats-Msg-Id", ""))


async def _journals(store: Store, head: Head) -> AsyncIterator[Row]:
    query = {"chain": head.chain, "number": {"$lte": head.number}, "sent": True}
    async for row in store.db[f"journal_{head.subscription}"].find(query).sort("number", 1):
        yield row
