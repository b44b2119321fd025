"""Kind `lasting_employment`: an employer is rewarded for a person whose work there has lasted a term.

Pure; amounts in fen. The term is complete at the close of the day before the same day number that many months on (see
`shared.calendar.term_complete_on`); the figures are those in force on that day. Once for each person where the file
excludes `already_granted`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.subjects import placed
from shared.calendar import month_of, term_complete_on
from shared.events.subsidy import Claim
from shared.money import yuan


@dataclass(frozen=True, slots=True)
class _Run:
    """Employments at one employer that run on into each other.

    Args:
        complete_on: The day at whose close the term is complete; None while no document says how long it is.
    """

    employment: Employment
    county: str
    first: date
    last: date
    complete_on: date | None

    @property
    def is_complete(self) -> bool:
        return self.complete_on is not None and self.last >= self.complete_on


def assess(programme: Programme, person_id: str, person: Person, values: Values) -> list[Assessed]:
    """Return what is due for a person at every employer: a reward, or why there is none; each says when it matures."""
    assessed: list[Assessed] = []
    once = programme.refuses("already_granted")
    employers = sorted({employment.uscc for employment in person.employments.values() if employment.uscc})
    for uscc in employers:
        granted = False
        for run in _runs(programme, person, values, uscc):
            item = _of_run(programme, person_id, person, values, run, granted=granted)
            granted = once and (granted or bool(item and item.amount_fen))
            assessed += [item] if item else []
    return assessed


def _of_run(
    programme: Programme, person_id: str, person: Person, values: Values, run: _Run, *, granted: bool
) -> Assessed | None:
    """Return what one run comes to; None where there is nothing to say."""
    day = run.complete_on if run.is_complete else run.last
    if day is None or run.complete_on is None or (granted and not run.is_complete):
        return None
    claim = Claim(programme=programme.name, payee=run.employment.uscc, period=month_of(day), person_id=person_id)
    grounds = Grounds(run.county, day, placed(person, run.employment, day))
    item = Assessed(claim, run.county, matures_on=day, grounds=grounds)
    if granted:
        return replace(item, reason="already_granted")
    refusal = values.failed(programme, grounds.subject or {}, run.county, day)
    if refusal is not None:
        said = run.is_complete and person.is_on_roster
        return replace(item, reason=refusal.reason, parameter=refusal.parameter) if said else None
    if not run.is_complete:
        return replace(item, reason="not_stable_long_enough")
    amount_fen = values.number(programme, "amount", run.county, day)
    if amount_fen is None:
        return replace(item, reason=UNSET, parameter=programme.uses["amount"])
    return replace(item, amount_fen=amount_fen, steps=partial(_steps, run, amount_fen))


def _runs(programme: Programme, person: Person, values: Values, uscc: str) -> Sequence[_Run]:
    spans = sorted(
        ((employment.span, id_, employment) for id_, employment in person.employments.items()
         if employment.uscc == uscc and employment.span),
        key=lambda entry: entry[:2],
    )  # fmt: skip
    runs: list[_Run] = []
    for span, _, employment in spans:
        if span is None:
            continue
        county = employment.insured_county or person.county
        if not county:
            continue
        run = _Run(employment, county, *span, _complete_on(programme, values, county, span[0]))
        if runs and _runs_on(programme, values, runs[-1], run.first):
            runs[-1] = _joined(runs[-1], run)
        else:
            runs.append(run)
    return runs


def _complete_on(programme: Programme, values: Values, county: str, first: date) -> date | None:
    """Return the first day on which the term then in force is complete.

    That is the last day of one of the terms or, for who had worked longer than a new, shorter term when it came in
    force, the first day of that one.
    """
    name = programme.uses["months"]
    ends = [term_complete_on(first, months) for months in values.ever(name, county) if months]
    for day in sorted({*ends, *values.begins(name, county)}):
        months = values.number(programme, "months", county, day)
        if months and term_complete_on(first, months) <= day:
            return day
    return None


def _runs_on(programme: Programme, values: Values, run: _Run, first: date) -> bool:
    """Tell whether an employment that begins on `first` goes on from a run: at most so many whole days off between."""
    days_off = (first - run.last).days - 1
    if days_off <= 0 or run.complete_on is None:
        return days_off <= 0
    allowed = values.number(programme, "max_gap_days", run.county, run.complete_on)
    return allowed is None or days_off <= allowed


def _joined(run: _Run, later: _Run) -> _Run:
    """Return the run with one more employment; whose county counts is decided by the one on the day of completion."""
    joined = replace(run, last=max(run.last, later.last))
    if run.complete_on is not None and later.first <= run.complete_on:
        joined = replace(joined, employment=later.employment, county=later.county)
    return joined


def _steps(run: _Run, amount_fen: int) -> Sequence[str]:
    return (
        f"自{run.first}起在同一用人单位稳定就业，至{run.complete_on}期满。",
        f"奖励标准每人{yuan(amount_fen)}元。",
    )
