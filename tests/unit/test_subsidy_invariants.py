"""Whatever happens to facts, budgets, runs, banks and clawbacks, the ledger's invariants hold after every step.

`BANGFU_OPERATIONS=10000` takes it as far; the auditor is in `tests/support/invariants.py`.
"""

import os
import random
from collections import defaultdict
from datetime import date, timedelta
from inspect import signature
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.subsidy.domain.clawbacks import decision_hash
from shared.calendar import days_in_month, month_last
from shared.catalog import partitions_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employment import EmploymentCorrected
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
from shared.events.payments import FinanceFactAnswered, RunProposed
from shared.events.subsidy import EntitlementChanged, LinePosted, TransferBooked
from shared.runner.core import Message
from tests.support.invariants import Auditor
from tests.unit.test_subsidy_world import E1, E2, P1, P2, P3, YUNXIAO, World, listed

OPERATIONS = int(os.environ.get("BANGFU_OPERATIONS", "600"))
SEED = int(os.environ.get("BANGFU_SEED", "20181101"))
STEPS = 100 if OPERATIONS >= 10_000 else 40
PHASES = (Phase.generate, Phase.shrink) if "BANGFU_SHRINK" in os.environ else (Phase.generate,)
STARTS = date(2018, 10, 1)
SI, SP, SE, PW = "social-insurance", "stable-post", "stable-employment", "public-welfare-post"
PEOPLE, EMPLOYERS = (P1, P2, P3), (E1, E2)
POSTS, PREMIUMS = ("workshop", "public_welfare"), ("paid", "corrected", "refunded")
FINANCE = (
    BudgetGranted, BudgetReduced, FiscalYearClosed, ApprovalGiven, ApprovalRefused, NoticeCleared, NoticeObjected,
    PayeePaused, PayeeResumed, PaymentFailed, PaymentSettled, RecoveryReceived, RecoveryWrittenOff, DayClosed,
)  # fmt: skip
persons, employers = st.sampled_from(PEOPLE), st.sampled_from(EMPLOYERS)
days_back = st.integers(0, 60).map(timedelta)
fens = st.integers(1, 200_000)
months = st.sampled_from(["2018-09", "2018-10", "2018-11", "2018-12", "2019-01", "2019-02"])
signers = st.sampled_from(["one", "two", "three"])
picks = st.integers(0, 10**6)


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


