"""Aggregate "instruction": what the bank can be told to pay, what it was told, and what it says it did.

A bank that pays something twice, or more than is open, is booked once and up to what is open; the rest is said to be
unmatched, and so is a report that repeats, in every field, one that was booked. Money that was instructed is no longer
`payable`: a take-back of it becomes a receivable. What the bank does not pay becomes payable again and waits for the
next month's run.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.subsidy.domain.accounts import credited, double_entry, in_payment, paid, payable
from services.subsidy.domain.clawbacks import set_off
from services.subsidy.domain.positions import POSITION, position_id
from services.subsidy.domain.posting import transfer_id
from services.subsidy.domain.premiums import mark_of
from services.subsidy.domain.reports import Report
from shared.events.contract import Event
from shared.events.finance import PaymentFailed, PaymentSettled
from shared.events.payments import FinanceFactAnswered, RunItem
from shared.events.subsidy import Claim, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message, Peek


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a line or a release made payable.

    Args:
        payable_fen: Not instructed yet. `in_payment_fen`: instructed, and neither paid nor come back.
        held: Somebody objects to it. instructed_on: the day on which the bank was last told to pay it.
        marks: The reports of the bank that were booked, so that a repeat changes nothing.
    """

    claim: Claim | None = None
    county: str = ""
    payable_fen: int = 0
    in_payment_fen: int = 0
    held: bool = False
    instructed_on: date | None = None
    marks: tuple[str, ...] = ()


def open_fen(instruction: Instruction, peek: Peek, taken_fen: int = 0) -> int:
    """Return what of an instruction can still be paid: a later take-back may have eaten into it.

    `taken_fen` is what others of its position are paid at the same time.
    """
    if instruction.claim is None:
        return 0
    position = peek(POSITION, position_id(instruction.claim))
    return max(0, min(instruction.payable_fen, position.payable_fen - taken_fen))


def settled(report: Report, fact: PaymentSettled) -> list[Event]:
    """Return what a payment books: first against what was instructed, then against what is payable."""
    instruction = report.peek(INSTRUCTION, fact.instruction_id)
    if mark_of(fact) in instruction.marks:
        return [report.answered(fact, "unmatched", fact.amount_fen, instruction.county)]
    clearing_fen = min(fact.amount_fen, instruction.in_payment_fen)
    direct_fen = min(fact.amount_fen - clearing_fen, open_fen(instruction, report.peek))
    if instruction.claim is None or not clearing_fen + direct_fen:
        return [report.answered(fact, "unmatched", fact.amount_fen, instruction.county)]
    payee = instruction.claim.payee
    changes = {in_payment(payee): -clearing_fen, payable(payee): -direct_fen, paid(payee): clearing_fen + direct_fen}
    booked = _transfer(report, "payment", fact.instruction_id, changes)
    return [booked, report.answered(fact, "booked", fact.amount_fen - clearing_fen - direct_fen, instruction.county)]


def failed(report: Report, fact: PaymentFailed) -> list[Event]:
    """Return what a payment that the bank did not make books: its money is payable again.

    What was taken back while it was on its way is settled by it: nobody pays what is not due any more.
    """
    instruction = report.peek(INSTRUCTION, fact.instruction_id)
    back_fen = min(fact.amount_fen, instruction.in_payment_fen)
    if instruction.claim is None or not back_fen or mark_of(fact) in instruction.marks:
        return [report.answered(fact, "unmatched", fact.amount_fen, instruction.county)]
    payee = instruction.claim.payee
    booked = _transfer(
        report, "returned", fact.instruction_id, {in_payment(payee): -back_fen, payable(payee): back_fen}
    )
    set_off_too = set_off(replace(report, transfers=report.transfers + 1), instruction.claim, back_fen)
    return [booked, *set_off_too, report.answered(fact, "returned", fact.amount_fen - back_fen, instruction.county)]


def instructed(report: Report, items: Iterable[RunItem]) -> list[Event]:
    """Return the transfers with which an approved run leaves for the bank."""
    return [
        _transfer(
            replace(report, transfers=report.transfers + number),
            "instructed",
            item.instruction_id,
            {payable(item.payee): -item.amount_fen, in_payment(item.payee): item.amount_fen},
        )
        for number, item in enumerate(items)
    ]


def _transfer(
    report: Report, kind: Literal["instructed", "payment", "returned"], id_: str, changes: dict[str, int]
) -> TransferBooked:
    instruction = report.peek(INSTRUCTION, id_)
    if instruction.claim is None:
        raise ValueError("only what a line or a release made payable can be paid")
    return TransferBooked(
        transfer_id=transfer_id(report.transfers + 1),
        claim=instruction.claim,
        booked_on=report.message.known_on,
        kind=kind,
        postings=double_entry(changes),
        instruction_id=id_,
        county=instruction.county or None,
        report=report.id,
        content=None if kind == "instructed" else mark_of(report.message.event),
    )


def payable_change(event: LinePosted | TransferBooked) -> int:
    """Return by how much an event raises what is payable to its payee."""
    return credited(event.postings, payable(event.claim.payee))


def _evolve(state: Instruction, message: Message) -> Instruction:
    match message.event:
        case LinePosted(claim=claim, county=county) as event:
            return Instruction(claim, county, payable_change(event))
        case TransferBooked(kind="release", claim=claim, county=county) as event:
            return Instruction(claim, county or "", payable_change(event))
        case TransferBooked(claim=claim, postings=postings, booked_on=day, kind=kind) as event:
            return replace(
                state,
                instructed_on=day if kind == "instructed" else state.instructed_on,
                marks=(*state.marks, event.content) if event.content else state.marks,
                payable_fen=state.payable_fen + payable_change(event),
                in_payment_fen=state.in_payment_fen + credited(postings, in_payment(claim.payee)),
            )
        case FinanceFactAnswered(outcome="held" | "cleared" as outcome):
            return replace(state, held=outcome == "held")
        case _:
            return state


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(line_id=id_) | TransferBooked(kind="release", transfer_id=id_):
            return (id_,)
        case TransferBooked(kind="instructed" | "payment" | "returned", instruction_id=str(id_)):
            return (id_,)
        case FinanceFactAnswered(outcome="held" | "cleared", subject_id=id_):
            return (id_,)
        case _:
            return ()


INSTRUCTION = Aggregate(
    kind="instruction",
    state=Instruction,
    initial=lambda _: Instruction(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda instruction: instruction.payable_fen > 0 or instruction.in_payment_fen > 0,
)
