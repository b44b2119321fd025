"""The loop that takes queued messages to the gateway: at most once each, whatever dies when.

1. note `sending`; 2. read the contact card and ask whether it may go out now; 3. send; 4. note how it ended; 5. publish
that as the fact `sms.receipt`; 6. note that it is published. A stop before 3 or within it leaves `sending`, which
becomes `unconfirmed`; a stop after 4 repeats 5 with the same id and content. A message stays queued until its receipt
has come back through registry, and `sending` keeps it from going out again meanwhile; so a bus that stands still holds
the sender back as well. A receipt that does not come back is published again, once a term: a broker that lost it had
the only other copy.

Of several processes one sends: the one that has a term. Each begins its term by giving up what a former one left.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt
from shared.identity import is_mobile
from shared.sms.gateway import Rejected, SmsGateway
from shared.sms.receipts import NO_CONTACT, NO_MOBILE, receipt_of
from shared.sms.sending import NotOwnerError, Outcome, SendingLog, Status, instant
from shared.telemetry import logger, where
from shared.together import side_by_side

SOURCE: Final = "bangfu-matching"
CARD_PATIENCE: Final = timedelta(seconds=30)  # registry writes a lost card again at its start
RECEIPT_PATIENCE: Final = timedelta(seconds=30)
SEND_TIMEOUT_S: Final = 60.0
PAUSE_S: Final = 1.0
PUBLISH_PAGE: Final = 100

_NOT_CODE: Final = re.compile(r"[^A-Za-z_]+")
_CODE_CHARACTERS_MAX: Final = 48


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: whom it is for, and its whole text; the number is looked up when it is sent."""

    message_id: str
    person_id: str
    text: str


Queue = Callable[[], Awaitable[Sequence[Outgoing]]]
PhoneOf = Callable[[str], Awaitable[str | None]]
Publish = Callable[[str, Envelope], Awaitable[None]]
# Whether a message may go out to a number now: GO, WAIT, or the code of why it never may.
Admits = Callable[[Outgoing, str], Awaitable[str]]
GO: Final = ""
WAIT: Final = "wait"


async def admit_all(_: Outgoing, __: str) -> str:
    """Let every message out."""
    return GO