class Ledger(RuleBasedStateMachine):
    @initialize(
        order=st.sampled_from(["strict", "fill_gaps"]),
        offset=st.sampled_from([0, 50, 100]),
        cure=st.sampled_from([None, 0, 3]),
        notice=st.sampled_from([None, 2]),
        granted=st.none() | st.integers(0, 400_000),
    )
    def begin(self, order: str, offset: int, cure: int | None, notice: int | None, granted: int | None) -> None:
        self.world, self.auditor = Told(STARTS), Auditor()
        self.heard, self.jobs = 0, dict[str, tuple[str, str]]()
        self.proposals: list[RunProposed] = []
        self.booked: list[LinePosted | TransferBooked] = []
        self.closed_years, self.answered = 0, list[Event]()
        for name, value in parameters(order, offset, cure, notice).items():
            self.world.parameter(name, value)
        for uscc in EMPLOYERS:
            self.world.registered(uscc)
        for person in PEOPLE:
            self.world.fact(listed(person))
        if granted is not None:
            for programme in (SI, SP, SE, PW):
                self.world.granted(programme, granted)
        for id_, person, uscc in (("J1", P1, E1), ("J2", P2, E1), ("J3", P3, E2)):
            self.jobs[id_] = (person, uscc)
            self.world.employed(id_, person, uscc, date(2018, 9, 1))
        self.listen()

    # facts about people and employers

    @rule(person=persons, uscc=employers, back=days_back, kind=st.sampled_from(["workshop", "public_welfare"]))
    def hire(self, person: str, uscc: str, back: timedelta, kind: str) -> None:
        id_ = f"J{len(self.jobs) + 1}"
        self.jobs[id_] = (person, uscc)
        post = kind if kind in POSTS else "workshop"
        self.world.employed(id_, person, uscc, self.world.open_day - back, post)
        self.local({person}, {uscc})

    @rule(pick=picks, back=days_back)
    def end(self, pick: int, back: timedelta) -> None:
        id_ = self.job(pick)
        self.world.ended(id_, self.jobs[id_][0], self.world.open_day - back)
        self.local({self.jobs[id_][0]}, set())

    @rule(pick=picks, back=days_back)
    def void(self, pick: int, back: timedelta) -> None:
        id_ = self.job(pick)
        self.world.voided(id_, self.jobs[id_][0], self.world.open_day - back)
        self.local({self.jobs[id_][0]}, set())

    @rule(pick=picks, back=days_back)
    def correct_employment(self, pick: int, back: timedelta) -> None:
        id_ = self.job(pick)
        person, day = self.jobs[id_][0], self.world.open_day - back
        self.world.fact(EmploymentCorrected(employment_id=id_, starts_on=day, reason="录入错误", person_id=person))
        self.local({person}, set())

    @rule(person=persons, status=st.sampled_from(["listed", "none", "low_income"]), back=days_back)
    def list_person(self, person: str, status: str, back: timedelta) -> None:
        self.world.fact(listed(person, status, self.world.open_day - back))
        self.local({person}, set())

    @rule(pick=picks, period=months, fen=fens, back=days_back, kind=st.sampled_from(["paid", "corrected", "refunded"]))
    def premium(self, pick: int, period: str, fen: int, back: timedelta, kind: str) -> None:
        person, uscc = self.jobs[self.job(pick)]
        getattr(self.world, kind if kind in PREMIUMS else "paid")(person, uscc, period, self.world.open_day - back, fen)
        self.local({person}, {uscc})

    @rule(pick=picks)
    def take_back(self, pick: int) -> None:
        """Give back the premium behind a line, so that money that was paid has to come back."""
        lines = [line for line in self.booked if isinstance(line, LinePosted) and line.claim.programme == SI]
        if lines and (claim := lines[pick % len(lines)].claim).person_id:
            self.world.corrected(claim.person_id, claim.payee, claim.period, self.world.open_day, pick % 1_000)
            self.local({claim.person_id}, {claim.payee})
            self.close_until(self.world.open_day)

    @rule(
        uscc=employers, at_end=st.sampled_from([1, 3]), fen=st.integers(0, 500_000), year=st.sampled_from([2018, 2019])
    )
    def headcount(self, uscc: str, at_end: int, fen: int, year: int) -> None:
        self.world.headcount(uscc, year, 3, at_end, fen)
        self.local(set(), {uscc})

    # budgets, days and years

    @rule(programme=st.sampled_from([SI, SP, SE, PW]), fen=fens, number=st.integers(1, 10**6))
    def grant(self, programme: str, fen: int, number: int) -> None:
        self.world.granted(programme, fen, self.world.open_day.year, f"测试{number}号")
        self.listen()

    @rule(programme=st.sampled_from([SI, SP]), fen=fens, number=st.integers(1, 10**6))
    def reduce(self, programme: str, fen: int, number: int) -> None:
        """Take back more or less than is left or was granted; then nothing fits until a grant covers it."""
        self.world.fact(BudgetReduced(
            programme=programme, county=YUNXIAO, fiscal_year=self.world.open_day.year, amount_fen=fen,
            doc_no=f"测试{number}号",
        ))  # fmt: skip
        self.listen()

    @rule(days=st.integers(1, 20))
    def days_go_by(self, days: int) -> None:
        self.close_until(self.world.open_day + timedelta(days=days - 1))

    @rule()
    def the_month_ends(self) -> None:
        self.close_until(month_last(self.world.open_day.isoformat()[:7]))

    @rule(fen=fens, goes_out=st.booleans())
    def an_ordinary_month(self, fen: int, goes_out: bool) -> None:
        period = self.world.open_day.isoformat()[:7]
        for person, uscc in sorted(set(self.jobs.values())):
            self.world.paid(person, uscc, period, self.world.open_day, fen)
            self.local({person}, {uscc})
        self.close_until(month_last(period))
        if goes_out:
            for pick in range(4):
                self.run_goes_out(pick)

    @rule(carries=st.booleans())
    def a_year_is_closed(self, carries: bool) -> None:
        year = max(self.closed_years + 1, 2018)
        if self.world.open_day.year > year:
            self.closed_years = year
            self.world.fact(FiscalYearClosed(
                county=YUNXIAO, fiscal_year=year, date=self.world.open_day, carry_over=carries, doc_no="测试9号"
            ))  # fmt: skip
            self.listen()

    # payment

    @rule(pick=picks, by=signers, is_other=st.booleans())
    def approve_run(self, pick: int, by: str, is_other: bool) -> None:
        if self.proposals:
            proposed = self.proposals[-1 - pick % min(len(self.proposals), 4)]
            hash_ = "0" * 64 if is_other and pick % 4 == 0 else proposed.content_hash
            self.told_finance(ApprovalGiven(
                subject_id=proposed.run_id, content_hash=hash_, by=by, date=self.world.open_day
            ))  # fmt: skip

    @rule(pick=picks)
    def run_goes_out(self, pick: int) -> None:
        for by in ("one", "two"):
            self.approve_run(pick, by, False)

    @rule(pick=picks)
    def refuse_run(self, pick: int) -> None:
        if self.proposals:
            proposed = self.proposals[-1 - pick % min(len(self.proposals), 4)]
            self.told_finance(ApprovalRefused(
                subject_id=proposed.run_id, content_hash=proposed.content_hash, by="three", date=self.world.open_day,
                reason="查",
            ))  # fmt: skip

    @rule(pick=picks, fen=fens, is_full=st.booleans(), number=st.integers(1, 99))
    def bank_pays(self, pick: int, fen: int, is_full: bool, number: int) -> None:
        if (found := self.instruction(pick)) is not None:
            open_fen = found[1].payable_fen + found[1].in_payment_fen
            self.told_finance(PaymentSettled(
                instruction_id=found[0], date=self.world.open_day, bank_ref=f"B{number}",
                amount_fen=max(open_fen, 1) if is_full else fen,
            ))  # fmt: skip

    @rule(pick=picks, fen=fens)
    def bank_fails(self, pick: int, fen: int) -> None:
        if (found := self.instruction(pick)) is not None:
            self.told_finance(PaymentFailed(
                instruction_id=found[0], date=self.world.open_day, amount_fen=fen, reason="户名不符"
            ))  # fmt: skip

    @rule(pick=picks, is_clawback=st.booleans(), is_cleared=st.booleans())
    def object(self, pick: int, is_clawback: bool, is_cleared: bool) -> None:
        if self.booked:
            id_ = id_of(self.booked[-1 - pick % min(len(self.booked), 8)])
            kind = NoticeCleared if is_cleared else NoticeObjected
            self.told_finance(kind(notice_id=f"C-{id_}" if is_clawback else id_, date=self.world.open_day))

    @rule(uscc=employers, is_over=st.booleans())
    def pause(self, uscc: str, is_over: bool) -> None:
        kind = PayeeResumed if is_over else PayeePaused
        self.told_finance(kind(uscc=uscc, date=self.world.open_day, reason="核查"))

    # clawback

    @rule(pick=picks, by=signers)
    def decide_clawback(self, pick: int, by: str) -> None:
        if (found := self.clawback(pick)) is not None:
            self.sign(found[0], found[1].claim.payee, found[1].fen, by)

    @rule(pick=picks, fen=fens)
    def recover(self, pick: int, fen: int) -> None:
        if (found := self.clawback(pick)) is not None:
            self.told_finance(RecoveryReceived(
                receivable_id=found[0], date=self.world.open_day, amount_fen=fen, doc_no=f"收{self.world._sequence}号"
            ))  # fmt: skip

    @rule(pick=picks, by=signers, is_full=st.booleans(), fen=fens)
    def give_up(self, pick: int, by: str, is_full: bool, fen: int) -> None:
        if (found := self.clawback(pick)) is not None:
            id_, clawback = found
            if not clawback.giving_up_fen:
                amount = max(clawback.fen, 1) if is_full else fen
                self.told_finance(RecoveryWrittenOff(receivable_id=id_, date=self.world.open_day, amount_fen=amount))
            else:
                self.sign(f"W-{id_}", clawback.claim.payee, clawback.giving_up_fen, by)

    # what is told twice

    @rule(pick=picks)
    def deliver_again(self, pick: int) -> None:
        """L7: the same message again does nothing."""
        before = len(self.world.memory.emitted)
        self.world.memory._drain([self.world.told[pick % len(self.world.told)]])
        assert len(self.world.memory.emitted) == before + 1, "L7"
        del self.world.memory.emitted[before:]

    @rule(pick=picks, is_bank=st.booleans())
    def say_again(self, pick: int, is_bank: bool) -> None:
        """L7: a fact that repeats an earlier one in every field moves no money."""
        said = [m for m in self.world.told if not m.partition % 16 or m.event.partition != "*"]
        said = [m for m in said if isinstance(m.event, BANK)] or said if is_bank else said
        event = said[-1 - pick % min(len(said), 30)].event
        # What was open for nobody was not booked: said again when something is open, it is news.
        is_news = isinstance(event, BANK) and event not in self.answered
        if not isinstance(event, NOT_REPEATED) and not is_news:
            self.listen()
            before = dict(self.auditor.balances)
            self.world.fact(event)
            self.local(set(), set())
            moved = {name: fen - before.get(name, 0) for name, fen in self.auditor.balances.items()}
            assert not any(moved.values()), f"L7: {event!r} moved {moved}"

    # looking

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


