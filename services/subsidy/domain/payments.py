"""Aggregates "position" and "instruction": what of a claim is final and unpaid, and what the bank can be told to pay.

A bank that pays something twice, or more than is open, is booked once and up to what is open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.subsidy.domain.accounts import credited, entry, paid, payable
from services.subsidy.domain.claims import claim_key
from services.subsidy.domain.posting import transfer_id
from shared.events.contract import Event
from shared.events.finance import PaymentSettled
from shared.events.subsidy import Claim, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message, Peek


@dataclass(frozen=True, slots=True)
class Position:
    """What of a claim is final and not yet paid, in fen."""

    payable_fen: int = 0


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
    open_fen = peek(POSITION, claim_key(instruction.claim)).payable_fen
    amount_fen = min(fact.amount_fen, instruction.payable_fen, open_fen)
    if amount_fen <= 0:
        return []
    payee = instruction.claim.payee
    transfer = TransferBooked(
        transfer_id=transfer_id(transfers + 1),
        claim=instruction.claim,
        booked_on=message.known_on,
        kind="payment",
        postings=entry(payable(payee), paid(payee), amount_fen),
        instruction_id=fact.instruction_id,
    )
    return [transfer]


def _payable_change(event: LinePosted | TransferBooked) -> int:
    return credited(event.postings, payable(event.claim.payee))


def _evolve_position(state: Position, message: Message) -> Position:
    match message.event:
        case LinePosted() | TransferBooked() as event:
            return Position(state.payable_fen + _payable_change(event))
        case _:
            return state


def _evolve_instruction(state: Instruction, message: Message) -> Instruction:
    match message.event:
        case TransferBooked(kind="payment") as event:
            return replace(state, payable_fen=state.payable_fen + _payable_change(event))
        case LinePosted() | TransferBooked() as event:
            return Instruction(event.claim, _payable_change(event))
        case _:
            return state


def _claims(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(claim=claim) | TransferBooked(claim=claim):
            return (claim_key(claim),)
        case _:
            return ()


def _instructions(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(line_id=id_) | TransferBooked(kind="release", transfer_id=id_):
            return (id_,)
        case TransferBooked(kind="payment", instruction_id=str(id_)):
            return (id_,)
        case _:
            return ()


POSITION = Aggregate(
    kind="position",
    state=Position,
    initial=lambda _: Position(),
    evolve=_evolve_position,
    concerns=_claims,
    keep=lambda position: position.payable_fen != 0,
)
INSTRUCTION = Aggregate(
    kind="instruction",
    state=Instruction,
    initial=lambda _: Instruction(),
    evolve=_evolve_instruction,
    concerns=_instructions,
    keep=lambda instruction: instruction.payable_fen > 0,
)
