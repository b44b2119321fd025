"""What the ledger decides: a day is posted once every partition has settled it, line after line without gaps."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.booking import Day
from services.subsidy.domain.budgets import BUDGET, FISCAL_YEARS
from services.subsidy.domain.deferring import deal, drain
from services.subsidy.domain.draft import Draft
from services.subsidy.domain.funding import book
from services.subsidy.domain.ledger import LEDGER, THE_LEDGER
from services.subsidy.domain.payments import PAYMENT, settled
from services.subsidy.domain.positions import POSITION
from services.subsidy.domain.programme import Rulebook
from services.subsidy.domain.queue import CLAIM, is_take_back, phase_of
from services.subsidy.domain.rules import RULES, THE_RULES, order_changes_on, standard
from shared.catalog import PARTITIONS
from shared.events.contract import Event
from shared.events.finance import PaymentSettled
from shared.events.subsidy import DayCompleted, DayPosted, DaySettled
from shared.runner.core import Delayed, Message, Peek, Walk

_ONE_DAY: Final = timedelta(days=1)
_LOOKED_AT_AGAIN: Final = (CLAIM, LEDGER, ACCOUNT, POSITION, BUDGET, FISCAL_YEARS)


@dataclass(frozen=True)
class PostingDay:
    """Decisions of the ledger under a rulebook. Days complete in their order: each partition settles them in order."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event] | Delayed:
        """Return what follows for the ledger: a day is complete, or a payment went out."""
        ledger = peek(LEDGER, THE_LEDGER)
        match message.event:
            case DaySettled(date=day):
                if len(ledger.settlers.get(day.isoformat(), ())) < PARTITIONS:
                    return []
                # Whichever partition comes last, the first one's word completes the day: ids are a function of facts.
                first = replace(message, id=ledger.settled_by[day.isoformat()], partition=0)
                return Delayed(first, [DayCompleted(date=day)])
            case PaymentSettled() if ledger.caught_up and ledger.caught_up >= message.known_on - _ONE_DAY:
                return settled(message, peek, ledger.transfers)
            case _:
                return []

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """Return what a message goes through: what became known by a completed day, and payments that waited for lines.

        A payment is booked once all days before it are posted: at once, as a rule; where the ledger is behind, when
        the last of them is, and before anything of its own day.
        """
        match message.event:
            case DayCompleted(date=day):
                return (Walk(PAYMENT.kind, due_by=day - _ONE_DAY), Walk(CLAIM.kind, due_by=day))
            case DayPosted(date=day):
                return (Walk(PAYMENT.kind, due_by=day),)
            case _:
                return ()

    def decide_one(self, message: Message, kind: str, place: str, peek: Peek) -> list[Event] | Delayed:
        """Return what deals with one item of the queue, after what the items before it made room for.

        Take-backs of one fact and programme come first, so room is looked at once the last of them is posted.
        """
        if kind == PAYMENT.kind:
            report = peek(PAYMENT, place).report
            return Delayed(report, settled(report, peek, peek(LEDGER, THE_LEDGER).transfers))
        day = self._day(message, peek)
        if day is None:
            return []
        ledger = day.draft(LEDGER, THE_LEDGER)
        if not (is_take_back(place) and phase_of(place) == ledger.phase):
            _drain(day, ledger.touched)
        waiting = day.draft(CLAIM, place)
        if waiting.money is not None:
            book(day, place, waiting.money)
        elif waiting.change is not None:
            deal(day, place, waiting.change)
        return day.draft.said

    def close(self, message: Message, peek: Peek) -> list[Event]:
        """Return what the last items of the day made room for, and what another order of waiting lets through."""
        day = self._day(message, peek)
        if day is None:
            return []
        ledger = day.draft(LEDGER, THE_LEDGER)
        _drain(day, ledger.touched)
        if order_changes_on(peek(RULES, THE_RULES), day.date):
            _drain(day, ledger.queues)
        return [*day.draft.said, DayPosted(date=day.date)]

    def _day(self, message: Message, peek: Peek) -> Day | None:
        if not isinstance(message.event, DayCompleted):
            return None
        rules = standard(self.rulebook, peek(RULES, THE_RULES), message.event.date)
        return Day(Draft(message, peek, _LOOKED_AT_AGAIN), rules)


def _drain(day: Day, budgets: tuple[str, ...]) -> None:
    for budget in budgets:
        drain(day, budget)
