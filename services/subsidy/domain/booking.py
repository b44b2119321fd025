"""One change becomes a line: what the posting step looks at on a day of the ledger, and what it says."""

from dataclasses import dataclass
from datetime import date

from services.subsidy.domain.accounts import ACCOUNT, receivable
from services.subsidy.domain.budgets import FISCAL_YEARS
from services.subsidy.domain.draft import Draft
from services.subsidy.domain.ledger import LEDGER, THE_LEDGER
from services.subsidy.domain.positions import POSITION, Position, position_id
from services.subsidy.domain.posting import Desk, line_of, release_of
from services.subsidy.domain.rules import Standard
from shared.events.subsidy import Claim, EntitlementChanged


@dataclass(frozen=True)
class Day:
    """A day being posted: the ledger as it stands, and the rules in force."""

    draft: Draft
    rules: Standard

    @property
    def date(self) -> date:
        """Return the day."""
        return self.rules.day

    def position(self, claim: Claim) -> Position:
        """Return what the ledger knows of a claim."""
        return self.draft(POSITION, position_id(claim))

    def balance(self, account: str) -> int:
        """Return the balance of an account, credits less debits."""
        return self.draft(ACCOUNT, account).balance_fen

    def desk(self, claim: Claim, county: str, year: int | None = None) -> Desk:
        """Return what the posting step needs to know for a claim; `year` is the fiscal year, if not the day's."""
        ledger, position = self.draft(LEDGER, THE_LEDGER), self.position(claim)
        counties = sorted({charge.county for charge in position.charges})
        closed = [(home, year) for home in counties for year in self.draft(FISCAL_YEARS, home).closed]
        return Desk(
            day=self.date,
            year=year or self.date.year,
            lines=ledger.lines,
            transfers=ledger.transfers,
            unpaid_fen=position.payable_fen,
            charges=position.charges,
            owed_fen=-self.balance(receivable(claim.payee)),
            offset_percent=self.rules.offset_percent(county),
            closed=closed,
            decides_first=self.rules.cure_days(county) is not None,
        )


def post(day: Day, place: str, change: EntitlementChanged, *, waited_for: int | None = None) -> None:
    """Post a change; a month that waited longer than its year took to be decided is final at once.

    `waited_for` is the year of the budget that it waited for, if it has waited.
    """
    position = day.position(change.claim)
    if change.provisional:
        final_fen = change.change_fen if waited_for and position.decided else 0
    else:
        final_fen = change.change_fen + settlement(position, change)
    desk = day.desk(change.claim, change.county, waited_for)
    if change.change_fen:
        day.draft.say(line_of(place, change, final_fen, desk))
    else:
        day.draft.say(release_of(place, change, final_fen, desk))


def settlement(position: Position, change: EntitlementChanged) -> int:
    """Return the provisional money that becomes final with a change: what it settles, less the months that wait."""
    before_fen = position.waiting_months_fen if position.decided else 0
    after_fen = position.waiting_months_fen if change.settles else 0
    return change.settled_fen - (after_fen - before_fen)


def settle(day: Day, change: EntitlementChanged) -> None:
    """Make final (or provisional again) what a change settles, without its line."""
    position = day.position(change.claim)
    final_fen = settlement(position, change)
    if final_fen or position.decided != bool(change.settles):
        release(day, change, final_fen)


def release(day: Day, change: EntitlementChanged, final_fen: int) -> None:
    """Move money between provisional and final."""
    day.draft.say(release_of(None, change, final_fen, day.desk(change.claim, change.county)))
