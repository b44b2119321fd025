"""Short messages, through the sender that never sends one twice (`shared.sms.sender`), with a memory of their own.

The sender notes on disk that it begins before it asks the gateway, and notes how it ended before it tells. What it
tells comes here instead of to the bus; what it told before a stop, it tells again when it is asked.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.notify.adapters.channels.port import ChannelUnavailable, Delivered, Delivery, Refused
from services.notify.adapters.channels.texts import Texts
from shared.errors import Unavailable
from shared.events.envelope import Envelope
from shared.sms.gateway import SmsGateway, UnknownAnswerError
from shared.sms.sender import Outgoing, PhoneOf, Sender
from shared.sms.sending import NotOwnerError, SendingLog
from shared.sms.text import signed

PREFIX: Final = "desk_"  # of the names of its collections


class SmsChannel:
    """A `Channel`; `to` is the id of a contact card.

    Args:
        term: Returns the number of the term in which this process is to send, None while another one is.
    """

    repeats = False

    def __init__(
        self,
        gateway: SmsGateway,
        log: SendingLog,
        *,
        phone_of: PhoneOf,
        texts: Texts,
        signature: str,
        clock: Callable[[], datetime],
        term: Callable[[], int | None],
    ) -> None:
        self._log, self._texts, self._signature, self._term = log, texts, signature, term
        self._queue: list[Outgoing] = []
        self._heard: dict[str, tuple[str, str | None]] = {}
        self._recovered: int | None = None
        self._one = asyncio.Lock()
        self._sender = Sender(
            gateway=gateway,
            log=log,
            queued=self._queued,
            phone_of=phone_of,
            publish=self._hear,
            clock=clock,
            term=term,
        )

    async def deliver(self, delivery: Delivery) -> Delivered | Refused:
        """Send one message, unless it ever began to be sent before: then say what became of it."""
        async with self._one:
            try:
                await self._begin_term()
                await self._through(delivery)
            except NotOwnerError:
                self._recovered = None
                raise ChannelUnavailable("not_leading") from None
            except Unavailable as error:
                raise ChannelUnavailable(type(error).__name__) from None
            except BaseException:
                self._recovered = None  # what is noted as being sent now was perhaps not: the next term's look decides
                raise
            status, detail = self._heard.pop(delivery.id, ("waits", None))
        if status == "accepted":
            return Delivered()
        if status == "rejected":
            return Refused(detail or "rejected")
        if status == "unconfirmed":
            raise UnknownAnswerError("unconfirmed")
        raise ChannelUnavailable("no_contact_yet")

    async def _begin_term(self) -> None:
        term = self._term()
        if term is None:
            raise ChannelUnavailable("not_leading")
        if term != self._recovered:
            await self._sender.recover(term)
            self._recovered = term

    async def _through(self, delivery: Delivery) -> None:
        text = signed(self._texts.short(delivery), self._signature)
        await self._round([Outgoing(delivery.id, delivery.to, text)])
        if delivery.id not in self._heard:  # it was told before a stop, or it has not ended
            await self._log.tell_again(delivery.id)
            await self._round([])

    async def _round(self, queue: list[Outgoing]) -> None:
        self._queue = queue
        await self._sender.send_queued()

    async def _queued(self) -> list[Outgoing]:
        return self._queue

    async def _hear(self, _: str, envelope: Envelope) -> None:
        said = envelope.data
        self._heard[said["message_id"]] = (said["status"], said.get("detail"))
