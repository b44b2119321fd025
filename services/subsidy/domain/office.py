"""Aggregate "finance_fact": what the bank and the finance office say, as long as it is not answered.

Each is answered once all days before it are posted: at once, as a rule. Where the ledger is behind, it waits for the
last of them, so that the ledger is a function of the facts, however far behind it was when it heard of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from services.subsidy.domain import clawbacks, runs
from services.subsidy.domain.payments import failed, settled
from services.subsidy.domain.reports import Report, report_id
from shared.events.contract import Event
from shared.events.finance import (
    FINANCE_FACTS,
    ApprovalGiven,
    ApprovalRefused,
    NoticeCleared,
    NoticeObjected,
    PaymentFailed,
    PaymentSettled,
    RecoveryReceived,
    RecoveryWrittenOff,
)
from shared.events.payments import FinanceFactAnswered
from shared.runner.core import Aggregate, Message

_BY_TOPIC: Final = {fact.topic: fact for fact in FINANCE_FACTS}
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that waits, and the name that it came under; an empty topic says that it is answered."""

    topic: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    source: str = ""
    sequence: int = 0
    known_on: date = date.min
    correlation_id: str = ""
    partition: int = 0
    traceparent: str = ""

    @property
    def report(self) -> Message:
        """Return the message that reported it."""
        fact = _BY_TOPIC[self.topic].model_validate(self.data)
        return Message(
            self.id,
            self.source,
            fact,
            self.sequence,
            self.known_on,
            self.correlation_id,
            partition=self.partition,
            traceparent=self.traceparent,
        )


def answer(report: Report) -> list[Event]:
    """Return what follows from a fact of the bank or the finance office; the last event is always its answer."""
    match report.message.event:
        case PaymentSettled() | PaymentFailed() as fact:
            return settled(report, fact) if isinstance(fact, PaymentSettled) else failed(report, fact)
        case ApprovalGiven() as fact:
            return runs.approved(report, fact) if runs.is_run(fact.subject_id) else clawbacks.approved(report, fact)
        case ApprovalRefused() as fact:
            return runs.refused(report, fact) if runs.is_run(fact.subject_id) else clawbacks.refused(report, fact)
        case RecoveryReceived() | RecoveryWrittenOff() as fact:
            return (
                clawbacks.received(report, fact)
                if isinstance(fact, RecoveryReceived)
                else clawbacks.given_up(report, fact)
            )
        case NoticeObjected() | NoticeCleared() as fact:
            return [report.answered(fact, "held" if isinstance(fact, NoticeObjected) else "cleared")]
        case _:
            raise TypeError("the finance office says nothing else")


def _evolve(_: Waiting, message: Message) -> Waiting:
    if not isinstance(message.event, FINANCE_FACTS):
        return Waiting()
    return Waiting(
        message.event.topic,
        message.event.payload(),
        message.id,
        message.source,
        message.sequence,
        message.known_on,
        message.correlation_id,
        message.partition,
        message.traceparent,
    )


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case FinanceFactAnswered(report=id_):
            return (id_,)
        case event if isinstance(event, FINANCE_FACTS):
            return (report_id(message),)
        case _:
            return ()


FINANCE_FACT = Aggregate(
    kind="finance_fact",
    state=Waiting,
    initial=lambda _: Waiting(),
    evolve=_evolve,
    concerns=_concerns,
    due_on=lambda waiting: waiting.known_on - _ONE_DAY if waiting.topic else None,
    keep=lambda waiting: bool(waiting.topic),
)
