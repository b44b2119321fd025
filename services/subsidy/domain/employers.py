"""What follows from a message for employers: their years are assessed anew and the differences are said."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.subsidy.domain import appraised, claimed, counted, stable_post
from services.subsidy.domain.claims import claim_of
from services.subsidy.domain.employer import EMPLOYER, EMPLOYER_MONTH, Employer, month_id
from services.subsidy.domain.employer import unreported as tag_of
from services.subsidy.domain.entitlement import Assessed, by_text, closed_through, moves
from services.subsidy.domain.overrides import concerned_employer, overrides_for, with_overrides
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.person import touched
from services.subsidy.domain.programme import Kind, Rulebook
from services.subsidy.domain.unreported import gaps, late_on, news
from shared.calendar import month_last
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.premiums import EmployerPremiumRecorded, HeadcountReported
from shared.runner.core import Message, Peek

_BY_YEAR: Final[tuple[Kind, ...]] = ("kept_posts",)
KINDS: Final[tuple[Kind, ...]] = (*_BY_YEAR, *appraised.KINDS, "claimed", "honour")


def swept(day: date) -> str:
    """Return the tag of those whom the sweep at the close of a day looks at, beside those that are due.

    A headcount is late once the month after its year is over; before and after that day a sweep looks at whom the
    day's facts were about.
    """
    return tag_of(day.year - 1) if day == late_on(day.year - 1) else touched(day)


@dataclass(frozen=True)
class Employers:
    """Decisions about employers under a rulebook."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what a fact about one employer changes."""
        touched = concerned_employer(message) or EMPLOYER.concerns(message)
        return [event for id_ in touched for event in self.decide_one(message, id_, peek)]

    def decide_one(self, message: Message, uscc: str, peek: Peek) -> list[Event]:
        """Return what a message changes for an employer."""
        employer = peek(EMPLOYER, uscc)
        overrides = overrides_for(message, uscc, peek)
        values = Values(self.rulebook, peek(PARAMETERS, place_of(message)), uscc, overrides)
        closed = closed_through(message)
        years = _years(message, employer, closed)
        looked_at = self._within(employer, years)

        def assess(known: Values) -> list[Assessed]:
            found = self._assess(uscc, looked_at, known, closed, peek)
            return [*found, *self._otherwise(uscc, employer, known)]

        events = moves(uscc, looked_at.standing, with_overrides(assess, values), closed, values=values)
        if isinstance(message.event, DayClosed) or employer.missing:
            found = gaps(uscc, employer, self.rulebook.of_kind(*_BY_YEAR), values, closed)
            events += news(uscc, employer, found, closed, sweeps=isinstance(message.event, DayClosed))
        return events

    def _assess(self, uscc: str, employer: Employer, values: Values, closed: date, peek: Peek) -> list[Assessed]:
        totals = {month: peek(EMPLOYER_MONTH, month_id(uscc, month)).held_fen for month in employer.months}
        assessed: list[Assessed] = []
        for programme in self.rulebook.of_kind(*_BY_YEAR):
            items = stable_post.assess(programme, uscc, employer, totals=totals, values=values, closed=closed)
            assessed += by_text(programme, items, closed)
        return assessed

    def _otherwise(self, uscc: str, employer: Employer, values: Values) -> list[Assessed]:
        """Return what appraisals and claims come to; there are few of them, so all years are looked at."""
        assessed = appraised.assess_all(uscc, employer.appraisals, values)
        for programme in self.rulebook.of_kind("claimed"):
            assessed += claimed.of_employer(programme, uscc, employer, values)
        for programme in self.rulebook.of_kind("honour"):
            assessed += counted.nominated(programme, uscc, employer, values)
        return assessed

    def _within(self, employer: Employer, years: set[str]) -> Employer:
        """Return an employer as if nothing but some years had ever been, for what is worked out year by year."""
        by_year = {programme.name for programme in self.rulebook.of_kind(*_BY_YEAR)}
        claims = {key: claim_of(key) for key in employer.standing.decided}
        decided = {
            key: said
            for key, said in employer.standing.decided.items()
            if claims[key].programme not in by_year or claims[key].period[:4] in years
        }
        return replace(
            employer,
            reports={year: report for year, report in employer.reports.items() if year in years},
            months=tuple(month for month in employer.months if month[:4] in years),
            standing=replace(employer.standing, decided=decided),
        )


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
