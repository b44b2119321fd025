"""What registry says of a fact: the outcome for its publisher, the refusal for the office, the parking slip."""

import re
from dataclasses import replace
from typing import Any

from shared.events.alerts import FactJudged, FactParked, FactRedriven, FactRejected
from shared.events.contract import Event
from shared.events.ops import LETTER_MAX
from shared.events.upcasting import Schemas, split
from shared.runner.batch import RERUN, Disposition, Input, Seen
from shared.runner.core import Intake, Message, Park, Peek, Personal, Refuse
from shared.runner.waiting import again

_WORD = {"applied": "accepted"}
# An id is told for ever only where no telephone can stand in it; the door refuses those with an id number.
_PHONE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")


def judged(item: Input, disposition: Disposition, left_room: str | None = None) -> FactJudged:
    """Return the outcome of a fact as its publisher reads it; `left_room` is where a parked fact waited."""
    said: dict[str, Any] = {
        "code": disposition.code or None,
        "path": disposition.path or None,
        "hint": disposition.hint or None,
        "waiting_for": disposition.waiting_for or None,
        "left_room": left_room,
    }
    said["outcome"] = _WORD.get(disposition.outcome, disposition.outcome)
    source, fact = _named(item)
    return FactJudged(source=source, fact=fact, fact_id=item.fact_id or item.key, **said)


def rejected(item: Input, disposition: Disposition) -> FactRejected:
    """Return the event that tells the office whose system sent the fact."""
    county = getattr(item.message.event, "county", None) if item.message else None
    source, fact = _named(item)
    return FactRejected(
        source=source,
        fact=fact,
        code=disposition.code,
        path=disposition.path,
        county=county,
        letter=_letter(item),
    )


def redriven(item: Input, disposition: Disposition) -> FactRedriven:
    """Return the event that says that a refused fact is refused no more."""
    source, fact = _named(item)
    outcome: Any = _WORD.get(disposition.outcome, disposition.outcome)
    return FactRedriven(source=source, fact=fact, letter=_letter(item), outcome=outcome)


def _letter(item: Input) -> str | None:
    """Return the key under which the fact is kept, unless it may hold a number or is no name at all."""
    return None if len(item.key) > LETTER_MAX or _PHONE.search(item.key) else item.key


def parked(message: Message, decision: Park, page: int) -> FactParked:
    """Return the slip with which a fact waits on a page of its room; it holds the recorded form only."""
    return FactParked(
        source=message.source,
        fact_id=message.id,
        fact_type=message.event.event_type(),
        fact_data=_undecided(message.event),
        correlation_id=message.correlation_id,
        waiting_for=decision.waiting_for,
        since=message.known_on,
        page=page or None,
    )


def _named(item: Input) -> tuple[str, str]:
    """Return source and fact as the subject names them, cut to what the contract of an outcome holds."""
    return (item.source or "unknown")[:64], (item.fact or "unknown")[:80]


def _undecided(fact: Event) -> dict[str, Any]:
    """Return the JSON form without what is yet to be worked out; an empty value would not validate again."""
    return fact.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def kept(intake: Intake | None, item: Input, peek: Peek) -> list[Personal]:
    """Return what the vault keeps of what a fact says of people."""
    return [intake.keeps(each, peek) for each in item.personal] if intake is not None else []


def repeated(item: Input, before: Seen) -> Disposition:
    """Return what becomes of a message whose key is known: a duplicate, unless it says something else."""
    if before.content_hash == item.content_hash:
        return Disposition("duplicate")
    return Disposition("rejected", "exists_with_different_content", "id", "a new fact has a new id")


def once_more(fact: FactParked, schemas: Schemas[Event]) -> Input:
    """Return a parked fact as an input, in today's form; one that does not keep today's contract is refused."""
    topic, _ = split(fact.fact_type)
    named = Input(f"{fact.source}|{fact.fact_id}", RERUN, source=fact.source, fact_id=fact.fact_id, fact=topic)
    found = again(fact, schemas)
    return replace(named, refusal=found) if isinstance(found, Refuse) else replace(named, message=found)
