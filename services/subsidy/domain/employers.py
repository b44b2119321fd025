"""What follows from a message for employers: their years are assessed anew and the differences are said."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.subsidy.domain import stable_post
from services.subsidy.domain.claims import claim_of
from services.subsidy.domain.employer import EMPLOYER, EMPLOYER_MONTH, Employer, month_id
from services.subsidy.domain.entitlement import Assessed, by_text, closed_through, moves
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.programme import Kind, Rulebook
from shared.calendar import month_last
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.premiums import EmployerPremiumRecorded, HeadcountReported
from shared.runner.core import Message, Peek

KINDS: Final[tuple[Kind, ...]] = ("kept_posts",)


@dataclass(frozen=True)
class Employers:
    """Decisions about employers under a rulebook."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what a fact about one employer changes."""
        return [event for id_ in EMPLOYER.concerns(message) for event in self.decide_one(message, id_, peek)]

    def decide_one(self, message: Message, uscc: str, peek: Peek) -> list[Event]:
        """Return what a message changes for an employer."""
        employer = peek(EMPLOYER, uscc)
        values = Values(self.rulebook, peek(PARAMETERS, place_of(message)))
        closed = closed_through(message)
        years = _years(message, employer, closed)
        assessed = self._assess(uscc, _within(employer, years), values, closed, peek)
        standing = _within(employer, years).standing
        return moves(uscc, standing, assessed, closed, values=values)

    def _assess(self, uscc: str, employer: Employer, values: Values, closed: date, peek: Peek) -> list[Assessed]:
        totals = {month: peek(EMPLOYER_MONTH, month_id(uscc, month)).held_fen for month in employer.months}
        assessed: list[Assessed] = []
        for programme in self.rulebook.of_kind(*KINDS):
            items = stable_post.assess(programme, uscc, employer, totals=totals, values=values, closed=closed)
            assessed += by_text(programme, items, closed)
        return assessed


def _years(message: Message, employer: Employer, closed: date) -> set[str]:
    """Return the years to look at: those that the message is about, and those with a month that is still to be closed.

    A registration or a figure may be about any year.
    """
    known = {*employer.reports, *(month[:4] for month in employer.months)}
    open_ = {month[:4] for month in employer.months if month_last(month) > closed}
    match message.event:
        case EmployerPremiumRecorded(period=period):
            return {period[:4]} | open_
        case HeadcountReported(year=year):
            return {str(year)} | open_
        case DayClosed(date=day):
            return {str(day.year)} | open_
        case _:
            return known


def _within(employer: Employer, years: set[str]) -> Employer:
    """Return an employer as if nothing but some years had ever been."""
    decided = {key: said for key, said in employer.standing.decided.items() if claim_of(key).period[:4] in years}
    return replace(
        employer,
        reports={year: report for year, report in employer.reports.items() if year in years},
        months=tuple(month for month in employer.months if month[:4] in years),
        standing=replace(employer.standing, decided=decided),
    )
