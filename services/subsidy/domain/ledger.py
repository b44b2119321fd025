"""Aggregates "ledger" and "line": how far the ledger has come, and its lines."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.subsidy.domain.accounts import budget_refilled
from services.subsidy.domain.budgets import budget_of
from services.subsidy.domain.queue import phase_of
from shared.events.subsidy import (
    BudgetBooked,
    DayCompleted,
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
        completed: The last day that was settled by all.
        touched: The budgets in which the phase of the posting order in hand, or a new year, made room. `phase`: it.
        queues: The budgets for which a line ever waited.
    """

    lines: int = 0
    transfers: int = 0
    settlers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    completed: date | None = None
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
            return replace(state, settlers=state.settlers | {key: settlers})
        case DayCompleted(date=day):
            return _completed(state, day)
        case LinePosted(line_no=number) as line:
            return _touched(replace(state, lines=number), line.place, budget_refilled(line.postings))
        case TransferBooked(place=place):
            return _touched(replace(state, transfers=state.transfers + 1), place, ())
        case _:
            return _budgeted(state, message)


def _completed(state: Ledger, day: date) -> Ledger:
    """Begin to post a day; it is said and then heard, so that it is folded twice. A new year is room for what waits."""
    later = {key: settlers for key, settlers in state.settlers.items() if key != day.isoformat()}
    if state.completed == day:
        return replace(state, settlers=later)
    is_new_year = state.completed is not None and state.completed.year < day.year
    return replace(state, settlers=later, completed=day, touched=state.queues if is_new_year else (), phase="")


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


def _touched(state: Ledger, place: str | None, budgets: Iterable[str]) -> Ledger:
    """Note where room was made; what another phase has touched was looked at before this one began."""
    phase = phase_of(place) if place else state.phase
    before = state.touched if phase == state.phase else ()
    return replace(state, phase=phase, touched=tuple(sorted({*before, *budgets})))


_CONCERNS = (DaySettled, DayCompleted, LinePosted, TransferBooked, BudgetBooked, LineDeferred, DeferralLifted)


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
)
