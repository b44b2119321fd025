"""Events of payment: what is proposed to be paid, and what became of each fact that finance reports or decides."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Final, Literal

from pydantic import Field

from shared.events.contract import Event, Model
from shared.events.finance import Hash
from shared.events.subsidy import Claim
from shared.events.types import County, Day, EntityId, Fen, LedgerFen, Month, ProgrammeName

RUN_PREFIX: Final = "R-"
CLAWBACK_PREFIX: Final = "C-"
WRITE_OFF_PREFIX: Final = "W-"
MOST_ITEMS = 1_000  # of one run: what an approver can be shown, and what one message can book
Place = Annotated[str, Field(max_length=400)]
Outcome = Literal[
    "booked", "unmatched", "returned", "first_approval", "approved", "refused", "same_person", "content_changed",
    "other_content", "notice_running", "not_open", "held", "cleared", "proposed", "repeated",
]  # fmt: skip
OF_MONEY: Final = frozenset({"booked", "returned", "unmatched"})


class RunItem(Model):
    """One instruction of a payment run."""

    instruction_id: EntityId
    payee: EntityId
    amount_fen: LedgerFen


class RunProposed(Event, topic="payment.run_proposed", entity="run_id"):
    """What a county is to pay for a programme and month, in this very content; a change is proposed anew.

    Args:
        revision: 1 at first; the latest one counts.
        items: In order of their ids; none where nothing is left to be paid.
        left_out: Instructions that wait for the next month: objected to, paused, blocked, or of a run that was refused.
        content_hash: SHA-256 over the items; an approval names it.
        notice_ends: Last day of the public notice; none where no document asks for one.
    """

    run_id: EntityId
    county: County
    programme: ProgrammeName
    month: Month
    revision: Annotated[int, Field(ge=1)]
    proposed_on: Day
    items: Annotated[list[RunItem], Field(max_length=MOST_ITEMS)]
    left_out: Annotated[list[EntityId], Field(max_length=MOST_ITEMS)]
    total_fen: LedgerFen
    content_hash: Hash
    notice_ends: Day | None = None


class FinanceFactAnswered(Event, topic="finance.fact_answered", entity="subject_id"):
    """What became of a payment, an approval or an objection.

    Args:
        subject_id: The run or the instruction that it was about.
        report: Which fact it was.
        county: Whose money it is about, where that is known.
        unmatched_fen: What of its amount nothing was open for, so that somebody has to look; of a receivable that is
            to be given up, what is proposed.
        content: Mark of a report of money, or of the wish to give up a receivable, so that a repeat can be told from
            another one.
    """

    subject_id: EntityId
    fact: Annotated[str, Field(max_length=80)]
    report: Place
    outcome: Outcome
    answered_on: Day
    by: EntityId | None = None
    unmatched_fen: Fen | None = None
    county: County | None = None
    content: Annotated[str, Field(max_length=64)] | None = None

    @property
    def astray_fen(self) -> int:
        """Return the money for which nothing was open; a receivable that is to be given up is a wish, not money."""
        return self.unmatched_fen or 0 if self.outcome in OF_MONEY else 0


def decision_hash(subject_id: str, payee: str, fen: int) -> str:
    """Return what an approval of a clawback (`C-...`) or of giving it up (`W-...`) names."""
    return sha256(f"{subject_id}\n{payee}|{fen}".encode()).hexdigest()


def report_of(known_on: date, sequence: int, fact_id: str) -> Place:
    """Return the name of a fact in the ledger's queue; names are in the order in which the facts became known."""
    return f"{known_on.isoformat()} {sequence:012d} {fact_id}"


class RunCleared(Event, topic="payment.run_cleared", entity="run_id", partition="county"):
    """The time that the bank has for a run is over, and nothing of the run is in payment any more."""

    run_id: EntityId
    county: County
    cleared_by: Day


class ClearingLate(Event, topic="payment.clearing_late", entity="run_id", partition="county"):
    """The time that the bank has for a run is over, and of some instructions nobody knows what became of them.

    Args:
        approved_on: The day on which they left for the bank. late_on: the last day that it had.
        in_payment_fen: What is neither settled nor failed, over all of them.
    """

    run_id: EntityId
    county: County
    programme: ProgrammeName
    approved_on: Day
    late_on: Day
    instructions: Annotated[list[EntityId], Field(min_length=1, max_length=MOST_ITEMS)]
    in_payment_fen: LedgerFen


class ClawbackProposed(Event, topic="clawback.proposed", entity="clawback_id", partition="payee"):
    """Paid money is to come back: the payee may put things right, and then two people decide.

    Args:
        content_hash: What an approval names.
        cure_ends: Last day on which the payee may put things right.
    """

    clawback_id: EntityId
    claim: Claim
    county: County
    amount_fen: LedgerFen
    proposed_on: Day
    cure_ends: Day
    content_hash: Hash

    @property
    def payee(self) -> str:
        """Return who is to pay back; what becomes of the money comes to the same partition."""
        return self.claim.payee
