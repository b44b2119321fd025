"""Filling the streams again from the journals, at the start of a service and for `bangfu ops reconcile`.

Losing what the broker stored, or its end, loses nothing: ids are the same, so every inbox knows what it has seen.
Only `INTAKE` is upstream's: what registry had not read when it was lost has to be published again by its source.
"""

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import BucketNotFoundError, NotFoundError

from shared.runner import sealing
from shared.runner.core import Service, Subscription
from shared.runner.journal import entries_in
from shared.runner.lines import Head, held, key_of, lines_of, more, publish_lost
from shared.runner.marks import CARDS, Mark, ends, fallen, keep, kept, marked, stands
from shared.runner.provisioning import Hands, Own
from shared.runner.publisher import Entry, Publisher
from shared.runner.reading import last_of
from shared.runner.reconciling import Held, Standing
from shared.runner.topology import CONTACTS, PAYEES, ConsumerPlace, declared, places
from shared.store import Row, Store
from shared.telemetry import logger

REFILLED = ("EVENTS", "OUTCOMES")
_FLAGS = {CONTACTS: "card", PAYEES: "payee"}  # of a row of the vault: whether its card of a bucket is written
_THERE = {"$in": ["written", "purged"]}  # where a card was taken away, its marker stands


async def at_start(
    client: Client,
    js: JetStreamContext,
    service: Service,
    store: Store,
    publisher: Publisher,
    *,
    hands: Hands | None = None,
) -> int:
    """Before a service's consumers run: put right what the broker lost; return how many entries went out again.

    Looks at what costs little: the marks of the process before, and the last event of each chain.
    """
    for place in await consumers_ahead(js, service, store):
        await (hands or Own(client, js)).renew(place)
        logger().warning("consumer.renewed", consumer=place.durable)
    lost_ends = await fallen(js, await kept(store))
    cards = await lost_cards(js, store, service)
    if cards or not set(CARDS).isdisjoint(lost_ends):
        await mark_cards(store)
        logger().warning("cards.lost", count=cards)
    if seals := await lost_seals(js, store, service):
        await sealing.send(store, publisher, seals)
        logger().warning("seals.refilled", count=len(seals))
    heads = await published_heads(store, service)
    republished = 0
    if set(lost_ends) & set(REFILLED) or await tail_is_lost(js, store, heads):
        republished = await refilled(js, service, store, heads, publisher)
        logger().warning("broker.refilled", count=republished)
    await keep(store, await ends(js, marked(service)))
    return republished


async def refilled(
    js: JetStreamContext, service: Service, store: Store, heads: list[Head], publisher: Publisher
) -> int:
    """Publish again what a service's journals hold and the streams do not; return how many entries that were.

    Where the cause of an event is not back yet, its service is waited for as long as it makes progress.
    """
    published = [stream for stream in marked(service) if stream in REFILLED]
    streams = {stream: await held(js, stream) if stream in published else Held() for stream in REFILLED}
    lines = lines_of(service, store, heads, streams)

    async def heard() -> bool:
        return await more(js, "EVENTS", streams)

    await publish_lost(lines, streams, publisher, heard)
    return sum(sum(line.chain.missing.values()) for line in lines)


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
            wanted = next(stream for stream in declared() if stream.name == "INTAKE")
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
        found = store.db["heads"].find({"_id": {"$regex": f"^{subscription.name}(-p[0-9]+)?$"}, "sent": {"$gt": 0}})
        heads += [Head(subscription.name, row["_id"], row["sent"]) async for row in found.sort("_id", 1)]
    return heads


async def tail_is_lost(js: JetStreamContext, store: Store, heads: list[Head]) -> bool:
    """Tell whether a stream lacks the last entry of a chain: one look a chain, however long the stream is."""
    for head in heads:
        for stream in REFILLED:
            query = {"chain": head.chain, "number": {"$lte": head.number}, "entries.stream": stream}
            row = await store.db[f"journal_{head.subscription}"].find_one(query, sort=[("number", -1)])
            if row is not None:
                last = [entry for entry in entries_in(row) if entry.stream == stream][-1]
                if await _last_id(js, last) != last.id and not await _forgets(js, stream):
                    return True
    return False


