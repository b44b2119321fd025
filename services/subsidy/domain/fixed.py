"""What is paid for one claim by a fixed amount, so many times a year at most. Pure; amounts in fen."""

from dataclasses import replace
from datetime import date

from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.programme import Programme, Subject


def fixed(item: Assessed, programme: Programme, subject: Subject, values: Values, day: date, *, paid: int) -> Assessed:
    """Return a claim with its amount, or with the reason why there is none.

    Figures and conditions are those of `day`; `paid` says how many claims were paid in its year before this one.
    """
    refusal = values.failed(programme, subject, item.county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    limited = "times_per_year" in programme.uses
    times = values.number(programme, "times_per_year", item.county, day) if limited else None
    if times is not None and paid >= times:
        return replace(item, reason="once_a_year")
    amount_fen = values.number(programme, "amount", item.county, day)
    if amount_fen is None:
        return replace(item, reason=UNSET, parameter=programme.uses["amount"])
    return replace(item, amount_fen=amount_fen)
