"""What was heard of messages after they were sent: which message a gateway's reference means, and what became of it.

A reference may be heard of before it is known (a receipt overtakes the answer to the submission) and may never be known
(the process died between the two, or it is not ours): what was heard of it stays, and is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.sms.gateway import FinalStatus, Report

# A receipt that is older than this when its reference becomes known speaks of an earlier message: SMSCs count anew.
OVERTAKING: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Part:
    """One part that a gateway took, or speaks of.

    Args:
        message_id: Ours; None while nobody knows it.
        parts: How many references the message has.
        status, at, detail: Of the first final report; later ones change nothing.
    """

    gateway: str
    reference: str
    message_id: str | None = None
    parts: int = 1
    status: FinalStatus | None = None
    at: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message; the first of each status stays, so that the fact about it is always the same."""

    message_id: str
    status: FinalStatus
    at: str
    detail: str | None = None


def heard(part: Part, report: Report) -> Part:
    """Return a part after a report."""
    if part.status is not None or report.status is None:
        return part
    return replace(part, status=report.status, at=report.at, detail=report.detail)


def noted(part: Part, message_id: str, parts: int, now: datetime) -> Part:
    """Return a part whose reference was given to a message now; what was said of an earlier message is forgotten."""
    if part.message_id == message_id:
        return part
    overtook = part.message_id is None and part.at is not None and now - datetime.fromisoformat(part.at) <= OVERTAKING
    if overtook:
        return replace(part, message_id=message_id, parts=parts)
    return Part(part.gateway, part.reference, message_id, parts)


def fate_of(parts: Iterable[Part]) -> Fate | None:
    """Return what became of the message with these parts: lost with the first lost part, delivered with the last."""
    known = [part for part in parts if part.message_id is not None and part.status is not None and part.at is not None]
    for part in known:
        if part.status != "delivered":
            return Fate(str(part.message_id), part.status or "undelivered", str(part.at), part.detail)
    if not known or len(known) < known[0].parts:
        return None
    return Fate(
        str(known[0].message_id), "delivered", max((str(part.at) for part in known), key=datetime.fromisoformat)
    )


def by_time(parts: Iterable[Part]) -> list[Part]:
    """Return parts in the order in which they were heard of."""
    return sorted(parts, key=lambda part: (part.at or "", part.reference))


class HeardLog(Protocol):
    """Keeps parts and fates. Every write is on the disks of a majority before it returns."""

    async def prepare(self) -> None:
        """Make what queries need; safe to repeat."""

    async def note(self, gateway: str, references: list[str], message_id: str, parts: int, now: datetime) -> None:
        """Keep that a gateway calls these of a message's parts so; what was heard of them just before counts now."""

    async def hear(self, gateway: str, report: Report) -> bool:
        """Keep a report; False if its reference is not known."""

    async def untold(self, limit: int) -> list[Fate]:
        """Return fates that are not known to be published."""

    async def told(self, fates: list[Fate]) -> None:
        """Note that the facts about fates are published."""

    async def unknown(self, before: datetime) -> int:
        """Return how many references were heard of before a moment, and nobody knows them."""
