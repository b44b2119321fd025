"""The deployment of a run: the real services, runners, pull loops and publisher on servers in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import nats.errors
from nats.aio.msg import Msg
from nats.js.errors import Error as JetStreamError

from services.matching.views import queue_of
from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt
from shared.ops.running import find_services
from shared.runner.consumer import Consumer
from shared.runner.core import Service, Subscription
from shared.runner.late import Late
from shared.runner.publisher import Publisher
from shared.runner.refill import at_start
from shared.runner.replicas import LEASES, Replicas
from shared.runner.runner import Runner
from shared.runner.topology import STREAMS, ConsumerPlace
from shared.sms.gateway import Accepted, GatewayUnavailable, SendResult
from shared.sms.mongo import SENDING_COLLECTION, MongoSendingLog
from shared.sms.sender import SOURCE, Sender
from shared.store import Store, patiently
from tests.simulation.letters import Letters
from tests.simulation.weather import Weather
from tests.support.facts import KEYS, Offer
from tests.support.sim_broker import SimBroker
from tests.support.sim_chance import Chance
from tests.support.sim_mongo import SimMongo
from tests.support.sim_motor import SimStore
from tests.support.sim_nats import SimClient, stream_config
from tests.support.sim_process import PROCESS, KilledError, Process
from tests.support.sim_streams import SimStream, loop_later, loop_time

T = TypeVar("T")
BEGINNING = datetime(2018, 3, 1, tzinfo=UTC)
SERVICES = tuple(find_services())


class Gateway:
    """The carrier of short messages: what it carried cannot be called back."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.carried: list[str] = []

    async def send(self, message_id: str, to: str, text: str) -> SendResult:
        """Carry a message; sometimes the answer is lost, sometimes nobody is there."""
        assert to
        assert text
        await asyncio.sleep(self.chance.between(0.01, 0.2))
        if self.chance.strikes("sms_gateway_away"):
            raise GatewayUnavailable("busy")
        self.carried.append(message_id)
        await asyncio.sleep(self.chance.between(0.01, 1.5))  # carried, and the answer is on its way
        if self.chance.strikes("sms_unanswered"):
            raise TimeoutError
        return Accepted()


