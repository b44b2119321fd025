"""The clock adapter: the tick of a schedule becomes `calendar.day_closed`, missed days are caught up one by one.

The schedule lives in the broker (stream `TIMERS`, 00:05 in Asia/Shanghai), so that it survives every process. Of
several processes the one that leads closes; two that both believe to lead publish the same fact under the same id. A
closed day stays closed, so two clocks have to agree that it is over: this machine's and the database server's.
"""

import asyncio
from datetime import UTC, date, datetime, timedelta

import nats.errors

from services.registry.domain.calendar import OPEN
from shared.calendar import today_in_shanghai
from shared.events.clock import DayClosed
from shared.events.contract import CLOCK
from shared.events.envelope import Envelope
from shared.runner.app import Context
from shared.store import patiently
from shared.telemetry import logger

SOURCE = CLOCK
SCHEDULE, TICK = "timers.schedule.day", "timers.tick.day"
CRON, ZONE = "0 5 0 * * *", "Asia/Shanghai"
_MOST_MISSED = 400
_LOOK_AGAIN_S = 60.0
_DIFFER = timedelta(minutes=5)


async def run(context: Context) -> None:
    """Close yesterday now if it is still open, and then each day at its tick; does nothing if the clock is off."""
    if context.settings.clock == "off":
        return
    ticks: asyncio.Queue[None] = asyncio.Queue()

    async def on_tick(_: object) -> None:
        await ticks.put(None)

    await context.js.publish(
        SCHEDULE,
        b"",
        stream="TIMERS",
        headers={"Nats-Schedule": CRON, "Nats-Schedule-Time-Zone": ZONE, "Nats-Schedule-Target": TICK},
    )
    await context.client.subscribe(TICK, cb=on_tick)
    while True:
        if context.replicas.leads is not None:
            await _catch_up(context)
        try:
            await asyncio.wait_for(ticks.get(), _LOOK_AGAIN_S)
        except TimeoutError:
            continue  # a tick that was lost with the connection or with the process that led is made up for


async def _catch_up(context: Context) -> None:
    yesterday = await _yesterday(context)
    row = await context.store.db["calendar"].find_one({"_id": OPEN})
    last = row["state"]["last_closed"] if row else None
    day = date.fromisoformat(last) + timedelta(days=1) if last else yesterday
    if yesterday - day > timedelta(days=_MOST_MISSED):
        logger().error("clock.too_far_behind", date=day.isoformat())
        return
    while day <= yesterday:
        await _close(context, day)
        day += timedelta(days=1)


def last_over(here: datetime, there: datetime) -> date:
    """Return the last civil day of Asia/Shanghai of which both of two clocks say that it is over."""
    return today_in_shanghai(min(here, there)) - timedelta(days=1)


async def _yesterday(context: Context) -> date:
    here = datetime.now(UTC)  # noqa: TID251 - the one place that looks
    there = await patiently(context.store.now, context.health.store_failed)
    if abs(here - there) > _DIFFER:
        logger().error("clock.disagrees", wait_s=round((here - there).total_seconds()))
    return last_over(here, there)


async def _close(context: Context, day: date) -> None:
    id_ = f"day-{day.isoformat()}"
    envelope = Envelope(id_, SOURCE, DayClosed.event_type(), {"date": day.isoformat()}, extensions={})
    body = envelope.structured()
    try:
        await context.publish_fact(SOURCE, DayClosed.topic, id_, body)
    except (TimeoutError, nats.errors.Error) as error:
        logger().warning("clock.waits", error=type(error).__name__, date=day.isoformat())
        return
    logger().info("clock.day_closed", date=day.isoformat())
