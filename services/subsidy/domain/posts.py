"""Kinds `wage_share_post` and `monthly_allowance`: so much a month for a person in a post, by calendar days in post.

Pure; amounts in fen. One claim for each employment and month, which becomes true at the closing of the month's last
day; figures are those of the employer's county on the first day of the month, conditions as on the first day in post. A
ratio below the file's `least` counts as that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.entitlement import UNSET, Assessed, one_each
from services.subsidy.domain.grounds import Grounds, rounded
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import ROLES, Programme
from services.subsidy.domain.subjects import placed
from shared.calendar import days_in_month, iter_months, month_first, month_last
from shared.events.subsidy import Claim
from shared.money import half_up, yuan


@dataclass(frozen=True, slots=True)
class _Month:
    """The days of a month in post, `first` to `last`."""

    employment: Employment
    period: str
    county: str
    first: date
    last: date


def assess(programme: Programme, person_id: str, person: Person, values: Values, closed: date) -> list[Assessed]:
    """Return what is due for every month in a post of the programme's kinds, up to the month that is open."""
    return one_each(
        _of_month(programme, person_id, person, values, month) for month in _months(programme, person, closed)
    )


def _months(programme: Programme, person: Person, closed: date) -> Iterable[_Month]:
    for _, employment in sorted(person.employments.items()):
        if employment.span is None or employment.post_kind not in programme.post_kinds:
            continue
        first, last = employment.span
        open_until = max(first, closed + timedelta(days=1))
        for period in iter_months(first, min(last, open_until)):
            begins, ends = max(first, month_first(period)), min(last, month_last(period))
            county = employment.insured_county or person.county_on(begins)
            if county:
                yield _Month(employment, period, county, begins, ends)


def _of_month(programme: Programme, person_id: str, person: Person, values: Values, month: _Month) -> Assessed:
    claim = Claim(
        programme=programme.name,
        payee=month.employment.uscc if programme.payee == "employer" else person_id,
        period=month.period,
        person_id=person_id,
        since=month.employment.stated_from,
    )
    day, subject = month_first(month.period), placed(person, month.employment, month.first)
    grounds = Grounds(month.county, day, subject, tuple(sorted(ROLES[programme.kind])))
    said = partial(Assessed, claim, month.county, matures_on=month_last(month.period))
    refusal = values.failed(programme, subject, month.county, day)
    if refusal is not None:
        return said(reason=refusal.reason, parameter=refusal.parameter, grounds=grounds)
    figures = {role: values.number(programme, role, month.county, day) for role in ROLES[programme.kind]}
    missing = next((role for role in sorted(figures) if figures[role] is None), None)
    if missing is not None:
        return said(reason=UNSET, parameter=programme.uses[missing], grounds=grounds)
    month_fen, ratio = figures["amount"] or 0, figures.get("ratio", 100) or 0
    least = values.number(programme, "least", month.county, day) if "least" in programme.uses else None
    if least is not None and ratio < least:
        ratio, grounds = least, replace(grounds, roles=("amount", "least", "ratio"))
    amount_fen = _earned(month_fen, ratio, month)
    steps = partial(_steps, month_fen, ratio, month, amount_fen)
    return said(amount_fen=amount_fen, steps=steps, grounds=grounds)


def _earned(month_fen: int, ratio: int, month: _Month) -> int:
    """Return what the days earn, by cumulative difference; the month's amount itself is not rounded before."""
    whole = 100 * days_in_month(month.period)
    through, before = (half_up(month_fen * ratio * day, whole) for day in (month.last.day, month.first.day - 1))
    return through - before


def _steps(month_fen: int, ratio: int, month: _Month, amount_fen: int) -> list[str]:
    days = (month.last - month.first).days + 1
    is_even = rounded(month_fen * ratio * days, 100 * days_in_month(month.period))
    return [
        f"每月标准{yuan(month_fen)}元，按{ratio}%计。",
        f"{month.first}至{month.last}在岗{days}天，当月{days_in_month(month.period)}天，应补{yuan(amount_fen)}元{is_even}。",
    ]
