"""Which tasks about something stand open, kept by what they are about; and what makes exactly the wanted ones stand."""

from collections.abc import Sequence
from datetime import date
from typing import Final, get_args

from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.contract import Event
from shared.events.tasks import TaskClosed, TaskKind, TaskOpened
from shared.runner.core import Peek

TASKS: Final = tasks_of("placements")
_KINDS: Final[dict[str, TaskKind]] = {kind: kind for kind in get_args(TaskKind)}


def opened(before: tuple[str, ...], task: TaskOpened | TaskClosed) -> tuple[str, ...]:
    """Return the marks of the open tasks after one was opened or closed."""
    mark = f"{task.kind} {task.matter}"
    others = tuple(each for each in before if each != mark)
    return (*others, mark) if isinstance(task, TaskOpened) else others


def mark_of(task: Task) -> str:
    """Return what `opened` keeps of a task."""
    return f"{task.kind} {task.matter}"


def settle(
    peek: Peek, before: tuple[str, ...], wanted: Sequence[Task], day: date, person_id: str | None = None
) -> list[Event]:
    """Return what closes the open tasks that nothing asks for any more and opens those that are wanted.

    Args:
        peek: Access to the concern's tasks.
        before: Marks of the tasks that stand open.
        wanted: What ought to stand.
        day: The open day.
        person_id: Whom those tasks are about.
    """
    kept = {mark_of(task) for task in wanted}
    events: list[Event] = []
    for mark in before:
        if mark not in kept:
            kind, _, matter = mark.partition(" ")
            gone = Task(_KINDS[kind], matter, person_id=person_id)
            events += stand(peek, TASKS, gone, day, holds=False)
    for task in wanted:
        events += stand(peek, TASKS, task, day, holds=True)
    return events