class County:
    """All processes and servers of a run."""

    def __init__(self, seed: int, weather: Weather, services: tuple[Service, ...] = SERVICES) -> None:
        self.chance = Chance(seed, weather.rates)
        self.weather, self.services = weather, services
        self.mongo, self.broker = SimMongo(self.chance), SimBroker(self.chance)
        self.gateway = Gateway(self.chance)
        self.processes: dict[str, Process] = {}
        self.clients: dict[str, SimClient] = {}
        self.errors: list[BaseException] = []
        self.deaths = 0
        self.epochs: list[float] = []
        for wanted in STREAMS:
            self.broker.streams[str(wanted.name)] = SimStream(stream_config(wanted))

    def database(self, service: Service) -> str:
        """Return the name of a service's database."""
        return f"bangfu_{service.name}"

    def start(self) -> None:
        """Start every process."""
        for service in self.services:
            for number in range(self.weather.replicas):
                self.start_one(service, f"{service.name}-{number}")

    def start_one(self, service: Service, name: str) -> None:
        """Start one process; when it dies, another takes its place after a while."""
        process = Process(f"{name}-{self.deaths}", self.chance)
        client = SimClient(self.broker, process, process.name)
        self.processes[name], self.clients[name] = process, client

        def died() -> None:
            self.deaths += 1
            loop_later(self.chance.between(0.1, 2.0), lambda: self._release(process))
            loop_later(self.chance.between(0.05, 3.0), lambda: self.start_one(service, name))

        process.at_death.append(died)
        process.spawn(self._live(service, process, client))
        process.failed = self.errors.append

    def crash_point(self, name: str) -> None:
        """Kill the process that passes here, if chance wants it."""
        process = PROCESS.get()
        if process is None or process.dead or self.deaths >= self.weather.crashes_most:
            return
        if self.chance.strikes(f"crash_{name}"):
            process.kill()
            raise KilledError(name)

    def offer(self, each: Offer, *, anew: bool = False) -> bool:
        """Publish a fact as upstream does; tell whether the broker took it."""
        if loop_time() < self.broker.away_until:
            return False
        headers = {} if anew else {"Nats-Msg-Id": f"{each.subject}|{each.id}|{hash_of(each.body)}"}
        said = self.broker.store(each.subject, headers, each.body)
        return said is None or "error" not in said

    def drained(self) -> bool:
        """Tell whether everything is handled, acknowledged and published, and nothing waits to be sent."""
        if any(consumer.pending or consumer.left for consumer in self.broker.consumers.values()):
            return False
        if len(self.broker.consumers) < self.wanted_consumers():
            return False
        for (_, name), kept in self.mongo.collections.items():
            rows = [one.document for one in kept.values()]
            if name == "heads" and any(row["sent"] < row["number"] for row in rows):
                return False
            if name == "message" and any("queued" in row.get("tags", ()) for row in rows):
                return False
            if name == SENDING_COLLECTION and not all(row.get("published") for row in rows):
                return False
        return True

    def wanted_consumers(self) -> int:
        """Return how many durable consumers there are when every process has come up."""
        return sum(16 if s.partitioned else 1 for service in self.services for s in service.subscriptions)

    def _release(self, process: Process) -> None:
        for transaction in [one for one in self.mongo.open if one.owner is process]:
            self.mongo.abort(transaction)

    async def _live(self, service: Service, process: Process, client: SimClient) -> None:
        store, js = SimStore(self.mongo, self.database(service), process), client.jetstream()
        replicas = Replicas(store, sole=self.weather.replicas == 1)
        await patiently(replicas.clear, _waited)
        kinds = {aggregate.kind: aggregate.indexes for aggregate in service.aggregates} | {"waiting": ()}
        await patiently(lambda: store.prepare(kinds, [s.name for s in service.subscriptions]), _waited)
        publisher = Publisher(client, js, _waited)  # type: ignore[arg-type]
        await _persistently(lambda: at_start(client, js, service, store, publisher))  # type: ignore[arg-type]
        await patiently(replicas.join, _waited)
        process.spawn(replicas.run())
        for subscription in service.subscriptions:
            self._consume(service, subscription, store, publisher, process, client, replicas)
        if service.name == "matching":
            process.spawn(self._sender(store, client, replicas).run(asyncio.Event(), pause_s=0.5))

    def _consume(  # noqa: PLR0917 - a composition root
        self,
        service: Service,
        subscription: Subscription,
        store: Store,
        publisher: Publisher,
        process: Process,
        client: SimClient,
        replicas: Replicas,
    ) -> None:
        companions = (Letters(store),) if subscription.intake else ()
        door = subscription.intake.door(KEYS) if subscription.intake else None

        def runner_of(place: ConsumerPlace) -> Runner:
            return Runner(
                service,
                subscription,
                store,
                publisher,
                partition=place.partition,
                companions=companions,
                page=self.weather.page,
                late=Late(subscription, place.partition, store, door),
            )

        consumer = Consumer(subscription, door, runner_of, replicas=replicas)

        async def consume(batch: list[Msg]) -> None:
            # The framework over it logs what a handler raises and goes on.
            await _swallowing(consumer.handle(batch))

        for lane in consumer.open_lanes():
            process.spawn(consumer.run(lane, client, client.jetstream(), consume))  # type: ignore[arg-type]

    def _sender(self, store: Store, client: SimClient, replicas: Replicas) -> Sender:
        async def phone_of(_: str) -> str | None:
            return "+8613812345678"

        async def publish(_: str, envelope: Envelope) -> None:
            headers = {"Nats-Msg-Id": f"{SOURCE}|{envelope.id}"}
            subject = f"intake.{SOURCE}.{SmsReceipt.topic}"
            try:
                await client.jetstream().publish(subject, envelope.structured(), headers=headers, stream="INTAKE")
            except (nats.errors.Error, JetStreamError) as error:
                raise Unavailable(type(error).__name__) from None

        return Sender(
            gateway=self.gateway,
            log=MongoSendingLog(store.db[SENDING_COLLECTION], store.db[LEASES]),
            queued=queue_of(store, "帮扶"),
            phone_of=phone_of,
            publish=publish,
            clock=lambda: BEGINNING + timedelta(seconds=loop_time()),
            term=lambda: replicas.leads,
        )


def hash_of(body: bytes) -> str:
    """Return a short name of a body, the same in every process."""
    return f"{len(body)}-{sum(body) % 997}"


def _waited(*_: Any) -> None:
    """Faults are expected here; nobody has to hear of them."""


async def _swallowing(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - as the framework does
        return


async def _persistently(work: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await patiently(work, _waited)
        except (TimeoutError, nats.errors.Error, JetStreamError):
            await asyncio.sleep(0.1)
