"""Aggregate "placement": an employment of any kind with its term, its agreement, its arrival and what is open about it.

Facts come in any order after the first: of two extensions, suspensions or resumptions the one with the later date
counts, of two corrections or ends the one that came later. A placement undone from its first day never was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.placements_open import opened
from shared.events.contract import Event
from shared.events.employment import (
    AgreementSigned,
    ArrivalRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    PlacementExtended,
    PlacementResumed,
    PlacementSuspended,
    ViolationReported,
)
from shared.events.placements import PlacementChecked, QuotaCounted, SenderKind, TitleLevel
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message

_ONE_DAY: Final = timedelta(days=1)
OWN_TASKS: Final = frozenset({"gate_failed", "agreement_missing", "arrival_missing", "term_ending", "violation_open"})
_SAID: Final = (
    "programme", "township", "sender_uscc", "sender_kind", "title_level", "grassroots_months", "employer_kind",
    "insured_county", "starts_on", "uscc", "post_kind", "last_day",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Violation:
    """A breach that was reported."""

    date: date
    kind: str


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement as the facts tell it.

    Args:
        extended_on: Date of the extension that counts; resting_on, resumed_on: likewise of suspension, resumption.
        void_from: The day from which it was not true.
        parties: How many signed; None: nobody said.
        check: What the rules say of it. counted: What was said of it to each group of a quota, by group.
        open: Marks of the tasks that stand open.
    """

    person_id: str = ""
    uscc: str = ""
    employer_kind: str | None = None
    post_kind: str = ""
    programme: str | None = None
    stated_county: str | None = None
    insured_county: str | None = None
    township: str | None = None
    vacancy_id: str | None = None
    sender_uscc: str | None = None
    sender_kind: SenderKind | None = None
    title_level: TitleLevel | None = None
    grassroots_months: int | None = None
    starts_on: date | None = None
    contract_until: date | None = None
    extended_on: date | None = None
    extended_until: date | None = None
    resting_on: date | None = None
    resting_until: date | None = None
    resumed_on: date | None = None
    last_day: date | None = None
    void_from: date | None = None
    signed_on: date | None = None
    parties: int | None = None
    arrived_on: date | None = None
    violations: tuple[Violation, ...] = ()
    check: PlacementChecked | None = None
    counted: tuple[QuotaCounted, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def county(self) -> str:
        """The county of the post, or else the one in which its employer is insured; empty: neither is known."""
        return self.stated_county or self.insured_county or ""

    @property
    def end(self) -> date | None:
        """The last day that the facts give it; None: it goes on."""
        days = [self.last_day, self.void_from - _ONE_DAY if self.void_from else None]
        return min((day for day in days if day is not None), default=None)

    @property
    def is_real(self) -> bool:
        """Whether there was a day of it."""
        return self.starts_on is not None and (self.end is None or self.end >= self.starts_on)

    @property
    def goes_on(self) -> bool:
        """Whether nothing has ended it."""
        return self.is_real and self.end is None

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day, the end of the term where no other is known; None: there was no day of it."""
        if self.starts_on is None or not self.is_real:
            return None
        until = self.check.until if self.check else None
        return self.starts_on, self.end or until or date.max

    @property
    def unsettled(self) -> tuple[Violation, ...]:
        """Violations after which it was not resumed."""
        return tuple(each for each in self.violations if self.resumed_on is None or self.resumed_on < each.date)

    @property
    def is_signed(self) -> bool:
        """Whether as many parties signed as the rules ask for; where nobody counted them, it is signed."""
        asked = self.check.agreement_parties if self.check else 0
        return self.signed_on is not None and (self.parties is None or self.parties >= asked)

    @property
    def deadlines(self) -> dict[str, date]:
        """By kind of task, the day at whose closing it opens; none where its cause is gone or the term has no rule."""
        if self.check is None or not self.goes_on:
            return {}
        days = {
            "agreement_missing": None if self.is_signed else self.check.agreement_by,
            "arrival_missing": None if self.arrived_on else self.check.arrival_by,
            "term_ending": self.check.notice_on,
        }
        return {kind: day for kind, day in days.items() if day is not None}

    @property
    def due_on(self) -> date | None:
        """The next day whose closing opens a task."""
        is_open = {mark.partition(" ")[0] for mark in self.open}
        return min((day for kind, day in self.deadlines.items() if kind not in is_open), default=None)


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case (
            EmploymentConfirmed(employment_id=id_)
            | EmploymentCorrected(employment_id=id_)
            | EmploymentEnded(employment_id=id_)
            | EmploymentVoided(employment_id=id_)
            | AgreementSigned(employment_id=str(id_))
            | ArrivalRecorded(employment_id=id_)
            | PlacementExtended(employment_id=id_)
            | PlacementSuspended(employment_id=id_)
            | PlacementResumed(employment_id=id_)
            | ViolationReported(employment_id=id_)
            | PlacementChecked(employment_id=id_)
            | QuotaCounted(of="placement", subject_id=id_)
        ):
            return (id_,)
        case TaskOpened() | TaskClosed() as task if task.kind in OWN_TASKS:
            return (task.matter.partition("/")[0],)
        case _:
            return ()


def _restated(placement: Placement, fact: EmploymentConfirmed | EmploymentCorrected) -> Placement:
    """Return it with what a fact says of it; what is left out stays."""
    told: dict[str, Any] = {name: getattr(fact, name, None) for name in _SAID}
    return replace(placement, **{name: value for name, value in told.items() if value is not None})


def _confirmed(placement: Placement, fact: EmploymentConfirmed) -> Placement:
    return replace(
        _restated(placement, fact),
        person_id=fact.person_id,
        stated_county=fact.county,
        vacancy_id=fact.vacancy_id,
        contract_until=fact.contract_until,
    )


def _signed(placement: Placement, fact: AgreementSigned) -> Placement:
    most = max((each for each in (placement.parties, fact.party_count) if each is not None), default=None)
    return replace(placement, signed_on=min(fact.date, placement.signed_on or fact.date), parties=most)


def _extended(placement: Placement, fact: PlacementExtended) -> Placement:
    if fact.until is None:
        return placement
    before = placement.extended_on or fact.date, placement.extended_until or fact.until
    day, until = max(before, (fact.date, fact.until))
    return replace(placement, extended_on=day, extended_until=until)


def _suspended(placement: Placement, fact: PlacementSuspended) -> Placement:
    if placement.resting_on is not None and placement.resting_on > fact.date:
        return placement
    return replace(placement, resting_on=fact.date, resting_until=fact.until)


def _resumed(placement: Placement, fact: PlacementResumed) -> Placement:
    return replace(placement, resumed_on=max(fact.date, placement.resumed_on or fact.date))


def _violated(placement: Placement, fact: ViolationReported) -> Placement:
    known = {*placement.violations, Violation(fact.date, fact.kind)}
    return replace(placement, violations=tuple(sorted(known, key=lambda each: (each.date, each.kind))))


def _counted(placement: Placement, said: QuotaCounted) -> Placement:
    others = tuple(each for each in placement.counted if each.group != said.group)
    return replace(placement, counted=(*others, said) if said.counts else others)


def _opened(placement: Placement, task: TaskOpened | TaskClosed) -> Placement:
    return replace(placement, open=opened(placement.open, task))


_EVOLVED_BY: Final[dict[type[Event], Callable[[Placement, Any], Placement]]] = {
    EmploymentConfirmed: _confirmed,
    EmploymentCorrected: _restated,
    EmploymentEnded: lambda placement, fact: replace(placement, last_day=fact.last_day),
    EmploymentVoided: lambda placement, fact: replace(placement, void_from=fact.effective_from),
    AgreementSigned: _signed,
    ArrivalRecorded: lambda placement, fact: replace(
        placement, arrived_on=min(fact.date, placement.arrived_on or fact.date)
    ),
    PlacementExtended: _extended,
    PlacementSuspended: _suspended,
    PlacementResumed: _resumed,
    ViolationReported: _violated,
    PlacementChecked: lambda placement, check: replace(placement, check=check),
    QuotaCounted: _counted,
    TaskOpened: _opened,
    TaskClosed: _opened,
}


def _evolve(placement: Placement, message: Message) -> Placement:
    return _EVOLVED_BY[type(message.event)](placement, message.event)


PLACEMENT = Aggregate(
    "placement",
    Placement,
    lambda _: Placement(),
    _evolve,
    _concerns,
    due_on=lambda placement: placement.due_on,
    tags=lambda placement: (placement.person_id, placement.county),
    indexes=("person_id",),
)
