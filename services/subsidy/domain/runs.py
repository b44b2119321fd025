"""Aggregate "run": what a county is to pay for a programme and month; four eyes approve exactly this content.

Lines and releases gather in the draft of their month, at most a thousand to a run. At the close of the month's last
day the draft is proposed, with what can be paid of each. Two people approve it under its content hash, once the public
notice is over; whatever changed meanwhile (an objection, a take-back) is proposed anew instead. What is left out waits
in the draft of the next month.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Final, Literal

from services.subsidy.domain.approvals import weighed
from services.subsidy.domain.holds import HOLD, is_held
from services.subsidy.domain.payments import INSTRUCTION, instructed, open_fen, payable_change
from services.subsidy.domain.positions import position_id
from services.subsidy.domain.reports import Report
from services.subsidy.domain.rules import Standard
from shared.calendar import add_working_days, month_of
from shared.events.contract import Event
from shared.events.finance import ApprovalGiven, ApprovalRefused
from shared.events.payments import (
    MOST_ITEMS,
    RUN_PREFIX,
    ClearingLate,
    FinanceFactAnswered,
    Outcome,
    RunCleared,
    RunItem,
    RunProposed,
)
from shared.events.subsidy import LinePosted, TransferBooked
from shared.runner.core import Aggregate, Message, Peek

CLEARS: Final = "clears"  # tag of the runs of which the bank owes an answer
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A payment run.

    Args:
        gathered: Instructions of the draft. `proposed`: the latest proposal. `prepared_by`: who approved it first.
        approved_by: Who approved it second, on `approved_on`.
        clears: Whether it is still to be seen that the bank did what it was told.
    """

    run_id: str
    status: Literal["draft", "proposed", "prepared", "approved", "nothing"] = "draft"
    gathered: tuple[str, ...] = ()
    proposed: RunProposed | None = None
    prepared_by: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    clears: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for an approval."""
        return self.status in ("proposed", "prepared")


def run_id(county: str, programme: str, month: str, instruction_id: str) -> str:
    """Return the run in which an instruction is paid: a thousand instructions share one."""
    block = f"{instruction_id[0]}{int(instruction_id[1:]) // MOST_ITEMS}"
    return f"{RUN_PREFIX}{county}-{programme}-{month}-{block}"


def is_run(id_: str) -> bool:
    """Tell whether an id names a run."""
    return id_.startswith(RUN_PREFIX)


def draft_of(month: str) -> str:
    """Return the tag of the drafts of a month."""
    return f"draft:{month}"


def content_hash(run: str, items: Sequence[RunItem]) -> str:
    """Return what an approval names: SHA-256 over the run and each item, in order of their ids."""
    lines = [run, *(f"{item.instruction_id}|{item.payee}|{item.amount_fen}" for item in items)]
    return sha256("\n".join(lines).encode()).hexdigest()


def propose(id_: str, day: date, peek: Peek, rules: Standard) -> RunProposed:
    """Return the proposal of a run as things stand on a day."""
    run = peek(RUN, id_)
    county, programme, month = named(id_)
    ids = run.gathered if run.proposed is None else [item.instruction_id for item in run.proposed.items]
    items, left_out = _content(ids, programme, day, peek)
    days = rules.notice_days(county, programme)
    return RunProposed(
        run_id=id_,
        county=county,
        programme=programme,
        month=month,
        revision=1 + (run.proposed.revision if run.proposed else 0),
        proposed_on=day,
        items=items,
        left_out=left_out,
        total_fen=sum(item.amount_fen for item in items),
        content_hash=content_hash(id_, items),
        notice_ends=add_working_days(day, days) if days else None,
    )


def approved(report: Report, fact: ApprovalGiven) -> list[Event]:
    """Return what an approval does: it counts, or it says why not, or it sends the run to the bank."""
    run = report.peek(RUN, fact.subject_id)
    outcome = _weighed(report, fact, run)
    if outcome == "content_changed":
        return [_as_of(report, run), report.answered(fact, outcome)]
    if outcome == "approved" and run.proposed is not None:
        return [*instructed(report, run.proposed.items), report.answered(fact, outcome)]
    return [report.answered(fact, outcome)]


def refused(report: Report, fact: ApprovalRefused) -> list[Event]:
    """Return what a refusal does: nothing of the run is paid, all of it waits for the next month."""
    run = report.peek(RUN, fact.subject_id)
    if run.proposed is None or not run.is_open:
        return [report.answered(fact, "not_open")]
    withdrawn = {
        "revision": run.proposed.revision + 1,
        "proposed_on": report.message.known_on,
        "items": [],
        "left_out": [item.instruction_id for item in run.proposed.items],
        "total_fen": 0,
        "content_hash": content_hash(run.run_id, []),
    }
    return [run.proposed.model_copy(update=withdrawn), report.answered(fact, "refused")]


def _weighed(report: Report, fact: ApprovalGiven, run: Run) -> Outcome:
    proposed = run.proposed
    if proposed is None:
        return "not_open"
    return weighed(
        report,
        fact,
        is_open=run.is_open,
        content_hash=proposed.content_hash,
        is_changed=_as_of(report, run).content_hash != proposed.content_hash,
        notice_ends=proposed.notice_ends,
        prepared_by=run.prepared_by,
    )


def _as_of(report: Report, run: Run) -> RunProposed:
    return propose(run.run_id, report.message.known_on, report.peek, report.rules)


def _content(ids: Iterable[str], programme: str, day: date, peek: Peek) -> tuple[list[RunItem], list[str]]:
    """Return what can be paid of some instructions, and which must wait; claims of one position share what is open."""
    items, left_out, taken = [], [], dict[str, int]()
    for instruction_id in sorted(ids):
        instruction = peek(INSTRUCTION, instruction_id)
        if instruction.claim is None:
            continue
        payee, position = instruction.claim.payee, position_id(instruction.claim)
        fen = open_fen(instruction, peek, taken.get(position, 0))
        if fen and (instruction.held or is_held(peek(HOLD, payee), programme, day)):
            left_out.append(instruction_id)
        elif fen:
            taken[position] = taken.get(position, 0) + fen
            items.append(RunItem(instruction_id=instruction_id, payee=payee, amount_fen=fen))
    return items, left_out


def named(id_: str) -> tuple[str, str, str]:
    """Return county, programme and month of a run."""
    county, rest = id_.removeprefix(RUN_PREFIX).split("-", 1)
    programme, year, month, _ = rest.rsplit("-", 3)
    return county, programme, f"{year}-{month}"


def _evolve(state: Run, message: Message) -> Run:
    match message.event:
        case LinePosted(line_id=id_) | TransferBooked(kind="release", transfer_id=id_):
            return _gathering(state, [id_])
        case TransferBooked(kind="returned", instruction_id=str(id_)):
            return _gathering(state, [id_])
        case RunProposed() as proposed if proposed.run_id != state.run_id:
            return _gathering(state, [id_ for id_ in proposed.left_out if _next_run(proposed, id_) == state.run_id])
        case RunProposed() as proposed:
            status: Literal["proposed", "nothing"] = "proposed" if proposed.items else "nothing"
            return replace(state, status=status, gathered=(), proposed=proposed, prepared_by="")
        case _:
            return _decided(state, message)


def _decided(state: Run, message: Message) -> Run:
    match message.event:
        case FinanceFactAnswered(outcome="first_approval", by=by):
            return replace(state, status="prepared", prepared_by=by or "")
        case FinanceFactAnswered(by=by, answered_on=day):
            return replace(state, status="approved", approved_by=by or "", approved_on=day, clears=True)
        case RunCleared() | ClearingLate():
            return replace(state, clears=False)
        case _:
            return state


def _gathering(state: Run, ids: Iterable[str]) -> Run:
    more = sorted(set(ids))
    if state.gathered and more and more[0] <= state.gathered[-1]:
        return replace(state, gathered=tuple(sorted({*state.gathered, *more})))
    # Lines come in the order of their ids: nearly each one goes to the end, and nothing is sorted for it.
    return replace(state, gathered=(*state.gathered, *more))


def _next_run(proposed: RunProposed, instruction_id: str) -> str:
    following = month_of(proposed.proposed_on + _ONE_DAY)
    return run_id(proposed.county, proposed.programme, following, instruction_id)


def _gathers(event: LinePosted | TransferBooked) -> Iterable[str]:
    """Return the draft in which what an event makes payable waits for the end of its month."""
    match event:
        case LinePosted(line_id=id_, county=county, posted=month) if payable_change(event) > 0:
            return (run_id(county, event.claim.programme, month, id_),)
        case TransferBooked(kind="release", transfer_id=id_, county=str(county)) if payable_change(event) > 0:
            return (run_id(county, event.claim.programme, month_of(event.booked_on), id_),)
        case TransferBooked(kind="returned", instruction_id=str(id_), county=str(county)):
            return (run_id(county, event.claim.programme, month_of(event.booked_on), id_),)
        case _:
            return ()


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted() | TransferBooked() as event:
            return _gathers(event)
        case RunCleared(run_id=id_) | ClearingLate(run_id=id_):
            return (id_,)
        case RunProposed(run_id=id_) as proposed:
            return sorted({id_, *(_next_run(proposed, left) for left in proposed.left_out)})
        case FinanceFactAnswered(subject_id=id_, outcome="first_approval" | "approved") if is_run(id_):
            return (id_,)
        case _:
            return ()


def _tags(run: Run) -> Iterable[str]:
    if run.clears:
        return (CLEARS,)
    return (draft_of(named(run.run_id)[2]),) if run.status == "draft" and run.gathered else ()


RUN = Aggregate(
    kind="run",
    state=Run,
    initial=Run,
    evolve=_evolve,
    concerns=_concerns,
    tags=_tags,
    keep=lambda run: run.status != "nothing" or bool(run.gathered),
)
