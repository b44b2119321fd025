"""Clawback with due process: a proposal, time to put things right, two people's decision, recovery or giving up."""

from datetime import date

import pytest

from shared.events.finance import (
    ApprovalGiven,
    ApprovalRefused,
    NoticeCleared,
    NoticeObjected,
    RecoveryReceived,
    RecoveryWrittenOff,
)
from shared.events.payments import FinanceFactAnswered, decision_hash
from tests.unit.test_subsidy_world import E1, P1, World, workshop

MARCH_1, MARCH_15, APRIL_2 = date(2018, 3, 1), date(2018, 3, 15), date(2018, 4, 2)
AFTER_THE_CURE = date(2018, 4, 20)
CLAWBACK, WRITE_OFF = "C-L000000002", "W-C-L000000002"


def taken_back(*, cure_days: int | None = 5) -> World:
    """Return a world in which 742.00 yuan were paid and taken back on 2 April."""
    world = workshop(MARCH_1)
    if cure_days is not None:
        world.parameter("recovery.cure_days", cure_days)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_15)
    world.close(MARCH_15)
    world.close(date(2018, 4, 1))
    world.refunded(P1, E1, "2018-03", APRIL_2)
    world.close(APRIL_2)
    return world


def approve(world: World, by: str, subject: str = CLAWBACK, fen: int = 74_200) -> str:
    hash_ = decision_hash(subject, E1, fen)
    world.fact(ApprovalGiven(subject_id=subject, content_hash=hash_, by=by, date=world.open_day))
    return outcome(world)


def outcome(world: World) -> str:
    answer: FinanceFactAnswered = world.events(FinanceFactAnswered)[-1]
    return answer.outcome


def owed(world: World) -> dict[str, str]:
    shown = world.balances(E1)
    return {name: shown[name] for name in shown if name not in ("paid", "payable", "provisional")}


def decided() -> World:
    world = taken_back()
    world.close(AFTER_THE_CURE)
    assert [approve(world, by) for by in ("one", "two")] == ["first_approval", "approved"]
    return world


def test_without_a_document_on_the_procedure_it_is_owed_with_its_line() -> None:
    assert owed(taken_back(cure_days=None)) == {"receivable": "742.00"}


def test_it_is_proposed_and_not_owed_before_it_is_decided() -> None:
    assert owed(taken_back()) == {"receivable": "0.00", "proposed_clawback": "742.00"}


def test_it_is_not_decided_before_the_time_to_put_things_right_is_over() -> None:
    world = taken_back()
    assert approve(world, "one") == "notice_running"
    world.close(date(2018, 4, 10))  # five working days after Monday the 2nd, with the holiday of Qingming between
    assert approve(world, "one") == "first_approval"


def test_two_people_decide_and_then_it_is_owed() -> None:
    assert owed(decided()) == {"receivable": "742.00"}


def test_one_person_does_not_decide_alone() -> None:
    world = taken_back()
    world.close(AFTER_THE_CURE)
    assert [approve(world, "one"), approve(world, "one")] == ["first_approval", "same_person"]


def test_an_objection_holds_it_until_it_is_cleared() -> None:
    world = taken_back()
    world.fact(NoticeObjected(notice_id=CLAWBACK, date=world.open_day))
    world.close(AFTER_THE_CURE)
    assert approve(world, "one") == "not_open"
    world.fact(NoticeCleared(notice_id=CLAWBACK, date=world.open_day))
    assert approve(world, "one") == "first_approval"


def test_a_refusal_leaves_it_proposed_as_if_nobody_had_signed() -> None:
    world = taken_back()
    world.close(AFTER_THE_CURE)
    approve(world, "one")
    world.fact(ApprovalRefused(
        subject_id=CLAWBACK, content_hash="0" * 64, by="two", date=world.open_day, reason="证据不足"
    ))  # fmt: skip
    assert (outcome(world), approve(world, "two")) == ("refused", "first_approval")


