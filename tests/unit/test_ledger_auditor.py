"""The auditor of the ledger's invariants sees each breach: an event of a real ledger is forged and must be refused."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.events.contract import Event
from shared.events.finance import ApprovalGiven, BudgetGranted, PaymentSettled
from shared.events.payments import RunProposed
from shared.events.subsidy import BudgetBooked, DayPosted, LinePosted, Posting, TransferBooked
from shared.runner.core import Message
from tests.support.invariants import Auditor
from tests.unit.test_subsidy_world import E1, E2, P1, YUNXIAO, World, workshop

MARCH_1, MARCH_31, APRIL_2, APRIL_30 = date(2018, 3, 1), date(2018, 3, 31), date(2018, 4, 2), date(2018, 4, 30)
NEXT_DAY = date(2018, 4, 3)


def lived() -> World:
    """Return a world that was granted a budget, posted a line, paid it and took it back."""
    world = workshop(MARCH_1, pays=False)
    world.granted("social-insurance", 10_000_000)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.close(MARCH_1)
    world.close(MARCH_31)
    run = world.events(RunProposed)[-1]
    for by in ("one", "two"):
        world.fact(ApprovalGiven(subject_id=run.run_id, content_hash=run.content_hash, by=by, date=world.open_day))
    world.fact(PaymentSettled(instruction_id="L000000001", date=world.open_day, amount_fen=74_200))
    world.fact(BudgetGranted(
        programme="stable-post", county=YUNXIAO, fiscal_year=2018, amount_fen=5, doc_no="测试2号"
    ))  # fmt: skip
    world.refunded(P1, E1, "2018-03", APRIL_2)
    world.close(APRIL_2)
    return world


def posting(debit: str, credit: str, fen: int) -> Posting:
    return Posting(debit=debit, credit=credit, amount_fen=fen)


BUDGET = "available:social-insurance:350622:2018"


def line(event: LinePosted, **fields: object) -> LinePosted:
    return event.model_copy(update={"line_no": event.line_no + 1, "line_id": "L000000003", **fields})


def with_postings(*postings: Posting) -> Callable[[LinePosted], Event]:
    return lambda last: line(last, postings=list(postings), amount_fen=74_200)


def unchecked(fen: float) -> Posting:
    return Posting.model_construct(debit=BUDGET, credit=f"payable:{E1}", amount_fen=fen)


FORGERIES: dict[str, tuple[str, Callable[[LinePosted], Event]]] = {
    "an account that pays itself": ("L1", with_postings(posting(BUDGET, BUDGET, 74_200))),
    "an amount beyond the largest": (
        "L1", lambda last: line(last, postings=[unchecked(10**14)]),
    ),
    "an amount that is no whole number": (
        "L1", lambda last: line(last, postings=[unchecked(1.5)]),
    ),
    "a number that is left out": ("L5", lambda last: line(last, line_no=last.line_no + 2)),
    "a line that is there already": ("L4", lambda last: line(last, line_id=last.line_id)),
    "a budget that moves by another amount": ("B1", with_postings(posting(BUDGET, f"payable:{E1}", 74_199))),
    "another programme's budget": (
        "B4", with_postings(posting("available:stable-post:350622:2018", f"payable:{E1}", 74_200)),
    ),
    "another county's budget": (
        "B4", with_postings(posting("available:social-insurance:350628:2018", f"payable:{E1}", 74_200)),
    ),
    "another year's budget": (
        "B4", with_postings(posting("available:social-insurance:350622:2019", f"payable:{E1}", 74_200)),
    ),
    "more than the budget holds": (
        "B2", lambda last: line(
            last, amount_fen=10_000_001, postings=[posting(BUDGET, f"payable:{E1}", 10_000_001)],
        ),
    ),
    "another payee's account": ("A6", with_postings(posting(BUDGET, f"payable:{E2}", 74_200))),
    "a payable that is overdrawn": (
        "B2", lambda last: line(last, amount_fen=-74_200, postings=[posting(f"payable:{E1}", BUDGET, 74_200)]),
    ),
    "a take-back of what was taken back": (
        "C4", lambda last: line(last, postings=[posting(f"receivable:{E1}", BUDGET, 74_200)]),
    ),
    "more claimed back than was paid": (
        "C1", lambda last: line(
            last, amount_fen=74_200, postings=[
                posting(BUDGET, f"payable:{E1}", 148_400), posting(f"receivable:{E1}", BUDGET, 74_200),
            ],
        ),
    ),
    "a month that is not that of the day": ("P1", lambda last: line(last, posted="2018-03")),
}  # fmt: skip


def told(event: Event, known_on: date) -> Message:
    return Message("forged", "test", event, 99, known_on, "", None, 0)


def audited() -> tuple[Auditor, World]:
    world, auditor = lived(), Auditor()
    auditor.hear(world.memory.emitted)
    return auditor, world


@pytest.fixture(name="heard")
def _heard() -> tuple[Auditor, World]:
    return audited()


def test_an_honest_ledger_passes(heard: tuple[Auditor, World]) -> None:
    auditor, world = heard
    auditor.holds_against(world.memory.states("account"), world.memory.states("line"))


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_line_is_refused(what: str, heard: tuple[Auditor, World]) -> None:
    (auditor, world), (rule, forge) = heard, FORGERIES[what]
    forged = forge(world.posted[-1]).model_copy(update={"posted_on": NEXT_DAY})
    with pytest.raises(AssertionError, match=rule):
        auditor.hear([told(forged, NEXT_DAY)])


def test_a_line_on_a_day_that_is_posted_is_refused(heard: tuple[Auditor, World]) -> None:
    auditor, world = heard
    with pytest.raises(AssertionError, match="P1"):
        auditor.hear([told(line(world.posted[-1]), APRIL_2)])


def test_a_day_that_is_posted_twice_is_refused(heard: tuple[Auditor, World]) -> None:
    with pytest.raises(AssertionError, match="P1"):
        heard[0].hear([told(DayPosted(date=APRIL_2), APRIL_2)])


def test_a_payment_beyond_what_was_instructed_is_refused(heard: tuple[Auditor, World]) -> None:
    auditor, world = heard
    settled = next(e for e in world.events(TransferBooked) if e.kind == "payment")
    with pytest.raises(AssertionError, match=r"B2|D1"):
        auditor.hear([told(settled, NEXT_DAY)])


def test_a_grant_that_goes_to_another_programme_is_refused(heard: tuple[Auditor, World]) -> None:
    auditor, world = heard
    granted = world.events(BudgetBooked)[-1]
    with pytest.raises(AssertionError, match="B4"):
        auditor.hear([told(granted.model_copy(update={"programme": "internship"}), NEXT_DAY)])


def test_a_balance_or_a_line_that_is_changed_in_the_store_is_refused(heard: tuple[Auditor, World]) -> None:
    auditor, world = heard
    accounts, lines = world.memory.states("account"), world.memory.states("line")
    with pytest.raises(AssertionError, match="L6"):
        auditor.holds_against({name: accounts[name] for name in list(accounts)[1:]}, lines)
    with pytest.raises(AssertionError, match="L4"):
        auditor.holds_against(accounts, dict(list(lines.items())[1:]))
