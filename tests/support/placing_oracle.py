"""Which tasks of placements ought to stand open: found by looking through all facts again, without any of the service.

It knows a few programmes by heart (figures of the plans), and the quota that its caller gives.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shared.events.clock import DayClosed
from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import (
    AgreementSigned,
    ArrivalRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    PlacementExtended,
    PlacementResumed,
    ViolationReported,
)
from shared.events.people import JobseekerRegistered, JobseekerUpdated

ONE_DAY = timedelta(days=1)
EXCLUSIVE = {"public_welfare", "dispatch", "secondment"}
NEVER = date.max


@dataclass
class Job:
    """Everything that was said of one employment."""

    said: dict[str, Any]
    ended: date | None = None
    void: date | None = None
    extensions: list[tuple[date, date]] = field(default_factory=list)
    signed: list[int] = field(default_factory=list)
    arrived: bool = False
    resumed: list[date] = field(default_factory=list)
    violations: set[tuple[date, str]] = field(default_factory=set)

    @property
    def last(self) -> date:
        return min(self.ended or NEVER, self.void - ONE_DAY if self.void else NEVER)

    @property
    def real(self) -> bool:
        return bool(self.last >= self.said["starts_on"])

    @property
    def programme(self) -> str | None:
        if self.said.get("programme"):
            return str(self.said["programme"])
        in_time = self.said["starts_on"] <= date(2021, 12, 31)
        return "dispatch-quota" if self.said["post_kind"] == "dispatch" and in_time else None

    @property
    def until(self) -> date | None:
        if self.extensions:
            return max(self.extensions)[1]
        stated: date | None = self.said.get("contract_until")
        years = {"dispatch-quota": 1, "township-deputy": 2}.get(self.programme or "")
        return stated or (_years_on(self.said["starts_on"], years) if years else None)

    @property
    def span(self) -> tuple[date, date]:
        return self.said["starts_on"], self.last if self.last < NEVER else self.until or NEVER


def _years_on(day: date, years: int) -> date:
    return date(day.year + years, day.month, day.day) - ONE_DAY


def expected(events: Iterable[Any], quota: int) -> list[str]:
    """Return kind and matter of every task that facts, in their order of acceptance, leave open."""
    jobs: dict[str, Job] = {}
    people: dict[str, dict[str, Any]] = {}
    openings: dict[str, int] = {}
    today = date.min
    for event in events:
        match event:
            case DayClosed():
                today = event.date
            case JobseekerRegistered() | JobseekerUpdated():
                told = event.model_dump(exclude_none=True, include={"education", "skills", "born_on"})
                people.setdefault(event.person_id, {}).update(told)
            case VacancyClosed() | VacancyOpened() | VacancyChanged():
                if not isinstance(event, VacancyClosed):
                    openings[event.vacancy_id] = event.openings or openings[event.vacancy_id]
            case EmploymentConfirmed():
                jobs[event.employment_id] = Job(event.model_dump())
            case _ if hasattr(event, "employment_id") and event.employment_id in jobs:
                _told(jobs[event.employment_id], event)
    found = [task for id_, job in jobs.items() for task in _of_job(id_, job, people[job.said["person_id"]], today)]
    return sorted([*found, *_overlaps(jobs), *_hires(jobs, openings), *_heads(jobs, quota)])


def _told(job: Job, event: Any) -> None:
    match event:
        case EmploymentCorrected():
            job.said |= event.model_dump(exclude_none=True, exclude={"last_day", "reason"})
            job.ended = event.last_day or job.ended
        case EmploymentEnded():
            job.ended = event.last_day
        case EmploymentVoided():
            job.void = event.effective_from
        case _:
            _served(job, event)


def _served(job: Job, event: Any) -> None:
    match event:
        case AgreementSigned():
            job.signed.append(event.party_count or 0)
        case ArrivalRecorded():
            job.arrived = True
        case PlacementExtended(until=date() as until):
            job.extensions.append((event.date, until))
        case PlacementResumed():
            job.resumed.append(event.date)
        case ViolationReported():
            job.violations.add((event.date, event.kind))


def _of_job(id_: str, job: Job, person: dict[str, Any], today: date) -> list[str]:
    if job.last < NEVER or not job.real:
        return []
    open_ = [each for each in job.violations if not any(resumed >= each[0] for resumed in job.resumed)]
    found = [f"violation_open {id_}/{day}/{kind}" for day, kind in open_]
    found += [f"gate_failed {id_}/{gate}/{said}" for gate, said in _gates(job, person).items() if said != "passed"]
    notice = max(job.until - timedelta(days=30), job.said["starts_on"]) if job.until else NEVER
    if job.said["post_kind"] in EXCLUSIVE and notice <= today:
        found.append(f"term_ending {id_}/{job.until}")
    return [*found, *_signatures(id_, job, today)] if job.programme == "dispatch-quota" else found


def _signatures(id_: str, job: Job, today: date) -> Iterable[str]:
    start, mid = job.said["starts_on"], date(2020, 11, 15)
    by = mid if date(2020, 11, 1) <= start <= mid else start + timedelta(days=15)
    if by <= today and not any(parties >= 3 for parties in job.signed):
        yield f"agreement_missing {id_}"
    if by <= today and not job.arrived:
        yield f"arrival_missing {id_}"


def _gates(job: Job, person: dict[str, Any]) -> dict[str, str]:
    start, kind = job.said["starts_on"], job.said["post_kind"]
    if job.programme == "dispatch-quota":
        birthday = date(person["born_on"].year + 18, person["born_on"].month, person["born_on"].day)
        in_time = job.until is not None and job.until <= _years_on(start, 1)
        found = {
            "age": "passed" if birthday <= start else "failed",
            "education": {"61": "failed", "43": "unknown"}.get(person["education"], "passed"),
            "speciality": "passed" if any("舞蹈" in skill for skill in person["skills"]) else "unknown",
            "term": "passed" if in_time else "failed",
        }
        fits = kind == "dispatch"
    elif job.programme == "township-deputy":
        level = job.said.get("title_level")
        in_time = job.until is not None and job.until <= _years_on(start, 2)
        title = "passed" if level in ("middle", "senior") else "unknown" if level is None else "failed"
        found = {"title": title, "term": "passed" if in_time else "failed"}
        fits = kind == "secondment"
    else:
        return {}
    return found | ({} if fits else {"post_kind": "failed"})


def _overlaps(jobs: dict[str, Job]) -> Iterable[str]:
    for first, one in jobs.items():
        for second, other in jobs.items():
            is_same = one.said["person_id"] == other.said["person_id"] and first < second
            if is_same and one.real and other.real and {one.said["post_kind"], other.said["post_kind"]} <= EXCLUSIVE:
                days = (max(one.span[0], other.span[0]), min(one.span[1], other.span[1]))
                if days[0] <= days[1]:
                    yield f"placement_overlap {first}+{second}"


def _hires(jobs: dict[str, Job], openings: dict[str, int]) -> Iterable[str]:
    for vacancy_id, count in openings.items():
        here = [job for job in jobs.values() if job.said.get("vacancy_id") == vacancy_id]
        hires = len([job for job in here if job.real and job.last == NEVER])
        if hires > count:
            yield f"vacancy_overfilled {vacancy_id}/{hires}/{count}"


def _heads(jobs: dict[str, Job], quota: int) -> Iterable[str]:
    first, last = date(2020, 11, 1), date(2021, 10, 31)
    inside = [job.span for job in jobs.values() if job.real and job.programme == "dispatch-quota"]
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    most = max((sum(a <= day <= b for a, b in inside) for day in days), default=0)
    if most > quota:
        yield f"quota_exceeded dispatch-quota-621024-{first}/heads/{most}"
