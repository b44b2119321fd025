"""Kind `course`: a provider is paid for each person who finished a course, so many times a year for each person.

Pure; amounts in fen. Status and age count on the first day of the course, everything else, and the year, on its last.
A course that is refused does not use up the year.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from services.subsidy.domain.entitlement import Assessed, one_each
from services.subsidy.domain.fixed import fixed
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.provider import Provider
from services.subsidy.domain.record import Training
from services.subsidy.domain.subjects import trained
from shared.calendar import month_of
from shared.events.subsidy import Claim
from shared.money import yuan


def assess(
    programme: Programme, person_id: str, person: Person, values: Values, providers: Mapping[str, Provider]
) -> list[Assessed]:
    """Return what is due for every course of a person, in order of their last days."""
    paid: Counter[int] = Counter()
    assessed: list[Assessed] = []
    in_order = sorted(person.record.trainings.items(), key=lambda item: (item[1].finished_on, item[0]))
    for _, training in in_order:
        provider = providers.get(training.provider_id, Provider())
        item = _of_course(programme, person_id, person, values, training, provider=provider, paid=paid)
        if item is not None:
            paid[training.finished_on.year] += bool(item.amount_fen)
            assessed.append(item)
    return one_each(assessed)


def _of_course(
    programme: Programme,
    person_id: str,
    person: Person,
    values: Values,
    training: Training,
    *,
    provider: Provider,
    paid: Counter[int],
) -> Assessed | None:
    day = training.finished_on
    county = person.county_on(day)
    if not county:
        return None
    claim = Claim(
        programme=programme.name,
        payee=training.provider_id,
        period=month_of(day),
        person_id=person_id,
        since=training.started_on,
    )
    subject = trained(person, training, provider)
    item = Assessed(claim, county, grounds=Grounds(county, day, subject))
    found = fixed(item, programme, subject, values, day, paid=paid[day.year])
    return found if found.reason else replace(found, steps=partial(_steps, training, found.amount_fen))


def _steps(training: Training, amount_fen: int) -> list[str]:
    return [f"{training.started_on}至{training.finished_on}完成培训，每人{yuan(amount_fen)}元。"]
