"""Aggregates "budget" and "fiscal_year": which budgets bind, what waits for them, and which years are closed.

What is left of a budget is the balance of its account. What waits stands in one queue for each programme and county,
in order of waiting, from year to year.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.subsidy.domain.premiums import mark_of
from shared.events.finance import FiscalYearClosed
from shared.events.subsidy import BudgetBooked, Claim, DeferralLifted, LineDeferred
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Queued:
    """A line that waits; `place` is its place in the posting order. A negative one waits for what it takes back."""

    place: str
    fen: int


@dataclass(frozen=True, slots=True)
class Budget:
    """The budgets of a programme in a county.

    Args:
        granted: The fiscal years for which money was ever granted; a budget of another year does not bind.
        marks: The facts that were booked, so that a repeat changes nothing.
    """

    granted: tuple[int, ...] = ()
    queue: tuple[Queued, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FiscalYears:
    """The fiscal years of a county that are closed, and the programmes that ever had a budget there.

    Args:
        carried: Those of the closed years whose rest went to the next one.
        carrying: Marks of the closings, booked or not, that carry what is left over.
    """

    closed: tuple[int, ...] = ()
    programmes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    carried: tuple[int, ...] = ()
    carrying: tuple[str, ...] = ()


def budget_id(programme: str, county: str) -> str:
    """Return the id of the budgets of a programme in a county."""
    return f"{programme}|{county}"


def budget_of(claim: Claim, county: str) -> str:
    """Return the id of the budgets that a claim is charged to."""
    return budget_id(claim.programme, county)


def _evolve(state: Budget, message: Message) -> Budget:
    match message.event:
        case LineDeferred(place=place, change=change):
            others = [entry for entry in state.queue if entry.place != place]
            queue = sorted([*others, Queued(place, change.change_fen)], key=lambda entry: entry.place)
            return replace(state, queue=tuple(queue))
        case DeferralLifted(place=place):
            return replace(state, queue=tuple(entry for entry in state.queue if entry.place != place))
        case BudgetBooked(kind="granted", fiscal_year=year) as fact:
            years = tuple(sorted({*state.granted, year}))
            return replace(state, granted=years, marks=(*state.marks, fact.content))
        case BudgetBooked(kind="reduced") as fact:
            return replace(state, marks=(*state.marks, fact.content))
        case _:
            return state


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LineDeferred(change=change):
            return (budget_of(change.claim, change.county),)
        case DeferralLifted(claim=claim, county=county):
            return (budget_of(claim, county),)
        case BudgetBooked(programme=str(programme), county=county):
            return (budget_id(programme, county),)
        case _:
            return ()


def _evolve_years(state: FiscalYears, message: Message) -> FiscalYears:
    match message.event:
        case FiscalYearClosed(carry_over=True) as fact:
            return replace(state, carrying=tuple(sorted({*state.carrying, mark_of(fact)})))
        case BudgetBooked(kind="closed", fiscal_year=year, content=mark):
            carried = (*state.carried, *([year] if mark in state.carrying else []))
            years = tuple(sorted({*state.closed, year}))
            return replace(state, closed=years, marks=(*state.marks, mark), carried=tuple(sorted(carried)))
        case BudgetBooked(programme=str(programme)):
            return replace(state, programmes=tuple(sorted({*state.programmes, programme})))
        case _:
            return state


BUDGET = Aggregate(kind="budget", state=Budget, initial=lambda _: Budget(), evolve=_evolve, concerns=_concerns)
FISCAL_YEARS = Aggregate(
    kind="fiscal_year",
    state=FiscalYears,
    initial=lambda _: FiscalYears(),
    evolve=_evolve_years,
    concerns=lambda m: (m.event.county,) if isinstance(m.event, BudgetBooked | FiscalYearClosed) else (),
)


def binds(budget: Budget, day: date) -> bool:
    """Tell whether a budget was ever granted for the fiscal year of a day."""
    return day.year in budget.granted


def waits_for(budget: Budget, day: date) -> int | None:
    """Return the year whose budget what waits needs room in: this year's or, until that is granted, the last one's.

    None where there never was one, so that nothing binds.
    """
    return max((year for year in budget.granted if year <= day.year), default=None)
