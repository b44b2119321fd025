"""Aggregates "ledger" and "line": how far the ledger has come, and its lines."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from services.subsidy.domain.accounts import budget_refilled
from services.subsidy.domain.budgets import budget_of
from services.subsidy.domain.queue import phase_of
from shared.events.subsidy import (
    BudgetBooked,
    DayCompleted,
    DayPosted,
    DaySettled,
    DeferralLifted,
    LineDeferred,
    LinePosted,
    TransferBooked,
)
from shared.runner.core import Aggregate, Message

THE_LEDGER: Final = "ledger"


@dataclass(frozen=True, slots=True)
class Ledger:
    """How far the ledger has come.

    Args:
        lines: Lines posted so far. `transfers`: transfers booked so far.
        settlers: Which partitions have settled which day, for the days that are not settled by all.
        settled_by: Id of the message with which the first partition settled each of these days.
        posted: The last day whose lines all stand.
        touched: The budgets in which the phase of the posting order in hand, or a new year, made room. `phase`: it.
        queues: The budgets for which a line ever waited.
    """

    lines: int = 0
    transfers: int = 0
    settlers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    settled_by: dict[str, str] = field(default_factory=dict)
    posted: date | None = None
    touched: tuple[str, ...] = ()
    phase: str = ""
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A posted line; the read model of statements and of the digest."""

    posted: LinePosted | None = None


def _evolve(state: Ledger, message: Message) -> Ledger:
    match message.event:
        case DaySettled(date=day, partition_no=number):
            key = day.isoformat()
            settlers = tuple(sorted({*state.settlers.get(key, ()), number}))
            by = {} if number else {key: message.id}
            return replace(state, settlers=state.settlers | {key: settlers}, settled_by=state.settled_by | by)
        case DayCompleted(date=day):
            return _completed(state, day)
        case DayPosted(date=day):
            return replace(state, posted=day)
        case LinePosted(line_no=number) as line:
            return _touched(state, line.place, budget_refilled(line.postings), lines=number)
        case TransferBooked(place=place):
            return _touched(state, place, (), transfers=state.transfers + 1)
        case _:
            return _budgeted(state, message)


def _completed(state: Ledger, day: date) -> Ledger:
    """Say that a day is complete, and begin to post it once that is heard. A new year is room for what waits."""
    if (said := day.isoformat()) in state.settlers:
        settlers = {key: who for key, who in state.settlers.items() if key != said}
        return replace(
            state, settlers=settlers, settled_by={k: id_ for k, id_ in state.settled_by.items() if k != said}
        )
    is_new_year = state.posted is not None and state.posted.year < day.year
    return replace(state, touched=state.queues if is_new_year else (), phase="")


def _budgeted(state: Ledger, message: Message) -> Ledger:
    match message.event:
        case BudgetBooked() as fact:
            return _touched(state, fact.place, budget_refilled(fact.postings))
        case LineDeferred(change=change, merges=merges) as event:
            budget = budget_of(change.claim, change.county)
            state = replace(state, queues=tuple(sorted({*state.queues, budget})))
            return _touched(state, merges or event.place, [budget] if merges else [])
        case DeferralLifted(outcome="nothing_left") as event:
            return _touched(state, event.merges or event.place, [budget_of(event.claim, event.county)])
        case _:
            return state


def _touched(state: Ledger, place: str | None, budgets: Iterable[str], **counted: Any) -> Ledger:
    """Note where room was made; what another phase has touched was looked at before this one began."""
    phase = phase_of(place) if place else state.phase
    before = state.touched if phase == state.phase else ()
    return replace(state, phase=phase, touched=tuple(sorted({*before, *budgets})), **counted)


_CONCERNS = (
    DaySettled,
    DayCompleted,
    DayPosted,
    LinePosted,
    TransferBooked,
    BudgetBooked,
    LineDeferred,
    DeferralLifted,
)


def _line_tags(line: Line) -> Iterable[str]:
    if line.posted is None:
        return ()
    claim = line.posted.claim
    return [
        f"payee:{claim.payee}",
        f"programme:{claim.programme}",
        *([f"person:{claim.person_id}"] if claim.person_id else []),
    ]


LEDGER = Aggregate(
    kind="ledger",
    state=Ledger,
    initial=lambda _: Ledger(),
    evolve=_evolve,
    concerns=lambda message: (THE_LEDGER,) if isinstance(message.event, _CONCERNS) else (),
)
LINE = Aggregate(
    kind="line",
    state=Line,
    initial=lambda _: Line(),
    evolve=lambda state, message: Line(message.event) if isinstance(message.event, LinePosted) else state,
    concerns=lambda message: (message.event.line_id,) if isinstance(message.event, LinePosted) else (),
    tags=_line_tags,
    indexes=("posted.claim.payee", "posted.claim.person_id"),
    append_only=True,
)
