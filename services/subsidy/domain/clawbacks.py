"""Aggregate "clawback": money that was paid and has to come back, from its proposal to its end.

Where a document gives payees a time to put things right (`recovery.cure_days`), a take-back of paid money is proposed
first: two people decide on it once that time is over, and only then is it owed (`receivable`). Where none does, it is
owed with its line. What is owed is recovered, set off against later money, or given up by two people.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.subsidy.domain.accounts import (
    ACCOUNT,
    double_entry,
    payable,
    proposed_clawback,
    receivable,
    restored,
    written_off,
)
from services.subsidy.domain.approvals import weighed
from services.subsidy.domain.positions import POSITION, claimed_back, position_id
from services.subsidy.domain.posting import transfer_id
from services.subsidy.domain.premiums import mark_of
from services.subsidy.domain.reports import Report
from services.subsidy.domain.rules import Standard
from shared.calendar import add_working_days
from shared.events.contract import Event
from shared.events.finance import ApprovalGiven, ApprovalRefused, RecoveryReceived, RecoveryWrittenOff
from shared.events.payments import (
    CLAWBACK_PREFIX,
    WRITE_OFF_PREFIX,
    ClawbackProposed,
    FinanceFactAnswered,
    decision_hash,
)
from shared.events.subsidy import Claim, LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message

_Move = Literal["clawback", "set_off", "recovered", "written_off"]


@dataclass(frozen=True, slots=True)
class Clawback:
    """What a take-back of paid money came to.

    Args:
        fen: What of it has neither come back nor been set off or given up.
        giving_up_fen: How much of it is proposed to be given up.
        prepared_by: Who signed the decision in hand first. is_held: the payee objects.
        marks: What came back and what was proposed to be given up, by the facts that said so, so that a repeat
            changes nothing.
    """

    claim: Claim | None = None
    county: str = ""
    fen: int = 0
    since: date | None = None
    is_owed: bool = False
    is_held: bool = False
    giving_up_fen: int = 0
    prepared_by: str = ""
    marks: tuple[str, ...] = ()


def proposals(events: Iterable[Event], rules: Standard) -> list[Event]:
    """Return, for each line or release that takes back paid money and is not owed at once, what is proposed."""
    booked = [event for event in events if isinstance(event, LinePosted | TransferBooked)]
    return [_proposal(event, fen, rules) for event in booked if (fen := claimed_back(event)[0])]


def _proposal(event: LinePosted | TransferBooked, fen: int, rules: Standard) -> ClawbackProposed:
    match event:
        case LinePosted(line_id=source, posted_on=day):
            id_ = f"{CLAWBACK_PREFIX}{source}"
        case TransferBooked(transfer_id=source, booked_on=day):
            id_ = f"{CLAWBACK_PREFIX}{source}"
    county = event.county or ""
    return ClawbackProposed(
        clawback_id=id_,
        claim=event.claim,
        county=county,
        amount_fen=fen,
        proposed_on=day,
        cure_ends=add_working_days(day, rules.cure_days(county) or 0),
        content_hash=decision_hash(id_, event.claim.payee, fen),
    )


def approved(report: Report, fact: ApprovalGiven) -> list[Event]:
    """Return what an approval does to a clawback, or to giving one up."""
    gives_up = fact.subject_id.startswith(WRITE_OFF_PREFIX)
    id_ = fact.subject_id.removeprefix(WRITE_OFF_PREFIX)
    clawback = report.peek(CLAWBACK, id_)
    if clawback.claim is None:
        return [report.answered(fact, "not_open")]
    fen = clawback.giving_up_fen if gives_up else clawback.fen
    outcome = weighed(
        report,
        fact,
        is_open=bool(fen) and not clawback.is_held and clawback.is_owed == gives_up,
        content_hash=decision_hash(fact.subject_id, clawback.claim.payee, fen),
        is_changed=fen > _owed_fen(report, clawback.claim.payee, gives_up=gives_up),
        notice_ends=None if gives_up else _cure_ends(report, clawback),
        prepared_by=clawback.prepared_by,
    )
    answer = report.answered(fact, outcome)
    if outcome != "approved":
        return [answer]
    return [_moved(report, id_, "written_off" if gives_up else "clawback", fen), answer]


def refused(report: Report, fact: ApprovalRefused) -> list[Event]:
    """Return what a refusal does: the proposal stands as if nobody had signed it."""
    id_ = fact.subject_id.removeprefix(WRITE_OFF_PREFIX)
    is_known = report.peek(CLAWBACK, id_).claim is not None
    return [report.answered(fact, "refused" if is_known else "not_open")]


def received(report: Report, fact: RecoveryReceived) -> list[Event]:
    """Return what money that came back books, up to what its payee owes."""
    clawback = report.peek(CLAWBACK, fact.receivable_id)
    owed_fen = _owed_fen(report, clawback.claim.payee, gives_up=True) if clawback.claim else 0
    fen = min(fact.amount_fen, owed_fen)
    if fen <= 0 or mark_of(fact) in clawback.marks:
        return [report.answered(fact, "unmatched", fact.amount_fen, clawback.county)]
    return [
        _moved(report, fact.receivable_id, "recovered", fen),
        report.answered(fact, "booked", fact.amount_fen - fen, clawback.county),
    ]


def given_up(report: Report, fact: RecoveryWrittenOff) -> list[Event]:
    """Return what the wish to give up a receivable does: it waits for two people. A repeat leaves their signatures."""
    clawback, mark = report.peek(CLAWBACK, fact.receivable_id), mark_of(fact)
    if mark in clawback.marks:
        return [report.answered(fact, "repeated")]
    owed_fen = _owed_fen(report, clawback.claim.payee, gives_up=True) if clawback.claim else 0
    if not clawback.is_owed or not 0 < fact.amount_fen <= owed_fen:
        return [report.answered(fact, "not_open", fact.amount_fen)]
    proposed = report.answered(fact, "proposed", fact.amount_fen, clawback.county)
    return [proposed.model_copy(update={"content": mark})]


def set_off(report: Report, claim: Claim, fen: int) -> list[Event]:
    """Return how money that never reached the payee settles what of its position is claimed back, the latest first."""
    owed = {is_owed: _owed_fen(report, claim.payee, gives_up=is_owed) for is_owed in (True, False)}
    moves: list[Event] = []
    for source in reversed(report.peek(POSITION, position_id(claim)).claimed_back_by):
        id_ = f"{CLAWBACK_PREFIX}{source}"
        clawback = report.peek(CLAWBACK, id_)
        part_fen = min(fen, clawback.fen, owed[clawback.is_owed])
        if part_fen > 0:
            moves.append(_moved(replace(report, transfers=report.transfers + len(moves)), id_, "set_off", part_fen))
            owed[clawback.is_owed] -= part_fen
            fen -= part_fen
    return moves


def _owed_fen(report: Report, payee: str, *, gives_up: bool) -> int:
    account = receivable if gives_up else proposed_clawback
    return -report.peek(ACCOUNT, account(payee)).balance_fen


def _cure_ends(report: Report, clawback: Clawback) -> date | None:
    days = report.rules.cure_days(clawback.county)
    return add_working_days(clawback.since, days) if days and clawback.since else None


def _moved(report: Report, id_: str, kind: _Move, fen: int) -> TransferBooked:
    clawback = report.peek(CLAWBACK, id_)
    if clawback.claim is None:
        raise ValueError("only what was taken back can be owed")
    payee = clawback.claim.payee
    changes = {
        "clawback": {proposed_clawback(payee): fen, receivable(payee): -fen},
        "set_off": {payable(payee): -fen, (receivable if clawback.is_owed else proposed_clawback)(payee): fen},
        "recovered": {receivable(payee): fen, restored(payee): -fen},
        "written_off": {receivable(payee): fen, written_off(payee): -fen},
    }
    return TransferBooked(
        transfer_id=transfer_id(report.transfers + 1),
        claim=clawback.claim,
        booked_on=report.message.known_on,
        kind=kind,
        postings=double_entry(changes[kind]),
        instruction_id=id_,
        county=clawback.county or None,
        report=report.id,
        content=mark_of(report.message.event) if kind == "recovered" else None,
    )


def _evolve(state: Clawback, message: Message) -> Clawback:
    match message.event:
        case LinePosted(claim=claim, county=county, posted_on=since) as event:
            proposed_fen, owed_fen = claimed_back(event)
            return Clawback(claim, county, proposed_fen or owed_fen, since, is_owed=not proposed_fen)
        case TransferBooked(kind="release", claim=claim, county=county, booked_on=since) as event:
            proposed_fen, owed_fen = claimed_back(event)
            return Clawback(claim, county or "", proposed_fen or owed_fen, since, is_owed=not proposed_fen)
        case TransferBooked() as transfer:
            return _transferred(state, transfer)
        case FinanceFactAnswered() as answer:
            return _answered(state, answer)
        case _:
            return state


def _transferred(state: Clawback, transfer: TransferBooked) -> Clawback:
    if transfer.kind == "clawback":
        return replace(state, is_owed=True, prepared_by="")
    fen = max(state.fen - sum(posting.amount_fen for posting in transfer.postings), 0)
    match transfer.kind:
        case "recovered":
            return replace(state, fen=fen, marks=(*state.marks, *([transfer.content] if transfer.content else [])))
        case "set_off":
            return replace(state, fen=fen, prepared_by="")
        case _:
            return replace(state, fen=fen, giving_up_fen=0, prepared_by="")


def _answered(state: Clawback, answer: FinanceFactAnswered) -> Clawback:
    match answer.outcome:
        case "held" | "cleared":
            return replace(state, is_held=answer.outcome == "held")
        case "first_approval":
            return replace(state, prepared_by=answer.by or "")
        case "proposed":
            marks = (*state.marks, *([answer.content] if answer.content else []))
            return replace(state, giving_up_fen=answer.unmatched_fen or 0, prepared_by="", marks=marks)
        case "refused":
            return replace(state, giving_up_fen=0, prepared_by="")
        case _:
            return state


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(line_id=id_) as event if any(claimed_back(event)):
            return (f"{CLAWBACK_PREFIX}{id_}",)
        case TransferBooked(kind="release", transfer_id=id_) as event if any(claimed_back(event)):
            return (f"{CLAWBACK_PREFIX}{id_}",)
        case TransferBooked(kind="clawback" | "set_off" | "written_off" | "recovered", instruction_id=str(id_)):
            return (id_,)
        case FinanceFactAnswered(subject_id=id_) if id_.startswith((CLAWBACK_PREFIX, WRITE_OFF_PREFIX)):
            return (id_.removeprefix(WRITE_OFF_PREFIX),)
        case _:
            return ()


CLAWBACK = Aggregate(
    kind="clawback",
    state=Clawback,
    initial=lambda _: Clawback(),
    evolve=_evolve,
    concerns=_concerns,
    keep=lambda clawback: clawback.claim is not None,
)
