"""What a person or an employer is due and does not get for want of a fact: gone once it accrues. A read model."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.events.contract import Event
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed, Missing
from shared.places import county_today
from shared.runner.core import Aggregate, Message

HEARD: Final[tuple[type[Event], ...]] = (EntitlementUnclaimed, EmployerUnclaimed)


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """What is missing as of a day, in a county by its code of today; each statement replaces the one before it."""

    county: str = ""
    as_of: date = date.min
    missing: tuple[Missing, ...] = ()


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.entity_id,) if isinstance(message.event, HEARD) else ()


def _evolve(before: Unclaimed, message: Message) -> Unclaimed:
    match message.event:
        case EntitlementUnclaimed() | EmployerUnclaimed() as said:
            return Unclaimed(county_today(said.county), said.as_of, tuple(said.missing))
        case _:
            return before


UNCLAIMED: Final = Aggregate(
    kind="unclaimed",
    state=Unclaimed,
    initial=lambda _: Unclaimed(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda state: bool(state.missing),
    indexes=("county",),
)