class Sender:
    """Sends what is queued, one message after the other, or some at a time.

    Args:
        queued: Returns some of the messages to send, oldest first; may return those that were sent already.
        phone_of: Returns a person's number in E.164, None if there is no contact card.
        publish: Publishes an envelope under a subject and returns when it is stored.
        clock: Returns the moment with an offset; it only dates receipts.
        is_quiet: Tells whether nothing may ring at a moment; then what is queued waits.
        admits: Asked immediately before a message is handed over.
        term: Returns the number of the term in which this process is to send, None while another one is.
        source: Name of the publisher of the receipts.
        window: How many messages to different people may be under way at once. As many become unconfirmed at a crash.
    """

    def __init__(
        self,
        *,
        gateway: SmsGateway,
        log: SendingLog,
        queued: Queue,
        phone_of: PhoneOf,
        publish: Publish,
        clock: Callable[[], datetime],
        is_quiet: Callable[[datetime], bool] = lambda _: False,
        admits: Admits = admit_all,
        term: Callable[[], int | None] = lambda: 1,
        source: str = SOURCE,
        window: int = 1,
    ) -> None:
        self._gateway, self._log, self._queued = gateway, log, queued
        self._phone_of, self._publish, self._clock = phone_of, publish, clock
        self._is_quiet, self._admits, self._source = is_quiet, admits, source
        self._current, self.term = term, 0
        self._window, self._hands = window, asyncio.Semaphore(window)
        self._missing: dict[str, datetime] = {}
        self._unheard: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event, pause_s: float = PAUSE_S) -> None:
        """Send until told to stop; what fails is logged by kind and tried again after a pause."""
        recovered: int | None = None
        while not stop.is_set():
            term = self._current()
            try:
                if term is not None and term != recovered:
                    await self.recover(term)
                recovered = term
                if term is not None and await self.send_queued(stop):
                    continue  # there may be more
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever a round meets
                away = isinstance(error, Unavailable) and not isinstance(error, NotOwnerError)
                recovered = recovered if away else None
                logger().warning("sms.round_failed", error=type(error).__name__, where=where(error))
            await _wait(stop, pause_s)

    async def recover(self, term: int = 1) -> int:
        """Begin a term: give up on everything that a stopped sender left `sending`; return how many.

        Raises:
            NotOwnerError: A later term has begun.
        """
        await self._log.prepare()
        await self._log.own(term)
        self.term, self._unheard = term, {}
        lost = await self._log.give_up(instant(self._clock()), term)
        if lost:
            logger().warning("sms.unconfirmed", count=lost)
        return lost

    async def send_queued(self, stop: asyncio.Event | None = None) -> int:
        """Publish what is not published yet, then send what is queued; return how many messages were dealt with.

        Args:
            stop: Once it is set, no further message begins.

        Raises:
            NotOwnerError: A later term has begun.
            Unavailable: Gateway, store or bus is away; what was being sent is free to be tried again.
        """
        while outcomes := await self._log.unpublished(PUBLISH_PAGE):
            await side_by_side(outcomes, self._tell, window=self._window, key=lambda each: each.message_id)

        def go_on() -> bool:
            return not ((stop is not None and stop.is_set()) or self._is_quiet(self._clock()))

        return await side_by_side(
            await self._queued(),
            partial(self._send, go_on),
            window=2 * self._window - 1,  # while some are in hand, the outcomes of others are told
            key=lambda each: each.person_id,
            go_on=go_on,
        )

    async def _send(self, go_on: Callable[[], bool], outgoing: Outgoing) -> bool:
        async with self._hands:
            outcome = await self._in_hand(outgoing) if go_on() else None
        return outcome is not None and await self._tell(outcome)

    async def _in_hand(self, outgoing: Outgoing) -> Outcome | None:
        """Return how sending ended, once that is noted; None where there is nothing to tell."""
        if not await self._log.begin(outgoing.message_id, self.term):
            await self._wait_for_receipt(outgoing.message_id)
            return None
        outcome = await self._attempt(outgoing)
        return outcome if outcome is not None and await self._log.finish(outcome) else None

    async def _wait_for_receipt(self, message_id: str) -> None:
        now = self._clock()
        if now - self._unheard.setdefault(message_id, now) >= RECEIPT_PATIENCE:
            self._unheard[message_id] = datetime.max.replace(tzinfo=now.tzinfo)
            await self._log.tell_again(message_id)

    async def _attempt(self, outgoing: Outgoing) -> Outcome | None:
        """Return how sending ended; None where the message is left for later: no or a broken card, or not now."""
        try:
            phone = await self._phone_of(outgoing.person_id)
            verdict = WAIT if phone is None else await self._verdict(outgoing, phone)
        except Exception as error:
            await self._log.release(outgoing.message_id)
            if isinstance(error, Unavailable):
                raise
            logger().error("sms.not_judged", message_id=outgoing.message_id, error=type(error).__name__)
            return None
        if phone is None:
            return await self._without_number(outgoing)
        self._missing.pop(outgoing.message_id, None)
        if verdict == WAIT:
            await self._log.release(outgoing.message_id)
            return None
        return await self._hand_over(outgoing, phone) if verdict == GO else self._outcome(outgoing, "rejected", verdict)

    async def _verdict(self, outgoing: Outgoing, phone: str) -> str:
        return await self._admits(outgoing, phone) if is_mobile(phone) else NO_MOBILE

    async def _without_number(self, outgoing: Outgoing) -> Outcome | None:
        """Wait for a contact card that may be on its way, or back from a loss of the broker; then give up."""
        now = self._clock()
        if now - self._missing.setdefault(outgoing.message_id, now) < CARD_PATIENCE:
            await self._log.release(outgoing.message_id)
            return None
        del self._missing[outgoing.message_id]
        return self._outcome(outgoing, "rejected", NO_CONTACT)

    async def _hand_over(self, outgoing: Outgoing, phone: str) -> Outcome:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                result = await self._gateway.send(outgoing.message_id, phone, outgoing.text)
        except Unavailable:
            await self._log.release(outgoing.message_id)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows whether the message went out
            logger().error("sms.unconfirmed", message_id=outgoing.message_id, error=type(error).__name__)
            return self._outcome(outgoing, "unconfirmed")
        if isinstance(result, Rejected):
            return self._outcome(outgoing, "rejected", _code(result.reason))
        return self._outcome(outgoing, "accepted")

    def _outcome(self, outgoing: Outgoing, status: Status, detail: str | None = None) -> Outcome:
        return Outcome(outgoing.message_id, status, instant(self._clock()), detail)

    async def _tell(self, outcome: Outcome) -> bool:
        await self._publish(f"intake.{self._source}.{SmsReceipt.topic}", receipt_of(outcome, self._source))
        await self._log.mark_published(outcome.message_id)
        return True


def _code(reason: str) -> str:
    """Return a provider's reason as a code without digits: providers like to quote the number in it."""
    return _NOT_CODE.sub("_", reason).strip("_")[:_CODE_CHARACTERS_MAX] or "rejected"


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
