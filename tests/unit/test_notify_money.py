"""The book of money is made of events alone, and says of runs, payments and clawbacks what the ledger itself says."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from services.notify.domain.money_book import content_id
from services.notify.domain.money_moves import Debt, standing
from services.notify.money_subscription import MONEY
from services.subsidy.domain.accounts import proposed_clawback, receivable
from services.subsidy.service import SERVICE as SUBSIDY
from shared.events.finance import ApprovalGiven, NoticeObjected, PaymentFailed
from shared.events.payments import CLAWBACK_PREFIX, WRITE_OFF_PREFIX
from shared.ops.cases.model import read_cases
from shared.ops.cases.run import KEYS as CASE_KEYS
from shared.ops.cases.run import Run
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.memory import Memory
from tests.unit.test_subsidy_clawbacks import AFTER_THE_CURE, taken_back
from tests.unit.test_subsidy_invariants import Ledger
from tests.unit.test_subsidy_runs import LINE_1, RUN, two_owed
from tests.unit.test_subsidy_world import KEYS, World

CASES = Path(__file__).parents[1] / "cases"
NOTIFY = Service("notify", "", (MONEY,))


class Booked(Ledger):
    """Whatever happens to a ledger, the book that is made of its events says the same."""

    def teardown(self) -> None:
        if hasattr(self, "world"):
            agrees(self.world.memory)


def agrees(memory: Memory) -> None:
    """Assert that the book says what the ledger says."""
    runs_agree(memory)
    payments_agree(memory)
    clawbacks_agree(memory)


def runs_agree(memory: Memory) -> None:
    rows, contents, clearing = (memory.states(f"money_{kind}") for kind in ("run", "content", "clearing"))
    for id_, run in memory.states("run").items():
        if run.proposed is None:
            assert id_ not in rows
            continue
        row, content = rows[id_], contents[content_id(id_, run.proposed.revision)]
        assert (row.status, row.prepared_by, row.approved_by, row.approved_on) == (
            run.status, run.prepared_by, run.approved_by, run.approved_on
        )  # fmt: skip
        assert (list(content.items), list(content.left_out)) == (run.proposed.items, run.proposed.left_out)
        assert (row.last.content_hash, row.last.total_fen) == (run.proposed.content_hash, run.proposed.total_fen)
        assert (row.approved_on is not None and id_ not in clearing) == run.clears


def payments_agree(memory: Memory) -> None:
    rows, acts = memory.states("money_payment"), memory.states("money_acts")
    for id_, instruction in memory.states("instruction").items():
        row = rows[id_]
        assert (row.claim, row.area, row.payable_fen, row.in_payment_fen, row.instructed_on) == (
            instruction.claim, instruction.county, instruction.payable_fen, instruction.in_payment_fen,
            instruction.instructed_on,
        )  # fmt: skip
        assert (id_ in acts and acts[id_].is_held) == instruction.held


def clawbacks_agree(memory: Memory) -> None:
    rows, acts, accounts = (memory.states(kind) for kind in ("money_clawback", "money_acts", "account"))
    ledgers = {id_: clawback for id_, clawback in memory.states("clawback").items() if clawback.claim}
    assert sorted(rows) == sorted(ledgers)
    for id_, clawback in ledgers.items():
        about = [act for each in (id_, f"{WRITE_OFF_PREFIX}{id_}") if each in acts for act in acts[each].acts]
        at = standing(rows[id_], about)
        assert (rows[id_].claim, at.fen, at.is_owed, at.is_held, at.giving_up_fen, at.prepared_by) == (
            clawback.claim, clawback.fen, clawback.is_owed, clawback.is_held, clawback.giving_up_fen,
            clawback.prepared_by,
        )  # fmt: skip
        payee = clawback.claim.payee
        owed = [-accounts[n(payee)].balance_fen if n(payee) in accounts else 0 for n in (receivable, proposed_clawback)]
        assert memory.states("money_debt").get(payee, Debt()) == Debt(*owed)


@pytest.fixture(autouse=True)
def _both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every world of the ledger's tests keep the book too."""
    before = World.__init__

    def with_book(world: World, *arguments: Any, **named: Any) -> None:
        before(world, *arguments, **named)
        world.memory = Memory([SUBSIDY, NOTIFY], KEYS)

    monkeypatch.setattr(World, "__init__", with_book)


def test_the_book_says_what_the_ledger_says_whatever_happens() -> None:
    few = settings(max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Booked, settings=few)


@pytest.mark.parametrize("name", ["budget_and_clawback.yaml", "social_insurance.yaml"])
def test_the_book_says_what_the_ledger_says_in_the_policy_cases(name: str) -> None:
    for case in read_cases(CASES / name):
        run = Run(case, Memory(find_services(), CASE_KEYS))
        run.play()
        agrees(run.memory)


class TestARun:
    def test_keeps_every_revision_with_what_it_paid(self) -> None:
        world = two_owed()
        world.fact(NoticeObjected(notice_id=LINE_1, date=world.open_day, reason="不在岗"))
        first = world.memory.states("money_run")[RUN].last
        for by in ("one", "two"):
            hash_ = world.memory.states("money_run")[RUN].last.content_hash
            world.fact(ApprovalGiven(subject_id=RUN, content_hash=hash_, by=by, date=world.open_day))
        row, contents = world.memory.states("money_run")[RUN], world.memory.states("money_content")
        assert [each.number for each in row.revisions] == [1, 2]
        assert row.revision(first.content_hash) == row.revisions[0]
        assert [len(contents[content_id(RUN, number)].items) for number in (1, 2)] == [2, 1]
        assert (row.status, row.last.signed_by) == ("prepared", "two")

    def test_keeps_what_was_done_about_it_with_the_answer(self) -> None:
        world = two_owed()
        world.fact(ApprovalGiven(subject_id=RUN, content_hash="0" * 64, by="one", date=world.open_day))
        (act,) = world.memory.states("money_acts")[RUN].acts
        assert (act.fact, act.by, act.outcome, act.content_hash) == ("approval.given", "one", "other_content", "0" * 64)

    def test_that_came_back_says_how_much(self) -> None:
        world = two_owed()
        for by in ("one", "two"):
            hash_ = world.memory.states("money_run")[RUN].last.content_hash
            world.fact(ApprovalGiven(subject_id=RUN, content_hash=hash_, by=by, date=world.open_day))
        world.fact(PaymentFailed(instruction_id=LINE_1, date=world.open_day, amount_fen=74_200, reason="户名不符"))
        row = world.memory.states("money_payment")[LINE_1]
        assert (row.returned_fen, row.in_payment_fen, row.payable_fen) == (74_200, 0, 74_200)


def test_a_clawback_knows_until_when_things_may_be_put_right() -> None:
    world = taken_back()
    (cure,) = world.memory.states("money_cure").values()
    (id_,) = world.memory.states("money_clawback")
    assert (id_.startswith(CLAWBACK_PREFIX), cure.cure_ends) == (True, date(2018, 4, 10))
    world.close(AFTER_THE_CURE)
    agrees(world.memory)
