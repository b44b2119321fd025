"""A fact of the bank or the finance office while it is being answered."""

from dataclasses import dataclass

from services.subsidy.domain.premiums import mark_of
from services.subsidy.domain.rules import Standard
from shared.events.finance import ApprovalGiven, ApprovalRefused, FinanceFact
from shared.events.payments import OF_MONEY, FinanceFactAnswered, Outcome, report_of
from shared.runner.core import Message, Peek


@dataclass(frozen=True, slots=True)
class Report:
    """What the answer to a fact may look at.

    Args:
        rules: In force on the day on which it became known. transfers: transfers booked so far.
    """

    message: Message
    peek: Peek
    rules: Standard
    transfers: int

    @property
    def id(self) -> str:
        """Return the id of the fact in the queue."""
        return report_id(self.message)

    def answered(
        self, fact: FinanceFact, outcome: Outcome, unmatched_fen: int = 0, county: str = ""
    ) -> FinanceFactAnswered:
        """Return the answer; `county` is whose money it is about, where that is known."""
        return FinanceFactAnswered(
            subject_id=fact.entity_id,
            fact=fact.topic,
            report=self.id,
            outcome=outcome,
            answered_on=self.message.known_on,
            by=fact.by if isinstance(fact, ApprovalGiven | ApprovalRefused) else None,
            unmatched_fen=unmatched_fen or None,
            county=county or None,
            content=mark_of(fact) if outcome in OF_MONEY else None,
        )


def report_id(message: Message) -> str:
    """Return the id of a fact in the queue; the ids are in the order in which the facts became known."""
    return report_of(message.known_on, message.sequence, message.id)
