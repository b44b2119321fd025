"""What the ledger decides: a day is posted once every partition has settled it, line after line without gaps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.booking import Day
from services.subsidy.domain.budgets import BUDGET, FISCAL_YEARS
from services.subsidy.domain.clawbacks import proposals
from services.subsidy.domain.clearing import cleared
from services.subsidy.domain.deferring import deal, drain
from services.subsidy.domain.draft import Draft
from services.subsidy.domain.funding import book
from services.subsidy.domain.ledger import LEDGER, THE_LEDGER, Ledger
from services.subsidy.domain.office import FINANCE_FACT, answer
from services.subsidy.domain.positions import POSITION
from services.subsidy.domain.programme import Rulebook
from services.subsidy.domain.queue import CLAIM, is_take_back, phase_of
from services.subsidy.domain.reports import Report
from services.subsidy.domain.rules import RULES, THE_RULES, Standard, order_changes_on, standard
from services.subsidy.domain.runs import CLEARS, RUN, draft_of, propose
from shared.calendar import month_last, month_of
from shared.catalog import PARTITIONS
from shared.events.contract import Event
from shared.events.finance import FINANCE_FACTS
from shared.events.subsidy import DayCompleted, DayPosted, DaySettled
from shared.runner.core import Aggregate, Delayed, Message, Peek, Walk

_ONE_DAY: Final = timedelta(days=1)
_DRAFTS: Final = 10  # that one transaction holds: each brings up to a thousand instructions and their positions
_LOOKED_AT_AGAIN: Final = (CLAIM, LEDGER, ACCOUNT, POSITION, BUDGET, FISCAL_YEARS)


@dataclass(frozen=True)
class PostingDay:
    """Decisions of the ledger under a rulebook. Days complete in their order: each partition settles them in order."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event] | Delayed:
        """Return what follows for the ledger: a day is complete, or the finance office is answered."""
        ledger = peek(LEDGER, THE_LEDGER)
        match message.event:
            case DaySettled(date=day):
                if len(ledger.settlers.get(day.isoformat(), ())) < PARTITIONS:
                    return []
                # Whichever partition comes last, the first one's word completes the day: ids are a function of facts.
                first = replace(message, id=ledger.settled_by[day.isoformat()], partition=0)
                return Delayed(first, [DayCompleted(date=day)])
            case event if isinstance(event, FINANCE_FACTS) and _is_posted(ledger, message.known_on - _ONE_DAY):
                return self._answer(message, peek)
            case _:
                return []

    def reads(self, _: Message) -> Iterable[tuple[Aggregate[Any], str]]:
        """Return what every decision looks at: how far the ledger has come, and the rules of posting."""
        return ((LEDGER, THE_LEDGER), (RULES, THE_RULES))

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """Return what a completed day goes through: its lines, a month's runs at its end, facts that waited."""
        match message.event:
            case DayCompleted(date=day):
                month = month_of(day)
                drafts = (Walk(RUN.kind, tag=draft_of(month), most=_DRAFTS),) if day == month_last(month) else ()
                bank = Walk(RUN.kind, tag=CLEARS)
                return (Walk(CLAIM.kind, due_by=day), *drafts, bank, Walk(FINANCE_FACT.kind, due_by=day))
            case _:
                return ()

    def decide_one(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event] | Delayed:
        """Return what follows for one of them."""
        if kind == CLAIM.kind:
            return self._post(message, id_, peek)
        if kind == RUN.kind:
            rules = self._rules(message.known_on, peek)
            if peek(RUN, id_).clears:
                return cleared(id_, message.known_on, peek, rules)
            return [propose(id_, message.known_on, peek, rules)]
        report = peek(FINANCE_FACT, id_).report
        return Delayed(report, self._answer(report, peek))

    def close(self, message: Message, walk: Walk, peek: Peek) -> list[Event]:
        """Return what the last lines of the day made room for, and at last that the day is posted."""
        if not isinstance(message.event, DayCompleted):
            return []
        if walk.kind == CLAIM.kind:
            return self._drained(message, peek)
        return [DayPosted(date=message.event.date)] if walk.kind == FINANCE_FACT.kind else []

    def _post(self, message: Message, place: str, peek: Peek) -> list[Event]:
        """Return what deals with one item of the queue, after what the items before it made room for.

        Take-backs of one fact and programme come first, so room is looked at once the last of them is posted.
        """
        day = self._day(message, peek)
        ledger = day.draft(LEDGER, THE_LEDGER)
        if not (is_take_back(place) and phase_of(place) == ledger.phase):
            _drain(day, ledger.touched)
        waiting = day.draft(CLAIM, place)
        if waiting.money is not None:
            book(day, place, waiting.money)
        elif waiting.change is not None:
            deal(day, place, waiting.change)
        return [*day.draft.said, *proposals(day.draft.said, day.rules)]

    def _drained(self, message: Message, peek: Peek) -> list[Event]:
        """Return what the last items of the day made room for, and what another order of waiting lets through."""
        day = self._day(message, peek)
        ledger = day.draft(LEDGER, THE_LEDGER)
        _drain(day, ledger.touched)
        if order_changes_on(peek(RULES, THE_RULES), day.date):
            _drain(day, ledger.queues)
        return [*day.draft.said, *proposals(day.draft.said, day.rules)]

    def _answer(self, report: Message, peek: Peek) -> list[Event]:
        rules, transfers = self._rules(report.known_on, peek), peek(LEDGER, THE_LEDGER).transfers
        return answer(Report(report, peek, rules, transfers))

    def _day(self, message: Message, peek: Peek) -> Day:
        return Day(Draft(message, peek, _LOOKED_AT_AGAIN), self._rules(message.known_on, peek))

    def _rules(self, day: date, peek: Peek) -> Standard:
        return standard(self.rulebook, peek(RULES, THE_RULES), day)


def _is_posted(ledger: Ledger, day: date) -> bool:
    return ledger.posted is not None and ledger.posted >= day


def _drain(day: Day, budgets: tuple[str, ...]) -> None:
    for budget in budgets:
        drain(day, budget)
