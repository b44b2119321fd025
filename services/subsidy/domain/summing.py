"""What changes of entitlements come to where nothing waits for a budget: sums, and what each budget is charged.

Then every change is a line of the year in which it became known, whatever the order of lines, so that sums of changes
are sums of lines. Only for claims that name a person, whose charges are their own. Pure; amounts in fen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.subsidy.domain.accounts import Account, authority, available
from services.subsidy.domain.budgets import Budget
from services.subsidy.domain.claims import claim_key
from services.subsidy.domain.comparing import Tally, tally_id
from services.subsidy.domain.positions import Charge, with_charge
from shared.events.subsidy import EntitlementChanged
from shared.runner.core import Aggregate, Message, Subscription


@dataclass(frozen=True, slots=True)
class Charges:
    """What a claim is charged now, by budget, the latest last."""

    programme: str = ""
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """All that a budget was ever charged, whatever came back."""

    fen: int = 0


def _add(state: Tally, message: Message) -> Tally:
    match message.event:
        case EntitlementChanged(change_fen=fen):
            return Tally(state.fen + fen)
        case _:
            return state


def _charge(state: Charges, message: Message) -> Charges:
    match message.event:
        case EntitlementChanged(claim=claim, county=county, change_fen=fen) if fen:
            charges = with_charge(state.charges, Charge(county, message.known_on.year, fen))
            return Charges(claim.programme, charges)
        case _:
            return state


def _spend(state: Spent, message: Message) -> Spent:
    match message.event:
        case EntitlementChanged(change_fen=fen):
            return Spent(state.fen + max(fen, 0))
        case _:
            return state


def _spent_of(message: Message) -> Iterable[str]:
    match message.event:
        case EntitlementChanged(claim=claim, county=county):
            return (available(claim.programme, county, message.known_on.year),)
        case _:
            return ()


def _claim_of(message: Message) -> Iterable[str]:
    return (claim_key(message.event.claim),) if isinstance(message.event, EntitlementChanged) else ()


def _tally_of(message: Message) -> Iterable[str]:
    match message.event:
        case EntitlementChanged(claim=claim, county=county):
            return (tally_id(claim, county),)
        case _:
            return ()


SUM = Aggregate(kind="sum", state=Tally, initial=lambda _: Tally(), evolve=_add, concerns=_tally_of)
CHARGES = Aggregate(kind="charges", state=Charges, initial=lambda _: Charges(), evolve=_charge, concerns=_claim_of)
SPENT = Aggregate(kind="spent", state=Spent, initial=lambda _: Spent(), evolve=_spend, concerns=_spent_of)
SUMS = Subscription("subsidy-sums", (EntitlementChanged,), (SUM, CHARGES, SPENT))


def charged(accounts: Mapping[str, Account], charges: Iterable[Charges]) -> dict[str, Account]:
    """Return the accounts of budgets that were granted, less what claims are charged."""
    found = dict(accounts)
    for claim in charges:
        for charge in claim.charges:
            name = available(claim.programme, charge.county, charge.year)
            before = found.get(name, Account(name))
            found[name] = replace(before, balance_fen=before.balance_fen - charge.fen)
    return found


def is_short(budgets: Mapping[str, Budget], accounts: Mapping[str, Account], spent: Mapping[str, Spent]) -> bool:
    """Tell whether a budget was ever charged more than was granted, so that something may have waited."""
    for id_, budget in budgets.items():
        programme, county = id_.split("|")
        for year in budget.granted:
            granted = accounts.get(authority(programme, county, year), Account("")).balance_fen
            if spent.get(available(programme, county, year), Spent()).fen > -granted:
                return True
    return False
