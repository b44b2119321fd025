"""Aggregate "position": what of a claim is charged, to which budgets, what waits, and what is final and not yet paid.

Claims that name nobody share one position for each programme, payee and year, because the decision on a year takes
back what its months were charged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.subsidy.domain.accounts import credited, encumbered, payable, proposed_clawback, receivable
from services.subsidy.domain.claims import claim_key
from shared.events.subsidy import Claim, DeferralLifted, LineDeferred, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message

_YEAR = 4  # length of a period that is a year


@dataclass(frozen=True, slots=True)
class Charge:
    """Money of one budget, in order of posting."""

    county: str
    year: int
    fen: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A line that waits in its place of the posting order."""

    place: str
    fen: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Position:
    """What the ledger knows of a claim.

    Args:
        payable_fen: What is final and not yet paid. encumbered_fen: what is set aside ahead of a decision.
        charges: What was charged and not taken back, by budget, the latest last.
        waiting: What waits, by claim key.
        decided: A year was decided, so that its months are final once they are posted.
        claimed_back_by: The lines and releases that took back what was paid, or on its way to the payee.
    """

    payable_fen: int = 0
    encumbered_fen: int = 0
    charges: tuple[Charge, ...] = ()
    waiting: dict[str, Spot] = field(default_factory=dict)
    decided: bool = False
    claimed_back_by: tuple[str, ...] = ()

    @property
    def charged_fen(self) -> int:
        """Return what is charged in all."""
        return sum(charge.fen for charge in self.charges)

    @property
    def waiting_months_fen(self) -> int:
        """Return the provisional money that waits."""
        return sum(spot.fen for spot in self.waiting.values() if spot.provisional)


def position_id(claim: Claim) -> str:
    """Return the id of the position that a claim belongs to."""
    if claim.person_id or claim.since:
        return claim_key(claim)
    return claim_key(claim.model_copy(update={"period": claim.period[:_YEAR]}))


def claimed_back(event: LinePosted | TransferBooked) -> tuple[int, int]:
    """Return what a line or a release proposes to claim back of its payee, and what it makes owed at once, in fen."""
    payee = event.claim.payee
    proposed_fen = -credited(event.postings, proposed_clawback(payee))
    return max(proposed_fen, 0), max(-credited(event.postings, receivable(payee)), 0)


def taken_back(charges: tuple[Charge, ...], fen: int) -> tuple[Charge, ...]:
    """Return which charges an amount gives back, latest first; less than the amount if so much was not charged."""
    found: list[Charge] = []
    for charge in reversed(charges):
        part = min(charge.fen, fen - sum(given.fen for given in found))
        if part > 0:
            found.append(replace(charge, fen=part))
    return tuple(found)


def with_charge(charges: tuple[Charge, ...], line: Charge) -> tuple[Charge, ...]:
    """Return what is charged after a line; one that takes back gives back the latest charges first."""
    if line.fen > 0:
        return (*charges, line)
    rest, kept = -line.fen, list(charges)
    while rest and kept and kept[-1].fen > 0:
        part = min(kept[-1].fen, rest)
        rest -= part
        kept[-1:] = [replace(kept[-1], fen=kept[-1].fen - part)] if kept[-1].fen > part else []
    # A decision may be posted just before the month that it takes back.
    return (*kept, replace(line, fen=-rest)) if rest else tuple(kept)


def _evolve(state: Position, message: Message) -> Position:
    match message.event:
        case LinePosted() as line:
            charge = Charge(line.county, line.fiscal_year, line.amount_fen)
            state = replace(state, charges=with_charge(state.charges, charge))
            return _claimed_back(_moved(_decided(state, line), line), line, line.line_id)
        case TransferBooked(kind="release") as transfer:
            return _claimed_back(_moved(_decided(state, transfer), transfer), transfer, transfer.transfer_id)
        case TransferBooked() as transfer:
            return _moved(state, transfer)
        case LineDeferred(place=place, change=change):
            spot = Spot(place, change.change_fen, change.provisional)
            return replace(state, waiting=state.waiting | {claim_key(change.claim): spot})
        case DeferralLifted(claim=claim):
            return replace(state, waiting=_without(state.waiting, claim_key(claim)))
        case _:
            return state


def _moved(state: Position, event: LinePosted | TransferBooked) -> Position:
    payee = event.claim.payee
    return replace(
        state,
        payable_fen=state.payable_fen + credited(event.postings, payable(payee)),
        encumbered_fen=state.encumbered_fen + credited(event.postings, encumbered(payee)),
    )


def _claimed_back(state: Position, event: LinePosted | TransferBooked, id_: str) -> Position:
    if not any(claimed_back(event)):
        return state
    return replace(state, claimed_back_by=(*state.claimed_back_by, id_))


def _decided(state: Position, event: LinePosted | TransferBooked) -> Position:
    if len(event.claim.period) != _YEAR:
        return state
    return replace(state, decided=bool(event.settles))


def _without(waiting: Mapping[str, Spot], key: str) -> dict[str, Spot]:
    return {claim: spot for claim, spot in waiting.items() if claim != key}


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted() | TransferBooked() | LineDeferred() | DeferralLifted() as event:
            return (position_id(event.claim),)
        case _:
            return ()


POSITION = Aggregate(
    kind="position",
    state=Position,
    initial=lambda _: Position(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda position: position != Position(),
)
