"""What gateways tell us becomes facts on the intake: `sms.receipt` of our messages, `sms.replied` of people's texts.

A report is on disk before it is published, and is published until the broker has it. A text is published before
whoever brought it hears that we have it, where the gateway waits for that (HTTP); where its library does not (SMPP), it
is offered to the broker until that takes it, and is lost if the process dies meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt, SmsReplied
from shared.sms.gateway import Reply, Report
from shared.sms.heard import Fate, HeardLog
from shared.sms.receipts import receipt_of
from shared.sms.sender import SOURCE
from shared.telemetry import logger
from shared.together import side_by_side

PAGE: Final = 200
TEXT_MAX: Final = 1_000
UNKNOWN_FOR: Final = timedelta(minutes=1)
_PAUSE_S, _PAUSE_MAX_S = 0.2, 5.0

Publish = Callable[[str, Envelope], Awaitable[None]]


class Inbox:
    """Takes what gateways tell.

    Args:
        publish: Publishes an envelope under a topic and returns when it is stored; Unavailable while it cannot.

    `counts` says how often what came in: `report`, `report_early`, `report_unreadable`, `text`; `unknown` how many
    references nobody knew at the last look.
    """

    def __init__(self, log: HeardLog, publish: Publish, source: str = SOURCE) -> None:
        self.log = log
        self.counts: Counter[str] = Counter()
        self.unknown = 0
        self._publish, self._source = publish, source
        self._news = asyncio.Event()

    async def report(self, gateway: str, report: Report) -> None:
        """Keep a report. An unknown reference may become known in a moment; `look` tells of those that do not."""
        self.counts["report"] += 1
        if report.status is not None and not await self.log.hear(gateway, report):
            self.counts["report_early"] += 1
        self._news.set()

    async def look(self, now: datetime) -> int:
        """Return how many references have been unknown for a minute, and tell when they have become more."""
        count = await self.log.unknown(now - UNKNOWN_FOR)
        if count > self.unknown:
            logger().error("sms.receipts_unknown", count=count)
        self.unknown = count
        return count

    def unreadable(self, gateway: str) -> None:
        """Count a report that names no message."""
        self.counts["report_unreadable"] += 1
        logger().warning("sms.receipt_unreadable", component=gateway)

    def news(self) -> None:
        """Say that there may be something to publish."""
        self._news.set()

    async def reply(self, reply: Reply) -> None:
        """Publish a text; raises Unavailable while the broker does not take it."""
        await self._publish(SmsReplied.topic, replied(reply, self._source))
        self.counts["text"] += 1

    async def tell(self) -> int:
        """Publish the fates that are not published yet; return how many."""
        count = 0
        while fates := await self.log.untold(PAGE):
            await side_by_side(fates, self._tell, window=PAGE, key=lambda each: each.message_id)
            await self.log.told(fates)
            count += len(fates)
        return count

    async def _tell(self, fate: Fate) -> bool:
        await self._publish(SmsReceipt.topic, receipt_of(fate, self._source))
        return True

    async def run(self) -> None:
        """Publish fates as they come, for ever; what fails is tried again."""
        failures = 0
        while True:
            self._news.clear()
            try:
                await self.tell()
                failures = 0
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever a round meets
                failures += 1
                logger().warning("sms.receipts_wait", error=type(error).__name__, attempt=failures)
            pause = min(_PAUSE_S * 2.0 ** min(failures, 10), _PAUSE_MAX_S) if failures else _PAUSE_MAX_S
            try:
                async with asyncio.timeout(pause):
                    await (asyncio.sleep(pause) if failures else self._news.wait())
            except TimeoutError:
                continue


async def patiently(work: Callable[[], Awaitable[None]], errors: tuple[type[Exception], ...] = (Unavailable,)) -> None:
    """Do what the broker or the store may not be there for until it is done."""
    failures = 0
    while True:
        try:
            return await work()
        except errors as error:
            failures += 1
            logger().warning("sms.inbox_waits", error=type(error).__name__, attempt=failures)
            await asyncio.sleep(min(_PAUSE_S * 2.0 ** min(failures, 10), _PAUSE_MAX_S))


def replied(reply: Reply, source: str = SOURCE) -> Envelope:
    """Return the fact about a text that came in, with its number as registry reads it."""
    number = f"+{reply.sender}" if reply.sender.startswith("86") else reply.sender
    data: dict[str, Any] = {"from": number, "text": reply.text[:TEXT_MAX], "received_at": reply.received_at}
    if reply.to:
        data["to"] = reply.to[:30]
    return Envelope(id=reply.fact_id, source=source, type=SmsReplied.event_type(), data=data, time=reply.received_at)
