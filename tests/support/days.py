"""Registry in memory whose days are closed one after the other, for tests of what a day's end brings."""

from datetime import date, timedelta
from typing import Any

from services.registry.casework_subscription import CASEWORK
from shared.events.tasks import TaskOpened
from tests.support.facts import FIRST_CLOSED, Offer, closing
from tests.support.world import Registry

OPEN_DAY = FIRST_CLOSED + timedelta(days=1)


class County(Registry):
    """A registry whose days are closed one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.open_day = OPEN_DAY

    def close(self, until: date | None = None) -> None:
        """Close the open day, or every day up to one."""
        until = until or self.open_day
        while self.open_day <= until:
            self.tell(closing(self.open_day))
            self.open_day += timedelta(days=1)

    def case(self) -> Any:
        """Return the only case."""
        (case,) = self.memory.states(CASEWORK.case.kind).values()
        return case

    def opened(self) -> list[TaskOpened]:
        """Return the tasks of this concern that were ever opened."""
        ours = {"pair_missing", "plan_missing", "certificate_due"}
        return [event for event in self.events(TaskOpened) if event.kind in ours]

    def standing(self) -> list[str]:
        """Return the kinds of the open tasks."""
        tasks = (*self.memory.states("pairing_task").values(), *self.memory.states("casework_task").values())
        return sorted(task.kind for task in tasks)


def county(*facts: Offer) -> County:
    found = County()
    found.tell(*facts)
    return found
