"""What people and banks did about a run, an instruction or a clawback, and what the ledger answered.

A fact about a thing and its answer come under the thing's id, so one row holds both. They meet by the name under which
the ledger queued the fact (`report`), which orders them as the ledger took them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.events.finance import FINANCE_FACTS
from shared.events.payments import FinanceFactAnswered, report_of
from shared.places import county_today
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Act:
    """One fact and its answer.

    Args:
        report: Its name in the ledger's queue. fact: its topic. on: the day that it states.
        by: Who acted, where that is said. content_hash: What an approval names.
        document: Number of the document or the bank's reference.
        outcome: The ledger's word; empty while it has not answered.
        unmatched_fen: What of the amount nothing was open for; of a receivable to be given up, what is proposed.
    """

    report: str
    fact: str = ""
    on: date | None = None
    by: str = ""
    amount_fen: int | None = None
    reason: str = ""
    document: str = ""
    content_hash: str = ""
    outcome: str = ""
    unmatched_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """All that was done about one thing.

    Args:
        area: The county whose money it is, by its code of today, where an answer said so.
        is_held: Somebody objects. is_unmatched: money was reported for which nothing was open.
    """

    area: str = ""
    acts: tuple[Act, ...] = ()
    is_held: bool = False
    is_unmatched: bool = False


def _evolve(state: Acts, message: Message) -> Acts:
    event = message.event
    if not isinstance(event, FinanceFactAnswered):
        return replace(state, acts=_with(state.acts, _stated(message)))
    before = next((act for act in state.acts if act.report == event.report), Act(event.report, event.fact))
    by = before.by or event.by or ""
    answered = replace(before, by=by, outcome=event.outcome, unmatched_fen=event.unmatched_fen)
    return Acts(
        area=county_today(event.county) if event.county else state.area,
        acts=_with(state.acts, answered),
        is_held=event.outcome == "held" if event.outcome in ("held", "cleared") else state.is_held,
        is_unmatched=state.is_unmatched or event.astray_fen > 0,
    )


def _stated(message: Message) -> Act:
    said = message.event.payload()
    return Act(
        report=report_of(message.known_on, message.sequence, message.id),
        fact=message.event.topic,
        on=date.fromisoformat(said["date"]),
        by=said.get("by", ""),
        amount_fen=said.get("amount_fen"),
        reason=said.get("reason", ""),
        document=said.get("doc_no") or said.get("bank_ref") or "",
        content_hash=said.get("content_hash", ""),
    )


def _with(acts: tuple[Act, ...], act: Act) -> tuple[Act, ...]:
    return (*(each for each in acts if each.report != act.report), act)


def _concerns(message: Message) -> Iterable[str]:
    event = message.event
    return (event.entity_id,) if isinstance(event, (*FINANCE_FACTS, FinanceFactAnswered)) else ()


ACTS = Aggregate("money_acts", Acts, lambda _: Acts(), _evolve, _concerns, indexes=("area", "is_held", "is_unmatched"))
