"""What registry says of a fact: the outcome for its publisher, the refusal for the office, the parking slip."""

from typing import TYPE_CHECKING, Any

from shared.events.alerts import FactJudged, FactParked, FactRejected
from shared.events.contract import undecided
from shared.runner.core import Message, Park

if TYPE_CHECKING:
    from shared.runner.fold import Disposition, Input

_WORD = {"applied": "accepted"}


def judged(item: "Input", disposition: "Disposition", left_room: str | None = None) -> FactJudged:
    """Return the outcome of a fact as its publisher reads it; `left_room` is where a parked fact waited."""
    said: dict[str, Any] = {
        "code": disposition.code or None,
        "path": disposition.path or None,
        "hint": disposition.hint or None,
        "waiting_for": disposition.waiting_for or None,
        "left_room": left_room,
    }
    said["outcome"] = _WORD.get(disposition.outcome, disposition.outcome)
    return FactJudged(
        source=item.source or "unknown", fact=item.fact or "unknown", fact_id=item.fact_id or item.key, **said
    )


def rejected(item: "Input", disposition: "Disposition") -> FactRejected:
    """Return the event that tells the office whose system sent the fact."""
    county = getattr(item.message.event, "county", None) if item.message else None
    return FactRejected(
        source=item.source or "unknown",
        fact=item.fact or "unknown",
        code=disposition.code,
        path=disposition.path,
        county=county,
    )


def parked(message: Message, decision: Park) -> FactParked:
    """Return the slip with which a fact waits; it holds the recorded form only."""
    return FactParked(
        source=message.source,
        fact_id=message.id,
        fact_type=message.event.event_type(),
        fact_data=undecided(message.event),
        correlation_id=message.correlation_id,
        waiting_for=decision.waiting_for,
        since=message.known_on,
    )
