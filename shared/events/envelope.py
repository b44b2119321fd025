"""CloudEvents 1.0 over NATS: structured and binary mode in, structured mode out.

Sources: CloudEvents 1.0.2, its JSON format, and the NATS protocol binding 1.0.3 (headers `ce-*`, percent-encoded).
Our extensions: `causationid`, `correlationid`, `sequence` (number of the upstream fact behind the event, in order of
acceptance) and `knownon` (the open day on which that fact was accepted), all inherited from the cause.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson

from shared.errors import Refused

STRUCTURED = "application/cloudevents+json"
MAX_BYTES = 64 * 1024
MAX_RECORDED_BYTES = 2 * MAX_BYTES  # what registry adds to the largest fact, or to the slip with which it waits, fits
MAX_DEPTH = 32
REQUIRED = ("specversion", "id", "source", "type")
_OWN = (*REQUIRED, "subject", "time")
_NO_EXTENSIONS = frozenset((*_OWN, "data", "datacontenttype"))
_LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BLANK_COLON = re.compile(rb'"\s+:')
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://bangfu.cn/events")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of a CloudEvent and its data, as plain JSON values."""

    id: str
    source: str
    type: str
    data: dict[str, Any]
    subject: str | None = None
    time: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)

    def structured(self) -> bytes:
        """Return the event in structured mode; the same event always gives the same bytes."""
        body: dict[str, Any] = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type}
        if self.subject is not None:
            body["subject"] = self.subject
        if self.time is not None:
            body["time"] = self.time
        body.update(self.extensions)
        body.update(datacontenttype="application/json", data=self.data)
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def derived_id(cause_id: str, aggregate: str, event_type: str, ordinal: int) -> str:
    """Return the id of an event: a function of its cause, so that a rerun makes the same ids."""
    name = f"{cause_id}\n{aggregate}\n{event_type}\n{ordinal}"
    # A UUIDv5 (RFC 9562) by hand, because every event needs one and `uuid.uuid5` takes four times as long.
    digest = bytearray(hashlib.sha1(NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x50, digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def decode(
    headers: Mapping[str, str] | None, body: bytes, *, unique_keys: bool = False, most: int = MAX_BYTES
) -> Envelope:
    """Read a CloudEvent of `most` bytes in either mode; `unique_keys` also refuses a JSON key that stands twice.

    Raises:
        Refused: `too_large`, `not_json`, `too_deep`, `duplicate_key`, `not_a_cloudevent`, `missing_attribute`,
            `bad_attribute`, `unknown_specversion`.
    """
    if len(body) > most:
        raise Refused("too_large", "", f"a fact has at most {most} bytes")
    lowered = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = lowered.get("content-type", "").lower()
    if content_type.startswith("application/cloudevents-batch"):
        raise Refused("not_a_cloudevent", "", "send one event a message")
    if "ce-specversion" in lowered and not content_type.startswith("application/cloudevents"):
        attributes = {name[3:]: unquote(value) for name, value in lowered.items() if name.startswith("ce-")}
        attributes["data"] = _json(body, unique_keys=unique_keys)
    else:
        attributes = _json(body, unique_keys=unique_keys)
    return _envelope(attributes)


def _envelope(attributes: Any) -> Envelope:
    if not isinstance(attributes, dict):
        raise Refused("not_a_cloudevent", "", "the event is a JSON object")
    for name in REQUIRED:
        if name not in attributes:
            raise Refused("missing_attribute", name, "CloudEvents 1.0 requires it")
    known: dict[str, Any] = {}
    for name in _OWN:
        value = attributes.get(name)
        if not _is_attribute(value) and (name in REQUIRED or value is not None):
            raise Refused("bad_attribute", name, "text of 1 to 200 characters without control characters")
        known[name] = value
    if known.pop("specversion") != "1.0":
        raise Refused("unknown_specversion", "specversion", "1.0")
    data = attributes.get("data")
    if not isinstance(data, dict):
        raise Refused("bad_attribute", "data", "a JSON object")
    extensions = {name: value for name, value in attributes.items() if name not in _NO_EXTENSIONS}
    return Envelope(**known, data=data, extensions=extensions)


def _is_attribute(value: Any) -> bool:
    """Tell whether a value is a CloudEvents string: NUL and line ends would break subjects, logs and derived ids."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return False
    return value.isprintable() or not _CONTROL.search(value)  # what is printable holds no control character


def _json(body: bytes, *, unique_keys: bool) -> Any:
    """Parse strict JSON; depth is bounded before the parser recurses."""
    # Few opening brackets cannot be deep, and counting them is what most messages cost.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise Refused("too_deep", "", f"at most {MAX_DEPTH} levels")
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("not_json", "", "the body is JSON in UTF-8") from None
    if unique_keys and not _surely_unique(parsed, body):
        json.loads(body, object_pairs_hook=_once)
    return parsed


def _surely_unique(parsed: Any, body: bytes) -> bool:
    """Tell whether there are no more colons behind a quote than keys were read; if not, a slower look decides.

    A key is a string with a colon behind it, so with no blank between them there are at least as many of these as keys
    were written, and with a key that stands twice more than were read. Strings may hold some too.
    """
    return _BLANK_COLON.search(body) is None and body.count(b'":') == _keys(parsed)


def _keys(parsed: Any) -> int:
    if isinstance(parsed, dict):
        return len(parsed) + sum(_keys(inner) for inner in parsed.values() if isinstance(inner, dict | list))
    if isinstance(parsed, list):
        return sum(_keys(inner) for inner in parsed if isinstance(inner, dict | list))
    return 0


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Refused("duplicate_key", "", "each key stands once")


def _depth(body: bytes) -> int:
    """Return the deepest nesting; brackets inside strings count too, which only errs on the safe side."""
    deepest = level = 0
    for byte in body.translate(None, delete=_NOT_BRACKETS):
        level += 1 if byte in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
