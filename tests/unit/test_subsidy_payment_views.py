"""What officers and the public read of runs and clawbacks."""

from datetime import date

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.rules import RULES, standard
from services.subsidy.domain.runs import Run
from services.subsidy.payment_views import clawback_row, item_rows, masked, notice_rows, run_row, working_days
from shared.events.finance import PaymentSettled
from shared.events.payments import RunItem, decision_hash
from tests.unit.test_subsidy_clawbacks import CLAWBACK, decided, taken_back
from tests.unit.test_subsidy_runs import APRIL_2, LINE_1, RUN, approved, two_owed
from tests.unit.test_subsidy_world import E1, E2, P1, P2, World

CLAUSE = "漳州市人力资源社会保障精准扶贫行动计划（2017—2020年）第11条"
PROGRAMME = shipped_rulebook().programmes["social-insurance"]


def run_of(world: World) -> Run:
    found: Run = world.memory.states("run")[RUN]
    return found


def test_a_run_that_waits_shows_its_total_and_the_content_to_be_approved() -> None:
    world = two_owed()
    row = run_row(run_of(world), world.memory.states("instruction"), APRIL_2)
    assert (row["state"], row["items"], row["total"], row["in_payment"]) == ("proposed", 2, "1484.00", "0.00")
    assert row["content_hash"] == run_of(world).proposed.content_hash  # type: ignore[union-attr]
    assert row["working_days_in_payment"] is None


def test_an_approved_run_shows_what_the_bank_has_not_answered_and_for_how_many_working_days() -> None:
    world = approved(two_owed())
    world.fact(PaymentSettled(instruction_id=LINE_1, date=APRIL_2, amount_fen=74_200))
    row = run_row(run_of(world), world.memory.states("instruction"), date(2018, 4, 9))
    assert (row["in_payment"], row["working_days_in_payment"]) == ("742.00", 5)
    assert (row["prepared_by"], row["approved_by"]) == ("preparer", "approver")


def test_working_days_leave_out_holidays_and_count_the_sundays_that_make_up_for_them() -> None:
    assert working_days(date(2018, 4, 4), date(2018, 4, 8)) == 1


def test_items_name_payee_person_month_amount_and_clause() -> None:
    world = two_owed()
    claims = {line.line_id: line.claim for line in world.posted}
    rows = item_rows(run_of(world), world.memory.states("instruction"), claims, CLAUSE)
    assert [(row["payee"], row["person_id"], row["period"], row["amount"]) for row in rows] == [
        (E1, P1, "2018-03", "742.00"),
        (E2, P2, "2018-03", "742.00"),
    ]
    assert {row["clause"] for row in rows} == {CLAUSE}


def test_a_notice_has_one_line_a_payee_and_names_no_person() -> None:
    world = two_owed()
    run = run_of(world)
    assert run.proposed is not None
    items = [*run.proposed.items, RunItem(instruction_id="L000000003", payee=P1, amount_fen=100)]
    items.append(RunItem(instruction_id="L000000004", payee=E1, amount_fen=100))
    shown = notice_rows(Run(RUN, proposed=run.proposed.model_copy(update={"items": items})), PROGRAMME)
    assert [(row["payee"], row["amount"]) for row in shown] == [
        (E1, "743.00"),
        (E2, "742.00"),
        ("paaaa****aaaa", "1.00"),
    ]
    assert {row["clause"] for row in shown} == {CLAUSE}
    assert masked(P2) not in {P1, P2}


def rows_of(world: World, owed_fen: int) -> dict[str, object]:
    rules = standard(shipped_rulebook(), world.memory.states(RULES.kind)["rules"], world.open_day)
    return clawback_row(CLAWBACK, world.memory.states("clawback")[CLAWBACK], rules, owed_fen)


def test_a_clawback_shows_until_when_the_payee_may_put_things_right_and_what_to_sign() -> None:
    row = rows_of(taken_back(), 0)
    assert (row["state"], row["amount"], row["cure_ends"]) == ("proposed", "742.00", "2018-04-10")
    assert row["content_hash"] == decision_hash(CLAWBACK, E1, 74_200)


def test_a_clawback_that_is_decided_shows_what_its_payee_owes() -> None:
    row = rows_of(decided(), 74_200)
    assert (row["state"], row["payee_owes"], row["cure_ends"]) == ("owed", "742.00", None)
