"""What puts a watched household at risk, while it does: as registry's open tasks say. A read model for the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message

_KIND: Final = "household_risk"


@dataclass(frozen=True, slots=True)
class HouseholdRisk:
    """A risk of a household, since when, and which items of the checklist are not met; in registry's words."""

    household_id: str = ""
    risk: str = ""
    since: str = ""
    missing: str = ""


def household_tag(household_id: str) -> str:
    """Return the tag of a household's risks."""
    return f"household:{household_id}"


def _concerns(message: Message) -> Iterable[str]:
    event = message.event
    return (event.task_id,) if isinstance(event, TaskOpened | TaskClosed) and event.kind == _KIND else ()


def _evolve(_: HouseholdRisk, message: Message) -> HouseholdRisk:
    match message.event:
        case TaskOpened(details=said):
            return HouseholdRisk(*(said.get(name, "") for name in ("household_id", "risk", "since", "missing")))
        case _:
            return HouseholdRisk()


HOUSEHOLD_RISK: Final = Aggregate(
    kind=_KIND,
    state=HouseholdRisk,
    initial=lambda _: HouseholdRisk(),
    evolve=_evolve,
    concerns=_concerns,
    tags=lambda state: (household_tag(state.household_id),),
    keep=lambda state: bool(state.household_id),
)
