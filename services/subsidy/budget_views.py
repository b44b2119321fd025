"""What became of the budgets: granted, encumbered, consumed, available, and what waits for room. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from services.subsidy.domain.accounts import Account
from services.subsidy.domain.budgets import Budget
from services.subsidy.domain.claims import claim_of
from services.subsidy.domain.positions import Position, taken_back

_Key = tuple[str, str, int]


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


def purses(
    accounts: Mapping[str, Account], positions: Mapping[str, Position], queues: Mapping[str, Budget]
) -> dict[_Key, Purse]:
    """Return the budgets by (programme, county, fiscal year), from the states of the ledger by id."""
    found: dict[_Key, Purse] = defaultdict(Purse)
    for account in accounts.values():
        _balanced(found, account)
    for id_, position in positions.items():
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
