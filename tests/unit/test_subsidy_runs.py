"""From accrual to money: a month's run, its notice, four eyes on one content, the bank's answers."""

from datetime import date

import pytest

from services.subsidy.domain.payments import INSTRUCTION
from services.subsidy.domain.runs import RUN as DRAFT
from services.subsidy.domain.runs import Run
from shared.events.finance import (
    ApprovalGiven,
    ApprovalRefused,
    NoticeCleared,
    NoticeObjected,
    PayeeBlocked,
    PayeePaused,
    PayeeResumed,
    PaymentFailed,
    PaymentSettled,
)
from shared.events.payments import FinanceFactAnswered, RunProposed
from shared.events.subsidy import TransferBooked
from shared.runner.core import Message
from tests.unit.test_subsidy_world import E1, E2, P1, P2, World, workshop

MARCH_1, MARCH_15, MARCH_31 = (date(2018, 3, day) for day in (1, 15, 31))
APRIL_2, APRIL_3 = date(2018, 4, 2), date(2018, 4, 3)
RUN = "R-350622-social-insurance-2018-03-L0"
LINE_1, LINE_2 = "L000000001", "L000000002"


def two_owed() -> World:
    """Return a world in which two employers are owed 742.00 yuan each for March, and March is closed."""
    found = workshop(MARCH_1, people=(P1, P2), pays=False)
    for id_, person, uscc in (("J1", P1, E1), ("J2", P2, E2)):
        found.employed(id_, person, uscc, MARCH_1)
        found.paid(person, uscc, "2018-03", MARCH_15)
    found.close(MARCH_15)
    found.close(MARCH_31)
    return found


@pytest.fixture(name="world")
def _world() -> World:
    return two_owed()


def proposals(world: World, run: str = RUN) -> list[RunProposed]:
    return [event for event in world.events(RunProposed) if event.run_id == run]


def approve(world: World, by: str, content_hash: str = "", run: str = RUN) -> str:
    hash_ = content_hash or proposals(world, run)[-1].content_hash
    world.fact(ApprovalGiven(subject_id=run, content_hash=hash_, by=by, date=world.open_day))
    return outcome(world)


def outcome(world: World) -> str:
    answer: FinanceFactAnswered = world.events(FinanceFactAnswered)[-1]
    return answer.outcome


def approved(world: World, run: str = RUN) -> World:
    """Have two people approve a run as it stands."""
    assert [approve(world, by, run=run) for by in ("preparer", "approver")] == ["first_approval", "approved"]
    return world


class TestARun:
    def test_is_proposed_at_the_close_of_the_month_with_what_can_be_paid(self, world: World) -> None:
        (proposed,) = proposals(world)
        assert [(i.instruction_id, i.payee, i.amount_fen) for i in proposed.items] == [
            (LINE_1, E1, 74_200),
            (LINE_2, E2, 74_200),
        ]
        assert (proposed.total_fen, proposed.proposed_on, proposed.notice_ends) == (148_400, MARCH_31, None)

    def test_leaves_for_the_bank_once_two_people_have_approved_its_content(self, world: World) -> None:
        approved(world)
        assert world.balances(E1).get("in_payment", "0.00") == "742.00"
        assert world.balances(E1)["payable"] == "0.00"

    def test_is_not_approved_twice_by_one_person(self, world: World) -> None:
        assert [approve(world, "one") for _ in range(2)] == ["first_approval", "same_person"]
        assert world.balances(E1).get("in_payment", "0.00") == "0.00"

    def test_takes_no_second_signature_of_who_may_only_prepare(self, world: World) -> None:
        assert approve(world, "one") == "first_approval"
        hash_ = proposals(world)[-1].content_hash
        world.fact(ApprovalGiven(subject_id=RUN, content_hash=hash_, by="two", date=world.open_day, signs="first"))
        assert outcome(world) == "not_open"
        assert approve(world, "three") == "approved"

    def test_is_not_approved_under_another_content(self, world: World) -> None:
        assert approve(world, "preparer", "0" * 64) == "other_content"

    def test_that_does_not_exist_is_not_approved(self, world: World) -> None:
        assert approve(world, "preparer", "0" * 64, "R-350622-social-insurance-2018-02-L0") == "not_open"

    def test_that_is_approved_is_not_approved_again(self, world: World) -> None:
        assert approve(approved(world), "third") == "not_open"

    def test_is_proposed_anew_where_a_take_back_changed_it_meanwhile(self, world: World) -> None:
        approve(world, "preparer")
        world.refunded(P1, E1, "2018-03", APRIL_2)
        world.close(APRIL_2)
        assert approve(world, "approver") == "content_changed"
        first, second = proposals(world)
        assert [item.instruction_id for item in second.items] == [LINE_2]
        assert (second.revision, second.total_fen) == (2, first.total_fen - 74_200)
        approved(world)
        assert (world.balances(E1)["receivable"], world.balances(E2).get("in_payment", "0.00")) == ("0.00", "742.00")

    def test_that_is_refused_pays_nothing_and_waits_for_the_next_month(self, world: World) -> None:
        (proposed,) = proposals(world)
        hash_ = proposed.content_hash
        world.fact(ApprovalRefused(subject_id=RUN, content_hash=hash_, by="approver", date=APRIL_2, reason="查"))
        assert outcome(world) == "refused"
        assert approve(world, "preparer", hash_) == "not_open"
        world.close(date(2018, 4, 30))
        (again,) = proposals(world, RUN.replace("03-L", "04-L"))
        assert again.total_fen == 148_400

    def test_counts_its_notice_in_working_days(self) -> None:
        world = workshop(MARCH_1, pays=False)
        world.parameter("notice.working_days", 5)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close(MARCH_15)
        world.close(MARCH_31)
        # 5 to 7 April 2018 were the holiday of Qingming; Sunday the 8th was worked.
        assert proposals(world)[0].notice_ends == date(2018, 4, 9)
        assert approve(world, "preparer") == "notice_running"
        world.close(date(2018, 4, 9))
        assert approve(world, "preparer") == "first_approval"


