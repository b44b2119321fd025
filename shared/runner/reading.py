"""Reading a stream by direct gets: what is read leaves no consumer behind, and nobody has to be allowed to make one."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

_BATCH, _BATCH_BYTES = 1_000, 4 * 1024 * 1024
_END, _NONE = "204", "404"


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it lies in a stream."""

    position: int
    subject: str
    headers: dict[str, str]
    data: bytes
    stored_at: str

    @property
    def time(self) -> datetime:
        """Return when the broker stored it."""
        return datetime.fromisoformat(f"{self.stored_at.rstrip('Z')[:26]}+00:00")


async def stored(
    js: JetStreamContext, stream: str, last: int, *, after: int = 0, silence_s: float = 10.0
) -> AsyncGenerator[Stored, None]:
    """Yield the messages of a stream behind a position up to and with another one, in order.

    Raises:
        nats.errors.TimeoutError: The broker stopped in the middle.
        APIError: It refused.
    """
    client, arrived = js._nc, asyncio.Queue[Msg]()  # noqa: SLF001 - the context has no public way to its client

    async def take(message: Msg) -> None:
        arrived.put_nowait(message)

    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox, cb=take)
    try:
        while after < last:
            wanted = {"seq": after + 1, "batch": min(_BATCH, last - after), "max_bytes": _BATCH_BYTES}
            await client.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps(wanted).encode(), reply=inbox)
            before = after
            while (message := await _next(arrived, silence_s)) is not None:
                found = _stored(message)
                after = found.position
                if after <= last:
                    yield found
            if after == before:
                return  # what follows has expired
    finally:
        await subscription.unsubscribe()


async def of_subject(js: JetStreamContext, stream: str, subject: str) -> AsyncGenerator[Stored, None]:
    """Yield the messages on a subject, which may hold wildcards, in order: a look each, for what is seldom."""
    position = 0
    while True:
        try:
            found = await _got(js, stream, {"seq": position + 1, "next_by_subj": subject})
        except NotFoundError:
            return
        position = found.position
        yield found


async def last_of(js: JetStreamContext, stream: str, subject: str) -> Stored:
    """Return the last message on a subject, which may hold wildcards.

    Raises:
        NotFoundError: There is none.
        TimeoutError, nats.errors.Error, APIError: The broker does not say.
    """
    return await _got(js, stream, {"last_by_subj": subject})


async def _got(js: JetStreamContext, stream: str, wanted: dict[str, str | int]) -> Stored:
    place, asked = f"$JS.API.DIRECT.GET.{stream}", json.dumps(wanted).encode()
    answer = await js._nc.request(place, asked, timeout=5)  # noqa: SLF001 - as above
    status = _status(answer)
    if status == _NONE:
        raise NotFoundError
    if status:
        raise APIError.from_msg(answer)
    return _stored(answer)


async def _next(arrived: "asyncio.Queue[Msg]", silence_s: float) -> Msg | None:
    """Return the next message of a batch, None at its end."""
    try:
        message = await asyncio.wait_for(arrived.get(), silence_s)
    except TimeoutError:
        raise nats.errors.TimeoutError from None
    status = _status(message)
    if status in {_END, _NONE}:
        return None
    if status == "503":
        raise ServiceUnavailableError
    if status:
        raise APIError.from_msg(message)
    return message


def _status(message: Msg) -> str:
    return "" if message.data else (message.headers or {}).get("Status", "")


def _stored(message: Msg) -> Stored:
    headers = dict(message.headers or {})
    subject, position = headers.pop("Nats-Subject"), int(headers.pop("Nats-Sequence"))
    said = headers.pop("Nats-Time-Stamp", "")
    for added in ("Nats-Stream", "Nats-Num-Pending", "Nats-Last-Sequence"):
        headers.pop(added, None)
    return Stored(position, subject, headers, message.data, said)
