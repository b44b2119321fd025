"""The registers (台账): every figure of the county pages is a sum over their rows, and a row is one thing. Pure.

All events of a row come from one producer in one order, so that a row is the same however the consumers of different
services get on; the one subscription that keeps the rows reads all partitions, because two records that turn out to be
one person move what follows to another partition.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.notify.domain import register_money, register_people, register_work
from services.notify.domain.register_row import Row, Touch, caused
from shared.events.contract import Event
from shared.runner.core import Aggregate, Message

_MEANINGS: Final[Mapping[type[Event], Callable[[Any, Message], Iterable[Touch]]]] = {
    **register_people.MEANINGS,
    **register_money.MEANINGS,
    **register_work.MEANINGS,
}
EVENTS: Final[tuple[type[Event], ...]] = tuple(_MEANINGS)
"""What the registers are made of."""
REGISTERS: Final = (
    register_people.PEOPLE,
    register_people.PLACEMENTS,
    register_people.OFFERS,
    register_money.SUBSIDIES,
    register_money.BUDGETS,
    register_money.WAITING,
    register_work.TARGETS,
    register_work.DUTIES,
    register_work.TASKS,
    register_work.REPORTS,
    register_work.REFUSALS,
)


def touches(message: Message) -> tuple[Touch, ...]:
    """Return what a message does to rows, in order."""
    meaning = _MEANINGS.get(type(message.event))
    return tuple(meaning(message.event, message)) if meaning else ()


def _concerns(message: Message) -> Iterable[str]:
    return dict.fromkeys(touch.id for touch in touches(message))


def _evolve(row: Row, message: Message) -> Row:
    before = row
    for touch in touches(message):
        if touch.id == row.id:
            row = touch.change(row)
    return row if row == before else caused(row, message)


REGISTER_ROW = Aggregate(
    kind="register_row",
    state=Row,
    initial=lambda id_: Row(id=id_),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda row: bool(row.register),
    indexes=("register,area", "register,county,series", "register,person_id"),
)
