"""Money on its way: what each line made payable and the bank did with it, what is to come back, what a payee owes.

Lines and transfers come under their payee. A clawback's row keeps the moves of its money; what people decided about it
lies with the acts (money_acts.py), and `standing` folds both in the ledger's order. What names a county names it by the
code of today, so that its officers find what was booked under the code before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.notify.domain.money_acts import Act
from shared.events.payments import CLAWBACK_PREFIX, ClawbackProposed
from shared.events.subsidy import Claim, LinePosted, Posting, TransferBooked
from shared.places import county_today
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Payment:
    """What a line or a release made payable, for whom, and where that money is.

    Args:
        clause: Document and clause as the line cites them; empty for a release.
        instructed_on: The day on which the bank was last told to pay it.
    """

    area: str = ""
    claim: Claim | None = None
    clause: str = ""
    payable_fen: int = 0
    in_payment_fen: int = 0
    paid_fen: int = 0
    returned_fen: int = 0
    instructed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What moved a clawback on: decided, recovered, set off or given up; `report` orders it among the acts."""

    report: str
    kind: str
    fen: int
    on: date


@dataclass(frozen=True, slots=True)
class ClawbackRow:
    """A take-back of paid money as it was booked, and what its money did since.

    Args:
        fen: What was claimed back. is_owed: at once, because no document gives time to put things right.
    """

    area: str = ""
    claim: Claim | None = None
    clause: str = ""
    fen: int = 0
    since: date | None = None
    is_owed: bool = False
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Cure:
    """Until when a payee may put things right, as it was proposed."""

    area: str = ""
    cure_ends: date | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """What a payee owes, and what is proposed to be owed, in fen."""

    owed_fen: int = 0
    proposed_fen: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a clawback stands now."""

    fen: int
    is_owed: bool
    is_held: bool = False
    giving_up_fen: int = 0
    prepared_by: str = ""

    @property
    def state(self) -> str:
        """Return it in a word."""
        if self.is_held:
            return "objected"
        if self.giving_up_fen:
            return "write_off_proposed"
        if not self.fen:
            return "over"
        return "owed" if self.is_owed else "proposed"


def standing(row: ClawbackRow, acts: Iterable[Act]) -> Standing:
    """Return where a clawback stands; `acts`: those about it and about giving it up, in any order."""
    found = Standing(row.fen, row.is_owed)
    steps: list[tuple[str, int, Move | Act]] = [(move.report, 0, move) for move in row.moves]
    steps += [(act.report, 1, act) for act in acts if act.outcome]
    for _, _, step in sorted(steps, key=lambda each: each[:2]):
        found = _moved(found, step) if isinstance(step, Move) else _answered(found, step)
    return found


def _moved(at: Standing, move: Move) -> Standing:
    if move.kind == "clawback":
        return replace(at, is_owed=True, prepared_by="")
    left = replace(at, fen=max(at.fen - move.fen, 0))
    match move.kind:
        case "recovered":
            return left
        case "set_off":
            return replace(left, prepared_by="")
        case _:
            return replace(left, giving_up_fen=0, prepared_by="")


def _answered(at: Standing, act: Act) -> Standing:
    match act.outcome:
        case "held" | "cleared":
            return replace(at, is_held=act.outcome == "held")
        case "first_approval":
            return replace(at, prepared_by=act.by)
        case "proposed":
            return replace(at, giving_up_fen=act.unmatched_fen or 0, prepared_by="")
        case "refused":
            return replace(at, giving_up_fen=0, prepared_by="")
        case _:
            return at


def _credited(postings: Iterable[Posting], account: str, payee: str) -> int:
    name = f"{account}:{payee}"
    return sum(p.amount_fen * ((p.credit == name) - (p.debit == name)) for p in postings)


def _made_payable(event: LinePosted | TransferBooked) -> int:
    return _credited(event.postings, "payable", event.claim.payee)


def _claimed_back(event: LinePosted | TransferBooked) -> tuple[int, int]:
    """Return what is proposed to be claimed back and what is owed at once, in fen."""
    payee = event.claim.payee
    proposed, owed = (-_credited(event.postings, name, payee) for name in ("proposed_clawback", "receivable"))
    return max(proposed, 0), max(owed, 0)


def _booked(event: LinePosted | TransferBooked) -> tuple[str, date, str]:
    """Return id, day and clause of what makes money payable or takes it back."""
    match event:
        case LinePosted():
            return event.line_id, event.posted_on, event.clause
        case TransferBooked():
            return event.transfer_id, event.booked_on, ""


def _area(county: str | None) -> str:
    return county_today(county) if county else ""


def _payment(row: Payment, message: Message) -> Payment:
    match message.event:
        case LinePosted() | TransferBooked(kind="release") as event:
            return Payment(_area(event.county), event.claim, _booked(event)[2], _made_payable(event))
        case TransferBooked(kind=kind, postings=postings, claim=claim, booked_on=day) as event:
            in_payment, paid = (_credited(postings, name, claim.payee) for name in ("in_payment", "paid"))
            return replace(
                row,
                payable_fen=row.payable_fen + _made_payable(event),
                in_payment_fen=row.in_payment_fen + in_payment,
                paid_fen=row.paid_fen + paid,
                returned_fen=row.returned_fen - (in_payment if kind == "returned" else 0),
                instructed_on=day if kind == "instructed" else row.instructed_on,
            )
        case _:
            return row


def _concerns_payment(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted() | TransferBooked(kind="release") as event if _made_payable(event) > 0:
            return (_booked(event)[0],)
        case TransferBooked(kind="instructed" | "payment" | "returned", instruction_id=str(id_)):
            return (id_,)
        case _:
            return ()


def _clawback(row: ClawbackRow, message: Message) -> ClawbackRow:
    match message.event:
        case LinePosted() | TransferBooked(kind="release") as event:
            (_, since, clause), (proposed, owed) = _booked(event), _claimed_back(event)
            return ClawbackRow(_area(event.county), event.claim, clause, proposed or owed, since, not proposed)
        case TransferBooked(kind=kind, postings=postings, report=report, booked_on=day):
            fen = sum(posting.amount_fen for posting in postings)
            return replace(row, moves=(*row.moves, Move(report or "", kind, fen, day)))
        case _:
            return row


def _concerns_clawback(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted() | TransferBooked(kind="release") as event if any(_claimed_back(event)):
            return (f"{CLAWBACK_PREFIX}{_booked(event)[0]}",)
        case TransferBooked(kind="clawback" | "set_off" | "written_off" | "recovered", instruction_id=str(id_)):
            return (id_,)
        case _:
            return ()


def _debt(debt: Debt, message: Message) -> Debt:
    match message.event:
        case LinePosted(postings=postings, claim=claim) | TransferBooked(postings=postings, claim=claim):
            owed, proposed = (_credited(postings, name, claim.payee) for name in ("receivable", "proposed_clawback"))
            return Debt(debt.owed_fen - owed, debt.proposed_fen - proposed)
        case _:
            return debt


def _concerns_debt(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(postings=postings, claim=claim) | TransferBooked(postings=postings, claim=claim):
            theirs = {f"{name}:{claim.payee}" for name in ("receivable", "proposed_clawback")}
            return (claim.payee,) if any(theirs & {p.debit, p.credit} for p in postings) else ()
        case _:
            return ()


def _cure(cure: Cure, message: Message) -> Cure:
    event = message.event
    return Cure(_area(event.county), event.cure_ends) if isinstance(event, ClawbackProposed) else cure


PAYMENT = Aggregate("money_payment", Payment, lambda _: Payment(), _payment, _concerns_payment, indexes=("area",))
CLAWBACK = Aggregate(
    "money_clawback", ClawbackRow, lambda _: ClawbackRow(), _clawback, _concerns_clawback, indexes=("area",)
)
DEBT = Aggregate("money_debt", Debt, lambda _: Debt(), _debt, _concerns_debt, keep=lambda debt: debt != Debt())
CURE = Aggregate(
    "money_cure", Cure, lambda _: Cure(), _cure,
    lambda message: (message.event.clawback_id,) if isinstance(message.event, ClawbackProposed) else (),
    indexes=("area",),
)  # fmt: skip
