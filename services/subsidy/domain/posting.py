"""The posting step: the one place where a change of what is due becomes a line of the ledger.

A line that was paid and is taken back becomes a receivable. In the live system that opens when the clawback is
approved; until approvals are built it opens with the line, as where approval comes the same day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.subsidy.domain.accounts import available, entry, payable, provisional, receivable
from services.subsidy.domain.queue import Waiting
from shared.calendar import month_of
from shared.events.contract import Event
from shared.events.subsidy import EntitlementChanged, LinePosted, Posting, TransferBooked


@dataclass(frozen=True, slots=True)
class Desk:
    """What the step needs to know of the ledger.

    Args:
        lines: Lines posted so far. `transfers`: transfers booked so far.
        unpaid_fen: What is final and not yet paid of the claim in question.
    """

    lines: int
    transfers: int
    unpaid_fen: int


def posted(waiting: Waiting, change: EntitlementChanged, day: date, desk: Desk) -> Event:
    """Return the line that posts a change on a day; a transfer where only provisional money becomes final."""
    postings = postings_of(change, day.year, desk.unpaid_fen)
    if not change.change_fen:
        return TransferBooked(
            transfer_id=transfer_id(desk.transfers + 1),
            claim=change.claim,
            booked_on=day,
            kind="release",
            postings=postings,
            place=waiting.place,
        )
    return LinePosted(
        line_id=f"L{desk.lines + 1:09d}",
        line_no=desk.lines + 1,
        place=waiting.place,
        claim=change.claim,
        county=change.county,
        fiscal_year=day.year,
        posted=month_of(day),
        posted_on=day,
        amount_fen=change.change_fen,
        kind=_kind(change),
        postings=postings,
        programme_version=change.programme_version,
        clause=change.clause,
        computation=change.computation,
    )


def transfer_id(number: int) -> str:
    """Return the id of the n-th transfer."""
    return f"T{number:09d}"


def postings_of(change: EntitlementChanged, year: int, unpaid_fen: int) -> list[Posting]:
    """Return the double entry behind a change, charged to the budget of the year in which it is posted.

    A decision passes through the provisional account: what it settles leaves that account, and only the difference
    between year and months changes what is final. So money that was only provisional never becomes a receivable.
    """
    claim = change.claim
    budget, ahead = available(claim.programme, change.county, year), provisional(claim.payee)
    if change.provisional:
        return entry(budget, ahead, change.change_fen)
    if not change.settled_fen:
        return _final(claim.payee, budget, change.change_fen, unpaid_fen)
    settled = _final(claim.payee, ahead, change.change_fen + change.settled_fen, unpaid_fen)
    return [*entry(budget, ahead, change.change_fen), *settled]


def _final(payee: str, counter: str, amount_fen: int, unpaid_fen: int) -> list[Posting]:
    """Return how final money goes up or down; what is taken back comes from the claim's unpaid part first."""
    if amount_fen >= 0:
        return entry(counter, payable(payee), amount_fen)
    from_unpaid = min(-amount_fen, max(unpaid_fen, 0))
    owed = -amount_fen - from_unpaid
    return [*entry(payable(payee), counter, from_unpaid), *entry(receivable(payee), counter, owed)]


def _kind(change: EntitlementChanged) -> Literal["accrual", "take_back", "provisional", "decision"]:
    if change.provisional:
        return "provisional"
    if change.settled_fen:
        return "decision"
    return "take_back" if change.change_fen < 0 else "accrual"
