"""The months of a person that a premium refund can be about: who employed the person, and what is held paid."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.parameters import Refusal, Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.premiums import INSURANCES, held, paid_first
from services.subsidy.domain.programme import Programme, Subject
from services.subsidy.domain.subjects import placed
from shared.calendar import add_months, iter_months, month_first

NOT_EMPLOYED = Refusal("not_employed")


@dataclass(frozen=True, slots=True)
class InsuredMonth:
    """One insurance month of a person at one employer.

    Args:
        first_day: First day employed there in the month; None if on no day.
        held_fen: What the employer holds paid. `paid_on`: the day of its earliest payment.
        refusal: Why a premium of this month cannot be refunded whatever is paid; None if the conditions hold.
        subject: What the conditions saw. `insurances`: those of which the premiums count.
    """

    uscc: str
    period: str
    county: str
    first_day: date | None = None
    held_fen: int = 0
    paid_on: date = date.max
    refusal: Refusal | None = None
    subject: Subject | None = None
    insurances: tuple[str, ...] = INSURANCES


def insured_months(programme: Programme, person: Person, values: Values, closed: date) -> dict[str, list[InsuredMonth]]:
    """Return the months by period, each with its employers in order of their codes.

    What fails a condition is left out unless a premium is held and the person is on the roster: most insured workers
    have nothing to do with the programme.

    An employment that lasts is followed to the month after the last known change of anything, which is far enough
    to see the next month that can be closed without a premium.
    """
    until = add_months(_last_change(programme, person, values, closed), 1)
    employed = _first_days(person, until)
    paid = {(period, uscc) for uscc, months in person.premiums.items() for period in months}
    found: dict[str, list[InsuredMonth]] = {}
    for period, uscc in sorted(employed.keys() | paid):
        month = _month(programme, person, values, uscc=uscc, period=period, placement=employed.get((period, uscc)))
        worth_saying = month.held_fen and person.is_on_roster
        if month.county and (month.refusal is None or worth_saying):
            found.setdefault(period, []).append(month)
    return found


def _month(
    programme: Programme,
    person: Person,
    values: Values,
    *,
    uscc: str,
    period: str,
    placement: tuple[date, Employment] | None,
) -> InsuredMonth:
    premiums = person.premiums.get(uscc, {}).get(period, ())
    paid_on = paid_first(premiums) if premiums else date.max
    if placement is None:
        county = _known_county(person, uscc)
        counted = _counted(programme, values, county, period)
        held_fen = held(premiums, counted)
        return InsuredMonth(uscc, period, county, None, held_fen, paid_on, NOT_EMPLOYED, insurances=counted)
    first_day, employment = placement
    county = employment.insured_county or person.county
    counted = _counted(programme, values, county, period)
    refusal, subject = None, placed(person, employment, first_day)
    if county:
        refusal = values.failed(programme, subject, county, month_first(period))
    return InsuredMonth(
        uscc, period, county, first_day, held(premiums, counted), paid_on, refusal, subject, insurances=counted
    )


def _counted(programme: Programme, values: Values, county: str, period: str) -> tuple[str, ...]:
    """Return the insurances whose premiums count for a month; all where the file or no document names any."""
    if "insurances" not in programme.uses:
        return INSURANCES
    named = values.in_force(programme.uses["insurances"], county, month_first(period))
    return tuple(name for name in INSURANCES if name in named) if isinstance(named, tuple) else INSURANCES


def _first_days(person: Person, until: date) -> dict[tuple[str, str], tuple[date, Employment]]:
    """Return, by month and employer, the first day employed there and the employment of that day."""
    found: dict[tuple[str, str], tuple[date, Employment]] = {}
    for employment in person.employments.values():
        if employment.span is None:
            continue
        first, last = employment.span
        for period in iter_months(first, min(last, until)):
            day = max(first, month_first(period))
            known = found.get((period, employment.uscc))
            if known is None or day < known[0]:
                found[period, employment.uscc] = (day, employment)
    return found


def _last_change(programme: Programme, person: Person, values: Values, closed: date) -> date:
    days = [closed + timedelta(days=1), values.last_change(programme.parameters)]
    days += [entry.status_from for entry in person.statuses]
    days += [e.starts_on for e in person.employments.values() if e.starts_on]
    days += [month_first(max(months)) for months in person.premiums.values() if months]
    return max(days)


def _known_county(person: Person, uscc: str) -> str:
    """Return where an employer is insured by an employment that did not last to the month, else the person's county."""
    counties = (e.insured_county for e in person.employments.values() if e.uscc == uscc and e.insured_county)
    return next(counties, person.county)
