"""Kind `claimed`: who claims a grant is paid a fixed amount for each claim or, if the period is a year, once a year.

Pure; amounts in fen; figures, status and county are those of the day of the claim. `times_per_year` limits the claims
that are paid in a calendar year; a claim that is refused does not use it up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from services.subsidy.domain.employer import Employer
from services.subsidy.domain.entitlement import Assessed
from services.subsidy.domain.fixed import fixed
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme, Subject
from services.subsidy.domain.subjects import employing, on_their_own
from shared.calendar import month_of
from shared.events.subsidy import Claim
from shared.money import yuan


def of_person(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for every claim of a person."""
    if programme.payee != "person":
        return []
    days = {
        day: (county, on_their_own(person, day))
        for day in person.record.claims.get(programme.name, ())
        if (county := person.county_on(day))
    }
    return list(_assess(programme, person_id, days, values))


def of_employer(programme: Programme, uscc: str, employer: Employer, values: Values) -> list[Assessed]:
    """Return what is due for every claim of an employer; nothing before it is registered."""
    if programme.payee != "employer":
        return []
    days = {}
    for stated in sorted(employer.filings.get(programme.name, {})):
        day = date.fromisoformat(stated)
        if (known := employer.registered_on(day)) is not None:
            days[day] = (known.county, employing(known.kind, known.size, known.county))
    return list(_assess(programme, uscc, days, values))


def _assess(
    programme: Programme, payee: str, days: Mapping[date, tuple[str, Subject]], values: Values
) -> Iterable[Assessed]:
    """Yield what each day of a claim comes to, each claim once; `days` are in order."""
    paid: Counter[int] = Counter()
    yearly = programme.period == "year"
    said: dict[int, Assessed] = {}
    for day, (county, subject) in days.items():
        if not programme.covers(county):
            continue
        item = _of_day(programme, payee, values, day, county, subject=subject, paid=paid)
        if not yearly:
            paid[day.year] += bool(item.amount_fen)
            yield item
        elif day.year not in said or (said[day.year].reason and not item.reason):
            said[day.year] = item
    yield from said.values()


def _of_day(
    programme: Programme,
    payee: str,
    values: Values,
    day: date,
    county: str,
    *,
    subject: Subject,
    paid: Counter[int],
) -> Assessed:
    yearly = programme.period == "year"
    claim = Claim(
        programme=programme.name,
        payee=payee,
        period=str(day.year) if yearly else month_of(day),
        person_id=payee if programme.names_person else None,
        since=None if yearly else day,
    )
    item = Assessed(claim, county, grounds=Grounds(county, day, subject))
    found = fixed(item, programme, subject, values, day, paid=paid[day.year])
    return found if found.reason else replace(found, steps=partial(_steps, day, found.amount_fen))


def _steps(day: date, amount_fen: int) -> list[str]:
    return [f"{day}申领，标准{yuan(amount_fen)}元。"]
