"""Facts about budgets take effect: grants and cuts, and the closing of a county's fiscal year."""

from dataclasses import replace

from services.subsidy.domain.accounts import authority, available, double_entry, treasury
from services.subsidy.domain.booking import Day
from services.subsidy.domain.budgets import BUDGET, FISCAL_YEARS, budget_id
from services.subsidy.domain.queue import Money
from shared.events.subsidy import BudgetBooked


def book(day: Day, place: str, money: Money) -> None:
    """Book a fact about budgets; one that repeats an earlier one in every field changes nothing.

    A cut takes effect in full, so that it does not matter whether it comes before its grant. If more was charged or
    less was granted, the budget is overdrawn, nothing fits until it is not, and the booking says by how much.
    A grant for a year that is closed goes where the closing sent what was left, as if it had come in time.
    """
    if money.kind == "closed":
        _close(day, place, money)
        return
    known = day.draft(BUDGET, budget_id(money.programme, money.county)).marks
    source = authority(money.programme, money.county, money.year)
    budget = available(money.programme, money.county, money.year)
    fen = money.fen if money.kind == "granted" else -money.fen
    left_fen = day.balance(budget) + fen
    is_short = money.mark not in known and left_fen < 0
    day.draft.say(
        BudgetBooked(
            programme=money.programme,
            county=money.county,
            fiscal_year=money.year,
            kind="repeated" if money.mark in known else money.kind,
            booked_on=day.date,
            postings=[] if money.mark in known else double_entry({source: -fen, budget: fen}),
            content=money.mark,
            place=place,
            overdrawn_fen=-left_fen if is_short else None,
        )
    )
    if money.kind == "granted" and money.mark not in known:
        _send_on(day, money)


def _send_on(day: Day, money: Money) -> None:
    """Empty the budget of a closed year once more; what is carried over into a closed year goes on from there."""
    years, year = day.draft(FISCAL_YEARS, money.county), money.year
    while year in years.closed:
        left_fen = day.balance(available(money.programme, money.county, year))
        if left_fen <= 0:
            return
        carries = year in years.carried
        day.draft.say(_emptied(day, money.programme, replace(money, year=year, carry_over=carries), left_fen))
        if not carries:
            return
        year += 1


def _close(day: Day, place: str, money: Money) -> None:
    """Close a year: what is left goes to the next year's budget or lapses, and what is taken back later is nobody's.

    Money that is carried over does not make a budget bind that was never granted.
    """
    years = day.draft(FISCAL_YEARS, money.county)
    is_news = money.year not in years.closed
    closing = BudgetBooked(
        county=money.county,
        fiscal_year=money.year,
        kind="closed" if is_news else "repeated",
        booked_on=day.date,
        postings=[],
        content=money.mark,
        place=place,
    )
    day.draft.say(closing)
    for programme in years.programmes if is_news else ():
        left_fen = day.balance(available(programme, money.county, money.year))
        if left_fen > 0:
            day.draft.say(_emptied(day, programme, money, left_fen))


def _emptied(day: Day, programme: str, money: Money, left_fen: int) -> BudgetBooked:
    old = available(programme, money.county, money.year)
    next_year = available(programme, money.county, money.year + 1)
    new = next_year if money.carry_over else treasury(programme, money.county, money.year)
    return BudgetBooked(
        programme=programme,
        county=money.county,
        fiscal_year=money.year,
        kind="carried" if money.carry_over else "lapsed",
        booked_on=day.date,
        postings=double_entry({old: -left_fen, new: left_fen}),
        content=money.mark,
    )
