"""What became of the budgets: granted, encumbered, consumed, available, and what waits for room. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.subsidy.clocks import Clocks
from services.subsidy.domain.accounts import ACCOUNT, Account
from services.subsidy.domain.budgets import Budget
from services.subsidy.domain.claims import claim_of
from services.subsidy.domain.positions import POSITION, Position, taken_back
from shared.events.subsidy import BudgetBooked, LinePosted, TransferBooked
from shared.ops.tracing import Node
from shared.runner.core import Aggregate, Message

_Key = tuple[str, str, int]
_EVENTS = {event.topic: event for event in (BudgetBooked, LinePosted, TransferBooked)}


@dataclass
class Purse:
    """A budget of a programme in a county and a fiscal year, in fen.

    Args:
        granted: Net of cuts. encumbered: set aside ahead of a decision. consumed: charged and final.
        available: What is left; below nil where nothing was granted, so that nothing bound. lapsed: to the treasury.
        waiting: What waits for room, only under the latest year of its budget.
    """

    granted: int = 0
    encumbered: int = 0
    consumed: int = 0
    available: int = 0
    lapsed: int = 0
    waiting: int = 0


@dataclass
class Books:
    """The accounts and positions of the ledger, by id."""

    accounts: dict[str, Account] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)


def books_at(nodes: Iterable[Node], seen: Clocks) -> Books:
    """Return the books as the clocks see them, from the events of the journals in order."""
    books = Books()
    for node in nodes:
        model = _EVENTS.get(node.topic)
        if model is None:
            continue
        event = model.model_validate(node.data, strict=False)
        booked_on = event.posted_on if isinstance(event, LinePosted) else event.booked_on
        period = str(event.fiscal_year) if isinstance(event, BudgetBooked) else event.claim.period
        if seen.see(period, booked_on):
            message = Message(node.id, node.service, event, node.sequence, booked_on, node.correlation)
            _fold(ACCOUNT, books.accounts, message)
            _fold(POSITION, books.positions, message)
    return books


def _fold(aggregate: Aggregate[Any], states: dict[str, Any], message: Message) -> None:
    for id_ in aggregate.concerns(message):
        states[id_] = aggregate.evolve(states.get(id_) or aggregate.initial(id_), message)


def purses(books: Books, queues: Mapping[str, Budget]) -> dict[_Key, Purse]:
    """Return the budgets by (programme, county, fiscal year).

    Args:
        books: What was booked.
        queues: What waits, by budget id; empty where another day is asked for.
    """
    found: dict[_Key, Purse] = defaultdict(Purse)
    for account in books.accounts.values():
        _balanced(found, account)
    for id_, position in books.positions.items():
        _charged(found, claim_of(id_).programme, position)
    for id_, queue in queues.items():
        programme, county = id_.split("|")
        years = [year for name, home, year in found if (name, home) == (programme, county)]
        if queue.queue and years:
            found[programme, county, max(years)].waiting = sum(entry.fen for entry in queue.queue)
    return dict(found)


def _balanced(found: dict[_Key, Purse], account: Account) -> None:
    match account.name.split(":"):
        case ["authority", programme, county, year]:
            found[programme, county, int(year)].granted = -account.balance_fen
        case ["available", programme, county, year]:
            found[programme, county, int(year)].available = account.balance_fen
        case ["treasury", programme, county, year]:
            found[programme, county, int(year)].lapsed = account.balance_fen


def _charged(found: dict[_Key, Purse], programme: str, position: Position) -> None:
    """Share out what a position was charged; what it has encumbered is the last of that."""
    for charge in position.charges:
        found[programme, charge.county, charge.year].consumed += charge.fen
    for charge in taken_back(position.charges, position.encumbered_fen):
        found[programme, charge.county, charge.year].consumed -= charge.fen
        found[programme, charge.county, charge.year].encumbered += charge.fen
