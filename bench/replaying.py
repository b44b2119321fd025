"""Replay against a loop that only parses: the sample county, several times over, folded again in memory."""

import re
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

import samples
from shared.events.envelope import derived_id
from shared.identity import make_uscc
from shared.ops.publishing import offered
from shared.ops.recordings import Recording
from shared.ops.replay import Replayed, _fold
from shared.ops.running import find_services
from shared.runner.core import Keys
from shared.runner.memory import Memory
from shared.runner.wire import encode, recorded

_PERSON = re.compile(r"[ph][a-z2-7]{25}")  # pseudonyms of people and phones
_ONCE = {"calendar.day_closed", "parameter.published", "coordinator.registered"}
_SECRET = bytes.fromhex("00" * 31 + "42")
_STORED = date(2018, 1, 1)


@dataclass(frozen=True)
class Replay:
    """Events per second of both, at one size."""

    events: int
    folded: float
    parsed: float

    @property
    def ratio(self) -> float:
        return self.folded / self.parsed


def recorded_county() -> list[tuple[str, bytes]]:
    """Return what registry recorded of the sample county: the topic and the bytes of each event, in order."""
    services = find_services()
    registry = [service for service in services if any(s.intake for s in service.subscriptions)]
    memory = Memory(registry, Keys(person=_SECRET, content=_SECRET))
    for number, line in enumerate((Path(samples.__file__).parent / "events.jsonl").read_bytes().splitlines(), 1):
        fact = offered(number, line)
        memory.publish(fact.subject, line, {"content-type": "application/cloudevents+json"})
    return [(message.event.topic, encode(message, "registry")) for message in memory.emitted]


def counties(county: list[tuple[str, bytes]], copies: int) -> list[bytes]:
    """Return as many counties side by side; what everybody hears, such as closed days, is there once."""
    found = []
    for topic, body in county:
        event = orjson.loads(body)
        event["sequence"] *= copies
        wanted = range(1 if topic in _ONCE else copies)
        found += [orjson.dumps(_other(event, copy) if copy else event, option=orjson.OPT_SORT_KEYS) for copy in wanted]
    return found


def measure(bodies: list[bytes]) -> Replay:
    """Fold the events as an audit does, and parse the same events, each once.

    Both are one thread that waits for nothing, so processor time is measured: it does not see other programs.
    """
    began = time.process_time()
    for number, body in enumerate(bodies, 1):
        assert recorded(None, body, number).message is not None, body
    parsed = time.process_time() - began
    services = [s for s in find_services() if not any(subscription.intake for subscription in s.subscriptions)]
    done: Any = Replayed(Memory(services, Keys(person=b"", content=b"")))
    began = time.process_time()
    for number, body in enumerate(bodies, 1):
        _fold(done, Recording(number, _STORED, recorded(None, body, number).message))  # type: ignore[arg-type]
    folded = time.process_time() - began
    assert done.events == len(bodies)
    return Replay(len(bodies), len(bodies) / folded, len(bodies) / parsed)


def _other(event: dict[str, Any], copy: int) -> dict[str, Any]:
    """Return the event of another county's person or employer."""
    return event | {
        "id": derived_id(event["id"], str(copy), "copy", 0),
        "sequence": event["sequence"] + copy,
        "subject": _renamed("subject", event.get("subject", ""), copy),
        "data": _renamed("data", event["data"], copy),
    }


def _renamed(name: str, value: Any, copy: int) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(key, inner, copy) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(name, inner, copy) for inner in value]
    if not isinstance(value, str):
        return value
    if _PERSON.fullmatch(value):
        return value[:23] + "".join("abcdefghijklmnopqrstuvwxyz"[copy // 26**k % 26] for k in (2, 1, 0))
    if name == "uscc":
        return make_uscc(f"{value[:14]}{copy:03d}")
    return f"{value}-{copy}" if name.endswith("_id") and name != "coordinator_id" else value
