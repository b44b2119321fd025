"""Aggregate "claim": what fell due and is not posted yet; in order of the ids it is posted.

The order: by the day on which the fact became known; then by the fact (what the closing of the day makes due comes
last, because the closing is the day's last fact); then by programme; inside one programme and one fact take-backs
first, then by period, payee, person (in order of becoming known) and first day of the employment. Facts about budgets
stand in the same queue, so that each takes effect between the lines of the facts before it and after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.subsidy.domain.premiums import mark_of
from shared.events.finance import BudgetGranted, BudgetReduced, FiscalYearClosed
from shared.events.subsidy import (
    BudgetBooked,
    DeferralLifted,
    EntitlementChanged,
    LineDeferred,
    LinePosted,
    TransferBooked,
)
from shared.runner.core import Aggregate, Message

_BEFORE_EVERYTHING = " "  # sorts before every character of the parts, so that a shorter part comes before a longer one
_TAKE_BACK, _UPWARD = "take-back", "upward"
_PHASE = 4  # parts of a place that say day, fact, programme and direction

BudgetFact = BudgetGranted | BudgetReduced | FiscalYearClosed


@dataclass(frozen=True, slots=True)
class Money:
    """A fact about budgets that waits for its place; `fen` is what it grants or takes away."""

    kind: Literal["granted", "reduced", "closed"]
    programme: str
    county: str
    year: int
    fen: int
    carry_over: bool
    mark: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits to be posted; None once it is.

    Args:
        due_on: The day whose completion posts it; None while it waits for its budget.
    """

    place: str
    change: EntitlementChanged | None = None
    money: Money | None = None
    due_on: date | None = None


def place_of(message: Message, change: EntitlementChanged) -> str:
    """Return the place of a change in the posting order; the message's own id at the end makes it the only one."""
    claim = change.claim
    return _place(
        message,
        claim.programme,
        _TAKE_BACK if change.change_fen < 0 else _UPWARD,
        claim.period,
        claim.payee,
        f"{change.person_rank:012d}",
        claim.since.isoformat() if claim.since else "",
    )


def phase_of(place: str) -> str:
    """Return what places of one fact, programme and direction have in common."""
    return _BEFORE_EVERYTHING.join(place.split(_BEFORE_EVERYTHING)[:_PHASE])


def is_take_back(place: str) -> bool:
    """Tell whether a change that stands in a place takes something back."""
    return phase_of(place).endswith(f"{_BEFORE_EVERYTHING}{_TAKE_BACK}")


def _place(message: Message, *parts: str) -> str:
    return _BEFORE_EVERYTHING.join((message.known_on.isoformat(), f"{message.sequence:012d}", *parts, message.id))


def _money(fact: BudgetFact) -> Money:
    mark = mark_of(fact)
    match fact:
        case FiscalYearClosed():
            return Money("closed", "", fact.county, fact.fiscal_year, 0, fact.carry_over, mark)
        case BudgetGranted() | BudgetReduced():
            kind: Literal["granted", "reduced"] = "granted" if isinstance(fact, BudgetGranted) else "reduced"
            return Money(kind, fact.programme, fact.county, fact.fiscal_year, fact.amount_fen, False, mark)


def _evolve(state: Waiting, message: Message) -> Waiting:
    match message.event:
        case EntitlementChanged() as change:
            return replace(state, change=change, due_on=message.known_on)
        case BudgetGranted() | BudgetReduced() | FiscalYearClosed() as fact:
            return replace(state, money=_money(fact), due_on=message.known_on)
        case LineDeferred(place=place, change=change) if place == state.place:
            return replace(state, change=change, due_on=None)
        case _:
            return Waiting(state.place)


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case EntitlementChanged() as change:
            return (place_of(message, change),)
        case BudgetGranted() | BudgetReduced() | FiscalYearClosed():
            return (_place(message),)
        case LinePosted(place=str(place)) | TransferBooked(place=str(place)) | BudgetBooked(place=str(place)):
            return (place,)
        case LineDeferred(place=place, merges=merges) | DeferralLifted(place=place, merges=merges):
            return (place, merges) if merges else (place,)
        case _:
            return ()


CLAIM = Aggregate(
    kind="claim",
    state=Waiting,
    initial=Waiting,
    evolve=_evolve,
    concerns=_concerns,
    due_on=lambda waiting: waiting.due_on,
    keep=lambda waiting: waiting.change is not None or waiting.money is not None,
)
