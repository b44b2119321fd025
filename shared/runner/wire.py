"""Between messages and bytes: what the runner publishes and what it reads back."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.catalog import PRODUCERS, RECORDED, outcome_subject, subject_of
from shared.errors import Refused
from shared.events.alerts import FactJudged
from shared.events.contract import Event
from shared.events.envelope import MAX_RECORDED_BYTES, STRUCTURED, Envelope, decode
from shared.events.upcasting import NewerVersion, Schemas, split
from shared.runner.batch import RERUN, Input
from shared.runner.core import Admitted, Door, Message, Refuse

# A fact's id is its publisher's: with a blank or a `*` in it, the broker would never take what the fact causes.
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]|\.(?=\.|$)")
_WITH_DOMAIN = 10
_COPIED = "Nats-Subject"
MISPLACED = frozenset({"relayed", "type_differs_from_subject", "source_differs_from_subject"})
CONTENT_TYPE = f"{STRUCTURED}; charset=UTF-8"


def encode(message: Message, producer: str) -> bytes:
    """Return the structured CloudEvent of a message; the same message always gives the same bytes."""
    extensions: dict[str, Any] = {
        "knownon": message.known_on.isoformat(),
        "partition": message.partition,
        "sequence": message.sequence,
    }
    if message.causation_id:
        extensions["causationid"] = message.causation_id
    if message.correlation_id:
        extensions["correlationid"] = message.correlation_id
    if message.traceparent:
        extensions["traceparent"] = message.traceparent
    return Envelope(
        id=message.id,
        source=f"/bangfu/{producer}",
        type=message.event.event_type(),
        subject=message.event.entity_id,
        data=message.event.payload(),
        extensions=extensions,
    ).structured()


def subject_for(message: Message) -> str:
    """Return where a message is published."""
    if isinstance(message.event, FactJudged):
        subject = outcome_subject(message.event.source, message.event.fact)
    else:
        subject = subject_of(message.event, message.partition)
    return plain(subject)


def plain(subject: str) -> str:
    """Return a subject that the broker takes, whatever the ids in it hold."""
    return _FOREIGN.sub("-", subject)


def position_of(message: Msg) -> int:
    """Return where a message stands in its stream; the client's `metadata` would also make dates of it, each time.

    The reply subject is `$JS.ACK.<stream>.<consumer>.<delivered>.<position>...`, in newer servers with domain and
    account in front of the stream.
    """
    parts = message.reply.split(".", 8)
    return int(parts[5] if message.reply.count(".") < _WITH_DOMAIN else parts[7])


def admitted(door: Door, subject: str, headers: dict[str, str] | None, body: bytes, position: int) -> Input:
    """Return the input that a raw intake message makes; whatever is wrong with it is a refusal in the input."""
    return _input(door.admit(subject, headers, body), position, _structured(headers, body))


def _input(seen: Admitted, position: int, raw: bytes) -> Input:
    message = None
    if seen.event is not None:
        message = Message(
            seen.fact_id, seen.source, seen.event, 0, date.min, seen.correlation_id, traceparent=seen.traceparent
        )
    return Input(
        key=seen.key or f"INTAKE#{position}",
        position=position,
        content_hash=seen.content_hash,
        message=message,
        refusal=seen.refusal,
        source=seen.source,
        fact=seen.fact,
        fact_id=seen.fact_id,
        personal=seen.personal,
        raw=raw,
        room=seen.room,
        letter=_input(seen.letter, RERUN, b"") if seen.letter else None,
    )


def _structured(headers: dict[str, str] | None, body: bytes) -> bytes:
    """Return the body, with the attributes that came in headers: what is kept of a message is its body alone."""
    if not any(name.lower() == "ce-specversion" for name in headers or {}):
        return body
    try:
        return decode(headers, body).structured()
    except Refused:
        return body


def recorded(headers: dict[str, str] | None, body: bytes, position: int, schemas: Schemas[Event] = RECORDED) -> Input:
    """Return the input that a message of `EVENTS` makes: never dropped.

    A version newer than this process waits; an unknown type, or data that do not keep their contract, are refused.
    """
    if headers and headers.get("Content-Type") == CONTENT_TYPE:
        headers = None  # as we publish it: everything is in the body
    try:
        envelope = decode(headers, body, most=MAX_RECORDED_BYTES)
    except Refused as refused:
        return Input(f"EVENTS#{position}", position, refusal=_refuse(refused), raw=body)
    message, room, refusal = None, "", None
    try:
        message = decode_message(envelope, schemas)
    except NewerVersion as newer:
        room = newer.room
    except Refused as refused:
        refusal = _refuse(refused)
    return Input(
        f"{envelope.source}|{envelope.id}",
        position,
        message=message,
        refusal=refusal,
        source=envelope.source,
        fact=split(envelope.type)[0] or envelope.type,
        fact_id=envelope.id,
        raw=_structured(headers, body),
        room=room,
    )


def stood_for(item: Input, stream: str, subject: str, headers: dict[str, str] | None) -> Input:
    """Return the input of a message as it stands in a stream, or its refusal where it does not belong there.

    Who may publish on a subject is the broker's to say, and what is published there ours: an event says no other type
    and no other producer than its subject. And a message that the broker itself sent there, because somebody asked it
    for a copy and named that subject for the answer, was published by nobody (it bears the marks of a direct get).
    """
    wrong = None
    if headers and _COPIED in headers:
        wrong = Refuse("relayed", "", "a copy that the broker was asked for; publish it yourself")
    elif stream == "EVENTS" and (item.message or item.room):
        wrong = _differing(item, subject)
    if wrong is None:
        return item
    # Under its place: what is refused here must not stand for the message whose name it bears.
    key = f"{stream}#{item.position}"
    return replace(item, key=key, message=None, refusal=wrong, personal=(), letter=None, room="")


def _differing(item: Input, subject: str) -> Refuse | None:
    if not subject.startswith(f"bangfu.{item.fact}."):
        return Refuse("type_differs_from_subject", "type", f"an event of bangfu.{item.fact}.>")
    producer = PRODUCERS.get(item.fact)
    if producer is not None and item.source != f"/bangfu/{producer}":
        return Refuse("source_differs_from_subject", "source", f"/bangfu/{producer}")
    return None


def _refuse(refused: Refused) -> Refuse:
    return Refuse(refused.code, refused.path, refused.hint)


def decode_message(envelope: Envelope, schemas: Schemas[Event] = RECORDED) -> Message:
    """Return the message in an envelope of our own, its event as today's class has it.

    Raises:
        NewerVersion: This process does not know that version yet.
        Refused: `unknown_type`, `unknown_version`, `bad_event`.
    """
    event, data = schemas.read(envelope.type, envelope.data)
    extensions = envelope.extensions
    try:
        return Message(
            id=envelope.id,
            source=envelope.source,
            event=event.model_validate(data),
            sequence=int(extensions["sequence"]),
            known_on=date.fromisoformat(extensions["knownon"]),
            correlation_id=str(extensions.get("correlationid", "")),
            causation_id=extensions.get("causationid"),
            partition=int(extensions.get("partition", 0)),
            traceparent=str(extensions.get("traceparent", "")),
        )
    except (ValidationError, KeyError, ValueError, TypeError) as error:
        path = first_path(error) if isinstance(error, ValidationError) else ""
        raise Refused("bad_event", path, "the event does not keep its contract") from None


def first_path(error: ValidationError) -> str:
    """Return where the first mistake is, dotted; never what it is: the value may be personal."""
    return ".".join(str(part) for part in ("data", *error.errors(include_input=False, include_url=False)[0]["loc"]))