@pytest.mark.parametrize("numbers", [[1, 2, 3], [3, 1, 2], [2, 2, 3, 1, 1]])
def test_a_draft_holds_each_instruction_once_and_in_order_however_they_come(numbers: list[int]) -> None:
    run = Run(RUN)
    for number in numbers:
        returned = TransferBooked.model_construct(kind="returned", instruction_id=f"L{number:09d}")
        run = DRAFT.evolve(run, Message("", "", returned, number, date(2018, 3, 31), ""))

    assert run.gathered == ("L000000001", "L000000002", "L000000003")


class TestAnObjection:
    def test_holds_one_item_and_the_rest_is_proposed_anew(self, world: World) -> None:
        world.fact(NoticeObjected(notice_id=LINE_1, date=APRIL_2))
        assert approve(world, "preparer") == "content_changed"
        latest = proposals(world)[-1]
        assert ([i.instruction_id for i in latest.items], latest.left_out) == ([LINE_2], [LINE_1])

    def test_that_is_cleared_lets_the_item_into_the_next_run(self, world: World) -> None:
        world.fact(NoticeObjected(notice_id=LINE_1, date=APRIL_2))
        approve(world, "preparer")
        world.fact(NoticeCleared(notice_id=LINE_1, date=APRIL_2))
        world.close(date(2018, 4, 30))
        (april,) = proposals(world, RUN.replace("03-L", "04-L"))
        assert [i.instruction_id for i in april.items] == [LINE_1]


class TestAPayee:
    def april(self, world: World) -> list[str]:
        world.close(date(2018, 4, 30))
        runs = proposals(world, RUN.replace("03-L", "04-L"))
        return [item.instruction_id for run in runs for item in run.items]

    def held(self, order: PayeePaused | PayeeBlocked) -> World:
        world = workshop(MARCH_1, pays=False)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.fact(order)
        world.close(MARCH_15)
        world.close(MARCH_31)
        assert proposals(world)[0].left_out == [LINE_1]
        return world

    def test_that_is_paused_is_paid_with_the_next_run_after_it_is_resumed(self) -> None:
        world = self.held(PayeePaused(uscc=E1, date=MARCH_15, reason="核查"))
        world.fact(PayeeResumed(uscc=E1, date=APRIL_2, reason="已核实"))
        assert self.april(world) == [LINE_1]

    def test_that_is_paused_until_a_day_is_paid_after_it(self) -> None:
        assert self.april(self.held(PayeePaused(uscc=E1, date=MARCH_15, until=APRIL_2, reason="核查"))) == [LINE_1]

    def test_that_is_blocked_is_not_paid_before_the_block_is_over(self) -> None:
        world = self.held(
            PayeeBlocked.model_validate({"uscc": E1, "from": MARCH_15, "until": date(2018, 5, 15), "reason": "失信"})
        )
        world.fact(PayeeResumed(uscc=E1, date=APRIL_2, reason="申诉"))
        assert self.april(world) == []

    def test_that_is_paused_for_another_programme_is_paid(self, world: World) -> None:
        world.fact(PayeePaused(uscc=E1, date=APRIL_2, programme="stable-post", reason="核查"))
        approved(world)


