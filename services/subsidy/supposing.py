"""A ledger of recorded events as it would be under some rulebook, folded in a process of its own.

Settling and posting are those of the live service. Left out is what no amount depends on: payments with all that
prepares them, the search for missing money, and the text of lines, of which only the sums are kept.

A world that is `lazy` looks at people once a fiscal year, when its last day closes and when history ends, and not at
every day and every premium; nor does it post line after line. What a claim comes to is a function of the facts known,
so sums of changes are sums of lines, year by year, as long as nothing has to wait for a budget: and nothing does where
all that a year's budget is ever charged is no more than was granted. Where it is more, or where a closed year or a late
grant make the order of days matter, `Books.waited` says so, and the answer has to be worked out day by day.
"""

import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Final

from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.budgets import BUDGET, FISCAL_YEARS
from services.subsidy.domain.comparing import TALLY, Books
from services.subsidy.domain.employer import EMPLOYER
from services.subsidy.domain.ledger import LEDGER as LEDGER_STATE
from services.subsidy.domain.ledger import THE_LEDGER, Ledger
from services.subsidy.domain.office import FINANCE_FACT
from services.subsidy.domain.person import MAY_MISS, PERSON
from services.subsidy.domain.positions import POSITION
from services.subsidy.domain.programme import Kind, Rulebook
from services.subsidy.domain.queue import CLAIM
from services.subsidy.domain.rules import RULES
from services.subsidy.domain.runs import RUN
from services.subsidy.domain.summing import CHARGES, SPENT, SUM, SUMS, charged, is_short
from services.subsidy.subscribers import under
from shared.errors import BangfuError
from shared.events.clock import DayClosed
from shared.events.employment import AttendanceRecorded
from shared.events.finance import BudgetGranted, BudgetReduced, FiscalYearClosed
from shared.events.premiums import PremiumPaid
from shared.events.subsidy import EntitlementChanged
from shared.runner.core import Decision, Keys, Message, Peek, Service, Subscription, Walk
from shared.runner.memory import Memory
from shared.runner.wire import recorded

