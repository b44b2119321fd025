"""Aggregate "application": a person's application for a programme that recruits with public notice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.registry.domain.placements_open import opened
from shared.events.contract import Event
from shared.events.employment import ApplicationReceived, ApplicationReviewed
from shared.events.finance import NoticeCleared, NoticeObjected
from shared.events.placements import (
    ApplicationChecked,
    ApplicationPosted,
    RoundDecided,
    RoundProposed,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message

OF_APPLICATION, OF_ROUND = "application", "round"
"""What the matter of a task about recruiting begins with."""
_EARLIEST: Final = (date.min, 0)


@dataclass(frozen=True, slots=True)
class Objection:
    """What was said of a notice: the last word counts, by its date, of one date by its arrival."""

    objected: tuple[date, int] = _EARLIEST
    cleared: tuple[date, int] = _EARLIEST

    @property
    def is_open(self) -> bool:
        """Whether nobody has cleared it."""
        return self.objected > self.cleared

    def after(self, message: Message) -> "Objection":
        """Return it after an objection or its clearing."""
        match message.event:
            case NoticeObjected(date=day):
                return replace(self, objected=max(self.objected, (day, message.sequence)))
            case NoticeCleared(date=day):
                return replace(self, cleared=max(self.cleared, (day, message.sequence)))
            case _:
                return self


NO_OBJECTION: Final = Objection()


@dataclass(frozen=True, slots=True)
class Application:
    """An application on its way.

    Args:
        said: The words of the review. check: What registry made of it; None: its programme recruits otherwise.
        notice_until: The last day of the notice that lists it. decided: What the decision on it was.
        posting_by: The last day of the posting. employment_id: The posting.
        open: Marks of the tasks that stand open.
    """

    programme: str = ""
    person_id: str = ""
    received_on: date | None = None
    said: str = ""
    check: ApplicationChecked | None = None
    notice_until: date | None = None
    objection: Objection = NO_OBJECTION
    decided: str = ""
    posting_by: date | None = None
    employment_id: str | None = None
    open: tuple[str, ...] = ()

    @property
    def is_approved(self) -> bool:
        """Whether the review approved it."""
        return self.check is not None and self.check.review == "approved"

    @property
    def is_reviewed(self) -> bool:
        """Whether the review came to a result."""
        return self.check is not None and self.check.review in ("approved", "refused")

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it: refused, or posted."""
        refused = self.decided == "refused" or (self.check is not None and self.check.review == "refused")
        return refused or (self.decided == "approved" and self.employment_id is not None)

    @property
    def deadlines(self) -> dict[str, date]:
        """By step, the day at whose closing somebody is told that it waits."""
        if self.check is None or self.is_over:
            return {}
        if not self.is_reviewed:
            return {"review": self.check.review_by}
        if self.decided == "approved" and self.posting_by is not None and not self.objection.is_open:
            return {"posting": self.posting_by}
        return {}


def of_matter(kind: str, task: TaskOpened | TaskClosed) -> Iterable[str]:
    """Return the application or round that a task is about."""
    if task.kind != "recruiting_waits":
        return ()
    of, id_, _ = task.matter.split("/", 2)
    return (id_,) if of == kind else ()


def _applications(message: Message) -> Iterable[str]:
    match message.event:
        case (
            ApplicationReceived(application_id=id_)
            | ApplicationReviewed(application_id=id_)
            | ApplicationChecked(application_id=id_)
            | ApplicationPosted(application_id=id_)
            | NoticeObjected(notice_id=id_)
            | NoticeCleared(notice_id=id_)
        ):
            return (id_,)
        case RoundProposed(application_ids=ids) | RoundDecided(application_ids=ids):
            return ids
        case TaskOpened() | TaskClosed() as task:
            return of_matter(OF_APPLICATION, task)
        case _:
            return ()


def _received(application: Application, fact: ApplicationReceived) -> Application:
    return replace(application, programme=fact.programme, person_id=fact.person_id, received_on=fact.date)


def _decided(application: Application, fact: RoundDecided) -> Application:
    return replace(application, decided=fact.decision, posting_by=fact.posting_by)


def _tasked(application: Application, task: TaskOpened | TaskClosed) -> Application:
    return replace(application, open=opened(application.open, task))


_EVOLVED_BY: Final[dict[type[Event], Callable[[Application, Any], Application]]] = {
    ApplicationReceived: _received,
    ApplicationReviewed: lambda application, fact: replace(application, said=fact.decision),
    ApplicationChecked: lambda application, check: replace(application, check=check),
    RoundProposed: lambda application, fact: replace(application, notice_until=fact.notice_until),
    RoundDecided: _decided,
    ApplicationPosted: lambda application, fact: replace(application, employment_id=fact.employment_id),
    TaskOpened: _tasked,
    TaskClosed: _tasked,
}


def _evolve(application: Application, message: Message) -> Application:
    if isinstance(message.event, NoticeObjected | NoticeCleared):
        return replace(application, objection=application.objection.after(message))
    return _EVOLVED_BY[type(message.event)](application, message.event)


def next_day(deadlines: dict[str, date], of: str, open_: tuple[str, ...]) -> date | None:
    """Return the next day whose closing opens a task; what is open already waits for no day."""
    steps = {mark.rpartition("/")[2] for mark in open_ if mark.startswith(f"recruiting_waits {of}/")}
    return min((day for step, day in deadlines.items() if step not in steps), default=None)


APPLICATION = Aggregate(
    "application",
    Application,
    lambda _: Application(),
    _evolve,
    _applications,
    due_on=lambda application: next_day(application.deadlines, OF_APPLICATION, application.open),
    tags=lambda application: (application.programme,),
    keep=lambda application: bool(application.programme or application.said),
    indexes=("person_id",),
)
