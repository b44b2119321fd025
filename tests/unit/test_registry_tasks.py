"""A task stands open exactly as long as its cause holds."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.notify.rulebook import load_rulebook
from services.registry.domain.tasks import OpenTask, Task, stand, tasks_of
from shared.events.contract import Event
from shared.events.tasks import TASK_FIELDS, TASK_KINDS, TaskClosed, TaskOpened
from shared.runner.core import Message

PERSON = "p" + "a" * 25
DAY = date(2018, 3, 5)
TASKS = tasks_of("toy")
TASK = Task("plan_missing", PERSON, "350622", PERSON, details={"since": "2018-03-01"})


def events(before: OpenTask, *, holds: bool) -> list[Event]:
    return stand(lambda _, __: before, TASKS, TASK, DAY, holds=holds)  # type: ignore[arg-type]


def after(*happened: Event) -> OpenTask:
    state = OpenTask()
    for event in happened:
        state = TASKS.evolve(state, Message("m", "", event, 1, DAY, "c"))
    return state


def test_a_cause_that_holds_opens_one_task_however_often_it_is_found() -> None:
    (opened,) = events(OpenTask(), holds=True)
    assert isinstance(opened, TaskOpened)
    assert events(after(opened), holds=True) == []


def test_a_cause_that_is_gone_closes_the_task_once() -> None:
    opened = events(OpenTask(), holds=True)
    (closed,) = events(after(*opened), holds=False)
    assert isinstance(closed, TaskClosed)
    assert closed.task_id == TASK.task_id
    assert events(after(*opened, closed), holds=False) == []
    assert not TASKS.keep(after(*opened, closed))


def test_a_detail_that_its_kind_does_not_have_is_refused() -> None:
    (opened,) = events(OpenTask(), holds=True)
    with pytest.raises(ValidationError, match="no detail colour"):
        TaskOpened.model_validate(opened.model_dump() | {"details": {"colour": "red"}})


def test_every_kind_of_task_has_its_fields_and_words_for_the_officer() -> None:
    assert TASK_FIELDS.keys() == set(TASK_KINDS)
    assert all(load_rulebook().in_force(kind, DAY).todo.zh for kind in TASK_KINDS)
