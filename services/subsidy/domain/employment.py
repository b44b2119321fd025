"""One employment as far as it is known; facts arrive in any order, so each sets the fields that are its own."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from services.subsidy.domain.premiums import mark_of
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided

EmploymentFact = EmploymentConfirmed | EmploymentEnded | EmploymentCorrected | EmploymentVoided

ENDLESS: Final = date.max


@dataclass(frozen=True, slots=True)
class Employment:
    """An employment of a person.

    Args:
        kind: Kind of the employer; `size` and `insured_county` are the employer's too.
        corrected: Fields that a correction has set; the confirmation, whenever it arrives, leaves them alone.
        void_from: From this day on the employment was not true.
        stated_from: The first day as it was confirmed; it marks the employment's claims even if it is corrected later.
        marks: The facts that made it, so that a repeat changes nothing.
    """

    uscc: str = ""
    starts_on: date | None = None
    last_day: date | None = None
    post_kind: str = ""
    kind: str = ""
    size: str = ""
    insured_county: str = ""
    corrected: tuple[str, ...] = ()
    void_from: date | None = None
    marks: tuple[str, ...] = ()
    stated_from: date | None = None

    @property
    def span(self) -> tuple[date, date] | None:
        """Return first and last day (`ENDLESS` while it lasts); None if it is not confirmed or undone."""
        if not self.uscc or self.starts_on is None:
            return None
        last = self.last_day or ENDLESS
        if self.void_from is not None:
            last = min(last, self.void_from - timedelta(days=1))
        return (self.starts_on, last) if self.starts_on <= last else None


def evolve_employment(state: Employment, fact: EmploymentFact) -> Employment:
    """Return the employment after a fact about it; of two facts that set the same field the later to arrive counts."""
    mark = mark_of(fact)
    if mark in state.marks:
        return state
    state = replace(state, marks=(*state.marks, mark))
    match fact:
        case EmploymentConfirmed():
            return _confirmed(state, fact)
        case EmploymentCorrected():
            return _corrected(state, fact)
        case EmploymentEnded():
            return replace(state, last_day=fact.last_day)
        case EmploymentVoided():
            earliest = min(fact.effective_from, state.void_from or fact.effective_from)
            return replace(state, void_from=earliest)


def _confirmed(state: Employment, fact: EmploymentConfirmed) -> Employment:
    stated: dict[str, Any] = {
        "uscc": fact.uscc,
        "starts_on": fact.starts_on,
        "post_kind": fact.post_kind,
        "kind": fact.employer_kind or "",
        "size": fact.employer_size or "",
        "insured_county": fact.insured_county or fact.county or "",
    }
    right = {name: value for name, value in stated.items() if name not in state.corrected}
    return replace(state, stated_from=fact.starts_on, **right)


def _corrected(state: Employment, fact: EmploymentCorrected) -> Employment:
    stated: dict[str, Any] = {
        "starts_on": fact.starts_on,
        "last_day": fact.last_day,
        "post_kind": fact.post_kind,
        "uscc": fact.uscc,
    }
    if fact.uscc:
        stated |= {"kind": fact.employer_kind, "size": fact.employer_size, "insured_county": fact.insured_county}
    right = {name: value for name, value in stated.items() if value is not None}
    return replace(state, corrected=tuple(sorted({*state.corrected, *right})), **right)
