"""Money that should have accrued and did not, for want of a fact that somebody can still bring. Pure.

Two sorts: claims that are refused for a reason that a fact lifts, and programmes that nobody claimed although their
conditions hold. A figure that no document sets is not among them: that is asked of the office, once a county. Each
closed day looks at whom that day's facts were about and at who was due; a month's last day at all who may miss some.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.subsidy.domain.awaited import AWAITED, NOT_CLAIMED, NOT_CONTRIBUTED
from services.subsidy.domain.entitlement import Assessed
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import ROLES, Programme
from services.subsidy.domain.subjects import graduated, on_their_own
from shared.calendar import month_first, month_of
from shared.events.takeup import MOST_MISSING, EntitlementUnclaimed, Missing

_A_MONTH_LATE: Final = frozenset({"not_paid", "not_employed"})
_DECEMBER: Final = 12
_LAST: Final = 31


@dataclass(frozen=True, slots=True)
class Gap:
    """One period of one programme in which nothing accrued."""

    programme: str
    payee: str
    reason: str
    period: str


def gaps(person_id: str, person: Person, assessed: Iterable[Assessed], values: Values, closed: date) -> list[Gap]:
    """Return every period that a person misses, by all facts known at the close of a day.

    A premium may be paid, and an employment be reported, in the month after: the month that closes is not missed yet.
    """
    open_month = month_of(closed + timedelta(days=1))
    last = month_of(month_first(open_month) - timedelta(days=1))
    found = [
        Gap(item.claim.programme, item.claim.payee, item.reason, item.claim.period)
        for item in assessed
        if item.reason in AWAITED
        and (item.matures_on is None or item.matures_on <= closed)
        and (item.reason not in _A_MONTH_LATE or item.claim.period < last)
    ]
    return found + unclaimed(person_id, person, values, closed)


def unclaimed(person_id: str, person: Person, values: Values, closed: date) -> list[Gap]:
    """Return the years of programmes that wait for a step of the person, whose conditions hold without it."""
    grants, pensions = (values.rulebook.of_kind(kind) for kind in ("graduate_grant", "pension_share"))
    found = [
        Gap(programme.name, person_id, NOT_CLAIMED, str(year))
        for programme in grants
        if (year := _unclaimed_grant(programme, person, values, closed))
    ]
    return found + [
        Gap(programme.name, person_id, NOT_CONTRIBUTED, str(year))
        for programme in pensions
        if (year := _uncontributed_year(programme, person, values, closed))
    ]


def told(found: Iterable[Gap]) -> list[Missing]:
    """Return gaps as they are told: one entry for a programme, payee and reason."""
    periods: dict[tuple[str, str, str], set[str]] = {}
    for gap in found:
        periods.setdefault((gap.programme, gap.payee, gap.reason), set()).add(gap.period)
    return [
        Missing(
            programme=programme,
            payee=payee,
            reason=reason,
            awaits=AWAITED[reason],
            since=min(known),
            until=max(known),
            periods=len(known),
        )
        for (programme, payee, reason), known in sorted(periods.items())
    ][:MOST_MISSING]


def news(
    person_id: str, person: Person, found: Iterable[Gap], closed: date, *, sweeps: bool
) -> list[EntitlementUnclaimed]:
    """Return what has to be said of a person's gaps: all that is new at a sweep, at once what has been filled."""
    now = told(found)
    if now == list(person.missing) or not (sweeps or is_less(now, person.missing)):
        return []
    county = person.county_on(closed)
    if not county:
        return []
    return [EntitlementUnclaimed(person_id=person_id, county=county, as_of=closed, missing=now)]


def is_less(now: Iterable[Missing], before: Iterable[Missing]) -> bool:
    """Tell whether something of what was told is not missing any more."""
    known = {(m.programme, m.payee, m.reason): m.periods for m in now}
    return any(known.get((m.programme, m.payee, m.reason), 0) < m.periods for m in before)


def _unclaimed_grant(programme: Programme, person: Person, values: Values, closed: date) -> int:
    """Return the year in which a graduate can claim and has not; 0 if there is none."""
    days = person.record.claims.get(programme.name, ())
    had = any(said.due_fen > 0 for key, said in person.standing.decided.items() if key.startswith(f"{programme.name}|"))
    for graduation in person.record.graduations:
        day = graduation.graduated_on
        county = person.county_on(day)
        is_open = day <= closed and day.year == closed.year and not any(claimed.year == day.year for claimed in days)
        if (
            county
            and is_open
            and not had
            and _holds(programme, graduated(person, graduation, day), values, county, day)
        ):
            return day.year
    return 0


def _uncontributed_year(programme: Programme, person: Person, values: Values, closed: date) -> int:
    """Return the last year that is over, if the person could have contributed to it and did not; 0 otherwise."""
    is_over = (closed.month, closed.day) == (_DECEMBER, _LAST)
    year = closed.year if is_over else closed.year - 1
    day = date(year, _DECEMBER, _LAST)
    county = person.county_on(day)
    if not county or str(year) in person.record.contributions or person.status_on(day) == "none":
        return 0
    return year if _holds(programme, on_their_own(person, day), values, county, day) else 0


def _holds(programme: Programme, subject: Mapping[str, int | str], values: Values, county: str, day: date) -> bool:
    figures = [values.number(programme, role, county, day) for role in ROLES[programme.kind]]
    return None not in figures and values.failed(programme, subject, county, day) is None
