"""Kind `graduate_grant`: who graduates in the year of the claim is paid a grant, once for life.

Pure; amounts in fen; the figure is the one in force on the day of the claim. That the grant was had already is said
before anything else; it is an exclusion of the file (`already_granted`), and without it every claim is paid.
"""

from dataclasses import replace
from datetime import date
from functools import partial

from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import Refusal, Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme, Subject
from services.subsidy.domain.subjects import graduated
from shared.calendar import month_of
from shared.events.subsidy import Claim
from shared.money import yuan

NOT_GRADUATION_YEAR = Refusal("not_graduation_year")


def assess(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for every claim of a person, in order of their days."""
    assessed: list[Assessed] = []
    granted, once = False, programme.refuses("already_granted")
    for day in person.record.claims.get(programme.name, ()):
        item = _of_claim(programme, person_id, person, values, day, granted=granted)
        granted = once and (granted or bool(item and item.amount_fen))
        assessed += [item] if item else []
    return assessed


def _of_claim(
    programme: Programme, person_id: str, person: Person, values: Values, day: date, *, granted: bool
) -> Assessed | None:
    county = person.county_on(day)
    if not county:
        return None
    claim = Claim(programme=programme.name, payee=person_id, period=month_of(day), person_id=person_id, since=day)
    item = Assessed(claim, county)
    if granted:
        return replace(item, reason="already_granted")
    refusal, subject = _weighed(programme, person, values, day, county)
    item = replace(item, grounds=Grounds(county, day, subject))
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    amount_fen = values.number(programme, "amount", county, day)
    if amount_fen is None:
        return replace(item, reason=UNSET, parameter=programme.uses["amount"])
    return replace(item, amount_fen=amount_fen, steps=partial(_steps, day, amount_fen))


def _weighed(
    programme: Programme, person: Person, values: Values, day: date, county: str
) -> tuple[Refusal | None, Subject | None]:
    """Return why none of the graduations of the year will do, None if one does; and what of it was looked at."""
    found = [
        (values.failed(programme, subject, county, day), subject)
        for graduation in person.record.graduations
        if graduation.graduated_on.year == day.year
        for subject in [graduated(person, graduation, day)]
    ]
    return next((one for one in found if one[0] is None), found[0] if found else (NOT_GRADUATION_YEAR, None))


def _steps(day: date, amount_fen: int) -> list[str]:
    return [f"{day}申领，毕业年度内一次性补贴{yuan(amount_fen)}元。"]
