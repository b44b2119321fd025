"""What the Ops pages read of the broker: streams, consumers and seals, through its information subjects alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import orjson
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from shared.runner.topology import BUCKETS, STREAMS

SEALS: Final = "SEALS"
_SERVICES: Final = ("registry", "matching", "subsidy", "notify")
_PARTITION: Final = re.compile(r"-p\d+$")
_A_PAGE: Final = 256  # consumers that the broker lists at once


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The consumers of one subscription together.

    Args:
        behind: Messages that none of them has been given. in_hand: given and not acknowledged.
        reading: How many of them somebody reads from now.
    """

    name: str
    consumers: int = 0
    behind: int = 0
    in_hand: int = 0
    reading: int = 0


async def streams(js: JetStreamContext) -> list[dict[str, Any]]:
    """Return every stream and bucket: how much it holds."""
    rows = []
    for name in (*(str(stream.name) for stream in STREAMS), *(f"KV_{bucket}" for bucket in BUCKETS)):
        try:
            state = (await js.stream_info(name)).state
        except NotFoundError:
            rows.append({"stream": name, "is_there": False, "messages": 0, "bytes": 0, "last": 0, "consumers": 0})
            continue
        held = {"messages": state.messages, "bytes": state.bytes, "last": state.last_seq}
        rows.append({"stream": name, "is_there": True, **held, "consumers": state.consumer_count})
    return rows


async def subscriptions(js: JetStreamContext) -> list[Subscribed]:
    """Return how far behind every subscription of every service is, by name."""
    found: dict[str, Subscribed] = {}
    for stream in ("INTAKE", "EVENTS"):
        for info in await _consumers(js, stream):
            name = _PARTITION.sub("", info.name)
            before = found.get(name, Subscribed(name))
            found[name] = Subscribed(
                name,
                before.consumers + 1,
                before.behind + (info.num_pending or 0),
                before.in_hand + (info.num_ack_pending or 0),
                before.reading + bool(info.num_waiting or info.num_ack_pending),
            )
    return [found[name] for name in sorted(found)]


async def _consumers(js: JetStreamContext, stream: str) -> list[ConsumerInfo]:
    listed: list[ConsumerInfo] = []
    while True:
        try:
            page = await js.consumers_info(stream, offset=len(listed))
        except NotFoundError:
            return listed
        listed += [info for info in page if info.config.durable_name]  # a reader of an operator's command is nobody's
        if len(page) < _A_PAGE:
            return listed


def services(rows: list[Subscribed]) -> list[dict[str, Any]]:
    """Return each service by what the broker shows of it: does it read, and is it behind."""
    found = []
    for name in _SERVICES:
        own = [row for row in rows if row.name == name or row.name.startswith(f"{name}-")]
        consumers, reading = (sum(getattr(row, field) for row in own) for field in ("consumers", "reading"))
        state = "absent" if not consumers else "reads" if reading == consumers else "idle" if not reading else "partly"
        behind = sum(row.behind + row.in_hand for row in own)
        found.append({"service": name, "state": state, "behind": behind, "subscriptions": len(own)})
    return found


async def seals(js: JetStreamContext, open_day: date) -> list[dict[str, Any]]:
    """Return the last seal of every sealed chain, and whether that of the last closed day is missing."""
    try:
        subjects: Mapping[str, int] = (await js.stream_info(SEALS, subjects_filter=">")).state.subjects or {}
    except NotFoundError:
        return []
    rows = []
    for subject in sorted(subjects):
        message = await js.get_last_msg(SEALS, subject, direct=True)
        seal = orjson.loads(message.data or b"{}")
        sealed = {name: seal[name] for name in ("chain", "number", "day", "hash")}
        is_missing = date.fromisoformat(seal["day"]) < open_day - timedelta(days=1)
        rows.append(sealed | {"seals": subjects[subject], "is_missing": is_missing})
    return rows
