"""The composition of a service process: FastStream ASGI app, streams, store, runners, health, metrics, AsyncAPI.

The edge is the same in every service; what differs is the `Service` object and its adapters.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import or_
from types import GenericAlias
from typing import Any, TypeVar

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
from shared.runner.beginning import opened, provisioned, provisioning
from shared.runner.broker import broker_of
from shared.runner.companion import Companion
from shared.runner.consumer import Consumer
from shared.runner.core import Service, Subscription
from shared.runner.health import Health
from shared.runner.late import Late, Letters, nothing, redrive_asked
from shared.runner.looking import Look
from shared.runner.metrics import RunnerCollector, middleware
from shared.runner.provisioning import Hands
from shared.runner.publisher import Publisher
from shared.runner.replicas import Replicas
from shared.runner.runner import Runner
from shared.runner.topology import ConsumerPlace
from shared.runner.traces import Tracing
from shared.runner.tuning import spare_the_collector
from shared.runner.watchdog import Watchdog, start_anew
from shared.settings import Settings
from shared.store import Store, StoreError, patiently
from shared.telemetry import configure, logger, where

T = TypeVar("T")
_AGAIN_S = 1.0
Adapter = Callable[["Context"], Awaitable[None]]
CompanionsOf = Callable[["Context"], Sequence[Companion]]
LettersOf = Callable[["Context"], Letters]


class BatchError(Exception):
    """A batch was not finished; says which error it was and where, never what it said."""


@dataclass
class Context:
    """What adapters get: the store, the broker's client, the settings.

    Args:
        replicas: This process among those of its service; adapters ask it whether they are the ones to act.
        registry: What `/metrics` shows; adapters add theirs.
        ready: Set once streams and collections are there. hands: what makes streams and consumers, before that.
    """

    service: Service
    settings: Settings
    store: Store
    health: Health
    broker: NatsBroker
    replicas: Replicas
    registry: CollectorRegistry
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    hands: Hands | None = None

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


async def _parsed(batch: list[Msg]) -> NatsBatchMessage:
    """Hand a batch on without looking at its headers, which the framework would do twice for each message."""
    return NatsBatchMessage(raw_message=batch, body=[])


async def _raw(message: NatsBatchMessage) -> Any:
    """Hand the broker's messages on as they are: each is judged by itself, so that one cannot fail its batch."""
    return message.raw_message


def serve(
    service: Service,
    settings: Settings,
    *,
    companions: CompanionsOf = lambda _: (),
    first: Sequence[Adapter] = (),
    adapters: Sequence[Adapter] = (),
    letters: LettersOf = lambda _: nothing,
) -> AsgiFastStream:
    """Return the ASGI app of a service; nothing is connected before it starts.

    `first` is done before any consumer runs; `letters` gives what is kept, sealed, of facts that could not be read.
    """
    configure(service.name, settings.log_format, settings.log_level)
    health, registry, tracing = Health(service.name), CollectorRegistry(), Tracing.of(service.name)
    broker = broker_of(service, settings, health, [*tracing.middlewares, middleware(registry, service.name)])
    store = Store(settings.mongo_url or "mongodb://127.0.0.1:27017", settings.database(service.name))
    replicas = Replicas(store, sole=settings.replicas == "one", beat_s=settings.beat_s)
    context = Context(service, settings, store, health, broker, replicas, registry)
    consumers = [
        _subscribe(context, subscription, companions, letters(context)) for subscription in service.subscriptions
    ]
    _document_publishers(broker, service)
    registry.register(RunnerCollector(consumers, health))
    watchdog = _watchdog(context, consumers)
    health.watch(consumers, watchdog)
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
    _run_alongside(app, context, first, adapters, watchdog)
    app.after_shutdown(tracing.close)
    return app


async def _live(_: Any) -> AsgiResponse:
    return AsgiResponse(b"alive\n", 200, {"content-type": "text/plain"})


