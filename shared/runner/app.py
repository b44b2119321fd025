"""The composition of a service process: FastStream ASGI app, streams, store, runners, health, metrics, AsyncAPI.

The edge is the same in every service; what differs is the `Service` object and its adapters.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from types import GenericAlias
from typing import Any, TypeVar

import nats.errors
from faststream import AckPolicy
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from faststream.specification import AsyncAPI
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from prometheus_client import CollectorRegistry, make_asgi_app

from shared.catalog import FACTS
from shared.runner import asyncapi
from shared.runner.consumer import Consumer
from shared.runner.core import Service, Subscription
from shared.runner.health import Health
from shared.runner.metrics import RunnerCollector, middleware
from shared.runner.publisher import Publisher
from shared.runner.refill import at_start as refill_at_start
from shared.runner.refill import resume_intake
from shared.runner.runner import Companion, Runner
from shared.runner.topology import ConsumerPlace, provision
from shared.settings import Settings
from shared.store import Store, patiently, pause
from shared.telemetry import configure, logger

T = TypeVar("T")
_RECONNECT_S: Any = 0.2  # FastStream says int, nats-py waits for any number of seconds
Adapter = Callable[["Context"], Awaitable[None]]
CompanionsOf = Callable[["Context"], Sequence[Companion]]


@dataclass
class Context:
    """What adapters get: the store, the broker's client, the settings.

    Args:
        ready: Set once streams and collections are there.
    """

    service: Service
    settings: Settings
    store: Store
    health: Health
    broker: NatsBroker
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def client(self) -> Client:
        """Return the connected client of the broker."""
        return self.broker.connection

    @property
    def js(self) -> JetStreamContext:
        """Return the JetStream context of the connection."""
        js: JetStreamContext = self.broker.config.connection_state.stream
        return js

    async def publish_fact(self, source: str, fact: str, fact_id: str, body: bytes) -> None:
        """Publish a fact of our own on the intake, as upstream does; raises broker errors."""
        headers = {"Nats-Msg-Id": f"{source}|{fact_id}", "Content-Type": "application/cloudevents+json"}
        await self.js.publish(f"intake.{source}.{fact}", body, headers=headers, stream="INTAKE", timeout=5)


async def _raw(message: NatsBatchMessage) -> Any:
    """Hand the broker's messages on as they are: each is judged by itself, so that one cannot fail its batch."""
    return message.raw_message


def serve(
    service: Service,
    settings: Settings,
    *,
    companions: CompanionsOf = lambda _: (),
    adapters: Sequence[Adapter] = (),
) -> AsgiFastStream:
    """Return the ASGI app of a service; nothing is connected before it starts."""
    configure(service.name, settings.log_format, settings.log_level)
    health, registry = Health(service.name), CollectorRegistry()
    broker = _broker(service, settings, health, registry)
    store = Store(settings.mongo_url or "mongodb://127.0.0.1:27017", settings.database(service.name))
    context = Context(service, settings, store, health, broker)
    consumers = [_subscribe(context, subscription, companions) for subscription in service.subscriptions]
    _document_publishers(broker, service)
    registry.register(RunnerCollector(consumers, health))
    health.watch(consumers, store)
    specification = AsyncAPI(title=service.name, version="1.0.0", schema_version="3.0.0", description=service.title)
    app = AsgiFastStream(
        broker,
        logger=None,
        specification=specification,
        asgi_routes=[
            ("/health/live", get(_live, include_in_schema=False)),
            ("/health/ready", get(health.ready, include_in_schema=False)),
            ("/metrics", make_asgi_app(registry)),
        ],
    )
    for path, route in asyncapi.routes(app):
        app.mount(path, route)
    _run_alongside(app, context, adapters)
    return app


async def _live(_: Any) -> AsgiResponse:
    return AsgiResponse(b"alive\n", 200, {"content-type": "text/plain"})


def _broker(service: Service, settings: Settings, health: Health, registry: CollectorRegistry) -> NatsBroker:
    return NatsBroker(
        settings.nats_url or "nats://127.0.0.1:4222",
        name=service.name,
        logger=None,
        apply_types=False,
        graceful_timeout=20,
        ping_interval=5,
        max_outstanding_pings=2,
        max_reconnect_attempts=-1,
        reconnect_time_wait=_RECONNECT_S,
        error_cb=health.broker_error,
        middlewares=[middleware(registry, service.name)],
    )


