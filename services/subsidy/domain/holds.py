"""Aggregate "hold": what keeps a payee from being paid for now; nothing is lost, it is paid once the hold is over."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.events.finance import PayeeBlocked, PayeePaused, PayeeResumed
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Order:
    """A pause, its end, or a block, in order of becoming known; an empty programme means all of them."""

    kind: Literal["paused", "resumed", "blocked"]
    known_on: date
    since: date
    until: date | None = None
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """What was ordered about a payee."""

    orders: tuple[Order, ...] = ()


def is_held(hold: Hold, programme: str, day: date) -> bool:
    """Tell whether a payee is not to be paid for a programme on a day, as far as was known by then.

    A pause lasts until its own last day or until it is resumed; a block runs to its last day whatever is resumed.
    """
    known = [order for order in hold.orders if order.known_on <= day and order.since <= day]
    about = [order for order in known if order.programme in ("", programme)]
    if any(order.kind == "blocked" and order.until is not None and day <= order.until for order in about):
        return True
    pauses = [order for order in about if order.kind != "blocked"]
    last = max(pauses, key=lambda order: order.since, default=None)
    return last is not None and last.kind == "paused" and (last.until is None or day <= last.until)


def _evolve(state: Hold, message: Message) -> Hold:
    match message.event:
        case PayeePaused(date=since, until=until, programme=programme):
            order = Order("paused", message.known_on, since, until, programme or "")
        case PayeeResumed(date=since, programme=programme):
            order = Order("resumed", message.known_on, since, None, programme or "")
        case PayeeBlocked(from_=since, until=until):
            order = Order("blocked", message.known_on, since, until)
        case _:
            return state
    return replace(state, orders=(*state.orders, order))


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case PayeePaused(uscc=uscc, person_id=person) | PayeeResumed(uscc=uscc, person_id=person):
            return (uscc or person or "",)
        case PayeeBlocked(uscc=uscc, person_id=person):
            return (uscc or person or "",)
        case _:
            return ()


HOLD = Aggregate(kind="hold", state=Hold, initial=lambda _: Hold(), evolve=_evolve, concerns=_concerns)
