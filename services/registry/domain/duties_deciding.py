"""What is said of duties: done, missed, no longer owed; and the tasks that stand as long as something is missed. Pure.

What was missed is said when a day is closed, never earlier: whatever arrives on a day counts on it, in any order.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.duties import Duty, Rulebook
from services.registry.domain.duties_book import Book, Said, evolve, unopened
from services.registry.domain.duties_outcomes import Outcome, next_look, outcomes
from services.registry.domain.duties_parameters import FIGURES, PUBLISHED, schedule
from services.registry.domain.duties_subjects import book_id, concerns
from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.duties import DutyAssigned, DutyFulfilled, DutyLifted, DutyMissed
from shared.events.employment import (
    ActivityHeld,
    AgreementSigned,
    AppraisalRecorded,
    AssessmentRecorded,
    AttendanceRecorded,
    DutyDone,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    PlacementExtended,
    PlacementResumed,
    PlacementSuspended,
    ProviderQualified,
)
from shared.events.finance import ParameterPublished
from shared.events.identity import PersonMerged
from shared.events.people import (
    CoordinatorRegistered,
    PairAssigned,
    VisitRecorded,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message, Peek, Walk

TASKS = tasks_of("duty")
HEARD: Final = (
    EmploymentConfirmed,
    EmploymentEnded,
    EmploymentCorrected,
    EmploymentVoided,
    AgreementSigned,
    PlacementExtended,
    PlacementSuspended,
    PlacementResumed,
    AttendanceRecorded,
    DutyDone,
    AssessmentRecorded,
    ActivityHeld,
    AppraisalRecorded,
    ProviderQualified,
    CoordinatorRegistered,
    PairAssigned,
    PersonMerged,
    VisitRecorded,
    ParameterPublished,
    DayClosed,
)
SAID: Final = (DutyAssigned, DutyFulfilled, DutyMissed, DutyLifted, TaskOpened, TaskClosed)
_PAPERS: Final = 500
_OPEN: Final = "days"
_ONE_DAY: Final = timedelta(days=1)


class Duties:
    """The decisions about duties under a rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.book = Aggregate(
            "duty_book",
            Book,
            unopened,
            evolve,
            concerns,
            due_on=self._due_on,
            tags=self._tags,
        )

    def of(self, book: Book) -> tuple[Duty, ...]:
        """Return the duties that bind a subject."""
        place = book.subject_id if book.subject == "office" else book.county
        return self.rulebook.of(book.subject, book.role, book.programme, place) if book.role else ()

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Say what a fact shows done, and what it makes undone; what it shows missed waits until the day is over."""
        closed = message.known_on - _ONE_DAY
        books = [peek(self.book, id_) for id_ in concerns(message)]
        return [event for book in books for event in self._follow(book, message, closed, peek)]

    def reads(self, message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
        """Return the books that `decide` will look at."""
        return ((self.book, id_) for id_ in concerns(message))

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """A closed day touches the books in which something is due; a figure those whose cadence it sets."""
        match message.event:
            case DayClosed(date=day):
                return (Walk(self.book.kind, due_by=day),)
            case ParameterPublished(parameter=name, county=county) if name in self.rulebook.by_parameter:
                return (Walk(self.book.kind, tag=f"{_OPEN}:{county}" if county else _OPEN),)
            case _:
                return ()

    def decide_one(self, message: Message, _: str, id_: str, peek: Peek) -> list[Event]:
        """Say what the closed day, or the new figure, makes of one book."""
        closed = message.event.date if isinstance(message.event, DayClosed) else message.known_on - _ONE_DAY
        return self._follow(peek(self.book, id_), message, closed, peek)

    def _due_on(self, book: Book) -> date | None:
        looks = (look for duty in self.of(book) if (look := next_look(book, duty)) is not None)
        return min(looks, default=None)

    def _tags(self, book: Book) -> tuple[str, ...]:
        known = [f"county:{book.county}"] if book.county else []
        known += [f"person:{book.person_id}"] if book.person_id else []
        is_open = any(duty.cadence.parameter for duty in self.of(book))
        return (*known, _OPEN, f"{_OPEN}:{book.county}") if is_open else tuple(known)

    def _follow(self, book: Book, message: Message, closed: date, peek: Peek) -> list[Event]:
        events: list[Event] = []
        for assigned in self._assigned(book, peek):
            events.append(assigned)
            book = evolve(book, _numbered(message, assigned))
        for duty, versions in self._by_name(book).items():
            changes = list(_changes(book, duty, versions, closed, closing=isinstance(message.event, DayClosed)))
            for event in changes:
                book = evolve(book, _numbered(message, event))
            events += changes
            if changes:
                events += _task(book, duty, versions, message.known_on, peek)
        return events

    def _assigned(self, book: Book, peek: Peek) -> Iterator[DutyAssigned]:
        for duty in self.of(book):
            if not duty.cadence.parameter:
                continue
            set_to = schedule(peek(FIGURES, PUBLISHED), duty.cadence.parameter, book.county)
            if book.subject and set_to != book.intervals.get(duty.duty, ()):
                intervals = [{"since": each.since, "days": each.days} for each in set_to]
                stated = {"subject": book.subject, "subject_id": book.subject_id, "duty": duty.duty}
                yield DutyAssigned.model_validate(stated | {"intervals": intervals})

    def _by_name(self, book: Book) -> dict[str, list[Duty]]:
        """Return the duties by name; a name without duties is one of which something was said, but binds no longer."""
        found: dict[str, list[Duty]] = {name: [] for name in book.said}
        for duty in self.of(book):
            found.setdefault(duty.duty, []).append(duty)
        return dict(sorted(found.items()))


def _numbered(message: Message, event: Event) -> Message:
    """Return an event as a message, to see what it would change."""
    return Message("", "", event, message.sequence, message.known_on, "")


def _changes(book: Book, duty: str, versions: list[Duty], closed: date, *, closing: bool) -> Iterator[Event]:
    """Return what is to be said of a duty so that what was said is what is true once a day is closed."""
    before = book.said.get(duty, {})
    after = {each.instance.period.name: each for version in versions for each in outcomes(book, version, closed)}
    for name in sorted(before.keys() | after.keys()):
        now = after[name].by(closed) if name in after else None
        if now is None and name in before:
            yield DutyLifted(**_instance(book, duty, name))
        elif now is not None and now != before.get(name) and (closing or now.done_on or name in before):
            yield _said(book, duty, after[name], now)


def _said(book: Book, duty: str, outcome: Outcome, now: Said) -> DutyFulfilled | DutyMissed:
    instance = _instance(book, duty, outcome.instance.period.name)
    if now.done_on is None:
        return DutyMissed(**instance, due_on=now.due_on or date.max, lapsed=now.status == "lapsed")
    papers = dict.fromkeys(paper for each in outcome.evidence for paper in (each.event_id, *each.papers))
    late = now.status == "late"
    return DutyFulfilled(**instance, due_on=now.due_on, done_on=now.done_on, late=late, evidence=list(papers)[:_PAPERS])


def _instance(book: Book, duty: str, period: str) -> dict[str, Any]:
    return {
        "subject": book.subject,
        "subject_id": book.subject_id,
        "duty": duty,
        "period": period,
        "county": book.county or None,
        "person_id": book.person_id or None,
    }


def _task(book: Book, duty: str, versions: list[Duty], day: date, peek: Peek) -> list[Event]:
    """Return what makes one task stand as long as a period of a duty is missed; it names the oldest of them."""
    missed = [
        (said.due_on or date.max, name) for name, said in book.said.get(duty, {}).items() if said.status == "missed"
    ]
    due_on, period = min(missed, default=(None, ""))
    source = versions[-1].source if versions else ""
    task = Task(
        "duty_overdue",
        f"{book_id(book.subject, book.subject_id)}/{duty}",  # type: ignore[arg-type]  # whoever owes is known
        _office(book),
        book.person_id or None if book.subject == "pair" else None,
        due_on,
        {"duty": duty, "subject_id": book.subject_id, "period": period, "clause": source},
    )
    told = peek(TASKS, task.task_id)
    if period and told.opened_on is not None:
        return [] if told.details.get("period") == period else _told_anew(task, told.opened_on)
    return stand(peek, TASKS, task, day, holds=bool(period))


def _told_anew(task: Task, opened_on: date) -> list[Event]:
    return stand(lambda aggregate, id_: aggregate.initial(id_), TASKS, task, opened_on, holds=True)  # type: ignore[arg-type]


def _office(book: Book) -> str | None:
    """Return the county whose office is told; None: the city's."""
    code = book.subject_id if book.subject == "office" else book.county
    return code if code and not code.endswith("00") else None
