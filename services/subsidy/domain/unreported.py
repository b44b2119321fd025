"""Years for which an employer paid unemployment premiums and reported no headcount, so that nothing came back. Pure."""

from collections.abc import Iterable
from datetime import date

from services.subsidy.domain.awaited import NOT_REPORTED
from services.subsidy.domain.employer import Employer
from services.subsidy.domain.missing import Gap, is_less, told
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.stable_post import ratio_role, subject_of
from shared.events.takeup import EmployerUnclaimed


def late_on(year: int) -> date:
    """Return the day at whose close the headcount of a year is late: the month after the year is over."""
    return date(year + 1, 1, 31)


def gaps(uscc: str, employer: Employer, programmes: Iterable[Programme], values: Values, closed: date) -> list[Gap]:
    """Return the years that an employer misses, by all facts known at the close of a day.

    A year counts where the programme's conditions hold and the share is set: without them no report would help.
    """
    late = [year for year in employer.unreported if late_on(int(year)) <= closed]
    return [
        Gap(programme.name, uscc, NOT_REPORTED, year)
        for programme in programmes
        for year in late
        if programme.is_about(year) and _holds(programme, employer, values, closed)
    ]


def news(uscc: str, employer: Employer, found: Iterable[Gap], closed: date, *, sweeps: bool) -> list[EmployerUnclaimed]:
    """Return what has to be said of an employer's gaps: all that is new at a sweep, at once what has been filled."""
    now, registration = told(found), employer.registered_on(closed)
    if now == list(employer.missing) or registration is None or not (sweeps or is_less(now, employer.missing)):
        return []
    return [EmployerUnclaimed(uscc=uscc, county=registration.county, as_of=closed, missing=now)]


def _holds(programme: Programme, employer: Employer, values: Values, day: date) -> bool:
    registration = employer.registered_on(day)
    if registration is None:
        return False
    if values.number(programme, ratio_role(registration), registration.county, day) is None:
        return False
    return values.failed(programme, subject_of(registration), registration.county, day) is None
