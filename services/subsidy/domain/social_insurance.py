"""Kind `premium_refund`: an employer gets back the premiums it really paid for an eligible person, month by month.

Pure; amounts in fen. One claim for each person, employer and insurance month; the rules are those of the programme
file, the figures those in force on the first day of the insurance month.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.grounds import Grounds, rounded
from services.subsidy.domain.insured_months import InsuredMonth, insured_months
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.premiums import INSURANCES
from services.subsidy.domain.programme import Programme
from shared.calendar import add_months, month_first, month_last
from shared.events.subsidy import Claim
from shared.money import percent, yuan

_TITLES: Final = {"pension": "养老", "medical": "医疗", "unemployment": "失业"}


@dataclass(frozen=True, slots=True)
class _Term:
    """The months that accrued so far, over all employers and gaps."""

    count: int = 0
    first: date | None = None


def assess(programme: Programme, person_id: str, person: Person, values: Values, closed: date) -> list[Assessed]:
    """Return what is due for every month of a person, in order of the months.

    Where the file excludes a `duplicate_month`, a month belongs to one employer, the one that paid first among those
    that hold a premium and employed the eligible person in it. Months count in their own order, so that a premium paid
    late takes its place in the term.
    """
    assessed: list[Assessed] = []
    term = _Term()
    shares = not programme.refuses("duplicate_month")
    for period, months in insured_months(programme, person, values, closed).items():
        owner = _owner(months)
        for month in months:
            grounds = Grounds(month.county, month_first(period), month.subject, _roles(programme, month))
            said = partial(Assessed, _claim(programme, person_id, month), month.county, grounds=grounds)
            if month is owner or (shares and _qualifies(month)):
                item = _accrued(programme, person, values, month, term=term, said=said)
                term = _counted(term, item, period)
            else:
                item = _refused(month, said)
            assessed.append(item)
    return assessed


def _owner(months: Sequence[InsuredMonth]) -> InsuredMonth | None:
    candidates = [month for month in months if _qualifies(month)]
    return min(candidates, key=lambda month: (month.paid_on, month.first_day, month.uscc), default=None)


def _qualifies(month: InsuredMonth) -> bool:
    return bool(month.held_fen) and month.refusal is None


def _roles(programme: Programme, month: InsuredMonth) -> tuple[str, ...]:
    """Return the roles whose figures a line names; a list that leaves no insurance out does not bind."""
    return tuple(role for role in sorted(programme.uses) if role != "insurances" or month.insurances != INSURANCES)


def _refused(month: InsuredMonth, said: Callable[..., Assessed]) -> Assessed:
    if month.refusal is not None:
        return said(reason=month.refusal.reason, parameter=month.refusal.parameter)
    if month.held_fen:
        return said(reason="duplicate_month")
    return said(reason="not_paid", matures_on=month_last(month.period))


def _accrued(
    programme: Programme,
    person: Person,
    values: Values,
    month: InsuredMonth,
    *,
    term: _Term,
    said: Callable[..., Assessed],
) -> Assessed:
    day = month_first(month.period)
    ratio = values.number(programme, "ratio", month.county, day)
    if ratio is None:
        return said(reason=UNSET, parameter=programme.uses["ratio"])
    limit = values.number(programme, "max_months", month.county, day)
    if limit is not None and term.count >= limit and not _goes_on(programme, person, values, month, term):
        return said(reason="term_used_up")
    amount_fen = percent(month.held_fen, ratio)
    return said(amount_fen=amount_fen, steps=partial(_steps, month, ratio, amount_fen, term.count + 1))


def _counted(term: _Term, item: Assessed, period: str) -> _Term:
    return _Term(term.count + 1, term.first or month_first(period)) if item.amount_fen else term


def _goes_on(programme: Programme, person: Person, values: Values, month: InsuredMonth, term: _Term) -> bool:
    """Tell whether a person who was near retirement when the term began goes on to the birthday that ends it."""
    day = month_first(month.period)
    near = values.number(programme, "near_retirement_years", month.county, day)
    role = {"male": "male_age", "female": "female_age"}.get(person.sex)
    age = values.number(programme, role, month.county, day) if role else None
    if near is None or age is None or person.born_on is None:
        return False
    retires_on = add_months(person.born_on, 12 * age)
    return add_months(term.first or day, 12 * near) > retires_on and day < retires_on


def _claim(programme: Programme, person_id: str, month: InsuredMonth) -> Claim:
    return Claim(programme=programme.name, payee=month.uscc, period=month.period, person_id=person_id)


def _steps(month: InsuredMonth, ratio: int, amount_fen: int, count: int) -> list[str]:
    counted = "、".join(_TITLES[name] for name in month.insurances)
    return [
        f"{month.period}单位实缴{counted}保险费合计{yuan(month.held_fen)}元（不含滞纳金和个人缴纳部分）。",
        f"按{ratio}%补贴，应补{yuan(amount_fen)}元{rounded(month.held_fen * ratio, 100)}；为该人员第{count}个补贴月。",
    ]
