"""A person's case (一对一): pair, plan, visits, the services that were offered, and since when a plan is owed. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.registry.domain.casework_policy import Offered
from services.registry.domain.need import Need, after, is_latest
from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    ExitConfirmed,
    JobseekerRegistered,
    PairAssigned,
    PlanAgreed,
    RosterEntry,
    VisitRecorded,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message

LAST_VISITS = 3  # of each kind


@dataclass(frozen=True, slots=True)
class Work:
    """When an employment began, and its last day, if that was told; void: it never was."""

    starts_on: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A person's case.

    Args:
        statuses: On the roster, by the day from which each holds, as text.
        work: Employments by id.
        paired_on: The open day on which the coordinator of now was given. pairs: Who was the coordinator (empty:
            nobody), by the open day from which on, as text; what was stored before that was kept knows the one of now.
        plans: The days on which a plan was agreed. visits: the last ones by kind. Both in order.
        offered: The last day of each service that was offered.
        since: The open day since which a plan is owed; None: none is.
        is_told: The task that says so is open.
    """

    need: Need = field(default_factory=Need)
    county: str = ""
    township: str = ""
    village: str = ""
    household_id: str = ""
    statuses: dict[str, str] = field(default_factory=dict)
    work: dict[str, Work] = field(default_factory=dict)
    coordinator_id: str = ""
    paired_on: date | None = None
    pairs: dict[str, str] = field(default_factory=dict)
    plans: tuple[date, ...] = ()
    visits: dict[str, tuple[date, ...]] = field(default_factory=dict)
    offered: dict[str, date] = field(default_factory=dict)
    since: date | None = None
    is_told: bool = False

    @property
    def lacks_plan(self) -> bool:
        """Tell whether help is owed, somebody is there to give it, and there is no plan for it."""
        return self.need.holds and bool(self.coordinator_id) and not self.plans

    def status_on(self, day: date) -> str:
        """Return the status on the roster on a day; empty before the first."""
        return self.statuses.get(_begun(self.statuses, day), "")

    @property
    def known_pairs(self) -> dict[str, str]:
        """Return `pairs`, with what a case says that was stored before they were kept."""
        return self.pairs or ({self.paired_on.isoformat(): self.coordinator_id} if self.paired_on else {})

    def pair_on(self, day: date) -> tuple[str, date | None]:
        """Return the coordinator on a day and since when it is that one; empty and None: nobody was."""
        pairs = self.known_pairs
        since = _begun(pairs, day)
        coordinator_id = pairs.get(since, "")
        return coordinator_id, date.fromisoformat(since) if coordinator_id else None

    def works_on(self, day: date) -> bool:
        """Tell whether an employment runs on a day."""
        return any(each.starts_on <= day and (each.last_day or day) >= day for each in self.work.values())


def _begun(by_day: Iterable[str], day: date) -> str:
    """Return the last of some days, as text, that is not behind a day; empty: each of them is."""
    return max((since for since in by_day if since <= day.isoformat()), default="")


_PERSONAL = (
    RosterEntry,
    JobseekerRegistered,
    ExitConfirmed,
    PersonMerged,
    PersonSplit,
    PairAssigned,
    PairEnded,
    PlanAgreed,
    VisitRecorded,
    EmploymentConfirmed,
    EmploymentEnded,
    EmploymentCorrected,
    EmploymentVoided,
)
HEARD: tuple[type[Event], ...] = _PERSONAL
"""What a case is made of, besides its own task."""


def case_tags(case: Case) -> Iterable[str]:
    """Return what a case is looked up by: county, coordinator and household."""
    found = {"county": case.county, "coordinator": case.coordinator_id, "household": case.household_id}
    return tuple(f"{name}:{id_}" for name, id_ in found.items() if id_)


def cases(services: tuple[Offered, ...]) -> Aggregate[Case]:
    """Return the aggregate of cases, under the services that are to be offered."""
    return Aggregate("casework_case", Case, lambda _: Case(), _evolving(services), _concerns, _due_on, case_tags)


def _due_on(case: Case) -> date | None:
    return None if case.is_told else case.since


def _concerns(message: Message) -> Iterable[str]:
    event = message.event
    if isinstance(event, TaskOpened | TaskClosed):
        return (event.person_id,) if event.kind == "plan_missing" and event.person_id else ()
    return (event.person_id,) if isinstance(event, _PERSONAL) else ()


def _evolving(services: tuple[Offered, ...]) -> Callable[[Case, Message], Case]:
    def evolve(case: Case, message: Message) -> Case:
        event = message.event
        if isinstance(event, TaskOpened | TaskClosed):
            return replace(case, is_told=isinstance(event, TaskOpened))
        now = _seen(_helped(replace(case, need=after(case.need, event)), message), event)
        offered = now.offered | {each.code: day for each in services if (day := _offers(each, message))}
        return replace(now, offered=offered, since=(now.since or message.known_on) if now.lacks_plan else None)

    return evolve


def _helped(case: Case, message: Message) -> Case:
    match message.event:
        case PairAssigned(coordinator_id=coordinator_id):
            pairs = case.known_pairs | {message.known_on.isoformat(): coordinator_id}
            return replace(case, coordinator_id=coordinator_id, paired_on=message.known_on, pairs=pairs)
        case PairEnded():
            pairs = case.known_pairs | {message.known_on.isoformat(): ""}
            return replace(case, coordinator_id="", paired_on=None, pairs=pairs)
        case PlanAgreed(date=day):
            return replace(case, plans=tuple(sorted({*case.plans, day})))
        case VisitRecorded(kind=kind, date=day):
            days = sorted({*case.visits.get(kind, ()), day})[-LAST_VISITS:]
            return replace(case, visits=case.visits | {kind: tuple(days)})
        case _:
            return case


def _seen(case: Case, event: Event) -> Case:
    match event:
        case RosterEntry() as entry:
            told = replace(case, statuses=case.statuses | {entry.status_from.isoformat(): entry.status})
            if not is_latest(case.need, entry) and case.household_id:
                return told
            home = entry.household_id
            return replace(told, county=entry.county, township=entry.township, village=entry.village, household_id=home)
        case JobseekerRegistered(county=county) if not case.county:
            return replace(case, county=county)
        case ExitConfirmed(date=day):
            return replace(case, statuses=case.statuses | {day.isoformat(): "exited"})
        case _:
            return replace(case, work=_working(case.work, event))


def _working(work: dict[str, Work], event: Event) -> dict[str, Work]:
    match event:
        case EmploymentConfirmed(employment_id=job, starts_on=first):
            return work | {job: Work(first)}
        case EmploymentEnded(employment_id=job, last_day=last) if job in work:
            return work | {job: replace(work[job], last_day=last)}
        case EmploymentCorrected(employment_id=job, starts_on=first, last_day=last) if job in work:
            before = work[job]
            return work | {job: Work(first or before.starts_on, last or before.last_day)}
        case EmploymentVoided(employment_id=void, effective_from=day) if void in work and work[void].starts_on < day:
            return work | {void: replace(work[void], last_day=date.fromordinal(day.toordinal() - 1))}
        case EmploymentVoided(employment_id=void):
            return {job: each for job, each in work.items() if job != void}
        case _:
            return work


def _offers(service: Offered, message: Message) -> date | None:
    """Return the day on which an event shows that a service was offered; None: it does not."""
    match message.event:
        case VisitRecorded(kind=kind, date=day) if kind in service.visits:
            return day
        case PlanAgreed(date=day, measures=measures):
            return day if any(word in measure for word in service.measures for measure in measures) else None
        case event if event.topic in service.facts:
            return message.known_on
        case _:
            return None
