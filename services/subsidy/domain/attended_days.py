"""Kind `attended_days`: so much for each day attended in a post, month by month, when attendance is recorded.

Pure; amounts in fen; the figure is that of the employer's county on the first day of the month, conditions are as on
the first day in post in it. More days than the person was in post in the month are not paid.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.entitlement import UNSET, Assessed, one_each
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.subjects import placed
from shared.calendar import month_first, month_last
from shared.events.subsidy import Claim
from shared.money import yuan

_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")


def assess(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for every month of a post for which attendance was recorded."""
    return one_each(_months(programme, person_id, person, values))


def _months(programme: Programme, person_id: str, person: Person, values: Values) -> Iterable[Assessed]:
    for key, attendance in sorted(person.record.attendance.items()):
        id_, _, period = key.rpartition("|")
        employment = person.employments.get(id_)
        if employment is None or employment.post_kind not in programme.post_kinds or not _MONTH.fullmatch(period):
            continue
        days = _in_post(employment, period)
        county = employment.insured_county or (person.county_on(days[0]) if days else "")
        if days and county:
            claim = Claim(
                programme=programme.name,
                payee=employment.uscc if programme.payee == "employer" else person_id,
                period=period,
                person_id=person_id,
                since=employment.stated_from,
            )
            attended = min(attendance.attended_days, (days[1] - days[0]).days + 1)
            yield _of_month(
                programme, person, values, employment, Assessed(claim, county), first=days[0], days=attended
            )


def _in_post(employment: Employment, period: str) -> tuple[date, date] | None:
    """Return the first and the last day in post in a month; None if there is none."""
    if employment.span is None:
        return None
    first, last = max(employment.span[0], month_first(period)), min(employment.span[1], month_last(period))
    return (first, last) if first <= last else None


def _of_month(
    programme: Programme,
    person: Person,
    values: Values,
    employment: Employment,
    item: Assessed,
    *,
    first: date,
    days: int,
) -> Assessed:
    day = month_first(item.claim.period)
    subject = placed(person, employment, first)
    item = replace(item, grounds=Grounds(item.county, day, subject))
    refusal = values.failed(programme, subject, item.county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    day_fen = values.number(programme, "amount", item.county, day)
    if day_fen is None:
        return replace(item, reason=UNSET, parameter=programme.uses["amount"])
    return replace(item, amount_fen=days * day_fen, steps=partial(_steps, item.claim.period, days, day_fen))


def _steps(period: str, days: int, day_fen: int) -> list[str]:
    return [f"{period}出勤{days}天，每天{yuan(day_fen)}元，合计{yuan(days * day_fen)}元。"]
