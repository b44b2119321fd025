"""The posting step: the one place where a change of what is due becomes a line of the ledger and its double entry.

A line that was paid and is taken back becomes a receivable: at once, or where a document gives the payee time to put
things right, once the clawback is decided (clawbacks.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.subsidy.domain.accounts import (
    available,
    double_entry,
    encumbered,
    payable,
    proposed_clawback,
    receivable,
    treasury,
)
from services.subsidy.domain.positions import Charge, taken_back
from shared.calendar import month_of
from shared.events.subsidy import Claim, EntitlementChanged, LinePosted, Posting, TransferBooked
from shared.money import percent


@dataclass(frozen=True, slots=True)
class Desk:
    """What the step needs to know of the ledger.

    Args:
        year: The fiscal year whose budget a line is charged to.
        lines: Lines posted so far. `transfers`: transfers booked so far.
        unpaid_fen: What is final and not yet paid of the position in question. `charges`: what it is charged.
        owed_fen: What the payee owes. `offset_percent`: which part of money that becomes due is set off against it.
        closed: The fiscal years that are closed, as (county, year).
        decides_first: What was paid and is taken back is owed once two people have decided on it, not at once.
    """

    day: date
    year: int
    lines: int
    transfers: int
    unpaid_fen: int = 0
    charges: tuple[Charge, ...] = ()
    owed_fen: int = 0
    offset_percent: int = 0
    closed: Collection[tuple[str, int]] = ()
    decides_first: bool = False


def line_of(place: str, change: EntitlementChanged, final_fen: int, desk: Desk) -> LinePosted:
    """Return the line that posts a change.

    `place` is the queue item that the line deals with; `final_fen` is by how much the payee's final money changes, and
    the rest of the line is provisional.
    """
    return LinePosted(
        line_id=f"L{desk.lines + 1:09d}",
        line_no=desk.lines + 1,
        place=place,
        claim=change.claim,
        county=change.county,
        fiscal_year=desk.year,
        posted=month_of(desk.day),
        posted_on=desk.day,
        amount_fen=change.change_fen,
        kind=_kind(change),
        postings=_postings(change.claim, change.county, change.change_fen, final_fen, desk),
        programme_version=change.programme_version,
        clause=change.clause,
        computation=change.computation,
        parameters=change.parameters,
        checklist=change.checklist,
        reason=change.reason,
        settles=change.settles,
    )


def release_of(place: str | None, change: EntitlementChanged, final_fen: int, desk: Desk) -> TransferBooked:
    """Return the transfer that makes provisional money final (or provisional again) without a line."""
    return TransferBooked(
        transfer_id=transfer_id(desk.transfers + 1),
        claim=change.claim,
        booked_on=desk.day,
        kind="release",
        postings=_postings(change.claim, change.county, 0, final_fen, desk),
        place=place,
        county=change.county,
        settles=change.settles,
    )


def transfer_id(number: int) -> str:
    """Return the id of the n-th transfer."""
    return f"T{number:09d}"


def _postings(claim: Claim, county: str, line_fen: int, final_fen: int, desk: Desk) -> list[Posting]:
    """Return the double entry of a line: its budgets against final money, the rest against provisional money.

    A decision passes through the encumbered account: what it settles leaves that account, and only the difference
    between year and months changes what is final. So money that was only provisional never becomes a receivable.
    """
    changes = {encumbered(claim.payee): line_fen - final_fen}
    for account, fen in _budget(claim, county, line_fen, desk).items():
        changes[account] = changes.get(account, 0) + fen
    for account, fen in _final(claim.payee, final_fen, desk).items():
        changes[account] = changes.get(account, 0) + fen
    return double_entry(changes)


def _budget(claim: Claim, county: str, line_fen: int, desk: Desk) -> dict[str, int]:
    """Return how budgets change: a take-back refills what was charged, latest first, unless that year is closed."""
    this_year = available(claim.programme, county, desk.year)
    if line_fen >= 0:
        return {this_year: -line_fen}
    changes: dict[str, int] = {}
    given = taken_back(desk.charges, -line_fen)
    for charge in given:
        home = treasury if (charge.county, charge.year) in desk.closed else available
        account = home(claim.programme, charge.county, charge.year)
        changes[account] = changes.get(account, 0) + charge.fen
    rest = -line_fen - sum(charge.fen for charge in given)
    return changes | {this_year: changes.get(this_year, 0) + rest}


def _final(payee: str, fen: int, desk: Desk) -> dict[str, int]:
    """Return how final money goes up, less what is set off, or down, from the unpaid part first."""
    if fen >= 0:
        set_off = min(max(desk.owed_fen, 0), percent(fen, min(desk.offset_percent, 100)))
        return {payable(payee): fen - set_off, receivable(payee): set_off}
    from_unpaid = min(-fen, max(desk.unpaid_fen, 0))
    owed = proposed_clawback if desk.decides_first else receivable
    return {payable(payee): -from_unpaid, owed(payee): fen + from_unpaid}


def _kind(change: EntitlementChanged) -> Literal["accrual", "take_back", "provisional", "decision"]:
    if change.provisional:
        return "provisional"
    if change.settled_fen:
        return "decision"
    return "take_back" if change.change_fen < 0 else "accrual"
