"""Tasks (待办事项): one stands open exactly as long as its cause holds.

Whoever decides says whether the cause holds now; `stand` returns the event that makes it so, or none. The same cause
therefore opens one task however often it is found, and the task goes by itself once the cause is gone.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.events.contract import Event
from shared.events.envelope import NAMESPACE
from shared.events.tasks import TaskClosed, TaskKind, TaskOpened
from shared.runner.core import Aggregate, Message, Peek


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody would have to do.

    Args:
        matter: What it is about; with the kind, the task's identity.
        person_id: Whose coordinator is told; None: the county's office, or the city's.
        details: Ids, codes and figures named in `shared.events.tasks.TASK_FIELDS`.
    """

    kind: TaskKind
    matter: str
    county: str | None = None
    person_id: str | None = None
    due_on: date | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def task_id(self) -> str:
        """Return the task's id, a function of kind and matter."""
        return str(uuid.uuid5(NAMESPACE, f"task\n{self.kind}\n{self.matter}"))


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as it stands; forgotten once it is closed.

    Args:
        opened_on: The open day on which it was opened; None: it is not open.
    """

    kind: str = ""
    matter: str = ""
    opened_on: date | None = None
    county: str | None = None
    person_id: str | None = None
    due_on: date | None = None
    details: dict[str, str] = field(default_factory=dict)


def tasks_of(concern: str, *kinds: TaskKind) -> Aggregate[OpenTask]:
    """Return the kind of aggregate in which a concern of registry keeps its open tasks.

    Args:
        concern: Whose tasks they are.
        kinds: Only tasks of these kinds, where one consumer keeps the tasks of several concerns; none: of every kind.
    """

    def concerns(message: Message) -> Iterable[str]:
        match message.event:
            case TaskOpened(task_id=id_, kind=kind) | TaskClosed(task_id=id_, kind=kind) if not kinds or kind in kinds:
                return (id_,)
            case _:
                return ()

    return Aggregate(
        f"{concern}_task",
        OpenTask,
        lambda _: OpenTask(),
        _evolve,
        concerns,
        keep=lambda task: task.opened_on is not None,
    )


def stand(
    peek: Peek, tasks: Aggregate[OpenTask], task: Task, day: date, *, holds: bool, restate: bool = False
) -> list[Event]:
    """Return what makes a task stand open exactly if its cause holds.

    Args:
        peek: Access to the aggregates of the concern.
        tasks: Where the concern keeps its open tasks.
        task: What somebody would have to do.
        day: The open day.
        holds: Whether its cause holds now.
        restate: An open task whose details are others now is opened again, with the day of its first opening.
    """
    before = peek(tasks, task.task_id)
    is_open = before.opened_on is not None
    is_stale = restate and is_open and (before.county, before.details) != (task.county, task.details)
    if holds == is_open and not is_stale:
        return []
    if not holds:
        return [TaskClosed(task_id=task.task_id, kind=task.kind, matter=task.matter, person_id=task.person_id)]
    return [
        TaskOpened(
            task_id=task.task_id,
            kind=task.kind,
            matter=task.matter,
            opened_on=before.opened_on or day,
            county=task.county,
            person_id=task.person_id,
            due_on=task.due_on,
            details=dict(task.details),
        )
    ]


def _evolve(task: OpenTask, message: Message) -> OpenTask:
    match message.event:
        case TaskOpened() as new:
            return OpenTask(
                new.kind, new.matter, new.opened_on, new.county, new.person_id, new.due_on, dict(new.details)
            )
        case TaskClosed():
            return OpenTask()
        case _:
            return task