@pytest.mark.parametrize(
    ("given", "left", "unmatched"), [(74_200, "0.00", None), (30_000, "442.00", None), (80_000, "0.00", 5_800)]
)
def test_money_that_comes_back_is_booked_up_to_what_is_owed(given: int, left: str, unmatched: int | None) -> None:
    world = decided()
    world.fact(RecoveryReceived(receivable_id=CLAWBACK, date=world.open_day, amount_fen=given))
    assert owed(world)["receivable"] == left
    assert world.events(FinanceFactAnswered)[-1].unmatched_fen == unmatched


def test_money_that_came_back_once_is_not_booked_twice() -> None:
    world = decided()
    fact = RecoveryReceived(receivable_id=CLAWBACK, date=world.open_day, amount_fen=30_000, doc_no="收1号")
    world.fact(fact)
    world.fact(fact)
    assert (owed(world)["receivable"], outcome(world)) == ("442.00", "unmatched")
    world.fact(fact.model_copy(update={"doc_no": "收2号"}))
    assert (owed(world)["receivable"], outcome(world)) == ("142.00", "booked")


def test_money_that_comes_back_for_nothing_is_told() -> None:
    world = taken_back()
    world.fact(RecoveryReceived(receivable_id=CLAWBACK, date=world.open_day, amount_fen=100))
    assert outcome(world) == "unmatched"


def test_two_people_give_up_what_cannot_be_recovered() -> None:
    world = decided()
    world.fact(RecoveryWrittenOff(receivable_id=CLAWBACK, date=world.open_day, amount_fen=74_200))
    assert owed(world) == {"receivable": "742.00"}
    said = [approve(world, by, WRITE_OFF) for by in ("one", "one", "two")]
    assert said == ["first_approval", "same_person", "approved"]
    assert owed(world) == {"receivable": "0.00", "written_off": "742.00"}


def test_a_repeated_wish_to_give_it_up_leaves_the_first_signature() -> None:
    world = decided()
    wish = RecoveryWrittenOff(receivable_id=CLAWBACK, date=world.open_day, amount_fen=74_200)
    world.fact(wish)
    approve(world, "one", WRITE_OFF)
    world.fact(wish)

    assert outcome(world) == "repeated"
    assert [approve(world, by, WRITE_OFF) for by in ("one", "two")] == ["same_person", "approved"]


def test_a_repeated_wish_gives_up_nothing_more_once_it_was_granted_or_refused() -> None:
    world = decided()
    wish = RecoveryWrittenOff(receivable_id=CLAWBACK, date=world.open_day, amount_fen=30_000)
    world.fact(wish)
    for by in ("one", "two"):
        approve(world, by, WRITE_OFF, 30_000)
    world.fact(wish)
    assert (outcome(world), owed(world)["receivable"]) == ("repeated", "442.00")

    world.fact(wish.model_copy(update={"doc_no": "核2号"}))

    assert (outcome(world), approve(world, "one", WRITE_OFF, 30_000)) == ("proposed", "first_approval")


def test_another_wish_needs_its_own_signatures() -> None:
    world = decided()
    wish = RecoveryWrittenOff(receivable_id=CLAWBACK, date=world.open_day, amount_fen=74_200)
    world.fact(wish)
    approve(world, "one", WRITE_OFF)
    world.fact(wish.model_copy(update={"doc_no": "核2号"}))

    assert [approve(world, by, WRITE_OFF) for by in ("two", "one")] == ["first_approval", "approved"]


def test_nobody_gives_up_more_than_is_owed() -> None:
    world = decided()
    world.fact(RecoveryWrittenOff(receivable_id=CLAWBACK, date=world.open_day, amount_fen=74_201))
    assert outcome(world) == "not_open"


def test_it_is_never_decided_or_given_up_twice() -> None:
    world = decided()
    assert approve(world, "three") == "not_open"
    world.fact(RecoveryWrittenOff(receivable_id=CLAWBACK, date=world.open_day, amount_fen=74_200))
    for by in ("one", "two"):
        approve(world, by, WRITE_OFF)
    assert approve(world, "three", WRITE_OFF) == "not_open"