def _subscribe(context: Context, subscription: Subscription, companions: CompanionsOf) -> Consumer:
    """Declare the batch subscriber of a subscription and put our own pull loops under it."""
    stream = "INTAKE" if subscription.intake else "EVENTS"
    door = subscription.intake.door(context.settings.keys) if subscription.intake else None

    def runner_of(place: ConsumerPlace) -> Runner:
        publisher = Publisher(context.client, context.js, context.health.publish_failed)
        return Runner(
            context.service,
            subscription,
            context.store,
            publisher,
            partition=place.partition,
            companions=companions(context),
            page=context.settings.page,
        )

    consumer = Consumer(subscription, door, runner_of, sole=context.settings.replicas == "one")
    subscriber = context.broker.subscriber(
        "intake.>" if subscription.intake else "bangfu.>",
        stream=JStream(stream, declare=False),
        durable=subscription.name,
        decoder=_raw,
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        pull_sub=PullSub(batch_size=500, batch=True),
        title=subscription.name,
    )
    handle = consumer.handle

    async def on_batch(batch: list[Msg]) -> None:
        await handle(batch)

    on_batch.__annotations__["batch"] = GenericAlias(list, (_payload(subscription),))
    subscriber(on_batch)

    async def create_subscription() -> None:
        async def loop(place: str) -> None:
            await context.ready.wait()
            await consumer.run(consumer.lanes[place], context.client, context.js, subscriber.consume)

        for lane in consumer.open_lanes():
            subscriber.add_task(loop, (lane.place.durable,))

    # FastStream's own loop stalls and spins (see puller.py): its middlewares, AsyncAPI and graceful stop stay.
    subscriber._create_subscription = create_subscription  # type: ignore[method-assign]  # noqa: SLF001
    return consumer


def _payload(subscription: Subscription) -> Any:
    """Return the union of what a subscription may receive, for AsyncAPI."""
    return reduce(or_, subscription.listens or FACTS)


def _document_publishers(broker: NatsBroker, service: Service) -> None:
    """Tell AsyncAPI what the service emits; the journal does the publishing."""
    stream = JStream("EVENTS", declare=False)
    for event in sorted({e for s in service.subscriptions for e in s.emits}, key=lambda e: e.topic):
        broker.publisher(f"bangfu.{event.topic}.*.*", stream=stream, schema=event, title=event.topic)


def _run_alongside(app: AsgiFastStream, context: Context, adapters: Sequence[Adapter]) -> None:
    """Start what runs beside the consumers once the broker is connected; stop it first."""
    tasks: list[asyncio.Task[None]] = []

    async def prepare() -> None:
        aggregates = {a.kind: a.indexes for a in context.service.aggregates} | {"waiting": ()}
        names = [s.name for s in context.service.subscriptions]
        if context.settings.replicas == "one":
            await patiently(context.store.end_orphans, context.health.store_failed)
        await patiently(lambda: context.store.prepare(aggregates, names), context.health.store_failed)
        context.health.drift = await _provisioned(context)
        context.ready.set()
        await asyncio.gather(*(adapter(context) for adapter in adapters))

    @app.after_startup
    async def start() -> None:
        tasks.append(asyncio.create_task(prepare()))
        tasks[0].add_done_callback(context.health.adapters_ended)

    @app.on_shutdown
    async def stop() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @app.after_shutdown
    async def close() -> None:
        context.store.close()


async def _provisioned(context: Context) -> list[str]:
    """Create the streams and fill them again where the broker lost something; return what drifted."""
    service, store = context.service, context.store
    reads_intake = any(subscription.intake for subscription in service.subscriptions)
    await _persistently(context, lambda: resume_intake(context.js, service, store))
    drift = await _persistently(context, lambda: provision(context.js, intake=reads_intake))
    if drift:
        logger().error("topology.drifted", drift=", ".join(drift))
    publisher = Publisher(context.client, context.js, context.health.publish_failed)
    await _persistently(context, lambda: refill_at_start(context.client, context.js, service, store, publisher))
    return drift


async def _persistently(context: Context, work: Callable[[], Awaitable[T]]) -> T:
    """Do work that broker and store may interrupt, for as long as it takes."""
    attempt = 0
    while True:
        try:
            return await patiently(work, context.health.store_failed)
        except (TimeoutError, nats.errors.Error) as error:
            attempt += 1
            context.health.publish_failed(error, attempt)
            await asyncio.sleep(pause(attempt))
