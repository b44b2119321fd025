"""The employments of a person, as far as facts of them came: what terms, waiting and calls are counted from."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentVoided
from shared.events.types import PostKind


@dataclass(frozen=True, slots=True)
class Job:
    """An employment.

    Args:
        vacancy_id: The vacancy it filled; empty if none was named.
        placed_at: The employer whose place it took; another than `uscc` once that was corrected.
        last_day: None while it goes on; the day before the first of an employment that never was.
        freed: Its place was given back.
    """

    employment_id: str
    uscc: str
    placed_at: str
    vacancy_id: str
    post_kind: PostKind
    starts_on: date
    last_day: date | None = None
    freed: bool = False

    @property
    def holds_place(self) -> bool:
        """Whether it still takes a place at the employer that confirmed it."""
        return self.last_day is None and self.uscc == self.placed_at

    def days(self, until: date) -> int:
        """Return how many days it lasted, until a day at the latest."""
        last = until if self.last_day is None else min(until, self.last_day)
        return max(0, (last - self.starts_on).days + 1)


Jobs = tuple[Job, ...]


def job_of(event: EmploymentConfirmed) -> Job:
    """Return the employment that a confirmation begins."""
    return Job(event.employment_id, event.uscc, event.uscc, event.vacancy_id or "", event.post_kind, event.starts_on)


def found(jobs: Jobs, employment_id: str) -> Job | None:
    """Return an employment by its id."""
    return next((job for job in jobs if job.employment_id == employment_id), None)


def begun(jobs: Jobs, event: EmploymentConfirmed) -> Jobs:
    """Return the employments with one more."""
    return (*without(jobs, event.employment_id), job_of(event))


def ended(jobs: Jobs, employment_id: str, last_day: date) -> Jobs:
    """Return the employments with one that is over."""
    return tuple(replace(job, last_day=last_day) if job.employment_id == employment_id else job for job in jobs)


def corrected(jobs: Jobs, event: EmploymentCorrected) -> Jobs:
    """Return the employments with one put right."""
    said = {name: getattr(event, name) for name in ("starts_on", "last_day", "uscc", "post_kind")}
    changed = {name: value for name, value in said.items() if value is not None}
    return tuple(replace(job, **changed) if job.employment_id == event.employment_id else job for job in jobs)


def voided(jobs: Jobs, event: EmploymentVoided) -> Jobs:
    """Return the employments without what was not true of one: all of it, or what came after a day."""
    job = found(jobs, event.employment_id)
    true_until = event.effective_from - timedelta(days=1)
    if job is None:
        return jobs
    return ended(jobs, event.employment_id, min(true_until, job.last_day or true_until))


def placed(jobs: Jobs, vacancy_id: str) -> Jobs:
    """Return the employments with the latest in a vacancy, if it named none."""
    return (*jobs[:-1], replace(jobs[-1], vacancy_id=jobs[-1].vacancy_id or vacancy_id)) if jobs else jobs


def freed(jobs: Jobs, employment_id: str) -> Jobs:
    """Return the employments with one whose place was given back."""
    return tuple(replace(job, freed=True) if job.employment_id == employment_id else job for job in jobs)


def without(jobs: Jobs, employment_id: str) -> Jobs:
    """Return the employments but one."""
    return tuple(job for job in jobs if job.employment_id != employment_id)


def days_in(jobs: Jobs, kinds: frozenset[str], until: date) -> int:
    """Return how many days of some kinds of posts a person had until a day."""
    return sum(job.days(until) for job in jobs if job.post_kind in kinds)
