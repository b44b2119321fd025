"""A ledger that is listened to after every step: its books agree, nothing is lost, nothing happens twice."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from shared.catalog import partitions_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.finance import (
    ApprovalGiven,
    ApprovalRefused,
    BudgetGranted,
    BudgetReduced,
    FiscalYearClosed,
    NoticeCleared,
    NoticeObjected,
    PayeePaused,
    PayeeResumed,
    PaymentFailed,
    PaymentSettled,
    RecoveryReceived,
    RecoveryWrittenOff,
)
from shared.events.payments import FinanceFactAnswered, RunProposed, decision_hash
from shared.events.subsidy import EntitlementChanged, LinePosted, TransferBooked
from shared.runner.core import Message
from tests.support.invariants import Auditor
from tests.unit.test_subsidy_world import World

STARTS = date(2018, 10, 1)
SI, SP, SE, PW = "social-insurance", "stable-post", "stable-employment", "public-welfare-post"
FINANCE = (
    BudgetGranted, BudgetReduced, FiscalYearClosed, ApprovalGiven, ApprovalRefused, NoticeCleared, NoticeObjected,
    PayeePaused, PayeeResumed, PaymentFailed, PaymentSettled, RecoveryReceived, RecoveryWrittenOff, DayClosed,
)  # fmt: skip


class Told(World):
    """A world that remembers what it was told, so that it can be told again."""

    def __init__(self, opens_on: date) -> None:
        super().__init__(opens_on, pays=False)
        self.told: list[Message] = []

    def fact(self, event: Event) -> None:
        self._sequence += 1
        for partition in partitions_of(event):
            id_ = f"{self._sequence}@{partition}"
            message = Message(id_, "test", event, self._sequence, self.open_day, "", None, partition)
            self.told.append(message)
            self.memory._drain([message])


class Books(RuleBasedStateMachine):
    """A ledger that is listened to, and what holds of it after every step; what is done to it says who inherits.

    Args:
        heard: How much of what was emitted the auditor has heard.
        jobs: Person and employer of each employment.
        booked: Lines, and what was released for payment.
        answered: Facts of finance that were booked or returned.
    """

    world: Told
    auditor: Auditor
    heard: int
    jobs: dict[str, tuple[str, str]]
    proposals: list[RunProposed]
    booked: list[LinePosted | TransferBooked]
    answered: list[Event]

    def job(self, pick: int) -> str:
        return sorted(self.jobs)[pick % len(self.jobs)]

    def instruction(self, pick: int) -> tuple[str, Any] | None:
        found = list(self.world.memory.states("instruction").items())
        return found[pick % len(found)] if found else None

    def clawback(self, pick: int) -> tuple[str, Any] | None:
        found = [(id_, state) for id_, state in self.world.memory.states("clawback").items() if state.claim]
        return found[pick % len(found)] if found else None

    def sign(self, subject: str, payee: str, fen: int, by: str) -> None:
        hash_ = decision_hash(subject, payee, fen)
        self.told_finance(ApprovalGiven(subject_id=subject, content_hash=hash_, by=by, date=self.world.open_day))

    def told_finance(self, event: Event) -> None:
        before = len(self.auditor.lines)
        self.world.fact(event)
        self.listen()
        assert len(self.auditor.lines) == before, "what bank and office say posts no line"

    def close_until(self, last: date) -> None:
        self.world.close_until(last)
        self.listen()
        self.nothing_waits_that_fits()

    def local(self, people: set[str], payees: set[str]) -> None:
        """A6: a fact about somebody changes what is due to nobody else."""
        fresh = self.world.memory.emitted[self.heard :]
        for message in fresh:
            if isinstance(message.event, EntitlementChanged):
                claim = message.event.claim
                assert claim.person_id in people if claim.person_id else claim.payee in payees, "A6"
        self.listen()

    def listen(self) -> None:
        fresh, self.heard = self.world.memory.emitted[self.heard :], len(self.world.memory.emitted)
        self.auditor.hear(fresh)
        said = {message.id: message.event for message in self.world.told}
        for message in fresh:
            if isinstance(message.event, FinanceFactAnswered) and message.event.outcome in ("booked", "returned"):
                self.answered.append(said[message.event.report.split()[-1]])
        for message in fresh:
            if isinstance(message.event, RunProposed):
                self.proposals.append(message.event)
            if isinstance(message.event, LinePosted) or (
                isinstance(message.event, TransferBooked) and message.event.kind == "release"
            ):
                self.booked.append(message.event)

    def nothing_waits_that_fits(self) -> None:
        """B5: no capacity is lost: what waits does not fit."""
        fills = self.world.told[0].event.value == "fill_gaps"  # type: ignore[union-attr] # the first fact sets it
        for id_, budget in self.world.memory.states("budget").items():
            years = [year for year in budget.granted if year <= self.auditor.posted_until.year]
            waiting = [entry.fen for entry in budget.queue if entry.fen > 0]
            if years and waiting:
                room = self.auditor.balances[f"available:{id_.replace('|', ':')}:{max(years)}"]
                assert all(fen > room for fen in (waiting if fills else waiting[:1])), "B5"

    @invariant()
    def books_agree(self) -> None:
        if hasattr(self, "world"):
            states = self.world.memory.states
            self.auditor.holds_against(states("account"), states("line"))
            self.auditor.budgets_add_up(states("account"), states("position"))

    def teardown(self) -> None:
        """A2: what is posted and what waits is what the facts alone make due, told at once, subject by subject."""
        if not hasattr(self, "world"):
            return
        self.close_until(self.world.open_day)
        due = defaultdict(int, self.world.sums())
        for budget in self.world.memory.states("budget").values():
            for entry in budget.queue:
                change = self.world.memory.states("claim")[entry.place].change
                due[change.claim.programme, change.payee, change.claim.period] += change.change_fen
        assert {key: fen for key, fen in due.items() if fen} == told_at_once(self.world).sums(), "A2"


def told_at_once(world: Told) -> World:
    """Return a world without budgets that hears every fact once, on the last day, subject by subject."""
    other = World(world.open_day - timedelta(days=1), pays=False)
    facts: dict[str, list[Event]] = defaultdict(list)
    for message in world.told:
        event = message.event
        if not isinstance(event, FINANCE) and not (event.partition == "*" and message.partition):
            facts[getattr(event, "person_id", None) or getattr(event, "uscc", "")].append(event)
    for _, events in sorted(facts.items()):
        for event in events:
            other.fact(event)
    other.close(world.open_day - timedelta(days=1))
    return other


def id_of(event: LinePosted | TransferBooked) -> str:
    return event.line_id if isinstance(event, LinePosted) else event.transfer_id