def _subscribe(context: Context, subscription: Subscription, companions: CompanionsOf, letters: Letters) -> Consumer:
    """Declare the batch subscriber of a subscription and put our own pull loops under it."""
    stream = "INTAKE" if subscription.intake else "EVENTS"
    door = subscription.intake.door(context.settings.keys) if subscription.intake else None

    def runner_of(place: ConsumerPlace) -> Runner:
        health = context.health
        publisher = Publisher(context.client, context.js, health.publish_failed, health.published)
        return Runner(
            context.service,
            subscription,
            context.store,
            publisher,
            partition=place.partition,
            companions=companions(context),
            page=context.settings.page,
            late=Late(subscription, place.partition, context.store, door, letters, partial(redrive_asked, context.js)),
        )

    consumer = Consumer(subscription, door, runner_of, replicas=context.replicas, hands=lambda: context.hands)
    subscriber = context.broker.subscriber(
        "intake.>" if subscription.intake else "bangfu.>",
        stream=JStream(stream, declare=False),
        durable=subscription.name,
        parser=_parsed,
        decoder=_raw,
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        pull_sub=PullSub(batch_size=500, batch=True),
        title=subscription.name,
    )
    subscriber(_on_batch(consumer, subscription))

    async def create_subscription() -> None:
        async def loop(place: str) -> None:
            await context.ready.wait()
            try:
                await consumer.run(consumer.lanes[place], context.client, context.js, subscriber.consume)
            except Exception as error:
                logger().error("lane.failed", consumer=place, error=type(error).__name__, where=where(error))
                await asyncio.sleep(_AGAIN_S)  # the framework starts it anew at once
                raise

        for lane in consumer.open_lanes():
            subscriber.add_task(loop, (lane.place.durable,))

    # FastStream's own loop stalls and spins (see puller.py): its middlewares, AsyncAPI and graceful stop stay.
    subscriber._create_subscription = create_subscription  # type: ignore[method-assign]  # noqa: SLF001
    return consumer


def _on_batch(consumer: Consumer, subscription: Subscription) -> Callable[[list[Msg]], Awaitable[None]]:
    """Return what takes a batch; its annotation says for AsyncAPI what is in it."""
    handle = consumer.handle

    async def on_batch(batch: list[Msg]) -> None:
        try:
            await handle(batch)
        except Exception as error:  # noqa: BLE001 - said again below
            logger().error(
                "batch.failed", subscription=subscription.name, error=type(error).__name__, where=where(error)
            )
            # The framework would keep the message of the error in its span; it may hold a value.
            raise BatchError(type(error).__name__, where(error)) from None

    on_batch.__annotations__["batch"] = GenericAlias(list, (_payload(subscription),))
    return on_batch


def _payload(subscription: Subscription) -> Any:
    """Return the union of what a subscription may receive, for AsyncAPI."""
    return reduce(or_, subscription.listens or FACTS)


def _document_publishers(broker: NatsBroker, service: Service) -> None:
    """Tell AsyncAPI what the service emits; the journal does the publishing."""
    stream = JStream("EVENTS", declare=False)
    for event in sorted({e for s in service.subscriptions for e in s.emits}, key=lambda e: e.topic):
        broker.publisher(f"bangfu.{event.topic}.*.*", stream=stream, schema=event, title=event.topic)


def _watchdog(context: Context, consumers: Sequence[Consumer]) -> Watchdog:
    """Return what looks after the process and has it started anew where that helps."""
    health, settings = context.health, context.settings
    state = context.broker.config.connection_state
    look = Look(
        context.service,
        context.store,
        client=lambda: state.connection if state else None,
        js=lambda: context.js,
        consumers=consumers,
        published=health.published,
        started=lambda: health.started,
        ended=lambda: health.ended,
        probes=health.probes,
    )
    # Longer than a message to a gateway may take, which nobody would know of otherwise.
    restart = partial(start_anew, settings.stall_s + 10)
    return Watchdog(look, restart, every_s=settings.watch_s, stall_s=settings.stall_s, started=lambda: health.started)


def _run_alongside(
    app: AsgiFastStream, context: Context, first: Sequence[Adapter], adapters: Sequence[Adapter], watchdog: Watchdog
) -> None:
    """Start what runs beside the consumers once the broker is connected; stop it first."""
    tasks: list[asyncio.Task[None]] = []

    def _alongside(work: Coroutine[Any, Any, None]) -> None:
        tasks.append(asyncio.create_task(work))
        tasks[-1].add_done_callback(context.health.adapters_ended)

    async def prepare() -> None:
        aggregates = {a.kind: a.indexes for a in context.service.aggregates} | {"waiting": ()}
        await patiently(context.replicas.clear, context.health.store_failed)
        chains = [each.name for each in context.service.subscriptions]
        await patiently(lambda: context.store.prepare(aggregates, chains), context.health.store_failed)
        context.hands = await opened(context)
        _alongside(provisioning(context))
        context.health.drift = await provisioned(context)
        await patiently(context.replicas.join, context.health.store_failed)
        _alongside(context.replicas.run())
        for adapter in first:
            await adapter(context)
        spare_the_collector()
        context.ready.set()
        context.health.started = True
        await asyncio.gather(*(adapter(context) for adapter in adapters))

    @app.after_startup
    async def start() -> None:
        _alongside(prepare())
        _alongside(watchdog.run())

    @app.on_shutdown
    async def stop() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @app.after_shutdown
    async def close() -> None:
        with suppress(StoreError):  # whoever leaves without a word is missed after some seconds
            await context.replicas.leave()
        context.store.close()
