"""Aggregate "person": all facts about one person that an amount can depend on, and what was said of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.subsidy.domain.awaited import AWAITED
from services.subsidy.domain.employment import Employment, EmploymentFact, evolve_employment
from services.subsidy.domain.premiums import Premium, mark_of, with_premium
from services.subsidy.domain.record import RECORD_FACTS, Record, with_fact
from services.subsidy.domain.standing import Standing, stands
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.events.premiums import EmployerPremiumRecorded, PremiumCorrected, PremiumPaid, PremiumRefunded
from shared.events.subsidy import EntitlementChanged, EntitlementRefused, EntitlementScheduled, RefusalLifted
from shared.events.takeup import EntitlementUnclaimed, Missing
from shared.events.types import is_person_id
from shared.runner.core import Aggregate, Message

PremiumFact = PremiumPaid | PremiumCorrected | PremiumRefunded


@dataclass(frozen=True, slots=True)
class Status:
    """A place on the roster from a day on."""

    status_from: date
    status: str
    county: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person.

    Args:
        rank: Number of the fact by which the person became known (order of first registration); 0: not known.
        statuses: In order of their first days. `marks`: the roster's entries, so that a repeat changes nothing.
        employments: By employment id.
        premiums: By employer, then by insurance month.
        home: County in which the person asked for work; counts where no roster entry says one.
        missing: What the last sweep found the person to miss.
        touched_on: The open day of the last fact or decision about the person.
    """

    rank: int = 0
    born_on: date | None = None
    sex: str = ""
    statuses: tuple[Status, ...] = ()
    marks: tuple[str, ...] = ()
    employments: dict[str, Employment] = field(default_factory=dict)
    premiums: dict[str, dict[str, tuple[Premium, ...]]] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    record: Record = field(default_factory=Record)
    home: str = ""
    missing: tuple[Missing, ...] = ()
    touched_on: date | None = None

    def status_on(self, day: date) -> str:
        """Return the status in force on a day; `none` where there is none."""
        return next((entry.status for entry in reversed(self.statuses) if entry.status_from <= day), "none")

    @property
    def is_on_roster(self) -> bool:
        """Tell whether the poverty office ever listed the person, with whatever status."""
        return bool(self.statuses)

    @property
    def county(self) -> str:
        """Return the county of the latest roster entry; empty if there is none."""
        return self.statuses[-1].county if self.statuses else ""

    def county_on(self, day: date) -> str:
        """Return the county of the roster entry in force on a day, failing that of the first; empty if unknown."""
        entries = [entry.county for entry in self.statuses if entry.status_from <= day]
        return entries[-1] if entries else next((entry.county for entry in self.statuses), self.home)


def _evolve(state: Person, message: Message) -> Person:
    if not state.rank or state.touched_on != message.known_on:
        state = replace(state, rank=state.rank or message.sequence, touched_on=message.known_on)
    match message.event:
        case RosterEntry() as fact:
            return _listed(state, fact)
        case JobseekerRegistered() as fact:
            return replace(state, born_on=fact.born_on or state.born_on, sex=fact.sex or state.sex, home=fact.county)
        case EmploymentConfirmed() | EmploymentEnded() | EmploymentCorrected() | EmploymentVoided() as fact:
            return _employed(state, fact)
        case PremiumPaid() | PremiumCorrected() | PremiumRefunded() as fact:
            return _insured(state, fact)
        case fact if isinstance(fact, RECORD_FACTS):
            return replace(state, record=with_fact(state.record, fact))
        case _:
            return _said(state, message)


def _said(state: Person, message: Message) -> Person:
    if isinstance(message.event, EntitlementUnclaimed):
        return replace(state, missing=tuple(message.event.missing))
    return replace(state, standing=stands(state.standing, message))


def _listed(state: Person, fact: RosterEntry) -> Person:
    # Whose roster it changes depends on what came before it, not on what it says.
    mark = mark_of(fact.model_copy(update={"enters": None, "leaves": None}))
    if mark in state.marks:
        return state
    others = [entry for entry in state.statuses if entry.status_from != fact.status_from]
    entry = Status(fact.status_from, fact.status, fact.county)
    return replace(
        state,
        statuses=tuple(sorted([*others, entry], key=lambda e: e.status_from)),
        marks=(*state.marks, mark),
        born_on=fact.born_on or state.born_on,
        sex=fact.sex or state.sex,
    )


def _employed(state: Person, fact: EmploymentFact) -> Person:
    before = state.employments.get(fact.employment_id, Employment())
    return replace(state, employments=state.employments | {fact.employment_id: evolve_employment(before, fact)})


def _insured(state: Person, fact: PremiumFact) -> Person:
    parts = (fact.pension_fen, fact.medical_fen, fact.unemployment_fen)
    match fact:
        case PremiumPaid(paid_on=day):
            premium = Premium("paid", day, sum(parts), mark_of(fact), parts)
        case PremiumCorrected(date=day):
            premium = Premium("corrected", day, sum(parts), mark_of(fact), parts)
        case PremiumRefunded(date=day):
            premium = Premium("refunded", day, sum(parts), mark_of(fact), parts)
    months = state.premiums.get(fact.uscc, {})
    months = months | {fact.period: with_premium(months.get(fact.period, ()), premium)}
    return replace(state, premiums=state.premiums | {fact.uscc: months})


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case EntitlementScheduled(subject_key=key):
            return (key,) if is_person_id(key) else ()
        case EmployerPremiumRecorded():
            return ()  # the employer's copy: the person has its own
        case EntitlementChanged(claim=claim) | EntitlementRefused(claim=claim) | RefusalLifted(claim=claim):
            return (claim.person_id,) if claim.person_id else ()
        case event:
            person_id = getattr(event, "person_id", "")
            return (person_id,) if person_id else ()


def at_provider(provider_id: str) -> str:
    """Return the tag of those who took a course at a provider."""
    return f"provider:{provider_id}"


def at_employer(uscc: str) -> str:
    """Return the tag of those who were ever employed by an employer."""
    return f"employer:{uscc}"


MAY_MISS = "may_miss"
"""The tag of those whom a sweep for missing money has to look at."""


def touched(day: date) -> str:
    """Return the tag of those of them whom a fact or a decision of a day was about."""
    return f"touched:{day}"


def _may_miss(person: Person) -> bool:
    waits = any(said.reason in AWAITED for said in person.standing.decided.values())
    return waits or bool(person.missing or person.record.graduations or person.record.contributions)


def _tags(person: Person) -> Iterable[str]:
    """Return the counties whose figures can matter to a person, the providers and the employers."""
    counties = {person.home, *(entry.county for entry in person.statuses)}
    counties |= {employment.insured_county for employment in person.employments.values()}
    providers = {at_provider(training.provider_id) for training in person.record.trainings.values()}
    employers = {at_employer(employment.uscc) for employment in person.employments.values() if employment.uscc}
    swept = {MAY_MISS, touched(person.touched_on or date.min)} if _may_miss(person) else set()
    return sorted((counties | providers | employers | swept) - {""})


PERSON = Aggregate(
    kind="person",
    state=Person,
    initial=lambda _: Person(),
    evolve=_evolve,
    concerns=_concerns,
    due_on=lambda person: person.standing.next_on,
    tags=_tags,
)
