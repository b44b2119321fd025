"""Aggregates "instruction" and "payment": what the bank can be told to pay, and what it paid.

A bank that pays something twice, or more than is open, is booked once and up to what is open; the rest is said to be
unmatched. A payment that is known before the lines of the days before it are posted waits for them, so that the ledger
is a function of the facts, however far behind it was when it heard of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.subsidy.domain.accounts import credited, double_entry, paid, payable
from services.subsidy.domain.positions import POSITION, position_id
from services.subsidy.domain.posting import transfer_id
from shared.events.contract import Event
from shared.events.finance import PaymentSettled
from shared.events.subsidy import Claim, LinePosted, PaymentUnmatched, TransferBooked
from shared.runner.core import Aggregate, Message, Peek

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a line or a release made payable and the bank has not paid yet."""

    claim: Claim | None = None
    payable_fen: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that the bank reports, as long as it is not dealt with, and the name that its report came under."""

    fact: PaymentSettled | None = None
    id: str = ""
    source: str = ""
    sequence: int = 0
    known_on: date = date.min
    correlation_id: str = ""
    partition: int = 0

    @property
    def report(self) -> Message:
        """Return the message that reported it."""
        if self.fact is None:
            raise ValueError("a payment that is dealt with has no report any more")
        return Message(
            self.id, self.source, self.fact, self.sequence, self.known_on, self.correlation_id, None, self.partition
        )


def payment_id(message: Message) -> str:
    """Return the id of a payment; the ids are in the order in which the payments became known."""
    return f"{message.known_on.isoformat()} {message.sequence:012d} {message.id}"


def settled(report: Message, peek: Peek, transfers: int) -> list[Event]:
    """Return the transfer that a payment makes, up to what is open under its instruction, and what is left of it."""
    fact = report.event
    if not isinstance(fact, PaymentSettled):
        raise TypeError("a payment is reported by payment.settled")
    instruction = peek(INSTRUCTION, fact.instruction_id)
    claim = instruction.claim
    open_fen = min(instruction.payable_fen, peek(POSITION, position_id(claim)).payable_fen) if claim else 0
    amount_fen = max(0, min(fact.amount_fen, open_fen))
    said: list[Event] = []
    if claim is not None and amount_fen:
        said.append(_booked(report, fact, claim, amount_fen, transfers))
    if fact.amount_fen > amount_fen:
        said.append(_unmatched(report, fact, fact.amount_fen - amount_fen))
    return said


def _booked(report: Message, fact: PaymentSettled, claim: Claim, amount_fen: int, transfers: int) -> TransferBooked:
    return TransferBooked(
        transfer_id=transfer_id(transfers + 1),
        claim=claim,
        booked_on=report.known_on,
        kind="payment",
        postings=double_entry({payable(claim.payee): -amount_fen, paid(claim.payee): amount_fen}),
        instruction_id=fact.instruction_id,
        payment=payment_id(report),
    )


def _unmatched(report: Message, fact: PaymentSettled, unmatched_fen: int) -> PaymentUnmatched:
    return PaymentUnmatched(
        instruction_id=fact.instruction_id,
        payment=payment_id(report),
        booked_on=report.known_on,
        unmatched_fen=unmatched_fen,
    )


def _payable_change(event: LinePosted | TransferBooked) -> int:
    return credited(event.postings, payable(event.claim.payee))


def _evolve(state: Instruction, message: Message) -> Instruction:
    match message.event:
        case TransferBooked(kind="payment") as event:
            return replace(state, payable_fen=state.payable_fen + _payable_change(event))
        case LinePosted() | TransferBooked() as event:
            return Instruction(event.claim, _payable_change(event))
        case _:
            return state


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(line_id=id_) | TransferBooked(kind="release", transfer_id=id_):
            return (id_,)
        case TransferBooked(kind="payment", instruction_id=str(id_)):
            return (id_,)
        case _:
            return ()


def _evolve_payment(_: Payment, message: Message) -> Payment:
    match message.event:
        case PaymentSettled() as fact:
            named = (message.id, message.source, message.sequence, message.known_on)
            return Payment(fact, *named, message.correlation_id, message.partition)
        case _:
            return Payment()


def _concerned_payment(message: Message) -> Iterable[str]:
    match message.event:
        case PaymentSettled():
            return (payment_id(message),)
        case TransferBooked(payment=str(id_)) | PaymentUnmatched(payment=id_):
            return (id_,)
        case _:
            return ()


INSTRUCTION = Aggregate(
    kind="instruction",
    state=Instruction,
    initial=lambda _: Instruction(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda instruction: instruction.payable_fen > 0,
)
PAYMENT = Aggregate(
    kind="payment",
    state=Payment,
    initial=lambda _: Payment(),
    evolve=_evolve_payment,
    concerns=_concerned_payment,
    due_on=lambda payment: payment.known_on - _ONE_DAY if payment.fact else None,
    keep=lambda payment: payment.fact is not None,
)