class TestTheBank:
    def test_that_pays_clears_what_was_instructed(self, world: World) -> None:
        approved(world).fact(PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=74_200))
        assert (world.balances(E1).get("in_payment", "0.00"), world.balances(E1)["paid"]) == ("0.00", "742.00")

    def test_that_pays_a_part_leaves_the_rest_in_payment(self, world: World) -> None:
        approved(world).fact(PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=50_000))
        assert (world.balances(E1).get("in_payment", "0.00"), world.balances(E1)["paid"]) == ("242.00", "500.00")

    def test_that_fails_makes_the_money_payable_again_in_the_next_run(self, world: World) -> None:
        approved(world).fact(PaymentFailed(instruction_id=LINE_1, date=APRIL_2, amount_fen=74_200, reason="户名不符"))
        assert (world.balances(E1).get("in_payment", "0.00"), world.balances(E1)["payable"]) == ("0.00", "742.00")
        world.close(date(2018, 4, 30))
        assert proposals(world, RUN.replace("03-L", "04-L"))[0].total_fen == 74_200

    def test_that_pays_more_than_was_instructed_is_booked_up_to_it_and_told(self, world: World) -> None:
        approved(world).fact(PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=80_000))
        answer = world.events(FinanceFactAnswered)[-1]
        assert (answer.outcome, answer.unmatched_fen) == ("booked", 5_800)
        assert LINE_1 not in world.memory.states(INSTRUCTION.kind)

    def test_that_says_in_every_field_what_it_said_before_is_not_booked_twice(self, world: World) -> None:
        part = PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=30_000, bank_ref="B1")
        approved(world).fact(part)
        world.fact(part)
        assert (world.balances(E1)["paid"], outcome(world)) == ("300.00", "unmatched")
        failed = PaymentFailed(instruction_id=LINE_1, date=APRIL_2, amount_fen=10_000, reason="户名不符")
        for _ in range(2):
            world.fact(failed)
        assert (world.balances(E1)["payable"], outcome(world)) == ("100.00", "unmatched")

    def test_that_says_again_what_nothing_was_open_for_is_told_so_that_the_two_can_be_matched(self) -> None:
        world = workshop(MARCH_1, pays=False)
        report = PaymentSettled(instruction_id=LINE_1, date=MARCH_1, amount_fen=74_200)
        world.fact(report)
        world.close(MARCH_1)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close(MARCH_15)
        world.fact(report)
        early, later = world.events(FinanceFactAnswered)
        assert (early.outcome, later.outcome) == ("unmatched", "booked")
        assert early.content == later.content is not None

    def test_a_take_back_of_what_is_in_payment_is_owed(self, world: World) -> None:
        approved(world)
        world.refunded(P1, E1, "2018-03", APRIL_2)
        world.close(APRIL_2)
        assert (world.balances(E1)["receivable"], world.balances(E1).get("in_payment", "0.00")) == ("742.00", "742.00")

    def test_that_fails_to_pay_what_was_taken_back_meanwhile_settles_the_claim(self, world: World) -> None:
        approved(world)
        world.refunded(P1, E1, "2018-03", APRIL_2)
        world.close(APRIL_2)
        world.fact(PaymentFailed(instruction_id=LINE_1, date=APRIL_3, amount_fen=50_000, reason="户名不符"))
        assert (world.balances(E1)["payable"], world.balances(E1)["receivable"]) == ("0.00", "242.00")
        world.fact(PaymentFailed(instruction_id=LINE_1, date=APRIL_3, amount_fen=24_200, reason="户名不符"))
        assert (world.balances(E1)["payable"], world.balances(E1)["receivable"]) == ("0.00", "0.00")

    def test_that_fails_to_pay_what_is_proposed_to_be_claimed_back_leaves_nothing_to_decide(self) -> None:
        world = two_owed()
        world.parameter("recovery.cure_days", 5)
        approved(world)
        world.refunded(P1, E1, "2018-03", APRIL_2)
        world.close(APRIL_2)
        assert world.balances(E1).get("proposed_clawback") == "742.00"
        world.fact(PaymentFailed(instruction_id=LINE_1, date=APRIL_3, amount_fen=74_200, reason="户名不符"))
        assert (world.balances(E1)["payable"], world.balances(E1).get("proposed_clawback", "0.00")) == ("0.00", "0.00")
        assert approve(world, "one", "0" * 64, "C-L000000003") == "not_open"
