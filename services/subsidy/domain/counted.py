"""Kinds `honour` and `quota`: programmes that count and never pay; they say only why nothing comes of them.

`honour`: an employer is nominated by a claim whose evidence names the employments that count; fewer than the threshold
is `too_few_persons`. `quota`: an application asks for a figure (a ratio, bonus points) that a document has to set.
Pure; the figures are those of the day of the claim.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from services.subsidy.domain.employer import Employer
from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme, Subject
from services.subsidy.domain.subjects import employing, on_their_own
from shared.calendar import month_of
from shared.events.subsidy import Claim

TOO_FEW: Final = "too_few_persons"


def nominated(programme: Programme, uscc: str, employer: Employer, values: Values) -> Iterable[Assessed]:
    """Return what there is to say of every nomination of an employer."""
    for stated, evidence in sorted(employer.filings.get(programme.name, {}).items()):
        day = date.fromisoformat(stated)
        known = employer.registered_on(day)
        if known is None or not programme.covers(known.county):
            continue
        claim = Claim(programme=programme.name, payee=uscc, period=month_of(day), since=day)
        item = _judged(
            programme, claim, known.county, values, day=day, subject=employing(known.kind, known.size, known.county)
        )
        threshold = None
        if "threshold" in programme.uses:
            threshold = values.number(programme, "threshold", known.county, day)
        if not item.reason and threshold is not None and len(evidence) < threshold:
            item = replace(item, reason=TOO_FEW)
        yield item


def applied(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what there is to say of every application of a person."""
    found = []
    for day in person.record.applications.get(programme.name, ()):
        claim = Claim(programme=programme.name, payee=person_id, period=month_of(day), person_id=person_id, since=day)
        found.append(
            _judged(programme, claim, person.county_on(day), values, day=day, subject=on_their_own(person, day))
        )
    return [item for item in found if item.county]


def _judged(
    programme: Programme, claim: Claim, county: str, values: Values, *, day: date, subject: Subject
) -> Assessed:
    item = Assessed(claim, county)
    refusal = values.failed(programme, subject, county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    for role, name in sorted(programme.uses.items()):
        if values.number(programme, role, county, day) is None:
            return replace(item, reason=UNSET, parameter=name)
    return item
