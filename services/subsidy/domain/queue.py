"""Aggregate "claim": what fell due and is not posted yet; in order of the ids it is posted.

The order: by the day on which the fact became known; then by the fact (what the closing of the day makes due comes
last, because the closing is the day's last fact); then by programme; inside one programme and one fact take-backs
first, then by period, payee, person (in order of becoming known) and first day of the employment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.events.subsidy import EntitlementChanged, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message

_BEFORE_EVERYTHING = " "  # sorts before every character of the parts, so that a shorter part comes before a longer one


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits to be posted; None once it is."""

    place: str
    change: EntitlementChanged | None = None
    due_on: date | None = None


def place_of(message: Message, change: EntitlementChanged) -> str:
    """Return the place of a change in the posting order; the message's own id at the end makes it the only one."""
    claim = change.claim
    parts = (
        message.known_on.isoformat(),
        f"{message.sequence:012d}",
        claim.programme,
        "take-back" if change.change_fen < 0 else "upward",
        claim.period,
        claim.payee,
        f"{change.person_rank:012d}",
        claim.since.isoformat() if claim.since else "",
        message.id,
    )
    return _BEFORE_EVERYTHING.join(parts)


def _evolve(state: Waiting, message: Message) -> Waiting:
    match message.event:
        case EntitlementChanged() as change:
            return replace(state, change=change, due_on=message.known_on)
        case _:
            return replace(state, change=None, due_on=None)


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case EntitlementChanged() as change:
            return (place_of(message, change),)
        case LinePosted(place=str(place)) | TransferBooked(place=str(place)):
            return (place,)
        case _:
            return ()


CLAIM = Aggregate(
    kind="claim",
    state=Waiting,
    initial=Waiting,
    evolve=_evolve,
    concerns=_concerns,
    due_on=lambda waiting: waiting.due_on,
    keep=lambda waiting: waiting.change is not None,
)
