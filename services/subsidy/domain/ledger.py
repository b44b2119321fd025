"""Aggregates "ledger" and "line": a day is posted once every partition has settled it, line after line without gaps."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.subsidy.domain.claims import claim_key
from services.subsidy.domain.payments import POSITION, settled
from services.subsidy.domain.posting import Desk, posted
from services.subsidy.domain.queue import CLAIM
from shared.catalog import PARTITIONS
from shared.events.contract import Event
from shared.events.finance import PaymentSettled
from shared.events.subsidy import DayCompleted, DaySettled, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message, Peek, Walk

THE_LEDGER: Final = "ledger"


@dataclass(frozen=True, slots=True)
class Ledger:
    """How far the ledger has come.

    Args:
        lines: Lines posted so far. `transfers`: transfers booked so far.
        settlers: Which partitions have settled which day, for the days that are not settled by all.
        completed: The last day that was settled by all.
    """

    lines: int = 0
    transfers: int = 0
    settlers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    completed: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A posted line; the read model of statements and of the digest."""

    posted: LinePosted | None = None


def decide(message: Message, peek: Peek) -> list[Event]:
    """Return what follows for the ledger: a day is complete, or a payment went out."""
    ledger = peek(LEDGER, THE_LEDGER)
    match message.event:
        case DaySettled(date=day):
            everybody = len(ledger.settlers.get(day.isoformat(), ())) == PARTITIONS
            return [DayCompleted(date=day)] if everybody else []
        case PaymentSettled() as fact:
            return settled(message, fact, peek, ledger.transfers)
        case _:
            return []


def walks(message: Message) -> tuple[Walk, ...]:
    """Return what a completed day posts: every change that became known by then, in posting order."""
    match message.event:
        case DayCompleted(date=day):
            return (Walk(CLAIM.kind, due_by=day),)
        case _:
            return ()


def decide_one(message: Message, _: str, place: str, peek: Peek) -> list[Event]:
    """Return the line that posts one change.

    Days complete in their order, because each partition settles them in order.
    """
    waiting = peek(CLAIM, place)
    if waiting.change is None or not isinstance(message.event, DayCompleted):
        return []
    ledger = peek(LEDGER, THE_LEDGER)
    unpaid_fen = peek(POSITION, claim_key(waiting.change.claim)).payable_fen
    desk = Desk(ledger.lines, ledger.transfers, unpaid_fen)
    return [posted(waiting, waiting.change, message.event.date, desk)]


def _evolve(state: Ledger, message: Message) -> Ledger:
    match message.event:
        case DaySettled(date=day, partition_no=number):
            key = day.isoformat()
            settlers = tuple(sorted({*state.settlers.get(key, ()), number}))
            return replace(state, settlers=state.settlers | {key: settlers})
        case DayCompleted(date=day):
            later = {key: settlers for key, settlers in state.settlers.items() if key != day.isoformat()}
            return replace(state, settlers=later, completed=day)
        case LinePosted(line_no=number):
            return replace(state, lines=number)
        case TransferBooked():
            return replace(state, transfers=state.transfers + 1)
        case _:
            return state


def _concerns(message: Message) -> Iterable[str]:
    return (THE_LEDGER,) if isinstance(message.event, DaySettled | DayCompleted | LinePosted | TransferBooked) else ()


def _line_tags(line: Line) -> Iterable[str]:
    if line.posted is None:
        return ()
    claim = line.posted.claim
    return [
        f"payee:{claim.payee}",
        f"programme:{claim.programme}",
        *([f"person:{claim.person_id}"] if claim.person_id else []),
    ]


LEDGER = Aggregate(kind="ledger", state=Ledger, initial=lambda _: Ledger(), evolve=_evolve, concerns=_concerns)
LINE = Aggregate(
    kind="line",
    state=Line,
    initial=lambda _: Line(),
    evolve=lambda state, message: Line(message.event) if isinstance(message.event, LinePosted) else state,
    concerns=lambda message: (message.event.line_id,) if isinstance(message.event, LinePosted) else (),
    tags=_line_tags,
    indexes=("posted.claim.payee", "posted.claim.person_id"),
)