async def _forgets(js: JetStreamContext, stream: str) -> bool:
    """Tell whether a stream has let go of its oldest messages, so that what it lacks may only be old."""
    try:
        return (await js.stream_info(stream)).state.first_seq > 1
    except NotFoundError:
        return False


async def consumers_ahead(js: JetStreamContext, service: Service, store: Store) -> list[ConsumerPlace]:
    """Return the durable consumers of a service that would pass over something.

    They have passed the end of their stream, which lost it; or have acknowledged what the inbox does not know, because
    the store was restored to an earlier moment than the broker.
    """
    found = []
    for subscription in service.subscriptions:
        for place in places(subscription):
            try:
                if await _is_ahead(js, store, subscription, place):
                    found.append(place)
            except NotFoundError:
                continue
    return found


async def _is_ahead(js: JetStreamContext, store: Store, subscription: Subscription, place: ConsumerPlace) -> bool:
    # The consumer is asked first: its stream only grows meanwhile.
    info = await js.consumer_info(place.stream, place.durable)
    floor = info.ack_floor.stream_seq if info.ack_floor else 0
    delivered = info.delivered.stream_seq if info.delivered else 0
    last = (await js.stream_info(place.stream)).state.last_seq
    if Standing(place.durable, place.stream, floor, delivered).ahead_of(last):
        return True
    inbox = store.db[f"inbox_{subscription.name}"]
    if subscription.intake is not None:
        row = await inbox.find_one({}, {"position": 1}, sort=[("position", -1)])
        return floor > int((row or {}).get("position", 0))
    head = await store.head(place.durable)
    if head.get("event") and not await stands(js, Mark(place.stream, head["position"], head["event"])):
        return True  # the stream lost its end, and others have filled it again
    keys = [keys for each in place.filters if (keys := await _last_keys(js, each, floor))]
    known = {row["_id"] async for row in inbox.find({"_id": {"$in": [key for each in keys for key in each]}})}
    return any(known.isdisjoint(each) for each in keys)


async def _last_keys(js: JetStreamContext, subject: str, floor: int) -> set[str]:
    """Return the keys under which an inbox may know the last event of a filter; none if it lies behind a floor."""
    try:
        message = await last_of(js, "EVENTS", subject)
    except NotFoundError:
        return set()
    position = message.position
    return {key_of(message.data, position), f"EVENTS#{position}"} if position <= floor else set()


async def lost_cards(js: JetStreamContext, store: Store, service: Service) -> int:
    """Return how many cards that were written are not in their bucket."""
    if not any(s.intake for s in service.subscriptions):
        return 0
    return sum([await _lost_of(js, store, bucket, flag) for bucket, flag in _FLAGS.items()])


async def _lost_of(js: JetStreamContext, store: Store, bucket: str, flag: str) -> int:
    written = await store.db["vault"].count_documents({flag: _THERE})
    try:
        there = (await (await js.key_value(bucket)).status()).values
    except BucketNotFoundError:
        there = 0
    return max(0, written - there)


async def lost_seals(js: JetStreamContext, store: Store, service: Service) -> list[Row]:
    """Return the seals of a service that were published and are not in their stream, in order."""
    chains = [subscription.name for subscription in service.subscriptions if subscription.seals is not None]
    if not chains:
        return []
    there = await held(js, sealing.STREAM)
    sent = {chain: int((await store.head(chain)).get("seals_sent", 0)) for chain in chains}
    seals = [seal for chain in chains for seal in await store.seals(chain, {"number": {"$lte": sent[chain]}})]
    return [seal for seal in seals if seal["hash"] not in there.ids]


async def mark_cards(store: Store) -> None:
    """Have registry write every card at its next start, and take away those of the erased."""
    for flag in _FLAGS.values():
        await store.db["vault"].update_many({flag: _THERE}, {"$set": {flag: "pending"}})


async def _last_id(js: JetStreamContext, entry: Entry) -> str:
    try:
        message = await js.get_last_msg(entry.stream, entry.subject, direct=True)
    except NotFoundError:
        return ""
    return str((message.headers or {}).get("Nats-Msg-Id", ""))
