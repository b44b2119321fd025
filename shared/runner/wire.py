"""Between messages and bytes: what the runner publishes and what it reads back."""

import re
from collections.abc import Iterable
from datetime import date

from pydantic import ValidationError

from shared.catalog import BY_TYPE, outcome_subject, subject_of
from shared.errors import Refused
from shared.events.alerts import FactJudged
from shared.events.contract import TYPE_PREFIX
from shared.events.envelope import STRUCTURED, Envelope, decode
from shared.runner.core import Admitted, Door, Message, Refuse
from shared.runner.fold import RERUN, Input

# A fact's id is its publisher's: with a blank or a `*` in it, the broker would never take what the fact causes.
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]|\.(?=\.|$)")
CONTENT_TYPE = f"{STRUCTURED}; charset=UTF-8"


def encode(message: Message, producer: str) -> bytes:
    """Return the structured CloudEvent of a message; the same message always gives the same bytes."""
    extensions = {
        "causationid": message.causation_id,
        "correlationid": message.correlation_id,
        "knownon": message.known_on.isoformat(),
        "partition": message.partition,
        "sequence": message.sequence,
    }
    return Envelope(
        id=message.id,
        source=f"/bangfu/{producer}",
        type=message.event.event_type(),
        subject=message.event.entity_id,
        data=message.event.payload(),
        extensions={name: value for name, value in extensions.items() if value not in (None, "")},
    ).structured()


def subject_for(message: Message) -> str:
    """Return where a message is published."""
    if isinstance(message.event, FactJudged):
        subject = outcome_subject(message.event.source, message.event.fact)
    else:
        subject = subject_of(message.event, message.partition)
    return _FOREIGN.sub("-", subject)


def admitted(door: Door, subject: str, headers: dict[str, str] | None, body: bytes, position: int) -> Input:
    """Return the input that a raw intake message makes; whatever is wrong with it is a refusal in the input."""
    return _input(door.admit(subject, headers, body), position, _structured(headers, body))


def _input(seen: Admitted, position: int, raw: bytes) -> Input:
    message = None
    if seen.event is not None:
        message = Message(seen.fact_id, seen.source, seen.event, 0, date.min, seen.correlation_id)
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


def recorded(headers: dict[str, str] | None, body: bytes, position: int) -> Input:
    """Return the input that a message of `EVENTS` makes; an unknown type or version is refused, never dropped."""
    key = f"EVENTS#{position}"
    try:
        envelope = decode(headers, body)
        message = decode_message(envelope)
    except Refused as refused:
        return Input(key, position, refusal=Refuse(refused.code, refused.path, refused.hint))
    return Input(
        f"{envelope.source}|{envelope.id}",
        position,
        message=message,
        source=envelope.source,
        fact=message.event.topic,
        fact_id=envelope.id,
    )


def decode_message(envelope: Envelope) -> Message:
    """Return the message in an envelope of our own.

    Raises:
        Refused: `unknown_type`, `unknown_version`, `bad_event`.
    """
    event = BY_TYPE.get(envelope.type)
    if event is None:
        raise Refused(*unknown_type(envelope.type, BY_TYPE))
    extensions = envelope.extensions
    try:
        return Message(
            id=envelope.id,
            source=envelope.source,
            event=event.model_validate(envelope.data),
            sequence=int(extensions["sequence"]),
            known_on=date.fromisoformat(extensions["knownon"]),
            correlation_id=str(extensions.get("correlationid", "")),
            causation_id=extensions.get("causationid"),
            partition=int(extensions.get("partition", 0)),
        )
    except (ValidationError, KeyError, ValueError, TypeError) as error:
        path = first_path(error) if isinstance(error, ValidationError) else ""
        raise Refused("bad_event", path, "the event does not keep its contract") from None


def unknown_type(name: str, known: Iterable[str]) -> tuple[str, str, str]:
    """Return code, path and hint for a type that is not among the known ones."""
    stem, _, version = name.rpartition(".v")
    if version.isdigit() and any(one.rpartition(".v")[0] == stem for one in known):
        return "unknown_version", "type", f"known: {stem}.v1"
    return (
        "unknown_type",
        "type",
        f"types begin with {TYPE_PREFIX} and end with a version; docs/event-flow.md lists them",
    )


def first_path(error: ValidationError) -> str:
    """Return where the first mistake is, dotted; never what it is: the value may be personal."""
    return ".".join(str(part) for part in ("data", *error.errors(include_input=False, include_url=False)[0]["loc"]))
