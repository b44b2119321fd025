"""What went to the bank comes to an end in time or somebody is told; so is whoever has to decide on a clawback."""

from datetime import date

from shared.events.finance import PaymentFailed, PaymentSettled
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunCleared, decision_hash
from tests.unit.test_subsidy_clawbacks import CLAWBACK, taken_back
from tests.unit.test_subsidy_runs import APRIL_2, LINE_1, LINE_2, RUN, approved, two_owed
from tests.unit.test_subsidy_world import E1, World

# Approved on 1 April 2018, a Sunday. 5 to 7 April were the holiday of Qingming; Sunday the 8th was worked.
APRIL_1, LAST_DAY = date(2018, 4, 1), date(2018, 4, 9)
DAY_BEFORE = date(2018, 4, 8)


def under_way(days: int | None = 5) -> World:
    world = two_owed()
    if days is not None:
        world.parameter("payment.clearing_days", days)
    return approved(world)


def late(world: World) -> list[ClearingLate]:
    return world.events(ClearingLate)


def test_a_run_that_the_bank_does_not_answer_alarms_when_its_working_days_are_over() -> None:
    world = under_way()
    world.close(DAY_BEFORE)
    assert late(world) == []
    world.close(LAST_DAY)
    (said,) = late(world)
    assert (said.run_id, said.instructions, said.in_payment_fen) == (RUN, [LINE_1, LINE_2], 148_400)
    assert (said.approved_on, said.late_on, said.county) == (APRIL_1, LAST_DAY, "350622")


def test_the_alarm_is_given_once_and_not_each_day() -> None:
    world = under_way()
    for day in (LAST_DAY, date(2018, 4, 10), date(2018, 4, 11)):
        world.close(day)
    assert len(late(world)) == 1


def test_it_names_what_is_still_in_payment_and_nothing_else() -> None:
    world = under_way()
    world.fact(PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=74_200))
    world.fact(PaymentSettled(instruction_id=LINE_2, date=APRIL_2, amount_fen=50_000))
    world.close(LAST_DAY)
    assert [(said.instructions, said.in_payment_fen) for said in late(world)] == [([LINE_2], 24_200)]


def test_a_run_that_was_paid_or_came_back_is_cleared() -> None:
    world = under_way()
    world.fact(PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=74_200))
    world.fact(PaymentFailed(instruction_id=LINE_2, date=APRIL_2, amount_fen=74_200, reason="户名不符"))
    world.close(LAST_DAY)
    assert (late(world), [said.run_id for said in world.events(RunCleared)]) == ([], [RUN])


def test_without_a_document_nobody_is_told_and_a_later_document_catches_up() -> None:
    world = under_way(None)
    world.close(date(2018, 4, 20))
    assert late(world) == []
    world.parameter("payment.clearing_days", 5)
    world.close(date(2018, 4, 23))
    assert [said.late_on for said in late(world)] == [LAST_DAY]


def test_what_came_back_and_was_instructed_anew_is_not_late_for_the_first_run() -> None:
    world = under_way(20)
    for line in (LINE_1, LINE_2):
        world.fact(PaymentFailed(instruction_id=line, date=APRIL_2, amount_fen=74_200, reason="户名不符"))
    world.close(date(2018, 4, 30))
    approved(world, RUN.replace("03-L", "04-L"))
    world.close(date(2018, 5, 3))
    assert (late(world), [said.run_id for said in world.events(RunCleared)]) == ([], [RUN])


def test_a_clawback_is_proposed_with_the_end_of_the_time_to_put_things_right_and_what_to_sign() -> None:
    (said,) = taken_back().events(ClawbackProposed)
    assert (said.clawback_id, said.claim.payee, said.amount_fen) == (CLAWBACK, E1, 74_200)
    assert (said.proposed_on, said.cure_ends) == (date(2018, 4, 2), date(2018, 4, 10))
    assert said.content_hash == decision_hash(CLAWBACK, E1, 74_200)


def test_a_clawback_that_is_owed_at_once_is_not_proposed() -> None:
    assert taken_back(cure_days=None).events(ClawbackProposed) == []


def test_an_answer_says_whose_money_it_is_about_where_that_is_known() -> None:
    world = under_way()
    for instruction in (LINE_1, "L000000099"):
        world.fact(PaymentSettled(instruction_id=instruction, date=APRIL_2, amount_fen=80_000))
    answers: list[FinanceFactAnswered] = world.events(FinanceFactAnswered)[-2:]
    assert [(said.unmatched_fen, said.county) for said in answers] == [(5_800, "350622"), (80_000, None)]
