"""Kind `pension_share`: a share of the lowest yearly contribution is paid for who paid the own part, once a year.

Pure; amounts in fen. The share is the same whatever tier was chosen; figures and status are those of the day of
payment, and of several payments in a year the first that qualifies counts. A ratio below the file's `least` counts as
that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.grounds import Grounds, rounded
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import ROLES, Programme
from services.subsidy.domain.subjects import on_their_own
from shared.events.subsidy import Claim
from shared.money import percent, yuan


def assess(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for every year to which a person contributed."""
    assessed: list[Assessed] = []
    for year, days in sorted(person.record.contributions.items()):
        claim = Claim(programme=programme.name, payee=person_id, period=year, person_id=person_id)
        found = [_of_payment(programme, claim, person, values, day) for day in days if person.county_on(day)]
        assessed += [_first(found)] if found else []
    return assessed


def _first(found: Sequence[Assessed]) -> Assessed:
    return next((item for item in found if not item.reason), found[0])


def _of_payment(programme: Programme, claim: Claim, person: Person, values: Values, day: date) -> Assessed:
    county = person.county_on(day)
    subject = on_their_own(person, day)
    grounds = Grounds(county, day, subject, tuple(sorted(ROLES[programme.kind])))
    item = Assessed(claim, county, grounds=grounds)
    refusal = values.failed(programme, subject, county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    tier_fen = values.number(programme, "tier", county, day)
    ratio = values.number(programme, "ratio", county, day)
    if tier_fen is None or ratio is None:
        return replace(item, reason=UNSET, parameter=programme.uses["tier" if tier_fen is None else "ratio"])
    least = values.number(programme, "least", county, day) if "least" in programme.uses else None
    if least is not None and ratio < least:
        ratio, item = least, replace(item, grounds=replace(grounds, roles=("least", "ratio", "tier")))
    amount_fen = percent(tier_fen, ratio)
    return replace(item, amount_fen=amount_fen, steps=partial(_steps, day, tier_fen, ratio, amount_fen))


def _steps(day: date, tier_fen: int, ratio: int, amount_fen: int) -> list[str]:
    due = f"{yuan(amount_fen)}元{rounded(tier_fen * ratio, 100)}"
    return [f"{day}个人已缴费，最低缴费档次{yuan(tier_fen)}元，政府代缴{ratio}%，为{due}。"]
