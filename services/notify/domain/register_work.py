"""What events mean to the registers of targets, duties, tasks, village reports and refused facts. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from services.notify.domain.register_row import Row, Touch, follows, states, told
from shared.events.alerts import FactRejected
from shared.events.contract import Event
from shared.events.duties import DutyFulfilled, DutyLifted, DutyMissed
from shared.events.targets import PlatformRated, TargetCounted
from shared.events.tasks import TaskClosed, TaskOpened
from shared.events.types import is_person_id
from shared.places import place_today
from shared.runner.core import Message

TARGETS, DUTIES, TASKS, REPORTS, REFUSALS = "targets", "duties", "tasks", "reports", "refusals"
_PLACE_AT_END: Final = re.compile(r"-((?:\d{6}){1,2}|\d{9})$")  # a source named after a place ends with its code
_COUNTY: Final = 6


def _counted(event: TargetCounted, message: Message) -> list[Touch]:
    """Each row says by how much the figures change, so that they are sums whatever was taken back later."""
    person_id = next((each for each in (event.said_of, event.counts) if each and is_person_id(each)), None)
    return [
        states(
            TARGETS,
            message.id,
            event.county,
            series=event.target,
            stage="counts" if event.stands else "withdrawn",
            on=event.day or message.known_on,
            year=event.window,
            count=event.distinct + event.times,
            whole=event.whole,
            person_id=person_id,
            party=None if person_id else event.counts,
            details=told(fact=event.fact, topic=event.topic_of_fact, employment_id=event.employment_id),
        )
    ]


def _missed(event: DutyMissed, _: Message) -> list[Touch]:
    return [_duty(event, "lapsed" if event.lapsed else "missed", on=event.due_on)]


def _fulfilled(event: DutyFulfilled, _: Message) -> list[Touch]:
    stage = "late" if event.late else "fulfilled"
    return [_duty(event, stage, on=event.due_on or event.done_on, until=event.done_on)]


def _duty(event: DutyMissed | DutyFulfilled, stage: str, **days: Any) -> Touch:
    return states(
        DUTIES,
        _duty_id(event),
        event.county,
        series=event.duty,
        stage=stage,
        person_id=event.person_id,
        party=event.subject_id,
        count=1,
        details=told(subject=event.subject, period=event.period),
        **days,
    )


def _lifted(event: DutyLifted, _: Message) -> list[Touch]:
    return [follows(DUTIES, _duty_id(event), stage="lifted", count=0)]


def _duty_id(event: DutyMissed | DutyFulfilled | DutyLifted) -> str:
    return f"{event.subject}/{event.subject_id}/{event.duty}/{event.period}"


def _opened(event: TaskOpened, _: Message) -> list[Touch]:
    return [
        states(
            TASKS,
            event.task_id,
            event.county,
            series=event.kind,
            stage="open",
            on=event.opened_on,
            until=event.due_on,
            person_id=event.person_id,
            count=1,
            details=dict(event.details),
        )
    ]


def _closed(event: TaskClosed, _: Message) -> list[Touch]:
    return [follows(TASKS, event.task_id, stage="closed")]


def _rated(event: PlatformRated, message: Message) -> list[Touch]:
    """A refused fact is in the register of refusals already."""
    if event.wrong == "refused":
        return []
    defects = (("corrected", event.wrong), ("late", event.late_days), ("incomplete", event.lacks))
    stage = next((name for name, found in defects if found), "good")
    said = told(fact=event.rates, lacks="、".join(event.lacks), late_days=event.late_days or None)
    row = states(
        REPORTS, message.id, event.county, series=event.kind, stage=stage, on=message.known_on, count=1, details=said
    )
    return [_in_area(row, event.village)]


def _rejected(event: FactRejected, message: Message) -> list[Touch]:
    found = _PLACE_AT_END.search(event.source)
    area = found[1] if found else ""
    row = states(
        REFUSALS,
        message.id,
        event.county or area[:_COUNTY] or None,
        series=event.source,
        stage=event.code,
        on=message.known_on,
        count=1,
        details=told(fact=event.fact, path=event.path),
    )
    return [_in_area(row, area) if area else row]


def _in_area(touch: Touch, area: str) -> Touch:
    def change(row: Row) -> Row:
        return replace(touch.change(row), area=place_today(area))

    return Touch(touch.id, change)


MEANINGS: Final[Mapping[type[Event], Callable[[Any, Message], Iterable[Touch]]]] = {
    TargetCounted: _counted,
    DutyMissed: _missed,
    DutyFulfilled: _fulfilled,
    DutyLifted: _lifted,
    TaskOpened: _opened,
    TaskClosed: _closed,
    PlatformRated: _rated,
    FactRejected: _rejected,
}
