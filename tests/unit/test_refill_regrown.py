"""A stream that lost its end and was filled again by others looks whole; a consumer that had read on must notice."""

from shared.events.people import VisitRecorded
from shared.runner.core import Message, Service
from shared.runner.refill import consumers_ahead
from shared.runner.topology import STREAMS, ensure_consumer, places
from shared.runner.wire import encode, subject_for
from shared.store import Commit
from tests.support.sim_broker import SimBroker
from tests.support.sim_mongo import SimMongo
from tests.support.sim_motor import SimStore
from tests.support.sim_nats import SimClient, stream_config
from tests.support.sim_streams import SimStream
from tests.support.toy import TODAY, TOY, visit

SERVICE = Service("toy", "", (TOY,))
(PLACE,) = places(TOY)


def told(broker: SimBroker, *names: str) -> None:
    """Store visits under these ids."""
    for number, name in enumerate(names):
        said: VisitRecorded = visit(number)
        message = Message(name, "", said, 1, TODAY, "walk")
        body = encode(message, "registry")
        broker.append(broker.streams["EVENTS"], subject_for(message), {"Nats-Msg-Id": name}, body)


async def at_three() -> tuple[SimBroker, SimClient, SimStore]:
    """Return a broker whose consumer has acknowledged three visits, and a store that knows them."""
    broker = SimBroker()
    for wanted in STREAMS:
        broker.streams[str(wanted.name)] = SimStream(stream_config(wanted))
    client, store = SimClient(broker), SimStore(SimMongo(), "toy")
    await ensure_consumer(client, PLACE)  # type: ignore[arg-type]
    told(broker, "a", "b", "c")
    consumer = broker.consumers["EVENTS", "toy"]
    consumer.delivered = consumer.floor = 3
    inbox = [{"_id": f"/bangfu/registry|{id_}", "position": n} for n, id_ in enumerate("abc", 1)]
    await store.commit(Commit("toy", "toy", 0, inbox=[*inbox], head={"position": 3, "event": "c"}))
    return broker, client, store


async def test_a_consumer_of_a_whole_stream_goes_on() -> None:
    _, client, store = await at_three()

    assert await consumers_ahead(client.jetstream(), SERVICE, store) == []


async def test_a_consumer_begins_anew_where_another_message_stands_at_the_place_that_it_reached() -> None:
    broker, client, store = await at_three()
    broker.lose_tail("EVENTS", 2)

    told(broker, "x", "b", "c", "d")

    assert await consumers_ahead(client.jetstream(), SERVICE, store) == [PLACE]
