"""What `EVENTS` holds, read in stream order by an ephemeral consumer that leaves no trace."""

import re
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.errors import BangfuError
from shared.runner.core import Message
from shared.runner.wire import recorded

_BATCH = 500
_PATIENCE = 5
_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Recording:
    """An event as it stands in the stream; message: None where it cannot be read."""

    position: int
    stored_at: datetime
    message: Message | None


@dataclass(frozen=True)
class Mark:
    """A place in the stream: a sequence, an open day, or the instant of storage."""

    at: int | date

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Return the place that a text names, None for none.

        Raises:
            BangfuError: It names none.
        """
        if not text:
            return None
        try:
            if re.fullmatch(r"\d+", text):
                return cls(int(text))
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                return cls(date.fromisoformat(text))
            instant = datetime.fromisoformat(text)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise BangfuError(
                f"{text}: a sequence, a day (YYYY-MM-DD, as facts became known) or an instant with offset"
            )
        return cls(instant)

    @classmethod
    def day(cls, text: str) -> Self | None:
        """Return the place at which a day was closed, None for none.

        Raises:
            BangfuError: The text names no day.
        """
        try:
            return cls(date.fromisoformat(text)) if text else None
        except ValueError:
            raise BangfuError(f"{text}: a civil day, YYYY-MM-DD") from None

    def is_before(self, recording: Recording) -> bool:
        """Tell whether an event lies behind this place."""
        here = self._here(recording)
        return here is not None and self.at < here  # type: ignore[operator] # both are of the same kind

    def is_after(self, recording: Recording) -> bool:
        """Tell whether an event lies before this place."""
        here = self._here(recording)
        return here is None or self.at > here  # type: ignore[operator] # both are of the same kind

    def _here(self, recording: Recording) -> int | date | None:
        """Return where an event stands on this mark's scale."""
        if isinstance(self.at, datetime):
            return recording.stored_at
        if isinstance(self.at, date):
            return recording.message.known_on if recording.message else None
        return recording.position


async def recordings(
    js: JetStreamContext, sources: Collection[str], topics: Collection[str] | None = None
) -> AsyncGenerator[Recording, None]:
    """Yield what these services recorded, in stream order, up to what is the end of the stream now.

    Args:
        js: The broker.
        sources: The services, as `/bangfu/<name>`.
        topics: Only events of these topics; None: of all.

    Raises:
        BangfuError: The broker does not give the stream without a gap.
    """
    async with aclosing(stored(js, sources)) as messages:
        async for message in messages:
            if topics is not None and _topic(message.subject) not in topics:
                continue
            position = message.metadata.sequence.stream
            item = recorded(message.headers, message.data, position)
            if item.refusal is not None or item.source in sources:
                yield Recording(position, message.metadata.timestamp, item.message)


def _topic(subject: str) -> str:
    """Return the topic in a subject of `EVENTS`: `bangfu.<topic>.<partition>.<entity id>`."""
    return subject.removeprefix("bangfu.").rsplit(".", 2)[0]


async def stored(js: JetStreamContext, sources: Collection[str]) -> AsyncGenerator[Msg, None]:
    """Yield the messages that seem to be of these services, as they are stored; see `recordings`."""
    wanted = [f'"source":"{source}"'.encode() for source in sources]
    async with aclosing(everything(js)) as messages:
        async for message in messages:
            if any(text in message.data for text in wanted):
                yield message


async def everything(js: JetStreamContext) -> AsyncGenerator[Msg, None]:
    """Yield every message of `EVENTS`, in order, up to what is its end now.

    Raises:
        BangfuError: The broker does not give the stream without a gap.
    """
    state = (await js.stream_info("EVENTS")).state
    expected, patience = max(state.first_seq, 1), _PATIENCE
    while expected <= state.last_seq:
        got = expected
        async with aclosing(_from(js, expected, state.last_seq)) as messages:
            async for message in messages:
                if message.metadata.sequence.stream != expected:
                    break
                yield message
                expected += 1
        patience = _PATIENCE if expected > got else patience - 1
        if not patience:
            raise BangfuError(f"EVENTS gives nothing at sequence {expected} although it ends at {state.last_seq}")


async def _from(js: JetStreamContext, first: int, last: int) -> AsyncGenerator[Msg, None]:
    """Yield messages of a new consumer until the last one, a silence, or the consumer's end."""
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=first,
        ack_policy=AckPolicy.NONE,
        mem_storage=True,
        inactive_threshold=60,
    )
    consumer = await js.add_consumer("EVENTS", config)
    reader = await js.pull_subscribe_bind(consumer=consumer.name, stream="EVENTS")
    try:
        while first <= last:
            for message in await reader.fetch(_BATCH, timeout=_TIMEOUT_S):
                yield message
                first = message.metadata.sequence.stream + 1
    except nats.errors.TimeoutError:
        return
    finally:
        await reader.unsubscribe()
        await js.delete_consumer("EVENTS", consumer.name)