BANK = (PaymentSettled, PaymentFailed, RecoveryReceived)
NOT_REPEATED = (DayClosed, ApprovalGiven, ApprovalRefused, PayeePaused, PayeeResumed)


def parameters(order: str, offset: int, cure: int | None, notice: int | None) -> dict[str, Any]:
    found = {
        "budget.order": order,
        "recovery.offset_percent": offset,
        "recovery.cure_days": cure,
        "notice.working_days": notice,
        "stable_post.ratio_sme_percent": 50,
        "stable_post.worker_share_percent": 100,
        "stable_post.max_layoff_bp": 1_000,
        "stable_employment.reward_fen": 100_000,
        "stable_employment.months": 2,
        "minimum_wage.month_fen": 128_000,
        "public_welfare_post.ratio_percent": 70,
        "social_insurance.max_months": 3,
    }
    return {name: value for name, value in found.items() if value is not None}


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


def test_the_invariants_hold_after_every_step() -> None:
    run_state_machine_as_test(
        seed(SEED)(Ledger),
        settings=settings(
            max_examples=max(OPERATIONS // STEPS, 1), stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=PHASES, report_multiple_bugs=False,
        ),
    )  # fmt: skip


# Hypothesis shrinks, but goes where it has been; a plain walk over the same rules goes further.
MOVES = (
    *("an_ordinary_month",) * 6, *("premium", "take_back", "bank_pays", "bank_fails", "days_go_by", "run_goes_out") * 3,
    *("decide_clawback", "recover", "give_up", "say_again") * 3, "hire", "end", "void", "correct_employment",
    "list_person", "headcount", "grant", "reduce", "the_month_ends", "a_year_is_closed", "approve_run", "refuse_run",
    "object", "pause", "deliver_again",
)  # fmt: skip


def walked(number: int, steps: int) -> Ledger:
    """Take a ledger through so many random moves, looking at its books after each."""
    chance = random.Random(number)  # noqa: S311 - repeatable chance, not a secret
    ledger = Ledger()
    ledger.begin(
        order=chance.choice(["strict", "fill_gaps"]), offset=chance.choice([0, 50, 100]),
        cure=chance.choice([None, 0, 3]), notice=chance.choice([None, None, 2]),
        granted=chance.choice([None, chance.randint(0, 400_000), 10**9]),
    )  # fmt: skip
    for _ in range(steps):
        move = getattr(ledger, chance.choice(MOVES))
        move(**{name: drawn(chance, name) for name in signature(move).parameters})
        ledger.books_agree()
    ledger.teardown()
    return ledger


def drawn(chance: random.Random, name: str) -> Any:
    choices: dict[str, Any] = {
        "person": PEOPLE, "uscc": EMPLOYERS, "by": ["one", "two", "three"], "at_end": [1, 3], "year": [2018, 2019],
        "status": ["listed", "listed", "none", "low_income"], "programme": [SI, SP], "carries": [True, False],
        "period": ["2018-09", "2018-10", "2018-11", "2018-12", "2019-01"],
        "kind": ["workshop", "public_welfare", "paid", "corrected", "refunded"],
    }  # fmt: skip
    if name == "back":
        return timedelta(chance.randint(0, 60))
    if name in choices:
        return chance.choice(choices[name])
    return (
        chance.random() < 0.5
        if name.startswith(("is_", "goes_"))
        else chance.randint(1, {"days": 20, "number": 99}.get(name, 200_000))
    )


@pytest.mark.parametrize("number", range(max(OPERATIONS // 100, 4)))
def test_the_invariants_hold_along_random_walks(number: int) -> None:
    walked(SEED + number, 100 if OPERATIONS >= 10_000 else 60)


@given(
    st.lists(st.integers(1, 31), max_size=4),
    st.integers(0, 300_000),
    st.sampled_from(["2018-02", "2018-03", "2018-04"]),
)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_the_parts_of_a_month_add_up_to_the_month(cuts: list[int], wage_fen: int, period: str) -> None:
    """A3: however a month is split into employments, the parts are the whole."""
    days = days_in_month(period)
    starts = sorted({1, *(cut for cut in cuts if cut <= days)})
    world = World(date(2018, 2, 1), pays=False)
    for name, value in {"minimum_wage.month_fen": wage_fen, "public_welfare_post.ratio_percent": 67}.items():
        world.parameter(name, value)
    world.registered(E1)
    world.fact(listed(P1))
    for number, (first, following) in enumerate(pairwise([*starts, days + 1])):
        world.employed(f"J{number}", P1, E1, date.fromisoformat(f"{period}-{first:02d}"), "public_welfare")
        world.ended(f"J{number}", P1, date.fromisoformat(f"{period}-{following - 1:02d}"))
    world.close(month_last(period))
    assert world.sums().get((PW, E1, period), 0) == (2 * wage_fen * 67 + 100) // 200


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.booleans(), st.sampled_from([0, 50, 100]))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_correction_and_its_counter_correction_restore_the_net(
    one_fen: int, other_fen: int, pays: bool, offset: int
) -> None:
    """A7: both stay in history, and the net is what it was."""
    world = World(STARTS, pays=pays)
    world.parameter("recovery.offset_percent", offset)
    world.registered(E1)
    world.fact(listed(P1))
    world.employed("J1", P1, E1, STARTS)
    auditor = Auditor()
    for number, fen in enumerate((one_fen, other_fen, one_fen)):
        world.corrected(P1, E1, "2018-10", STARTS + timedelta(number), fen)
        world.close(STARTS + timedelta(number))
    auditor.hear(world.memory.emitted)
    auditor.holds_against(world.memory.states("account"), world.memory.states("line"))
    assert world.sums().get((SI, E1, "2018-10"), 0) == one_fen
    assert len(world.posted) == (bool(one_fen) + 2 * (one_fen != other_fen))
