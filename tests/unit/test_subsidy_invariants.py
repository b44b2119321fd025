"""Whatever happens to facts, budgets, runs, banks and clawbacks, the ledger's invariants hold after every step.

`BANGFU_OPERATIONS=10000` takes it as far. In `tests/support` are the auditor (`invariants.py`), what holds after every
step (`books.py`), and what bank and office do (`office.py`).
"""

import os
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from shared.calendar import month_last
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employment import EmploymentCorrected
from shared.events.finance import (
    ApprovalGiven,
    ApprovalRefused,
    BudgetReduced,
    FiscalYearClosed,
    PayeePaused,
    PayeeResumed,
    PaymentFailed,
    PaymentSettled,
    RecoveryReceived,
)
from shared.events.payments import RunProposed
from shared.events.subsidy import LinePosted, TransferBooked
from tests.support.books import PW, SE, SI, SP, STARTS, Told
from tests.support.invariants import Auditor
from tests.support.office import EMPLOYERS, PEOPLE, Office, employers, fens, persons, picks
from tests.unit.test_subsidy_world import E1, E2, P1, P2, P3, YUNXIAO, listed

OPERATIONS = int(os.environ.get("BANGFU_OPERATIONS", "600"))
SEED = int(os.environ.get("BANGFU_SEED", "20181101"))
STEPS = 100 if OPERATIONS >= 10_000 else 40
PHASES = (Phase.generate, Phase.shrink) if "BANGFU_SHRINK" in os.environ else (Phase.generate,)
POSTS, PREMIUMS = ("workshop", "public_welfare"), ("paid", "corrected", "refunded")
days_back = st.integers(0, 60).map(timedelta)
months = st.sampled_from(["2018-09", "2018-10", "2018-11", "2018-12", "2019-01", "2019-02"])


class Ledger(Office):
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


def test_the_invariants_hold_after_every_step() -> None:
    run_state_machine_as_test(
        seed(SEED)(Ledger),
        settings=settings(
            max_examples=max(OPERATIONS // STEPS, 1), stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=PHASES, report_multiple_bugs=False,
        ),
    )  # fmt: skip
