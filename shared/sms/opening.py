"""The gateways that a setting names, and all that runs beside them in a service's process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from shared.runner.app import Context
from shared.sms.addresses import Callback, Configured
from shared.sms.binding import SmppAddress
from shared.sms.callbacks import Callbacks
from shared.sms.failover import Failover, Line
from shared.sms.gateway import SmsGateway
from shared.sms.heard_stores import FATES_COLLECTION, PARTS_COLLECTION, MongoHeardLog
from shared.sms.inbox import Inbox, Publish
from shared.sms.kannel import HttpAddress, HttpGateway
from shared.sms.listening import listen
from shared.sms.mongo import OUTBOX_COLLECTION, MongoOutbox
from shared.sms.outbox import OutboxGateway
from shared.sms.sending import instant
from shared.sms.smpp import SmppGateway
from shared.sms.standing import STANDING_COLLECTION, GatewayCollector, StandingLog, standings
from shared.sms.usage import USAGE_COLLECTION, Allowance, MongoUsageLog
from shared.store import StoreError
from shared.telemetry import logger

_SHOW_S = 5.0
_Clock = Callable[[], datetime]


@asynccontextmanager
async def opened(
    context: Context,
    publish: Publish,
    clock: _Clock,
    configured: Sequence[Configured],
    *,
    callback: Callback | None = None,
    prefix: str = "",
) -> AsyncIterator[Failover]:
    """Open the gateways; sessions are kept while this process leads, calls are answered always.

    Args:
        context: The service's; its registry shows their metrics.
        publish: Takes what gateways tell.
        clock: Returns the moment with an offset.
        configured: The gateways in their order.
        callback: Where HTTP gateways call this process; None: they do not.
        prefix: What the names of the collections begin with, in the service's own database.
    """
    db = context.store.db
    outbox = MongoOutbox(db[prefix + OUTBOX_COLLECTION])
    await outbox.prepare()
    log = MongoHeardLog(db[prefix + PARTS_COLLECTION], db[prefix + FATES_COLLECTION])
    await log.prepare()
    inbox = Inbox(log, publish)
    lines = [_line(each, _made(each, inbox, outbox, clock)) for each in configured]
    failover = Failover(lines, Allowance(MongoUsageLog(db[prefix + USAGE_COLLECTION])), clock)
    callbacks = _callbacks(callback, inbox, failover, clock)
    context.registry.register(GatewayCollector(failover, inbox, callbacks))
    standing = StandingLog(db[prefix + STANDING_COLLECTION])
    tasks = [
        asyncio.create_task(each)
        for each in _beside(
            context, failover, inbox, callback=callback, callbacks=callbacks, clock=clock, standing=standing
        )
    ]
    for task in tasks:
        task.add_done_callback(context.health.adapters_ended)
    try:
        yield failover
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for line in lines:
            if isinstance(line.gateway, HttpGateway):
                await line.gateway.aclose()


def _made(configured: Configured, inbox: Inbox, outbox: MongoOutbox, clock: _Clock) -> SmsGateway:
    match configured.address:
        case SmppAddress() as address:
            return SmppGateway(address, inbox, clock)
        case HttpAddress() as address:
            return HttpGateway(address, inbox, clock)
        case _:
            return OutboxGateway(outbox, clock)


def _line(configured: Configured, gateway: SmsGateway) -> Line:
    counted = not isinstance(gateway, OutboxGateway)  # what costs nothing needs no write before each message
    return Line(configured.address.name, gateway, configured.cap, counted=counted)


def _callbacks(callback: Callback | None, inbox: Inbox, failover: Failover, clock: _Clock) -> Callbacks | None:
    names = [line.name for line in failover.lines if isinstance(line.gateway, HttpGateway)]
    return Callbacks(inbox, callback.path, callback.callers, names, clock) if callback else None


def _beside(
    context: Context,
    failover: Failover,
    inbox: Inbox,
    *,
    callback: Callback | None,
    callbacks: Callbacks | None,
    clock: _Clock,
    standing: StandingLog,
) -> list[Coroutine[Any, Any, None]]:
    def leads() -> bool:
        return context.replicas.leads is not None

    gateways = [line.gateway for line in failover.lines]
    work = [gateway.run(leads) for gateway in gateways if isinstance(gateway, SmppGateway)]
    if len(gateways) > len([each for each in gateways if isinstance(each, OutboxGateway)]):
        work.append(inbox.run())
    if callback is not None and callbacks is not None:
        work.append(listen(callbacks, callback.host, callback.port))
    return [*work, _show(standing, failover, inbox, clock, leads)]


async def _show(log: StandingLog, failover: Failover, inbox: Inbox, clock: _Clock, leads: Callable[[], bool]) -> None:
    """Show how the gateways stand while this process is the one that sends."""
    while True:
        if leads():
            try:
                await log.show(instant(clock()), standings(failover))
                await inbox.look(clock())
            except StoreError as error:
                logger().warning("sms.standing_not_shown", error=type(error).__name__)
        await asyncio.sleep(_SHOW_S)
