"""What `EVENTS` holds, read in stream order and without leaving a trace."""

import re
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

import nats.errors
from nats.js import JetStreamContext

from shared.errors import BangfuError
from shared.ops.clocks import day
from shared.ops.words import say
from shared.runner import reading
from shared.runner.core import Message
from shared.runner.reading import Stored
from shared.runner.wire import recorded

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
                say(
                    f"{text}：应为序号、日期（YYYY-MM-DD，按获知日）或带时区的时刻",
                    f"{text}: a sequence, a day (YYYY-MM-DD, as facts became known) or an instant with offset",
                )
            )
        return cls(instant)

    @classmethod
    def day(cls, text: str) -> Self | None:
        """Return the place at which a day was closed, None for none.

        Raises:
            BangfuError: The text names no day.
        """
        closed = day("--known-at", text)
        return cls(closed) if closed else None

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
            item = recorded(message.headers, message.data, message.position)
            if item.refusal is not None or item.source in sources:
                yield Recording(message.position, message.time, item.message)


def _topic(subject: str) -> str:
    """Return the topic in a subject of `EVENTS`: `bangfu.<topic>.<partition>.<entity id>`."""
    return subject.removeprefix("bangfu.").rsplit(".", 2)[0]


async def stored(js: JetStreamContext, sources: Collection[str]) -> AsyncGenerator[Stored, None]:
    """Yield the messages that seem to be of these services, as they are stored; see `recordings`."""
    wanted = [f'"source":"{source}"'.encode() for source in sources]
    async with aclosing(everything(js)) as messages:
        async for message in messages:
            if any(text in message.data for text in wanted):
                yield message


async def everything(js: JetStreamContext) -> AsyncGenerator[Stored, None]:
    """Yield every message of `EVENTS`, in order, up to what is its end now.

    Raises:
        BangfuError: The broker does not give the stream without a gap.
    """
    state = (await js.stream_info("EVENTS")).state
    expected, patience = max(state.first_seq, 1), _PATIENCE
    while expected <= state.last_seq:
        got = expected
        try:
            every = reading.stored(js, "EVENTS", state.last_seq, after=expected - 1, silence_s=_TIMEOUT_S)
            async with aclosing(every) as messages:
                async for message in messages:
                    if message.position != expected:
                        break
                    yield message
                    expected += 1
        except nats.errors.TimeoutError:
            pass
        patience = _PATIENCE if expected > got else patience - 1
        if not patience:
            raise BangfuError(f"EVENTS gives nothing at sequence {expected} although it ends at {state.last_seq}")
