"""A person's file: what the desk shows at a glance and looks people up by. A read model; no decision rests on it.

Made of the same events as the timeline, so it is made again by a replay. Nothing personal: the name is on the card.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    CertificateIssued,
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    PairAssigned,
    PlanAgreed,
    RosterEntry,
    VisitRecorded,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.places import county_today, place_today
from shared.runner.core import Aggregate, Message

_COUNTY: Final = 6  # digits of a county's code
_MOST_JOBS: Final = 20


@dataclass(frozen=True, slots=True)
class Job:
    """An employment as it stands now; without a last day it goes on."""

    uscc: str
    post_kind: str
    starts_on: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What registry asks somebody to do for the person."""

    kind: str
    due_on: date | None = None
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A person as the desk knows them.

    Args:
        area: The longest code known of where they live, by the county's code of today.
        status: On the roster, since when; empty: not on it.
        jobs: The last employments by id. tasks: What is open, by id.
        visited_on, planned_on, certified_on: The last days; None: never.
        seeks: Is registered for work. merged_into: The id under which they are told of now.
    """

    area: str = ""
    status: str = ""
    status_from: date = date.min
    household_id: str = ""
    coordinator_id: str | None = None
    jobs: dict[str, Job] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    visited_on: date | None = None
    planned_on: date | None = None
    certified_on: date | None = None
    seeks: bool = False
    merged_into: str = ""

    @property
    def exit_proposed(self) -> str:
        """Return the snapshot that lacks the person, while somebody is to say whether they left; else nothing."""
        waits = (task.details.get("snapshot_id", "-") for task in self.tasks.values() if task.kind == "exit_waits")
        return next(waits, "")

    def running(self, day: date) -> dict[str, Job]:
        """Return the employments that run on a day."""
        return {id_: job for id_, job in self.jobs.items() if job.starts_on <= day <= (job.last_day or day)}


HEARD: Final[tuple[type[Event], ...]] = (
    RosterEntry,
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    PairAssigned,
    PairEnded,
    VisitRecorded,
    PlanAgreed,
    CertificateIssued,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    PersonMerged,
    PersonSplit,
    TaskOpened,
    TaskClosed,
)


def _concerns(message: Message) -> Iterable[str]:
    event = message.event
    person_id = getattr(event, "person_id", None) if isinstance(event, HEARD) else None
    return (person_id,) if person_id else ()


def _evolve(case: CaseFile, message: Message) -> CaseFile:
    match message.event:
        case RosterEntry() as entry:
            return _listed(case, entry)
        case ExitConfirmed(date=day) if day >= case.status_from:
            return replace(case, status="exited", status_from=day)
        case JobseekerRegistered() | JobseekerUpdated() as seeker:
            return _living(case, seeker)
        case JobseekerWithdrawn():
            return replace(case, seeks=False)
        case PairAssigned() | PairEnded() as pair:
            officer = pair.coordinator_id if isinstance(pair, PairAssigned) else None
            return replace(case, coordinator_id=officer, area=case.area or county_today(pair.county))
        case _:
            return _helped(_linked(case, message.event), message.event)


def _linked(case: CaseFile, event: Event) -> CaseFile:
    match event:
        case PersonMerged(into_person_id=into):
            return replace(case, merged_into=into)
        case PersonSplit():
            return replace(case, merged_into="")
        case TaskOpened() as task:
            return replace(case, tasks=case.tasks | {task.task_id: Task(task.kind, task.due_on, task.details)})
        case TaskClosed(task_id=over):
            return replace(case, tasks={id_: task for id_, task in case.tasks.items() if id_ != over})
        case _:
            return case


def _helped(case: CaseFile, event: Event) -> CaseFile:
    match event:
        case VisitRecorded(date=day):
            return replace(case, visited_on=max(day, case.visited_on or day))
        case PlanAgreed(date=day):
            return replace(case, planned_on=max(day, case.planned_on or day))
        case CertificateIssued(date=day):
            return replace(case, certified_on=max(day, case.certified_on or day))
        case _:
            return replace(case, jobs=_working(case.jobs, event))


def _listed(case: CaseFile, entry: RosterEntry) -> CaseFile:
    """Take what the roster says since the latest day, whenever it was told."""
    if entry.status_from < case.status_from and case.area:
        return case
    return replace(
        case,
        area=area_of(entry.county, entry.township, entry.village),
        status="" if entry.status == "none" else entry.status,
        status_from=entry.status_from,
        household_id=entry.household_id,
    )


def _living(case: CaseFile, seeker: JobseekerRegistered | JobseekerUpdated) -> CaseFile:
    """Take where a job seeker says they live, unless the poverty office does."""
    seeks = case.seeks or isinstance(seeker, JobseekerRegistered)
    said = area_of(seeker.county or case.area[:_COUNTY], seeker.township, seeker.village)
    moved = said != case.area[: len(said)]
    return replace(case, seeks=seeks, area=said if moved and not case.status else case.area)


def area_of(county: str, township: str | None, village: str | None) -> str:
    """Return the longest code known of a place, under the code that its county has now."""
    return place_today(village or township or county)


def _working(jobs: dict[str, Job], event: Event) -> dict[str, Job]:
    match event:
        case EmploymentConfirmed() as new:
            known = jobs | {new.employment_id: Job(new.uscc, new.post_kind, new.starts_on)}
            return known if len(known) <= _MOST_JOBS else dict(sorted(known.items(), key=_begun)[-_MOST_JOBS:])
        case EmploymentEnded(employment_id=id_, last_day=last) if id_ in jobs:
            return jobs | {id_: replace(jobs[id_], last_day=last)}
        case EmploymentCorrected(employment_id=id_) as said if id_ in jobs:
            return jobs | {id_: _corrected(jobs[id_], said)}
        case EmploymentVoided(employment_id=id_, effective_from=day) if id_ in jobs and jobs[id_].starts_on < day:
            return jobs | {id_: replace(jobs[id_], last_day=day - timedelta(days=1))}
        case EmploymentVoided(employment_id=void):
            return {id_: job for id_, job in jobs.items() if id_ != void}
        case _:
            return jobs


def _corrected(job: Job, said: EmploymentCorrected) -> Job:
    return Job(
        said.uscc or job.uscc,
        said.post_kind or job.post_kind,
        said.starts_on or job.starts_on,
        said.last_day or job.last_day,
    )


def _begun(item: tuple[str, Job]) -> tuple[date, str]:
    return item[1].starts_on, item[0]


CASE_FILE: Final = Aggregate(
    kind="case_file",
    state=CaseFile,
    initial=lambda _: CaseFile(),
    evolve=_evolve,
    concerns=_concerns,
    indexes=("area", "coordinator_id"),
)
