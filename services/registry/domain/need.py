"""Whom one-to-one help is for: 能就业但尚未就业的贫困劳动力 (plan of 2017-2020, clause 4). Pure.

In poverty is who is `listed` (建档立卡未标注脱贫). At work is whose hire is confirmed, until its end is told: who
begins later needs no other work, and who is told to leave needs help before the last day.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import ExitConfirmed, JobseekerRegistered, RosterEntry

POOR: Final = "listed"


@dataclass(frozen=True, slots=True)
class Need:
    """What of a person decides whether one-to-one help is owed.

    Args:
        able: Can work. status: On the poverty office's roster, `status_from` when; empty: not on it.
        jobs: Employments that are confirmed and not ended.
        is_merged: The record turned out to be another person's.
    """

    able: bool = True
    status: str = ""
    status_from: date = date.min
    jobs: tuple[str, ...] = ()
    is_merged: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether the person can work, has no work and is in poverty."""
        return self.able and self.status == POOR and not self.jobs and not self.is_merged

    @property
    def is_on_roster(self) -> bool:
        """Tell whether the poverty office says where the person lives."""
        return self.status not in ("", "none")


def after(need: Need, event: Event) -> Need:
    """Return the need after an event of the person; the status that began last counts, whenever it was told."""
    match event:
        case RosterEntry() as entry if is_latest(need, entry):
            known = replace(need, able=entry.labour_ability is not False)
            return _standing(known, entry.status, entry.status_from)
        case ExitConfirmed(date=day):
            return _standing(need, "exited", day)
        case JobseekerRegistered():
            return replace(need, able=True)
        case PersonMerged():
            return replace(need, is_merged=True)
        case PersonSplit():
            return replace(need, is_merged=False)
        case _:
            return _at_work(need, event)


def is_latest(need: Need, entry: RosterEntry) -> bool:
    """Tell whether an entry says how things are now, rather than how they were on an earlier day, told late."""
    return entry.status_from >= need.status_from


def _standing(need: Need, status: str, since: date) -> Need:
    return need if since < need.status_from else replace(need, status=status, status_from=since)


def _at_work(need: Need, event: Event) -> Need:
    match event:
        case EmploymentConfirmed(employment_id=job):
            return replace(need, jobs=tuple(sorted({*need.jobs, job})))
        case EmploymentEnded() | EmploymentVoided() | EmploymentCorrected(last_day=date()):
            return replace(need, jobs=tuple(job for job in need.jobs if job != event.employment_id))
        case _:
            return need
