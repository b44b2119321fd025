"""Kinds `appraised_once` and `appraised_year`: an organisation is paid by its appraisal, once for ever or every year.

Pure; amounts in fen, at the figures of the organisation's county on the day on which the appraisal arrived. A figure is
one for all grades or one for each; what a document sets beyond the bounds of the plan is brought back to the bound.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from services.subsidy.domain.appraisals import Appraisal, Appraisals
from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.programme import Kind, Programme
from services.subsidy.domain.subjects import appraised
from shared.events.subsidy import Claim
from shared.money import yuan

KINDS: Final[tuple[Kind, ...]] = ("appraised_once", "appraised_year")


def assess_all(id_: str, appraisals: Appraisals, values: Values) -> list[Assessed]:
    """Return what every programme makes of an organisation's appraisals."""
    return [item for p in values.rulebook.of_kind(*KINDS) for item in assess(p, id_, appraisals, values)]


def assess(programme: Programme, id_: str, appraisals: Appraisals, values: Values) -> Iterable[Assessed]:
    """Return what is due for every year of which there is an appraisal of the programme's kinds, in their order."""
    of_kind = [a for a in appraisals.latest.values() if a.kind in programme.appraisals and programme.covers(a.county)]
    granted = False
    for appraisal in sorted(of_kind, key=lambda a: (a.year, a.kind)):
        claim = Claim(programme=programme.name, payee=id_, period=str(appraisal.year))
        item = Assessed(claim, appraisal.county)
        if granted and programme.kind == "appraised_once":
            item = replace(item, reason="already_granted")
        else:
            item = _of_year(programme, values, appraisal, item)
        granted = granted or bool(item.amount_fen)
        yield item


def _of_year(programme: Programme, values: Values, appraisal: Appraisal, item: Assessed) -> Assessed:
    county, day = appraisal.county, appraisal.arrived_on
    subject = appraised(appraisal.kind, appraisal.grade, county)
    item = replace(item, grounds=Grounds(county, day, subject))
    refusal = values.failed(programme, subject, county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    stated_fen = values.graded(programme, "amount", appraisal.grade, county, day)
    if stated_fen is None:
        return replace(item, reason=UNSET, parameter=programme.uses["amount"])
    amount_fen = _within_bounds(programme, values, stated_fen, county, day)
    return replace(item, amount_fen=amount_fen, steps=partial(_steps, appraisal, stated_fen, amount_fen))


def _within_bounds(programme: Programme, values: Values, stated_fen: int, county: str, day: date) -> int:
    bounds = (
        values.number(programme, role, county, day) if role in programme.uses else None for role in ("least", "most")
    )
    least_fen, most_fen = bounds
    amount_fen = stated_fen if least_fen is None else max(stated_fen, least_fen)
    return amount_fen if most_fen is None else min(amount_fen, most_fen)


def _steps(appraisal: Appraisal, stated_fen: int, amount_fen: int) -> list[str]:
    said = [f"{appraisal.year}年度考评等级{appraisal.grade}，标准{yuan(stated_fen)}元。"]
    if amount_fen != stated_fen:
        said.append(f"按文件规定的上下限计{yuan(amount_fen)}元。")
    return said