_NO_KEYS = Keys(person=b"", content=b"")  # recorded events hold pseudonyms already: nothing is made from numbers here
_FORK: Final = multiprocessing.get_context("fork")  # rulebooks hold compiled conditions, which cannot be sent
_POSTING = (CLAIM, LEDGER_STATE, TALLY, ACCOUNT, POSITION, FINANCE_FACT, BUDGET, FISCAL_YEARS, RULES)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is stored, and where."""

    position: int
    body: bytes


Hears = Callable[[Message], Iterable[Message]]
LAZY: Final[frozenset[Kind]] = frozenset({
    "premium_refund", "wage_share_post", "monthly_allowance", "attended_days",
})  # fmt: skip
"""The kinds whose claims stand for themselves, each for its month: nothing is provisional, no year is decided."""

_ONLY_NOTED = (PremiumPaid, AttendanceRecorded)  # they add to what is due; whatever takes away is looked at at once


class World:
    """What would be posted under a rulebook.

    Args:
        rulebook: Which programmes there are.
        hears: Returns what is heard in the place of a recorded event.
        lazy: People are looked at once a fiscal year; only for kinds of programmes in `LAZY`.
    """

    def __init__(self, rulebook: Rulebook, hears: Hears, *, lazy: bool) -> None:
        self._ours, theirs = _FORK.Pipe()
        telling = _Lazily(rulebook, hears) if lazy else _DayByDay(rulebook, hears)
        self._process = _FORK.Process(target=_suppose, args=(self._ours, theirs, telling), daemon=True)
        self._process.start()
        theirs.close()

    def take(self, events: list[Recorded]) -> None:
        """Hand over some events, in the order of the stream."""
        try:
            self._ours.send(events)
        except BrokenPipeError:
            self._answer()

    def books(self) -> Books:
        """Return the ledger, once all events are in.

        Raises:
            BangfuError: This version cannot read one of the events.
        """
        self.take([])
        found: Books = self._answer()
        return found

    def close(self) -> None:
        """Give up, or be done: the process ends."""
        self._ours.close()
        self._process.terminate()  # it holds nothing but its own memory
        self._process.join()

    def _answer(self) -> Any:
        found = self._ours.recv()
        if isinstance(found, Exception):
            raise found
        return found


class _DayByDay:
    """The live service in memory, without what no amount depends on."""

    def __init__(self, rulebook: Rulebook, hears: Hears) -> None:
        self._hears = hears
        self.memory = Memory([Service("subsidy", "whatif", self._subscriptions(*under(rulebook)))], _NO_KEYS)

    def tell(self, message: Message) -> None:
        """Fold a recorded event."""
        for heard in self._hears(message):
            self.memory.recall(heard)
        self.memory.emitted.clear()  # states are what is compared; a year of events would not fit

    def books(self) -> Books:
        """Return the ledger, at the end of history."""
        found, ledger = self.memory.states, self.memory.states(LEDGER_STATE.kind).get(THE_LEDGER, Ledger())
        return Books(found(TALLY.kind), found(ACCOUNT.kind), found(BUDGET.kind), ledger.posted)

    def _subscriptions(self, settling: Subscription, ledger: Subscription) -> tuple[Subscription, ...]:
        return (
            replace(settling, walks=_walks(settling, lambda walk: walk.tag != MAY_MISS)),
            replace(ledger, walks=_walks(ledger, lambda walk: walk.kind != RUN.kind), aggregates=_POSTING, seals=None),
        )


class _Lazily(_DayByDay):
    """The same with people looked at once a year, and sums in the place of lines."""

    def __init__(self, rulebook: Rulebook, hears: Hears) -> None:
        super().__init__(rulebook, hears)
        self._closing: dict[int, Message] = {}
        self._waited = False

    def tell(self, message: Message) -> None:
        """Fold a recorded event; a closing waits until it is known whether it is its year's last one."""
        held = self._closing.get(message.partition)
        if held is not None and held.known_on.year < message.known_on.year:
            super().tell(self._closing.pop(message.partition))
        match message.event:
            case DayClosed():
                self._closing[message.partition] = message
                return
            case FiscalYearClosed():
                self._waited = True
            case BudgetGranted(fiscal_year=year) | BudgetReduced(fiscal_year=year) if year < message.known_on.year:
                self._waited = True
            case _:
                pass
        super().tell(message)

    def books(self) -> Books:
        """Look at everybody a last time, and return the ledger as sums."""
        for partition in sorted(self._closing):
            super().tell(self._closing[partition])
        books, found = super().books(), self.memory.states
        return replace(
            books,
            tallies=found(SUM.kind),
            accounts=charged(books.accounts, found(CHARGES.kind).values()),
            waited=self._waited or is_short(books.budgets, books.accounts, found(SPENT.kind)),
        )

    def _subscriptions(self, settling: Subscription, ledger: Subscription) -> tuple[Subscription, ...]:
        def decide(message: Message, peek: Peek) -> Decision:
            return [] if isinstance(message.event, _ONLY_NOTED) else settling.decide(message, peek)

        def walks(message: Message) -> tuple[Walk, ...]:
            if isinstance(message.event, DayClosed):
                return (Walk(PERSON.kind, tag="*"), Walk(EMPLOYER.kind, due_by=message.event.date))
            return settling.walks(message)

        _, budgets = super()._subscriptions(settling, ledger)
        listens = tuple(event for event in budgets.listens if event is not EntitlementChanged)
        return replace(settling, decide=decide, walks=walks), SUMS, replace(budgets, listens=listens)


def _suppose(ours: Connection, theirs: Connection, telling: _DayByDay) -> None:
    """Fold what comes in until the end, which is an empty list, and answer; with nobody left to answer, just end."""
    ours.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to both; the parent ends this process
    gc.disable()  # states are trees: looking for cycles among millions of them finds none
    try:
        theirs.send(_folded(theirs, telling))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in the parent
        theirs.send(error)


def _folded(theirs: Connection, telling: _DayByDay) -> Books:
    while events := theirs.recv():
        for event in events:
            telling.tell(_message(event))
    return telling.books()


def _message(event: Recorded) -> Message:
    message = recorded(None, event.body, event.position).message
    if message is None:
        raise BangfuError(f"EVENTS, sequence {event.position}: this version cannot read the event")
    return message


def _walks(subscription: Subscription, wanted: Callable[[Walk], bool]) -> Callable[[Message], tuple[Walk, ...]]:
    return lambda message: tuple(filter(wanted, subscription.walks(message)))
