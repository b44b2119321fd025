"""The duties in memory, told recorded events day by day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from services.registry.domain.duties_book import Book
from services.registry.domain.tasks import OpenTask
from services.registry.duties_subscription import DUTIES
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.duties import DutyFulfilled, DutyLifted, DutyMissed
from shared.events.employment import (
    AssessmentRecorded,
    AttendanceRecorded,
    DutyDone,
    EmploymentConfirmed,
    EmploymentEnded,
    PlacementSuspended,
)
from shared.events.people import PairAssigned, VisitRecorded
from shared.runner.core import Message, Service
from shared.runner.memory import Memory
from tests.support.facts import COUNTY, KEYS, USCC

PERSON = "p" + "a" * 25
ONE_DAY = timedelta(days=1)
_SERVICE = Service("registry", "", (DUTIES,))


def day(text: str) -> date:
    return date.fromisoformat(text)


class Desk:
    """The consumer of duties on an open day."""

    def __init__(self, today: str = "2018-01-01") -> None:
        self.memory, self.today, self._told = Memory([_SERVICE], KEYS), day(today), 0

    def tell(self, *facts: Event, ids: Iterable[str] = ()) -> list[Event]:
        """Tell facts on the open day and return what was said of them."""
        before, names = len(self.memory.emitted), [*ids]
        for number, fact in enumerate(facts):
            self._told += 1
            id_ = names[number] if names else f"m{self._told}"
            self.memory.recall(Message(id_, "/bangfu/registry", fact, self._told, self.today, "c"))
        return [m.event for m in self.memory.emitted[before:] if m.event not in facts]

    def close(self, until: str) -> list[Event]:
        """Close the open day and those after it, through a day; return what was said meanwhile.

        A day on which no book is due is left out: its closing touches none (a test of its own shows that).
        """
        said: list[Event] = []
        while self.today <= day(until):
            if self.due() <= self.today:
                said += self.tell(DayClosed(date=self.today), ids=[f"close-{self.today}"])
            self.today += ONE_DAY
        return [event for event in said if not isinstance(event, DayClosed)]

    def due(self) -> date:
        """Return the next day whose closing touches a book."""
        consumer = self.memory._consumers.get((DUTIES.name, 0))
        books = consumer.due.get("duty_book", {}) if consumer else {}
        return min(books.values(), default=date.max)

    def book(self, id_: str = "placement:J1") -> Book:
        found: Book = self.memory.states("duty_book")[id_]
        return found

    def said(self, duty: str, id_: str = "placement:J1") -> dict[str, str]:
        """Return how each period of a duty stands, by what was said."""
        return {period: each.status for period, each in sorted(self.book(id_).said.get(duty, {}).items())}

    def tasks(self) -> dict[str, OpenTask]:
        """Return the open tasks by matter."""
        found: dict[str, OpenTask] = self.memory.states("duty_task")
        return {task.matter: task for task in found.values()}


def periods(events: Iterable[Event], kind: type[Event], duty: str = "") -> list[str]:
    """Return the periods that events of a kind are about."""
    own = [
        event
        for event in events
        if isinstance(event, kind) and isinstance(event, DutyFulfilled | DutyMissed | DutyLifted)
    ]
    return [event.period for event in own if not duty or event.duty == duty]


def placed(kind: str = "secondment", starts_on: str = "2018-01-01", **more: Any) -> EmploymentConfirmed:
    stated = {"employment_id": "J1", "person_id": PERSON, "uscc": USCC, "starts_on": starts_on, "post_kind": kind}
    return EmploymentConfirmed.model_validate(stated | {"county": COUNTY} | more)


def ended(last_day: str) -> EmploymentEnded:
    return EmploymentEnded(employment_id="J1", last_day=day(last_day), reason="期满", person_id=PERSON)


def suspended(first: str, until: str | None = None) -> PlacementSuspended:
    last = day(until) if until else None
    return PlacementSuspended(employment_id="J1", date=day(first), until=last, reason="病假", person_id=PERSON)


def done(word: str, on: str, **more: Any) -> DutyDone:
    return DutyDone.model_validate({"employment_id": "J1", "person_id": PERSON, "duty": word, "date": on} | more)


def attended(period: str) -> AttendanceRecorded:
    return AttendanceRecorded(employment_id="J1", period=period, working_days=20, attended_days=20, person_id=PERSON)


def assessed(period: str) -> AssessmentRecorded:
    return AssessmentRecorded(employment_id="J1", period=period, grade="qualified", person_id=PERSON)


def paired(coordinator_id: str = "C1") -> PairAssigned:
    return PairAssigned(person_id=PERSON, coordinator_id=coordinator_id, county=COUNTY, load=1)


def visited(on: str, kind: str = "follow_up") -> VisitRecorded:
    stated = {"person_id": PERSON, "coordinator_id": "C1", "date": on, "kind": kind}
    return VisitRecorded.model_validate(stated)
