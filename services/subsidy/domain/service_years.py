"""Kind `service_years`: a total for so many years of service, one part at the close of each year that is complete.

Pure; amounts in fen. The parts are equal but for rounding: part n is F(n) - F(n - 1) with F(n) = total x n / years,
rounded half up, so that all parts add up to the total. The total is the person's: years of a second service go on where
those of the first ended. Figures and conditions are those of the day on which the year is complete. A year that the
service does not complete earns nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.entitlement import UNSET, Assessed, one_each
from services.subsidy.domain.grounds import Grounds, rounded
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.subjects import placed
from shared.calendar import month_of, term_complete_on
from shared.events.subsidy import Claim
from shared.money import half_up, yuan


def assess(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for every year of every service; each says when it matures."""
    return one_each(_years(programme, person_id, person, values))


def _years(programme: Programme, person_id: str, person: Person, values: Values) -> Iterable[Assessed]:
    paid = 0
    for (first, last), employment in _services(programme, person):
        county = employment.insured_county or person.county_on(first)
        for number in range(1, _most_years(programme, values, county) + 1):
            complete_on = term_complete_on(first, 12 * number)
            claim = Claim(
                programme=programme.name,
                payee=employment.uscc if programme.payee == "employer" else person_id,
                period=month_of(min(complete_on, last)),
                person_id=person_id,
                since=employment.stated_from,
            )
            item = Assessed(claim, county, matures_on=min(complete_on, last))
            if last < complete_on:
                yield replace(item, reason="not_stable_long_enough")
                break
            item = _of_year(programme, person, values, employment, item, number=paid + 1, day=complete_on)
            paid += item.amount_fen > 0
            yield item


def _services(programme: Programme, person: Person) -> list[tuple[tuple[date, date], Employment]]:
    """Return the services in order of their first days, then ids, each with its first and last day."""
    jobs = (person.employments[id_] for id_ in sorted(person.employments))
    found = [(job.span, job) for job in jobs if job.span is not None and job.post_kind in programme.post_kinds]
    return sorted(found, key=lambda service: service[0])


def _most_years(programme: Programme, values: Values, county: str) -> int:
    """Return the most years that were ever promised; whether a year is still paid is asked on its own day."""
    return max(values.ever(programme.uses["years"], county), default=0) if county else 0


def _of_year(
    programme: Programme,
    person: Person,
    values: Values,
    employment: Employment,
    item: Assessed,
    *,
    number: int,
    day: date,
) -> Assessed:
    subject = placed(person, employment, day)
    item = replace(item, grounds=Grounds(item.county, day, subject))
    refusal = values.failed(programme, subject, item.county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    total_fen, years = (values.number(programme, role, item.county, day) for role in ("total", "years"))
    if total_fen is None or not years:
        return replace(item, reason=UNSET, parameter=programme.uses["total" if total_fen is None else "years"])
    if number > years:
        return replace(item, reason="term_used_up")
    amount_fen = half_up(total_fen * number, years) - half_up(total_fen * (number - 1), years)
    return replace(item, amount_fen=amount_fen, steps=partial(_steps, number, years, total_fen, amount_fen))


def _steps(number: int, years: int, total_fen: int, amount_fen: int) -> list[str]:
    return [
        f"{years}年合计{yuan(total_fen)}元，第{number}年期满，应补{yuan(amount_fen)}元{rounded(total_fen, years)}。"
    ]
