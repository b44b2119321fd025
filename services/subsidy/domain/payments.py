"""Aggregate "instruction": what the bank can be told to pay.

A bank that pays something twice, or more than is open, is booked once and up to what is open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.subsidy.domain.accounts import credited, double_entry, paid, payable
from services.subsidy.domain.positions import POSITION, position_id
from services.subsidy.domain.posting import transfer_id
from shared.events.contract import Event
from shared.events.finance import PaymentSettled
from shared.events.subsidy import Claim, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message, Peek


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a line or a release made payable and the bank has not paid yet."""

    claim: Claim | None = None
    payable_fen: int = 0


def settled(message: Message, fact: PaymentSettled, peek: Peek, transfers: int) -> list[Event]:
    """Return the transfer that a payment makes, if anything is open under its instruction."""
    instruction = peek(INSTRUCTION, fact.instruction_id)
    if instruction.claim is None:
        return []
    open_fen = peek(POSITION, position_id(instruction.claim)).payable_fen
    amount_fen = min(fact.amount_fen, instruction.payable_fen, open_fen)
    if amount_fen <= 0:
        return []
    payee = instruction.claim.payee
    transfer = TransferBooked(
        transfer_id=transfer_id(transfers + 1),
        claim=instruction.claim,
        booked_on=message.known_on,
        kind="payment",
        postings=double_entry({payable(payee): -amount_fen, paid(payee): amount_fen}),
        instruction_id=fact.instruction_id,
    )
    return [transfer]


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


INSTRUCTION = Aggregate(
    kind="instruction",
    state=Instruction,
    initial=lambda _: Instruction(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda instruction: instruction.payable_fen > 0,
)
