"""Aggregates "employer" and "employer_month": what is known of an employer, and its premiums person by person.

An organisation that is appraised (station, training base, village platform, agency) is kept like an employer.

A month's premiums stand in an aggregate of their own, so that an employer of any size stays small enough to store.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.subsidy.domain.appraisals import Appraisals, counties_of, with_appraisal
from services.subsidy.domain.claims import is_county
from services.subsidy.domain.person import touched
from services.subsidy.domain.premiums import Premium, held, mark_of, with_premium
from services.subsidy.domain.standing import Standing, stands
from shared.events.employers import EmployerRegistered
from shared.events.employment import AppraisalRecorded, GrantClaimed
from shared.events.premiums import EmployerPremiumRecorded, HeadcountReported
from shared.events.subsidy import EntitlementChanged, EntitlementRefused, EntitlementScheduled, RefusalLifted
from shared.events.takeup import EmployerUnclaimed, Missing
from shared.events.types import is_person_id
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Registration:
    """How an employer was registered from the day that this became known."""

    known_on: date
    kind: str
    size: str
    county: str


@dataclass(frozen=True, slots=True)
class Report:
    """The staff over a year and the unemployment premiums really paid; `arrived_on` is the day whose values count."""

    arrived_on: date
    at_start: int
    at_end: int
    natural_leavers: int
    average: int | None
    premium_fen: int


@dataclass(frozen=True, slots=True)
class Employer:
    """What is known of an employer.

    Args:
        registrations: In order of arrival.
        reports: The latest report of each year (`YYYY`). `marks`: all of them, so that a repeat changes nothing.
        months: The months with premiums, in order.
        appraisals: Its yearly grades, where it is an organisation that is appraised.
        insured: The years (`YYYY`) in which it paid unemployment premiums, in order.
        missing: What the last sweep found it to miss. touched_on: The open day of the last fact or decision about it.
        filings: What it claimed: the evidence named, by programme and day (`YYYY-MM-DD`).
    """

    registrations: tuple[Registration, ...] = ()
    reports: dict[str, Report] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    standing: Standing = field(default_factory=Standing)
    appraisals: Appraisals = field(default_factory=Appraisals)
    filings: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    insured: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    touched_on: date | None = None

    @property
    def unreported(self) -> list[str]:
        """Return the years with unemployment premiums for which no headcount is reported."""
        return [year for year in self.insured if year not in self.reports]

    def registered_on(self, day: date) -> Registration | None:
        """Return the registration that counts on a day; the first one counts for the days before it too."""
        known = [entry for entry in self.registrations if entry.known_on <= day]
        return known[-1] if known else next(iter(self.registrations), None)


@dataclass(frozen=True, slots=True)
class EmployerMonth:
    """An employer's unemployment premiums of a month, by person."""

    premiums: dict[str, tuple[Premium, ...]] = field(default_factory=dict)

    @property
    def held_fen(self) -> int:
        """Return what is held paid, over all persons."""
        return sum(held(premiums) for premiums in self.premiums.values())


def month_id(uscc: str, period: str) -> str:
    """Return the id of an employer's month."""
    return f"{uscc}|{period}"


def _evolve(state: Employer, message: Message) -> Employer:
    if state.touched_on != message.known_on:
        state = replace(state, touched_on=message.known_on)
    match message.event:
        case EmployerRegistered() as fact:
            entry = Registration(message.known_on, fact.kind, fact.size, fact.insured_county)
            return replace(state, registrations=(*state.registrations, entry))
        case HeadcountReported() as fact:
            return _reported(state, fact, message.known_on)
        case EmployerPremiumRecorded(period=period) as fact:
            paid = {period[:4]} if fact.unemployment_fen and fact.kind != "refunded" else set()
            insured = tuple(sorted({*state.insured, *paid}))
            return replace(state, months=tuple(sorted({*state.months, period})), insured=insured)
        case AppraisalRecorded() as fact:
            return replace(state, appraisals=with_appraisal(state.appraisals, fact, message.known_on))
        case GrantClaimed() as fact:
            return _filed(state, fact)
        case _:
            return _said(state, message)


def _said(state: Employer, message: Message) -> Employer:
    if isinstance(message.event, EmployerUnclaimed):
        return replace(state, missing=tuple(message.event.missing))
    return replace(state, standing=stands(state.standing, message))


def _reported(state: Employer, fact: HeadcountReported, arrived_on: date) -> Employer:
    mark = mark_of(fact)
    if mark in state.marks:
        return state
    report = Report(
        arrived_on, fact.at_start, fact.at_end, fact.natural_leavers, fact.average, fact.unemployment_premium_fen
    )
    return replace(state, reports=state.reports | {str(fact.year): report}, marks=(*state.marks, mark))


def _filed(state: Employer, fact: GrantClaimed) -> Employer:
    known, day = state.filings.get(fact.programme, {}), fact.claimed_on.isoformat()
    evidence = tuple(sorted({*known.get(day, ()), *(fact.evidence or ())}))
    return replace(state, filings=state.filings | {fact.programme: known | {day: evidence}})


def _evolve_month(state: EmployerMonth, message: Message) -> EmployerMonth:
    if not isinstance(message.event, EmployerPremiumRecorded):
        return state
    fact = message.event
    premium = Premium(fact.kind, fact.date, fact.unemployment_fen, mark_of(fact))
    known = with_premium(state.premiums.get(fact.person_id, ()), premium)
    return EmployerMonth(state.premiums | {fact.person_id: known})


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case EntitlementScheduled(subject_key=key):
            return () if is_person_id(key) or is_county(key) else (key,)
        case AppraisalRecorded(organisation_id=id_):
            return () if is_county(id_) else (id_,)
        case (
            EmployerRegistered(uscc=str(uscc))
            | HeadcountReported(uscc=str(uscc))
            | EmployerPremiumRecorded(uscc=str(uscc))
            | GrantClaimed(uscc=str(uscc))
            | EmployerUnclaimed(uscc=str(uscc))
        ):
            return (uscc,)
        case EntitlementChanged(claim=claim) | EntitlementRefused(claim=claim) | RefusalLifted(claim=claim):
            return () if claim.person_id or is_county(claim.payee) else (claim.payee,)
        case _:
            return ()


def _concerns_month(message: Message) -> Iterable[str]:
    match message.event:
        case EmployerPremiumRecorded(uscc=uscc, period=period):
            return (month_id(uscc, period),)
        case _:
            return ()


def unreported(year: int) -> str:
    """Return the tag of those that reported no headcount for a year in which they paid unemployment premiums."""
    return f"unreported:{year}"


def _tags(employer: Employer) -> Iterable[str]:
    counties = {entry.county for entry in employer.registrations} | counties_of(employer.appraisals)
    waiting, day = employer.unreported, employer.touched_on
    late = {touched(day)} if day and (employer.missing or any(int(year) < day.year for year in waiting)) else set()
    return sorted(counties | late | {unreported(int(year)) for year in waiting})


EMPLOYER = Aggregate(
    kind="employer",
    state=Employer,
    initial=lambda _: Employer(),
    evolve=_evolve,
    concerns=_concerns,
    due_on=lambda employer: employer.standing.next_on,
    tags=_tags,
)
EMPLOYER_MONTH = Aggregate(
    kind="employer_month",
    state=EmployerMonth,
    initial=lambda _: EmployerMonth(),
    evolve=_evolve_month,
    concerns=_concerns_month,
)
