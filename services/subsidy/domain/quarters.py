"""Kind `graded_quarter`: a person on service is paid each quarter by attendance and by the grade of the assessment.

Pure; amounts in fen, rounded once: quarter's amount x attended days / working days x factor of the grade. A quarter of
the service has the name of the calendar quarter in which its first day lies; figures are those of the service's first
day. What is not earned is not carried over.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial

from services.subsidy.domain.entitlement import UNSET, Assessed, one_each
from services.subsidy.domain.grounds import Grounds, rounded
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.record import Attendance, service_key
from services.subsidy.domain.subjects import placed
from shared.calendar import add_months
from shared.events.subsidy import Claim
from shared.money import half_up, yuan

_MONTHS = 3
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")


def assess(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for every quarter of service for which attendance was recorded."""
    return one_each(_quarters(programme, person_id, person, values))


def _quarters(programme: Programme, person_id: str, person: Person, values: Values) -> Iterable[Assessed]:
    for id_, employment in sorted(person.employments.items()):
        if employment.span is None or employment.post_kind not in programme.post_kinds:
            continue
        county = employment.insured_county or person.county_on(employment.span[0])
        if not county:
            continue
        for key, attendance in sorted(person.record.attendance.items()):
            owner, _, period = key.rpartition("|")
            if owner == id_ and _is_quarter_of(employment.span, period):
                claim = Claim(
                    programme=programme.name,
                    payee=person_id,
                    period=period,
                    person_id=person_id,
                    since=employment.stated_from,
                )
                grade = person.record.grades.get(service_key(id_, period))
                subject = placed(person, employment, employment.span[0])
                grounds = Grounds(county, employment.span[0], subject, ("quarter", grade) if grade else ())
                item = Assessed(claim, county)
                yield _of_quarter(programme, values, item, grounds, attendance=attendance, grade=grade)


def _of_quarter(
    programme: Programme,
    values: Values,
    item: Assessed,
    grounds: Grounds,
    *,
    attendance: Attendance,
    grade: str | None,
) -> Assessed:
    item, day = replace(item, grounds=grounds), grounds.day
    refusal = values.failed(programme, grounds.subject or {}, item.county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    if grade is None:
        return replace(item, reason="assessment_missing")
    quarter_fen, factor = (values.number(programme, role, item.county, day) for role in ("quarter", grade))
    if quarter_fen is None or factor is None:
        return replace(item, reason=UNSET, parameter=programme.uses["quarter" if quarter_fen is None else grade])
    whole = attendance.working_days * 100
    amount_fen = half_up(quarter_fen * attendance.attended_days * factor, whole) if whole else 0
    return replace(item, amount_fen=amount_fen, steps=partial(_steps, quarter_fen, attendance, factor, amount_fen))


def _is_quarter_of(span: tuple[date, date], period: str) -> bool:
    """Tell whether a quarter of that name begins within a service."""
    stated = _QUARTER.fullmatch(period)
    if stated is None:
        return False
    first, last = span
    later = (int(stated[1]) - first.year) * 4 + int(stated[2]) - (first.month + 2) // _MONTHS
    return later >= 0 and add_months(first, _MONTHS * later) <= last


def _steps(quarter_fen: int, attendance: Attendance, factor: int, amount_fen: int) -> list[str]:
    is_even = rounded(quarter_fen * attendance.attended_days * factor, 100 * max(attendance.working_days, 1))
    return [
        f"季度标准{yuan(quarter_fen)}元，应出勤{attendance.working_days}天，实出勤{attendance.attended_days}天。",
        f"考核系数{factor}%，应补{yuan(amount_fen)}元{is_even}。",
    ]
